"""The parts of a notice's report: live progress, sums, what is in doubt, failures."""

from datetime import datetime, timedelta

import streamlit as st

from dashboard.access.scope import Right
from dashboard.delivery.errors_table import message_words
from dashboard.notices import lifecycle
from dashboard.notices.doubts import count_doubts, find_doubt_bar, settle_doubt
from dashboard.notices.notice import Notice, get_notice
from dashboard.notices.prices import finish_at
from dashboard.notices.report import Report, read_pace, report
from dashboard.notices.send_queue import read_queue
from dashboard.notices.states import Action, State
from dashboard.runtime import Runtime
from dashboard.ui import charts
from dashboard.ui.errors import do_pressed, told
from dashboard.ui.formats import duration, group_digits, moment, percent, share
from dashboard.ui.notice_parts import show_cancel
from dashboard.ui.questions import close_question, question_key
from dashboard.ui.queue_parts import show_before
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t

_RUNNING = (State.SENDING, State.PAUSED)
_POLL_SECONDS = 1.0
_WATCH_SECONDS = 5.0
_REPORTS_COME = timedelta(minutes=15)  # after its end most reports on a notice are there
_PART_COLOURS = {
    "read": "#0072B2",
    "delivered": "#74BDE8",
    "accepted": "#B9D9EE",
    "waiting": "#E0E0E0",
    "skipped": "#C9C9C9",
    "in_doubt": "#D07A00",
    "failed": "#8F2A0C",
}


def show_progress(visitor: Visitor, notice_id: int, state: State) -> None:
    """Show how a notice stands; while it runs, the part refreshes by itself."""
    every = _POLL_SECONDS if state in _RUNNING else None
    st.fragment(_show_live, run_every=every)(visitor, notice_id, state)


def _show_live(visitor: Visitor, notice_id: int, state: State) -> None:
    with told():
        notice = get_notice(visitor.rt.db, visitor.scope, notice_id)
        sums = report(visitor.rt.db, visitor.scope, notice_id)
        if notice.state is not state:
            st.rerun()
        if notice.state is State.PAUSED:
            st.warning(_say_why_paused(notice.pause_reason or "person"), icon=":material/pause_circle:")
        _show_sums(visitor, notice, sums)
        _show_controls(visitor, notice)


def _say_why_paused(reason: str) -> str:
    key = "notices.paused_alike" if reason in message_words() else "notices.paused_because"
    return t(key, reason=t(f"provider.{reason}"))


def watch_reports(visitor: Visitor, notice: Notice, shown: Report) -> None:
    """Show the page anew while reports on a notice that has just ended change what stands on it."""
    now = visitor.rt.clock()
    ended_at = notice.finished_at or now  # not noted yet in the first second
    if notice.state is State.FINISHED and now - ended_at < _REPORTS_COME:
        st.fragment(_watch_reports, run_every=_WATCH_SECONDS)(visitor, notice.notice_id, shown, now)


def _watch_reports(visitor: Visitor, notice_id: int, shown: Report, drawn_at: datetime) -> None:
    if visitor.rt.clock() - drawn_at < timedelta(seconds=_WATCH_SECONDS / 2):
        return  # part of the page's own run
    with told():
        if report(visitor.rt.db, visitor.scope, notice_id) != shown:
            st.rerun()


def _show_sums(visitor: Visitor, notice: Notice, sums: Report) -> None:
    if notice.state in _RUNNING:
        held_by = find_hold(visitor.rt, notice.state)
        if held_by:
            reason = t(f"provider.{held_by}")
            st.warning(t("notices.waiting_because", reason=reason), icon=":material/hourglass_empty:")
        rt, now = visitor.rt, visitor.rt.clock()
        queue = read_queue(rt.db, rt.clock, notice.template, notice.recipient_count, notice.notice_id)
        pace, begun = read_pace(rt.db, visitor.scope, rt.clock, notice.notice_id)
        until = finish_at(rt.settings, notice.template, sums.waiting, now, queue, rt.rate, pace, begun)
        left = duration((until - now).total_seconds(), current_language())
        words = "notices.progress_held" if held_by or notice.state is State.PAUSED else "notices.progress"
        done, total = group_digits(sums.recipients - sums.waiting), group_digits(sums.recipients)
        st.progress(sums.done_rate, t(words, done=done, total=total, left=left))
        if sums.waiting:
            show_before(queue)
    with st.container(horizontal=True, key="notices_sums"):
        for name in ("accepted", "delivered", "read", "failed", "in_doubt", "skipped"):
            st.metric(
                t(f"notices.sum_{name}"),
                group_digits(getattr(sums, name)),
                percent(share(getattr(sums, name), sums.recipients)),
                delta_color="off",
                delta_arrow="off",
                border=True,
                help=t(f"notices.sum_{name}_help"),
            )
    if sums.held:
        st.info(t("report.held", count=group_digits(sums.held)), icon=":material/hourglass_top:")
    parts = {
        "read": sums.read, "delivered": sums.delivered - sums.read, "accepted": sums.accepted - sums.delivered, "waiting": sums.waiting,
        "skipped": sums.skipped, "in_doubt": sums.in_doubt, "failed": sums.failed,
    }  # fmt: skip
    figure = charts.draw_progress(parts, _PART_COLOURS, lambda part: t(f"notices.part_{part}"))
    st.plotly_chart(figure, key="notices_chart", config=charts.CONFIG, alt=t("notices.chart_alt"))


def find_hold(rt: Runtime, state: State) -> str | None:
    """Return what holds up a running notice at the moment (a key of words `provider.*`), None where nothing does."""
    if state is not State.SENDING or rt.dispatcher is None:
        return None
    return rt.dispatcher.status().waiting_reason


def _show_controls(visitor: Visitor, notice: Notice) -> None:
    actions = lifecycle.list_actions(visitor.scope, notice)
    rt, scope = visitor.rt, visitor.scope
    with st.container(horizontal=True):
        if Action.PAUSE in actions and st.button(
            t("notices.pause"), icon=":material/pause:", key="notices_pause"
        ):
            do_pressed(lambda: lifecycle.pause(rt.db, scope, rt.clock, notice.notice_id))
        if Action.GO_ON in actions and st.button(
            t("notices.go_on"), type="primary", icon=":material/play_arrow:", key="notices_go_on"
        ):
            do_pressed(lambda: lifecycle.go_on(rt.db, scope, rt.clock, notice.notice_id))
        if Action.CANCEL in actions:
            show_cancel(visitor, notice)


def show_doubt(visitor: Visitor, notice: Notice, sums: Report) -> None:
    """Let a person settle what nobody knows of."""
    if not sums.in_doubt or not visitor.may(Right.SEND) or notice.state is State.SENDING:
        return
    grace = timedelta(hours=visitor.rt.settings.doubt_grace_hours)
    with told():
        doubts = count_doubts(visitor.rt.db, visitor.scope, visitor.rt.clock, notice.notice_id, grace)
        with st.container(border=True, key="notices_doubt"):
            st.markdown(t("notices.doubt", count=group_digits(sums.in_doubt)))
            if doubts.next_ripe_at:
                at = moment(doubts.next_ripe_at)
                st.caption(t("notices.doubt_waits", count=group_digits(doubts.total - doubts.ripe), at=at))
            if doubts.ripe:
                _offer_to_settle(visitor, notice, doubts.ripe, grace)


def _offer_to_settle(visitor: Visitor, notice: Notice, count: int, grace: timedelta) -> None:
    """Offer both ways to settle, each after a question: neither can be taken back; only the first where it is too late."""
    rt, holds = visitor.rt, timedelta(hours=visitor.rt.settings.approval_hours)
    bar = find_doubt_bar(rt.db, visitor.scope, rt.clock, notice.notice_id, holds)
    ways = (("sent", "done_all", True), ("again", "redo", False))
    with st.container(horizontal=True):
        for name, icon, as_sent in ways[:1] if bar else ways:
            label = t(f"notices.doubt_{name}", count=group_digits(count))
            with st.popover(label, icon=f":material/{icon}:", key=question_key(f"notices_doubt_{name}_open")):
                st.markdown(t(f"notices.doubt_{name}_sure"))
                if st.button(t(f"notices.doubt_{name}_yes"), key=f"notices_doubt_{name}"):
                    _settle(visitor, notice, as_sent, grace)
    if bar:
        st.caption(t(f"error.{bar}"))


def _settle(visitor: Visitor, notice: Notice, as_sent: bool, grace: timedelta) -> None:
    holds = timedelta(hours=visitor.rt.settings.approval_hours)
    with told():
        settle_doubt(visitor.rt.db, visitor.scope, visitor.rt.clock, notice.notice_id, as_sent, grace, holds)
        close_question(f"notices_doubt_{'sent' if as_sent else 'again'}_open")
        st.rerun()


def show_failures(sums: Report) -> None:
    """Show failures by reason in plain words, with what to do."""
    if not sums.failed:
        return
    st.subheader(t("notices.failures"))
    reasons = [
        f"- **{group_digits(one.count)}** · {t(f'provider.{one.words}')}"
        + (f" ({one.code})" if one.code else "")
        for one in sums.failures
    ]
    st.markdown("\n".join(reasons))
