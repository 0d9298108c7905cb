"""The parts of the notice pages: list, frozen text, decision, sending."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.access.scope import Right
from dashboard.notices import approval, chain, lifecycle
from dashboard.notices.frozen import preview_message
from dashboard.notices.notice import Notice, has_given
from dashboard.notices.pacing import AS_IT_COMES, Pace
from dashboard.notices.prices import estimate, finish_at
from dashboard.notices.send_queue import NOTHING_BEFORE, read_queue
from dashboard.notices.standing import category_of, find_obstacle_of
from dashboard.notices.states import Action, State
from dashboard.notices.templates import Template, get_template
from dashboard.registry.offices import get_office
from dashboard.ui.approval_parts import show_steps
from dashboard.ui.bubble import frame_of, show_bubble
from dashboard.ui.catalogue import has_words
from dashboard.ui.errors import do_pressed, explain, told
from dashboard.ui.formats import duration, from_india, group_digits, moment, rupees
from dashboard.ui.office_picker import name_in_full
from dashboard.ui.queue_parts import show_until
from dashboard.ui.schedule_parts import choose_pace
from dashboard.ui.tables import Column, escape_marks, name_offices, show_table
from dashboard.ui.template_words import title_of
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t


def show_list(notices: pd.DataFrame, key: str, alt: str) -> int | None:
    """Show notices as a table; return the id of the chosen one."""
    shown = notices.assign(
        title=[title_of(template) for template in notices["template"]],
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
    st.subheader(f"{escape_marks(title_of(notice.template))} · {t('notices.number')} {notice.notice_id}")
    st.markdown(
        f"**{t(f'notices.state_{notice.state}')}** · {escape_marks(name_in_full(visitor, office))} · {t(f'level.{office.level}')}"
    )
    st.caption(
        t("notices.written", name=notice.author_name, at=moment(notice.submitted_at or notice.created_at))
    )
    if notice.decided_by and notice.state not in (State.RETURNED, State.DRAFT, State.SUBMITTED):
        st.caption(t("notices.approved_by", name=notice.decider_name, at=moment(notice.decided_at)))
    if notice.finished_at:
        st.caption(t("notices.finished_at", at=moment(notice.finished_at)))
    if notice.comment == approval.EXPIRED and notice.state is State.DRAFT:
        hours = f"{visitor.rt.settings.approval_hours:g}"
        st.warning(t("approval.expired", hours=hours), icon=":material/timer_off:")
    if notice.comment == chain.LOST and notice.state is State.SUBMITTED:
        st.warning(t("approval.lost"), icon=":material/person_off:")
    if notice.comment and notice.state is State.RETURNED:
        st.warning(
            t("notices.returned_with", name=notice.decider_name or "", comment=_say_comment(notice.comment)),
            icon=":material/undo:",
        )


def _say_comment(comment: str) -> str:
    """Return what a person wrote, or the words of what the clock noted."""
    key = f"approval.back_{comment}"
    return t(key) if has_words(key) else escape_marks(comment)


def show_frozen(visitor: Visitor, notice: Notice) -> None:
    """Show exactly what goes to how many: any frozen message, those left out, cost and time."""
    rt = visitor.rt
    category = category_of(rt.db, visitor.scope, notice.template, notice.language)
    now, waits = rt.clock(), notice.state in (State.DRAFT, State.SUBMITTED, State.APPROVED)
    queue = (
        read_queue(rt.db, rt.clock, notice.template, notice.recipient_count, notice.notice_id)
        if waits
        else NOTHING_BEFORE
    )
    facts = estimate(rt.settings, category, notice.recipient_count, now, queue)
    with st.container(horizontal=True):
        st.metric(t("notices.recipients"), group_digits(notice.recipient_count), border=True)
        st.metric(t("notices.cost"), rupees(facts.cost), border=True, help=t("notices.cost_help"))
        st.metric(t("notices.time"), duration(facts.seconds, current_language()), border=True)
    if waits and notice.recipient_count:
        until = finish_at(rt.settings, notice.template, notice.recipient_count, now, queue, rt.rate)
        show_until(until, queue)
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
            (get_template(notice.template), notice.language),
        )
    else:
        show_bubble(
            notice.body, **frame_of(get_template(notice.template), notice.language), key="notices_body"
        )


def show_obstacle(visitor: Visitor, notice: Notice) -> None:
    """Say what WhatsApp has against a notice's template before anybody presses Send."""
    problem = find_obstacle_of(visitor.rt.db, visitor.scope, notice.template, notice.language)
    if problem and notice.state in (State.SUBMITTED, State.APPROVED, State.SCHEDULED):
        st.warning(explain(problem.as_error()), icon=":material/price_change:")


def show_pages(preview: Any, total: int, key: str, of: tuple[Template, str]) -> None:
    """Page through recipients' messages, one bubble at a time; `of` is the template and the language."""
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
        show_bubble(message.text, **frame_of(*of), reader=reader, key=f"{key}_bubble")


def decide(visitor: Visitor, notice: Notice, actions: frozenset[Action]) -> None:
    """Let an approver approve or return; nobody their own."""
    show_steps(visitor, notice)
    if notice.state not in (State.SUBMITTED, State.PAUSED):
        return
    if Action.APPROVE not in actions:
        st.info(t(_why_not_approve(visitor, notice)), icon=":material/hourglass_top:")
        if Action.RETURN not in actions:
            return
    rt, scope = visitor.rt, visitor.scope
    shown_hash = _remember_shown(notice)
    with st.form("notices_decision"):
        may_return = Action.RETURN in actions
        comment = (
            st.text_area(t("notices.comment"), key="notices_comment", max_chars=1000) if may_return else ""
        )
        with st.container(horizontal=True):
            approved = st.form_submit_button(
                t("notices.approve", count=group_digits(notice.recipient_count)),
                type="primary",
                icon=":material/check:",
                disabled=Action.APPROVE not in actions,
                key="notices_approve",
            )
            returned = may_return and st.form_submit_button(
                t("notices.return"), icon=":material/undo:", key="notices_return"
            )
    if approved or returned:
        with told():
            if approved:
                approval.approve(rt.db, scope, rt.clock, notice.notice_id, shown_hash)
            else:
                approval.return_notice(rt.db, scope, rt.clock, notice.notice_id, comment)
            st.rerun()


def _why_not_approve(visitor: Visitor, notice: Notice) -> str:
    """Return the key of the words why this person cannot give the approval that is wanted now."""
    if visitor.scope.username in notice.author_accounts:
        return "notices.own"
    return "error.approval_given" if has_given(notice, visitor.scope.username) else "notices.waits"


def _remember_shown(notice: Notice) -> str:
    """Return the hash of what stood on this page when its buttons were drawn; a press runs the page anew, with what stands by then."""
    key = f"notices_shown_{notice.notice_id}"
    shown_hash = str(st.session_state.get(key, notice.content_hash))
    st.session_state[key] = notice.content_hash
    return shown_hash


def show_sending(visitor: Visitor, notice: Notice, actions: frozenset[Action]) -> None:
    """Let one send now or at a time, and give up what was approved."""
    rt, scope = visitor.rt, visitor.scope
    if notice.state is State.SCHEDULED:
        st.info(t("notices.scheduled_for", at=moment(notice.send_at)), icon=":material/schedule:")
    if Action.START in actions:
        shown_hash = _remember_shown(notice)
        later = st.toggle(t("notices.later"), key="notices_later")
        send_at = _choose_time(rt.clock()) if later else None
        pace = choose_pace(visitor, notice)
        if pace != AS_IT_COMES:
            _show_paced(visitor, notice, send_at or rt.clock(), pace)
        label = t(
            "notices.send_later" if later else "notices.send", count=group_digits(notice.recipient_count)
        )
        if st.button(label, type="primary", icon=":material/send:", key="notices_send"):
            with told():
                lifecycle.start(
                    rt.db, scope, rt.clock, notice.notice_id, send_at, pace=pace, quiet=rt.quiet, shown_hash=shown_hash
                )  # fmt: skip
                st.rerun()
    if Action.CANCEL in actions and notice.state in (State.APPROVED, State.SCHEDULED):
        show_cancel(visitor, notice)


def _show_paced(visitor: Visitor, notice: Notice, start: datetime, pace: Pace) -> None:
    """Say when the last message goes with the hours and the share of a day that were chosen."""
    rt = visitor.rt
    queue = read_queue(rt.db, rt.clock, notice.template, notice.recipient_count, notice.notice_id)
    until = finish_at(rt.settings, notice.template, notice.recipient_count, start, queue, rt.rate, pace)
    st.caption(f":material/schedule: {t('schedule.paced_until', at=moment(until))}")


def _choose_time(now: datetime) -> datetime:
    start = now + timedelta(hours=5, minutes=30) + timedelta(hours=1)
    with st.container(horizontal=True):
        day = st.date_input(t("notices.day"), start.date(), key="notices_day", format="DD-MM-YYYY", width=180)
        hour = st.time_input(
            t("notices.hour"), start.time().replace(second=0, microsecond=0), key="notices_hour", width=140
        )
    return from_india(datetime.combine(day, hour))


def show_cancel(visitor: Visitor, notice: Notice) -> None:
    """Offer to give a notice up, and ask first: it cannot be taken back."""
    with st.popover(t("notices.cancel"), icon=":material/cancel:", key="notices_cancel_open"):
        st.markdown(t("notices.cancel_sure"))
        if st.button(t("notices.cancel_yes"), key="notices_cancel"):
            rt = visitor.rt
            do_pressed(lambda: lifecycle.cancel(rt.db, visitor.scope, rt.clock, notice.notice_id))
