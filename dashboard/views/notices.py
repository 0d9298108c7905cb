"""Notices: the list, and one notice with its text, decision, sending and report."""

import streamlit as st

from dashboard.notices.lifecycle import list_actions
from dashboard.notices.notice import get_notice
from dashboard.notices.report import list_notices, report
from dashboard.notices.states import Action, State
from dashboard.ui import address, navigation, report_parts
from dashboard.ui import notice_parts as parts
from dashboard.ui import report_facts as facts
from dashboard.ui import report_people as people
from dashboard.ui import schedule_parts as schedule
from dashboard.ui.tables import ask_to_choose
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t

visitor = current_visitor()
db, scope = visitor.rt.db, visitor.scope
asked = address.read_number("notice")

if asked is None:
    notices = list_notices(db, scope)
    if notices.empty:
        st.info(t("notices.empty"), icon=":material/campaign:")
        st.stop()
    chosen = parts.show_list(notices, "notices_table", t("page.notices_help"))
    if chosen is None:
        ask_to_choose(t("notices.choose"))
        schedule.show_repeats(visitor)
        st.stop()
    st.query_params["notice"] = str(chosen)
    st.rerun()

notice = get_notice(db, scope, asked)
if st.button(t("notices.back"), icon=":material/arrow_back:", type="tertiary", key="notices_back"):
    del st.query_params["notice"]
    st.rerun()
parts.show_head(visitor, notice)
actions = list_actions(scope, notice)
if Action.EDIT in actions and st.button(t("notices.edit"), icon=":material/edit:", key="notices_edit"):
    navigation.open_page("compose", notice=str(notice.notice_id))

was_released = (
    notice.state in (State.SENDING, State.PAUSED, State.FINISHED, State.CANCELLED)
    and notice.job_id is not None
)
if was_released:
    report_parts.show_progress(visitor, notice.notice_id, notice.state)
    if notice.state is State.PAUSED and notice.next_step:
        parts.decide(visitor, notice, actions)
    sums = report(db, scope, notice.notice_id)
    report_parts.show_doubt(visitor, notice, sums)
    if notice.state is not State.SENDING:
        report_parts.show_failures(sums)
        people.offer_resend(visitor, notice, sums)
        facts.show_money(visitor, notice)
        people.show_people(visitor, notice, sums)
        facts.show_replies(visitor, notice)
        facts.show_earlier(visitor, notice, sums)
    with st.expander(
        t("notices.what_was_sent"), icon=":material/chat:", on_change="rerun", key="notices_text"
    ) as box:
        if box.open:
            parts.show_frozen(visitor, notice)
else:
    parts.show_obstacle(visitor, notice)
    parts.show_frozen(visitor, notice)
    parts.decide(visitor, notice, actions)
    parts.show_sending(visitor, notice, actions)
if notice.state is not State.DRAFT:
    schedule.offer_repeat(visitor, notice)
if was_released:
    report_parts.watch_reports(visitor, notice, sums)
