"""Coverage: how many consumers of an office are enrolled, and where numbers are missing."""

import streamlit as st

from dashboard.coverage.figures import coverage_by, coverage_of, trend
from dashboard.ui import coverage_parts as parts
from dashboard.ui.office_picker import choose_office, show_no_consumers
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import current_language

visitor = current_visitor()
db, scope = visitor.rt.db, visitor.scope

office = choose_office(visitor, "coverage")
figures = coverage_of(db, scope, office.code)
if not figures.consumers:
    show_no_consumers(visitor)
    st.stop()

parts.show_figures(figures)
parts.show_next_step(visitor, office, figures)

with st.container(horizontal=True):
    level = parts.choose_level(visitor, office)
    order = parts.choose_order() if level else ""
if level:
    table = coverage_by(db, scope, office.code, level)
    parts.show_offices(office, level, parts.rank_offices(table, order, current_language()))

parts.show_trend(office, trend(db, scope, office.code, visitor.rt.clock))
