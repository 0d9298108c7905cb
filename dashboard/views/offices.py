"""The office tree: where consumers stand, what could not be placed, Hindi names, mergers, offices that are gone."""

import streamlit as st

from dashboard.access.scope import Right
from dashboard.ui import office_parts as parts
from dashboard.ui import office_words as words
from dashboard.ui.office_picker import choose_office
from dashboard.ui.visitor import current_visitor

visitor = current_visitor()
visitor.scope.require(Right.MANAGE_OFFICES)

office = choose_office(visitor, "offices")
words.show_odd_codes(visitor, office)
parts.show_unplaced(visitor, office)
parts.show_offices_below(visitor, office)
naming, merging = st.columns(2)
with naming:
    parts.show_name_form(visitor, office)
    words.show_target_form(visitor, office)
with merging:
    words.show_phone_form(visitor, office)
    parts.show_merge_form(visitor, office)
words.show_aliases(visitor, office)
parts.show_former_offices(visitor, office)
