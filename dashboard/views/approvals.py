"""Approvals: the notices that wait for this person's decision."""

import streamlit as st

from dashboard.notices.report import list_waiting_for
from dashboard.ui import navigation
from dashboard.ui import notice_parts as parts
from dashboard.ui.formats import group_digits
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t

visitor = current_visitor()

notices = list_waiting_for(visitor.rt.db, visitor.scope)
if notices.empty:
    st.info(t("notices.none_waiting"), icon=":material/task_alt:")
    st.stop()
st.markdown(t("notices.waiting_count", count=group_digits(len(notices))))
chosen = parts.show_list(notices, "approvals_table", t("page.approvals_help"))
if chosen is None:
    st.caption(t("notices.choose"))
else:
    navigation.open_page("notices", notice=str(chosen))
