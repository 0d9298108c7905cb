"""Coverage: how many consumers of an office are enrolled, where numbers are missing, and how that moves."""

import streamlit as st

from dashboard.coverage.figures import coverage_of
from dashboard.ui import address, coverage_across, coverage_parts, coverage_story
from dashboard.ui.alone import show_alone
from dashboard.ui.brief_parts import show_brief
from dashboard.ui.coverage_offices import show_offices
from dashboard.ui.kept import kept
from dashboard.ui.office_picker import choose_office, show_no_consumers
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_each

VIEWS = {
    "offices": show_offices,
    "groups": coverage_across.show_groups,
    "map": coverage_across.show_map,
    "compare": coverage_across.show_comparison,
    "trend": coverage_parts.show_trend,
}


def show_coverage(visitor: Visitor) -> None:
    """Show an office: its figures, what moves them, what to do, then the view that was chosen."""
    db, scope = visitor.rt.db, visitor.scope
    office = choose_office(visitor, "coverage")
    figures = kept(visitor, office, "coverage.of", (), lambda: coverage_of(db, scope, office.code))
    if not figures.consumers:
        show_no_consumers(visitor)
        return
    coverage_parts.show_figures(figures)
    movement = coverage_story.describe_movement(visitor, office)
    coverage_parts.show_next_step(visitor, office, figures, movement)
    with st.grid(2, min_column_width=340):
        with st.container(border=True, key="coverage_funnel_box"):
            coverage_story.show_funnel(visitor, office)
        with st.container(border=True, key="coverage_helps_box"):
            coverage_story.show_what_helps(visitor, office)
    view = address.choose("coverage", "view", t_each("coverage.view_", VIEWS), "offices", t("coverage.view"))
    VIEWS[view](visitor, office)
    show_brief(visitor, office)


show_alone(show_coverage)
