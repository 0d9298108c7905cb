"""The audit trail of one's offices: who did what, when."""

from datetime import datetime, time, timedelta

import streamlit as st

from dashboard.access.audit import list_audit
from dashboard.store.clock import india_day
from dashboard.ui.audit_parts import describe_detail, name_actor
from dashboard.ui.formats import from_india, group_digits
from dashboard.ui.tables import Column, name_offices, show_table
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t, t_or_code

MOST = 2_000  # that a page can show

visitor = current_visitor()

today = india_day(visitor.rt.clock())
with st.container(horizontal=True, vertical_alignment="bottom"):
    last_day = st.date_input(
        t("audit.until"), today, max_value=today, format="DD-MM-YYYY", key="audit_until", width=180
    )
    sign_ins = st.toggle(t("audit.sign_ins"), key="audit_sign_ins")
before = from_india(datetime.combine((last_day or today) + timedelta(days=1), time()))
events = list_audit(visitor.rt.db, visitor.scope, MOST, before=before, sign_ins=sign_ins)
if events.empty:
    st.info(t("audit.empty"), icon=":material/history:")
    st.stop()

actions = sorted(events["action"].unique())
names = {action: t_or_code("audit", action.replace(".", "_")) for action in actions}
chosen = st.multiselect(
    t("audit.action"),
    actions,
    key="audit_action",
    placeholder=t("page.all"),
    format_func=names.__getitem__,
)
shown = events[events["action"].isin(chosen)] if chosen else events
shown = shown.assign(
    who=[name_actor(username) for username in shown["username"]],
    action=[names[action] for action in shown["action"]],
    place=name_offices(shown),
    detail=[describe_detail(detail) for detail in shown["detail"]],
)
columns = {
    "happened_at": Column(t("audit.at"), "moment", pinned=True),
    "who": Column(t("audit.who")),
    "action": Column(t("audit.action")),
    "place": Column(t("audit.office")),
    "row_count": Column(t("audit.rows"), "count"),
    "detail": Column(t("audit.detail")),
}
show_table(shown, columns, key="audit_table", alt=t("page.audit_help"), rows=18)
if len(events) == MOST:
    st.caption(t("audit.most", count=group_digits(MOST)))
