"""WhatsApp groups and channels of one's offices: which there are, and who is known to be in."""

import streamlit as st

from dashboard.enrolment.groups import list_groups
from dashboard.ui import group_parts as parts
from dashboard.ui.office_picker import choose_office
from dashboard.ui.tables import ask_to_choose
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t

visitor = current_visitor()

office = choose_office(visitor, "groups")
st.markdown(t("groups.intro"))
groups = list_groups(visitor.rt.db, visitor.scope)
if groups:
    chosen = parts.show_groups(groups)
    if chosen is None:
        ask_to_choose(t("groups.choose"))
    else:
        parts.change_group(visitor, chosen)
else:
    st.info(t("groups.none"), icon=":material/groups:")
parts.add_one(visitor, office)
