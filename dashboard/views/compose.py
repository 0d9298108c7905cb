"""Write a notice: what is said, to whom, how it will look, what it costs; then submit it for approval."""

import streamlit as st

from dashboard.notices.draft import NoticeDraft
from dashboard.notices.drafting import judge_draft, save_draft, test_send
from dashboard.notices.notice import get_notice
from dashboard.ui import address, audience_parts
from dashboard.ui import compose_parts as parts
from dashboard.ui.binding_parts import choose_bindings
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits
from dashboard.ui.freeze_parts import show_freeze, submit_draft
from dashboard.ui.office_picker import choose_office
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t

visitor = current_visitor()
rt, scope = visitor.rt, visitor.scope
if show_freeze(visitor):
    st.stop()
asked = address.read_number("notice")
notice = get_notice(rt.db, scope, asked) if asked is not None else None
if notice and "office" not in st.query_params:
    st.query_params["office"] = notice.office_code

writing, seeing = st.columns([3, 2], gap="large")
with writing:
    template, language = parts.choose_template(visitor, notice)
    bindings = choose_bindings(template, language, notice)
    variables = parts.type_variables(template, language, notice, bindings)
    st.subheader(t("compose.audience"))
    audience_parts.take_saved(visitor)
    office = choose_office(visitor, "compose")
    audience = audience_parts.choose_audience(visitor, office, notice)
    draft = NoticeDraft(template.name, language, variables, audience, bindings)
    audience_parts.keep_audience(visitor, draft.audience)
notice_id = notice.notice_id if notice else None
with seeing:
    count = audience_parts.show_audience(visitor, draft, notice_id)
    parts.show_preview(visitor, draft, count)

problems = judge_draft(rt.db, scope, draft)
parts.show_problems(draft, problems)
parts.show_warnings(visitor, draft, count, notice_id)
with st.container(horizontal=True, vertical_alignment="bottom"):
    with st.popover(
        t("compose.submit", count=group_digits(count.recipients)),
        type="primary",
        icon=":material/outbox:",
        disabled=bool(problems),
        key="compose_submit_open",
    ):
        st.markdown(t("compose.submit_sure", count=group_digits(count.recipients)))
        submitted = st.button(t("compose.submit_yes"), type="primary", key="compose_submit")
    saved = st.button(t("compose.save"), icon=":material/save:", key="compose_save")
    tested = st.button(
        t("compose.test"), icon=":material/send_to_mobile:", disabled=bool(problems), key="compose_test"
    )
with told():
    if submitted:
        submit_draft(visitor, draft, notice_id)
    if saved:
        save_id = save_draft(rt.db, scope, rt.clock, draft, notice_id)
        st.query_params["notice"] = str(save_id)
        st.toast(t("compose.saved"), icon=":material/task_alt:")
    if tested:
        test_send(rt.db, scope, rt.clock, draft)
        st.toast(t("compose.tested"), icon=":material/task_alt:")
