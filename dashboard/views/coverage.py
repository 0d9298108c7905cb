"""Coverage: how many consumers of an office are enrolled, and where numbers are missing."""

import streamlit as st

from dashboard.coverage.figures import coverage_of
from dashboard.ui import coverage_parts as parts
from dashboard.ui.brief_parts import show_brief
from dashboard.ui.kept import kept
from dashboard.ui.office_picker import choose_office, show_no_consumers
from dashboard.ui.visitor import current_visitor

visitor = current_visitor()
db, scope = visitor.rt.db, visitor.scope

office = choose_office(visitor, "coverage")
figures = kept(visitor, "coverage.of", (office.code,), lambda: coverage_of(db, scope, office.code))
if not figures.consumers:
    show_no_consumers(visitor)
    st.stop()

parts.show_figures(figures)
parts.show_next_step(visitor, office, figures)

with st.container(horizontal=True):
    level = parts.choose_level(visitor, office)
    order = parts.choose_order() if level else ""
if level:
    parts.show_offices(visitor, office, level, order)
parts.show_trend(visitor, office)
show_brief(visitor, office)
