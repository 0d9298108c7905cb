"""The parts of the consumer's page: the search, what is known, what happened, and what a person may put right."""

from collections.abc import Sequence

import streamlit as st

from dashboard.access.scope import Right
from dashboard.enrolment import corrections
from dashboard.enrolment.corrections import TEXT_FIELDS, Desk, TextEvent
from dashboard.registry.consumers import Consumer, Found, NumberEvent, find_consumers, open_number
from dashboard.registry.offices import Office, list_path
from dashboard.ui.errors import told
from dashboard.ui.formats import DASH, group_digits, mask_cell, mask_number, rupees
from dashboard.ui.tables import escape_marks
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t, t_or_code

_ASKED = "consumer_asked"  # what was searched for: in the session, never in the address
_OPENED = "consumer_number_opened"  # the account whose number is shown in full, and by whom


def desk_of(visitor: Visitor) -> Desk:
    """Return what corrections work with."""
    rt = visitor.rt
    return Desk(rt.db, visitor.scope, rt.clock, rt.refresh, rt.settings.shared_threshold)


# ── the search ──────────────────────────────────────────────────────────────────────────────


def ask_for_consumer() -> str:
    """Show the search field; return what was asked for, empty at first."""
    st.session_state.setdefault("consumer_words", st.session_state.get(_ASKED, ""))
    with st.form("consumer_search"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            words = st.text_input(
                t("consumer.search"),
                key="consumer_words",
                max_chars=100,
                placeholder=t("consumer.search_example"),
                help=t("consumer.search_help"),
                width="stretch",
            )
            asked = st.form_submit_button(
                t("consumer.find"), icon=":material/search:", type="primary", key="consumer_find"
            )
    if asked:
        st.session_state[_ASKED] = words
    return str(st.session_state.get(_ASKED, ""))


def show_found(visitor: Visitor, office: Office, words: str) -> None:
    """Show whom the search found, each with a way to open them; numbers masked."""
    found = find_consumers(visitor.rt.db, visitor.scope, office.code, words)
    if not found.count:
        said = t("consumer.none_found", office=office.name_in(current_language()))
        larger = t("consumer.none_found_larger") if office.code != visitor.user.office_code else ""
        st.info(f"{said} {larger}", icon=":material/search_off:")
        return
    st.markdown(t("consumer.found", count=group_digits(found.count)))
    _show_rows(found)
    if found.more:
        st.caption(t("consumer.more", count=group_digits(found.more)))


def _show_rows(found: Found) -> None:
    suffix = "_hi" if current_language() == "hi" else ""
    for row in found.rows.itertuples(index=False):
        place = getattr(row, f"office{suffix}") or row.office
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            who = f"**{escape_marks(str(row.name or DASH))}** · {row.account_no}"
            mobile = mask_number(None if row.mobile != row.mobile or row.mobile is None else int(row.mobile))
            where = " · ".join(escape_marks(str(part)) for part in (row.address, place) if part)
            st.markdown(f"{who}  \n{where}  \n{t(f'state.{row.state}')} · {mobile}", width="stretch")
            st.button(
                t("consumer.open"),
                key=f"consumer_open_{row.account_no}",
                icon=":material/arrow_forward:",
                on_click=go_to_consumer,
                args=(row.account_no,),
            )


def go_to_consumer(account_no: str | None) -> None:
    """Put an account into the address, or take it out; used as a callback."""
    if account_no:
        st.query_params["account"] = account_no
    else:
        st.query_params.pop("account", None)


# ── what is known ───────────────────────────────────────────────────────────────────────────


def show_head(visitor: Visitor, consumer: Consumer) -> bool:
    """Show who it is, the state and the number; return whether the number is shown in full."""
    st.button(
        t("consumer.back"), icon=":material/arrow_back:", key="consumer_back", type="tertiary", on_click=go_to_consumer, args=(None,)
    )  # fmt: skip
    path = list_path(visitor.rt.db, visitor.scope, consumer.office_code)
    st.header(escape_marks(consumer.name or DASH))
    names = " › ".join(escape_marks(step.name_in(current_language())) for step in path)
    st.markdown(f"{t('consumer.account')} **{consumer.account_no}** · {names}")
    in_full = st.session_state.get(_OPENED) == (visitor.user.username, consumer.account_no)
    with st.grid(3, min_column_width=180):
        st.metric(t("consumer.state"), t(f"state.{consumer.state}"), border=True)
        shown = str(consumer.mobile or DASH) if in_full else mask_number(consumer.mobile)
        st.metric(t("consumer.number"), shown, border=True)
        amount = DASH if consumer.amount_payable is None else rupees(consumer.amount_payable)
        st.metric(t("consumer.amount_payable"), amount, border=True)
    _say_about_number(consumer, in_full)
    if (consumer.mobile or consumer.mobile_raw) and not in_full:
        st.button(
            t("consumer.open_number"),
            icon=":material/visibility:",
            key="consumer_open_number",
            help=t("consumer.open_number_help"),
            on_click=_open_number,
            args=(visitor, consumer.account_no),
        )
    return in_full


def _say_about_number(consumer: Consumer, in_full: bool) -> None:
    """Why the number cannot be used, and what the export has where that is something else."""
    if consumer.state in ("missing", "unusable"):
        code = "not on whatsapp" if consumer.verdict == "ok" else consumer.verdict
        st.markdown(f":material/info: {t_or_code('reason', code)}")
    cell = consumer.mobile_raw or ""
    if cell and cell != str(consumer.mobile):
        shown = cell if in_full else mask_cell(cell)
        st.caption(t("consumer.export_cell", cell=escape_marks(shown)))


def _open_number(visitor: Visitor, account_no: str) -> None:
    open_number(visitor.rt.db, visitor.scope, visitor.rt.clock, account_no)
    st.session_state[_OPENED] = (visitor.user.username, account_no)


# ── what may be put right ───────────────────────────────────────────────────────────────────


def show_correction(visitor: Visitor, consumer: Consumer, version: int) -> None:
    """Offer to correct number, name or address with a reason; `version` empties the fields after a correction."""
    with st.expander(t("consumer.correct"), icon=":material/edit:", key="consumer_correct"):
        fields = {name: t(f"consumer.field_{name}") for name in ("number", *TEXT_FIELDS)}
        field = st.segmented_control(
            t("consumer.what"),
            list(fields),
            default="number",
            required=True,
            format_func=fields.__getitem__,
            key="consumer_field",
        )
        with st.form(f"consumer_form_{field}_{version}", border=False):
            old = "" if field == "number" else getattr(consumer, str(field)) or ""
            value = st.text_input(
                t(f"consumer.new_{field}"),
                value=old,
                key=f"consumer_value_{field}_{version}",
                max_chars=TEXT_FIELDS.get(str(field), 40),
                help=t("consumer.new_number_help") if field == "number" else None,
            )
            reason = st.text_input(
                t("consumer.reason"), key=f"consumer_reason_{field}_{version}", max_chars=500, placeholder=t("consumer.reason_example")
            )  # fmt: skip
            sent = st.form_submit_button(
                t("consumer.save"), type="primary", icon=":material/check:", key="consumer_save"
            )
    if sent:
        with told():
            _correct(visitor, consumer.account_no, str(field), value, reason)
            st.toast(t("consumer.saved"), icon=":material/task_alt:")
            st.rerun()


def _correct(visitor: Visitor, account_no: str, field: str, value: str, reason: str) -> None:
    if field == "number":
        corrections.correct_number(desk_of(visitor), account_no, value, reason)
    else:
        corrections.correct_text(desk_of(visitor), account_no, field, value, reason)


def may_undo_number(visitor: Visitor, consumer: Consumer, events: Sequence[NumberEvent]) -> bool:
    """Whether the number in use is that of a correction, the latest thing that happened to it."""
    return bool(
        visitor.may(Right.CORRECT)
        and events
        and events[0].source == "correction"
        and events[0].mobile_after == consumer.mobile
    )


def list_undoable(visitor: Visitor, consumer: Consumer, events: Sequence[TextEvent]) -> list[TextEvent]:
    """Return the latest correction of each field whose text is still that of it."""
    if not visitor.may(Right.CORRECT):
        return []
    latest = {event.field: event for event in reversed(events)}
    return [event for event in latest.values() if (getattr(consumer, event.field) or "") == event.value_after]


def offer_undo(visitor: Visitor, account_no: str, field: str, reason: str) -> None:
    """Offer to take the latest correction of a field back, or what was taken back to be done again: one click, which is a correction itself.

    `reason` is that of the latest correction. Both are buttons of their own: a second press does not turn the first around.
    """
    deed = "redo" if reason == corrections.UNDO else "undo"
    st.button(
        t(f"consumer.{deed}_{field}"),
        icon=f":material/{deed}:",
        key=f"consumer_{deed}_{field}",
        on_click=_undo,
        args=(visitor, account_no, field, deed),
    )


def _undo(visitor: Visitor, account_no: str, field: str, deed: str) -> None:
    if field == "number":
        corrections.undo_number(desk_of(visitor), account_no)
    else:
        corrections.undo_text(desk_of(visitor), account_no, field)
    st.toast(t(f"consumer.{deed}ne"), icon=f":material/{deed}:")
