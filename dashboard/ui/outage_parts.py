"""The parts of the outage page: what lasts with its two answers, and a new outage told in a minute. Made for a phone."""

from collections import Counter

import streamlit as st

from dashboard.notices.outage import (
    Feeder,
    Outage,
    OutageOrder,
    count_feeders,
    list_feeders,
    preview_outage,
)
from dashboard.notices.outage_course import extend_outage, open_outage, restore_outage
from dashboard.notices.outage_words import causes
from dashboard.notices.report import report
from dashboard.registry.offices import get_office
from dashboard.ui.bubble import show_bubble
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits, moment
from dashboard.ui.office_picker import name_in_full
from dashboard.ui.outage_times import choose_coming, choose_past, renew_base
from dashboard.ui.questions import close_question, question_key
from dashboard.ui.tables import escape_marks
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import LANGUAGE_NAMES, current_language, t, t_each

_AHEAD = [30, 60, 120, 180, 240, 360]
_AGO = [0, 15, 30, 60]
_LISTED = 60
_POLL_SECONDS = 2.0
_RESET = "outage_reset"
_CHOICES = ("outage_feeder", "outage_cause", "outage_began", "outage_expected")


def show_lasting(visitor: Visitor, outages: list[Outage]) -> None:
    """Show each outage that lasts: overdue ones say so; extend, or say that supply is back."""
    for outage in outages:
        sums = report(visitor.rt.db, visitor.scope, outage.notice_id)
        every = _POLL_SECONDS if sums.waiting else None
        st.fragment(_show_card, run_every=every)(visitor, outage)


def _show_card(visitor: Visitor, outage: Outage) -> None:
    with told(), st.container(border=True, key=f"outage_card_{outage.outage_id}"):
        sums = report(visitor.rt.db, visitor.scope, outage.notice_id)
        _show_facts(visitor, outage)
        st.caption(
            t("outage.told", count=group_digits(sums.accepted), total=group_digits(sums.recipients)),
            help=t("outage.told_help"),
        )
        with st.container(horizontal=True):
            _offer_restore(visitor, outage, sums.accepted)
            _offer_extend(visitor, outage)
            _link_report(outage.notice_id, t("outage.report"))


def _show_facts(visitor: Visitor, outage: Outage) -> None:
    language = current_language()
    st.markdown(f"**{escape_marks(outage.name_in_full(language))}**")
    st.markdown(t("outage.since", at=moment(outage.began_at), cause=t(f"outage.cause_{outage.cause}")))
    expected = t("outage.expected_at", at=moment(outage.expected_at))
    if outage.is_overdue(visitor.rt.clock()):
        st.markdown(f":red-badge[:material/alarm: {t('outage.overdue')}] {expected}")
    else:
        st.markdown(f":material/schedule: {expected}")


def _offer_restore(visitor: Visitor, outage: Outage, reached: int) -> None:
    rt, key = visitor.rt, f"outage_restore_{outage.outage_id}"
    with st.popover(t("outage.restore"), type="primary", icon=":material/bolt:", key=f"{key}_open"):
        at = choose_past(t("outage.restore_at"), _AGO, rt.clock(), f"{key}_at", default=0)
        st.markdown(t("outage.restore_sure", count=group_digits(reached)))
        pressed = st.button(t("outage.restore_yes"), type="primary", key=key, disabled=at is None)
    if pressed and at:
        with told():
            restore_outage(rt.db, visitor.scope, rt.clock, outage.outage_id, at, rt.quiet)
            _done("outage.restored")


def _offer_extend(visitor: Visitor, outage: Outage) -> None:
    rt, asked = visitor.rt, f"outage_extend_{outage.outage_id}"
    key = question_key(asked)
    with st.popover(t("outage.extend"), icon=":material/more_time:", key=f"{key}_open"):
        until = choose_coming(t("outage.extend_by"), _AHEAD, rt.clock(), f"{key}_at")
        tell = st.toggle(t("outage.extend_tell"), value=True, key=f"{key}_tell")
        pressed = st.button(t("outage.extend_yes"), type="primary", key=key, disabled=until is None)
    if pressed and until:
        with told():
            extend_outage(
                rt.db, visitor.scope, rt.clock, outage.outage_id, until, tell=tell, quiet=rt.quiet, seen=outage.expected_at,
            )  # fmt: skip
            close_question(asked)
            _done("outage.extended")


def show_ended(outages: list[Outage]) -> None:
    """List what ended within a day, with the report on those who were told."""
    with st.expander(t("outage.ended"), icon=":material/task_alt:", key="outage_ended"):
        for outage in outages:
            feeder = escape_marks(outage.name_in_full(current_language()))
            began, restored = moment(outage.began_at), moment(outage.restored_at)
            st.markdown(t("outage.ended_line", feeder=feeder, began=began, restored=restored))
            if outage.told_notice_id is not None:
                _link_report(outage.told_notice_id, t("outage.ended_report"))


def _link_report(notice_id: int, label: str) -> None:
    st.page_link(
        "views/notices.py",
        label=label,
        icon=":material/campaign:",
        query_params={"notice": str(notice_id)},
    )


def choose_order(visitor: Visitor) -> OutageOrder | None:
    """Let one choose feeder, cause and times; None while something is missing."""
    if st.session_state.pop(_RESET, False):
        st.session_state.update(dict.fromkeys(_CHOICES))
    feeder = _choose_feeder(visitor)
    cause = st.pills(
        t("outage.cause"),
        list(causes()["hi"]),
        format_func=t_each("outage.cause_", causes()["hi"]).__getitem__,
        key="outage_cause",
    )
    now = visitor.rt.clock()
    began = choose_past(t("outage.began"), _AGO, now, "outage_began")
    expected = choose_coming(t("outage.expected"), _AHEAD, now, "outage_expected")
    language = st.segmented_control(
        t("outage.language"),
        ["hi", "en"],
        default="hi",
        required=True,
        format_func=LANGUAGE_NAMES.__getitem__,
        key="outage_language",
    )
    if feeder is None or cause is None or began is None or expected is None:
        return None
    return OutageOrder(feeder, cause, began, expected, language or "hi")


def _choose_feeder(visitor: Visitor) -> str | None:
    db, scope = visitor.rt.db, visitor.scope
    count = count_feeders(db, scope)
    wanted = ""
    if count > _LISTED:
        wanted = st.text_input(
            t("outage.search"),
            key="outage_search",
            help=t("outage.search_help", count=group_digits(count), shown=group_digits(_LISTED)),
        )
    feeders = {one.office.code: one for one in list_feeders(db, scope, wanted, _LISTED)}
    if not feeders:
        st.info(t("outage.none_found" if wanted else "outage.no_feeders"), icon=":material/search_off:")
        return None
    names = _name_apart(feeders)
    return st.selectbox(
        t("outage.feeder"),
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=t("outage.feeder_placeholder"),
        help=t("outage.feeder_help"),
        key="outage_feeder",
    )


def _name_apart(feeders: dict[str, Feeder]) -> dict[str, str]:
    """Return the names by code; those of the same name get their code, as a choice goes by what it reads."""
    names = {code: one.name_in(current_language()) for code, one in feeders.items()}
    times = Counter(names.values())
    return {code: name if times[name] == 1 else f"{name} ({code})" for code, name in names.items()}


def show_new(visitor: Visitor, order: OutageOrder | None) -> None:
    """Show the text and how many will read it; send after one question."""
    if order is None:
        st.caption(t("outage.choose_first"))
        return
    rt = visitor.rt
    shown = preview_outage(rt.db, visitor.scope, rt.clock, order)
    show_bubble(shown.text, footer=shown.footer, key="outage_text")
    if not shown.recipients:
        st.info(t("outage.nobody"), icon=":material/person_off:")
        return
    count = group_digits(shown.recipients)
    st.markdown(t("outage.reads", count=count))
    if rt.quiet and rt.quiet.holds(rt.clock()):
        st.caption(f":material/bedtime: {t('outage.quiet', hours=str(rt.quiet))}")
    with st.popover(
        t("outage.send", count=count), type="primary", icon=":material/send:", key="outage_send_open"
    ):
        feeder = escape_marks(name_in_full(visitor, get_office(rt.db, visitor.scope, order.feeder_code)))
        st.markdown(t("outage.send_sure", count=count, feeder=feeder))
        pressed = st.button(t("outage.send_yes", count=count), type="primary", key="outage_send")
    if pressed:
        open_outage(rt.db, visitor.scope, rt.clock, order, rt.quiet)
        st.session_state[_RESET] = True
        _done("outage.sent")


def _done(words: str) -> None:
    renew_base()
    st.toast(t(words), icon=":material/task_alt:")
    st.rerun()
