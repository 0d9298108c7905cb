"""The parts of the notice pages: list, frozen text, decision, sending, report."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.access.scope import Right
from dashboard.notices import lifecycle
from dashboard.notices.drafting import estimate
from dashboard.notices.frozen import preview_message
from dashboard.notices.notice import Notice, get_notice
from dashboard.notices.report import Report, export_failures, list_failures, report
from dashboard.notices.states import Action, State
from dashboard.registry.offices import get_office
from dashboard.runtime import Runtime
from dashboard.ui import charts
from dashboard.ui.bubble import show_bubble
from dashboard.ui.downloads import offer_file, prepare_file
from dashboard.ui.errors import told
from dashboard.ui.formats import duration, from_india, group_digits, moment, percent, rupees, share
from dashboard.ui.tables import Column, escape_marks, name_offices, show_personal_table, show_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t

_RUNNING = (State.SENDING, State.PAUSED)
_POLL_SECONDS = 1.0
_FAILURES_SHOWN = 20
_PART_COLOURS = {
    "read": "#0072B2",
    "delivered": "#74BDE8",
    "accepted": "#B9D9EE",
    "waiting": "#E0E0E0",
    "skipped": "#C9C9C9",
    "in_doubt": "#D07A00",
    "failed": "#8F2A0C",
}


def show_list(notices: pd.DataFrame, key: str, alt: str) -> int | None:
    """Show notices as a table; return the id of the chosen one."""
    shown = notices.assign(
        title=[t(f"template.{template}") for template in notices["template"]],
        state_words=[t(f"notices.state_{state}") for state in notices["state"]],
        office_name=name_offices(notices),
        changed=notices["finished_at"]
        .combine_first(notices["send_at"])
        .combine_first(notices["submitted_at"])
        .combine_first(notices["created_at"]),
    )
    columns = {
        "notice_id": Column(t("notices.number"), pinned=True),
        "title": Column(t("notices.title")),
        "state_words": Column(t("notices.state")),
        "office_name": Column(t("notices.office")),
        "recipient_count": Column(t("notices.recipients"), "count"),
        "author": Column(t("notices.author")),
        "changed": Column(t("notices.changed"), "moment"),
    }
    chosen = show_table(shown, columns, key=key, alt=alt, pick=True)
    return None if chosen is None else int(notices["notice_id"].iloc[chosen])


def show_head(visitor: Visitor, notice: Notice) -> None:
    """Show what a notice is, for which office, by whom, how it stands."""
    office = get_office(visitor.rt.db, visitor.scope, notice.office_code)
    st.subheader(f"{t(f'template.{notice.template}')} · {t('notices.number')} {notice.notice_id}")
    st.markdown(
        f"**{t(f'notices.state_{notice.state}')}** · {office.name_in(current_language())} · {t(f'level.{office.level}')}"
    )
    st.caption(
        t("notices.written", name=notice.author_name, at=moment(notice.submitted_at or notice.created_at))
    )
    if notice.decided_by and notice.state not in (State.RETURNED, State.DRAFT):
        st.caption(t("notices.approved_by", name=notice.decider_name, at=moment(notice.decided_at)))
    if notice.finished_at:
        st.caption(t("notices.finished_at", at=moment(notice.finished_at)))
    if notice.comment and notice.state is State.RETURNED:
        st.warning(
            t("notices.returned_with", name=notice.decider_name or "", comment=escape_marks(notice.comment)),
            icon=":material/undo:",
        )


def show_frozen(visitor: Visitor, notice: Notice) -> None:
    """Show exactly what goes to how many: any frozen message, those left out, cost and time."""
    facts = estimate(visitor.rt.settings, notice.template, notice.recipient_count)
    with st.container(horizontal=True):
        st.metric(t("notices.recipients"), group_digits(notice.recipient_count), border=True)
        st.metric(t("notices.cost"), rupees(facts.cost), border=True, help=t("notices.cost_help"))
        st.metric(t("notices.time"), duration(facts.seconds, current_language()), border=True)
    if any(notice.exclusions.values()):
        left_out = ", ".join(
            f"{t(f'notices.excluded_{reason}')} {group_digits(count)}"
            for reason, count in notice.exclusions.items()
            if count
        )
        st.caption(t("notices.left_out", list=left_out))
    if visitor.may(Right.COMPOSE) and notice.job_id is not None:
        show_pages(
            lambda place: preview_message(visitor.rt.db, visitor.scope, notice.notice_id, place),
            notice.recipient_count,
            f"notices_{notice.notice_id}",
        )
    else:
        show_bubble(notice.body, key="notices_body")


def show_pages(preview: Any, total: int, key: str) -> None:
    """Page through recipients' messages, one bubble at a time."""
    place = 1
    if total > 1:
        place = int(
            st.number_input(
                t("notices.which"),
                1,
                total,
                1,
                key=f"{key}_place",
                width=220,
                help=t("notices.which_help", count=group_digits(total)),
            )
        )
    message = preview(place - 1)
    if message is not None:
        reader = t(
            "notices.reader",
            name=escape_marks(message.reader or "–"),
            number=message.mobile_masked,
            place=group_digits(place),
            total=group_digits(total),
        )
        show_bubble(message.text, footer=message.footer, reader=reader, key=f"{key}_bubble")


def decide(visitor: Visitor, notice: Notice, actions: frozenset[Action]) -> None:
    """Let an approver approve or return; nobody their own."""
    if notice.state is not State.SUBMITTED:
        return
    if Action.APPROVE not in actions:
        own = visitor.scope.username in (notice.created_by, notice.submitted_by)
        st.info(t("notices.own" if own else "notices.waits"), icon=":material/hourglass_top:")
        return
    rt, scope = visitor.rt, visitor.scope
    with st.form("notices_decision"):
        comment = st.text_area(t("notices.comment"), key="notices_comment", max_chars=1000)
        with st.container(horizontal=True):
            approved = st.form_submit_button(
                t("notices.approve", count=group_digits(notice.recipient_count)),
                type="primary",
                icon=":material/check:",
                key="notices_approve",
            )
            returned = st.form_submit_button(
                t("notices.return"), icon=":material/undo:", key="notices_return"
            )
    if approved or returned:
        with told():
            if approved:
                lifecycle.approve(rt.db, scope, rt.clock, notice.notice_id, notice.content_hash)
            else:
                lifecycle.return_notice(rt.db, scope, rt.clock, notice.notice_id, comment)
            st.rerun()


def show_sending(visitor: Visitor, notice: Notice, actions: frozenset[Action]) -> None:
    """Let one send now or at a time, and give up what was approved."""
    rt, scope = visitor.rt, visitor.scope
    if notice.state is State.SCHEDULED:
        st.info(t("notices.scheduled_for", at=moment(notice.send_at)), icon=":material/schedule:")
    if Action.START in actions:
        later = st.toggle(t("notices.later"), key="notices_later")
        send_at = _choose_time(rt.clock()) if later else None
        label = t(
            "notices.send_later" if later else "notices.send", count=group_digits(notice.recipient_count)
        )
        if st.button(label, type="primary", icon=":material/send:", key="notices_send"):
            with told():
                lifecycle.start(rt.db, scope, rt.clock, notice.notice_id, send_at)
                st.rerun()
    if Action.CANCEL in actions and notice.state in (State.APPROVED, State.SCHEDULED):
        _show_cancel(visitor, notice)


def _choose_time(now: datetime) -> datetime:
    start = now + timedelta(hours=5, minutes=30) + timedelta(hours=1)
    with st.container(horizontal=True):
        day = st.date_input(t("notices.day"), start.date(), key="notices_day", format="DD-MM-YYYY", width=180)
        hour = st.time_input(
            t("notices.hour"), start.time().replace(second=0, microsecond=0), key="notices_hour", width=140
        )
    return from_india(datetime.combine(day, hour))


def _show_cancel(visitor: Visitor, notice: Notice) -> None:
    with st.popover(t("notices.cancel"), icon=":material/cancel:", key="notices_cancel_open"):
        st.markdown(t("notices.cancel_sure"))
        if st.button(t("notices.cancel_yes"), key="notices_cancel"):
            with told():
                lifecycle.cancel(visitor.rt.db, visitor.scope, visitor.rt.clock, notice.notice_id)
                st.rerun()


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
            reason = notice.pause_reason or "person"
            st.warning(
                t("notices.paused_because", reason=t(f"provider.{reason}")), icon=":material/pause_circle:"
            )
        _show_sums(visitor, notice, sums)
        _show_controls(visitor, notice)


def _show_sums(visitor: Visitor, notice: Notice, sums: Report) -> None:
    if notice.state in _RUNNING:
        held_by = find_hold(visitor.rt, notice.state)
        if held_by:
            reason = t(f"provider.{held_by}")
            st.warning(t("notices.waiting_because", reason=reason), icon=":material/hourglass_empty:")
        left = duration(sums.waiting / visitor.rt.settings.rate_per_second, current_language())
        words = "notices.progress_held" if held_by or notice.state is State.PAUSED else "notices.progress"
        done, total = group_digits(sums.recipients - sums.waiting), group_digits(sums.recipients)
        st.progress(sums.done_rate, t(words, done=done, total=total, left=left))
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
            lifecycle.pause(rt.db, scope, rt.clock, notice.notice_id)
            st.rerun()
        if Action.GO_ON in actions and st.button(
            t("notices.go_on"), type="primary", icon=":material/play_arrow:", key="notices_go_on"
        ):
            lifecycle.go_on(rt.db, scope, rt.clock, notice.notice_id)
            st.rerun()
        if Action.CANCEL in actions:
            _show_cancel(visitor, notice)


def show_doubt(visitor: Visitor, notice: Notice, sums: Report) -> None:
    """Let a person settle what nobody knows of."""
    if not sums.in_doubt or not visitor.may(Right.SEND) or notice.state is State.SENDING:
        return
    with st.container(border=True, key="notices_doubt"):
        st.markdown(t("notices.doubt", count=group_digits(sums.in_doubt)))
        with st.container(horizontal=True):
            as_sent = st.button(t("notices.doubt_sent"), icon=":material/done_all:", key="notices_doubt_sent")
            with st.popover(t("notices.doubt_again"), icon=":material/redo:", key="notices_doubt_again_open"):
                st.markdown(t("notices.doubt_again_sure"))
                again = st.button(t("notices.doubt_again_yes"), key="notices_doubt_again")
        if as_sent or again:
            with told():
                lifecycle.settle_doubt(
                    visitor.rt.db, visitor.scope, visitor.rt.clock, notice.notice_id, as_sent
                )
                st.rerun()


def show_failures(visitor: Visitor, notice: Notice, sums: Report) -> None:
    """Show failures by reason in plain words; whoever may see numbers downloads the list."""
    if not sums.failed:
        return
    st.subheader(t("notices.failures"))
    reasons = [
        f"- **{group_digits(one.count)}** · {t(f'provider.{one.words}')}"
        + (f" ({one.code})" if one.code else "")
        for one in sums.failures
    ]
    st.markdown("\n".join(reasons))
    if not visitor.may(Right.SEE_NUMBERS):
        return
    rows = list_failures(visitor.rt.db, visitor.scope, notice.notice_id, _FAILURES_SHOWN)
    rows["words"] = [t(f"provider.{words}") for words in rows["words"]]
    columns = {
        "account_no": Column(t("notices.account"), pinned=True),
        "mobile": Column(t("notices.mobile")),
        "words": Column(t("notices.reason")),
    }
    show_personal_table(rows, columns, alt=t("notices.failures"))
    if len(rows) < sums.failed:
        st.caption(
            t("notices.failures_shown", shown=group_digits(len(rows)), total=group_digits(sums.failed))
        )
    with st.form("notices_failures_form"):
        reason = st.text_input(
            t("notices.download_reason"),
            key="notices_download_reason",
            help=t("notices.download_reason_help"),
        )
        kind = st.segmented_control(
            t("notices.format"),
            ["xlsx", "csv"],
            default="xlsx",
            required=True,
            format_func=str.upper,
            key="notices_format",
        )
        label = t("notices.prepare", count=group_digits(sums.failed))
        asked = st.form_submit_button(label, icon=":material/description:", key="notices_prepare")
    if asked:
        with told():
            name = f"failures_{notice.notice_id}.{kind}"
            ready = prepare_file(
                name, lambda path: export_failures(visitor.rt.db, visitor.scope, visitor.rt.clock, notice.notice_id, path, reason, lambda key: t(f"provider.{key}"))
            )  # fmt: skip
            offer_file(ready, "notices_download")
