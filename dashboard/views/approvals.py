"""Approvals: the notices whose next step this person may give, and the rules that want it."""

import streamlit as st

from dashboard.notices.approval import list_waiting_for
from dashboard.notices.approval_rules import list_rules
from dashboard.ui import approval_parts as parts
from dashboard.ui import navigation
from dashboard.ui.formats import group_digits
from dashboard.ui.tables import ask_to_choose
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t

visitor = current_visitor()
db, scope = visitor.rt.db, visitor.scope

notices = list_waiting_for(db, scope)
if notices:
    st.markdown(t("notices.waiting_count", count=group_digits(len(notices))))
    chosen = parts.show_waiting(notices, parts.name_offices_of(visitor, notices))
    if chosen is None:
        ask_to_choose(t("notices.choose"))
    else:
        navigation.open_page("notices", notice=str(chosen))
else:
    st.info(t("notices.none_waiting"), icon=":material/task_alt:")
parts.show_rules(list_rules(db))
