"""The parts of the inbox: the list of threads, one thread with its clock, the answer."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard.access.scope import Right
from dashboard.notices.inbox import (
    LONGEST_ANSWER,
    Line,
    Thread,
    answer_thread,
    close_thread,
    list_threads,
    read_thread,
)
from dashboard.ui.errors import told
from dashboard.ui.formats import duration, group_digits, mask_number, moment
from dashboard.ui.tables import escape_marks, name_offices
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t, t_each

_ROWS_ON_A_PAGE = 25
_SHORT = 160
_OPEN = "inbox_mobile"
_POLL_SECONDS = 3.0


def open_thread() -> int | None:
    """Return the number of the thread that is being read; it is kept in the session, never in the address."""
    return st.session_state.get(_OPEN)


def show_threads(visitor: Visitor, open_count: int, count: int) -> None:
    """Show a page of threads, each with the button that opens it."""
    names = t_each("inbox.which_", ("open", "all"))
    which = st.segmented_control(
        t("inbox.which"),
        ["open", "all"],
        default="open" if open_count else "all",
        required=True,
        format_func=names.__getitem__,
        key="inbox_which",
    )
    total = open_count if which == "open" else count
    if not total:
        st.success(t("inbox.none_open"), icon=":material/task_alt:")
        return
    pages = -(-total // _ROWS_ON_A_PAGE)
    page = st.pagination(pages, key="inbox_page") - 1 if pages > 1 else 0
    threads = list_threads(
        visitor.rt.db,
        visitor.scope,
        only_open=which == "open",
        limit=_ROWS_ON_A_PAGE,
        offset=page * _ROWS_ON_A_PAGE,
    )
    for place in range(len(threads)):
        _show_card(threads.iloc[[place]], place)


def _show_card(thread: pd.DataFrame, place: int) -> None:
    row = thread.iloc[0]
    who = row["name"] or t("inbox.unknown")
    with st.container(border=True, gap="xsmall", key=f"inbox_card_{place}"):
        st.markdown(f"**{escape_marks(who)}** · {escape_marks(name_offices(thread).iloc[0])}")
        st.text(_shorten(row["last_text"]))
        state = t("inbox.state_open" if row["is_open"] else "inbox.state_done")
        st.caption(f"{mask_number(row['mobile'])} · {moment(row['heard_at'])} · {state}")
        st.button(
            t("inbox.read"),
            icon=":material/forum:",
            key=f"inbox_read_{place}",
            on_click=_open,
            args=(int(row["mobile"]),),
        )


def _open(mobile: int | None) -> None:
    st.session_state[_OPEN] = mobile


def show_thread(visitor: Visitor, mobile: int) -> None:
    """Show what was said on both sides, the clock, and the answer where one may go."""
    st.button(
        t("inbox.back"),
        icon=":material/arrow_back:",
        type="tertiary",
        key="inbox_back",
        on_click=_open,
        args=(None,),
    )
    thread = read_thread(visitor.rt.db, visitor.scope, mobile)
    office = (thread.office_hi if current_language() == "hi" else "") or thread.office
    st.markdown(
        f"**{escape_marks(thread.name or t('inbox.unknown'))}** · {escape_marks(office)} · {mask_number(mobile)}"
    )
    st.fragment(_show_lines, run_every=_POLL_SECONDS)(visitor, thread)
    if thread.account_no:
        st.page_link(
            "views/consumer.py",
            label=t("inbox.consumer"),
            icon=":material/account_box:",
            query_params={"account": thread.account_no},
        )
    if visitor.may(Right.SEND):
        _offer_answer(visitor, thread)


def _show_lines(visitor: Visitor, drawn: Thread) -> None:
    """Show what was said, and go on looking while the thread is open on the screen: an answer leaves, the consumer writes again.

    What is being typed below stays: the rest of the page is made anew only where it says something else by now.
    """
    with told():
        thread = read_thread(visitor.rt.db, visitor.scope, drawn.mobile)
        if replace(thread, lines=drawn.lines) != drawn:
            st.rerun()
        with st.container(border=True, key="inbox_lines"):
            for line in thread.lines:
                _show_line(line)


def _show_line(line: Line) -> None:
    if line.side == "closed":
        st.caption(
            f":material/done: {t('inbox.closed_line', name=escape_marks(line.username), at=moment(line.at))}"
        )
        return
    is_ours = line.side == "answered"
    with st.chat_message(
        "assistant" if is_ours else "user",
        avatar=":material/support_agent:" if is_ours else ":material/person:",
    ):
        st.text(line.text or t("inbox.no_text"))
        if is_ours:
            state = t(
                f"notices.part_{ {'sent': 'accepted', 'in_flight': 'waiting'}.get(line.state, line.state) }"
            )
            st.caption(
                t("inbox.answered_by", name=escape_marks(line.username), at=moment(line.at), state=state)
            )
        else:
            st.caption(moment(line.at))


def _offer_answer(visitor: Visitor, thread: Thread) -> None:
    rt, now, seen = visitor.rt, visitor.rt.clock(), _remember_seen(thread)
    left = (thread.answer_until - now).total_seconds()
    text, sent = "", False
    if left > 0:
        st.caption(
            f":material/timer: {t('inbox.until', at=moment(thread.answer_until), left=duration(left, current_language()))}"
        )
        # As many keys as there are answers: the field is empty again after each.
        with st.form(f"inbox_form_{thread.event_count}"):
            text = st.text_area(
                t("inbox.answer"),
                max_chars=LONGEST_ANSWER,
                help=t("inbox.answer_help"),
                key=f"inbox_answer_{thread.event_count}",
            )
            sent = st.form_submit_button(
                t("inbox.send"), type="primary", icon=":material/send:", key="inbox_send"
            )
    else:
        st.warning(t("inbox.over"), icon=":material/timer_off:")
    closed = thread.is_open and st.button(t("inbox.close"), icon=":material/done:", key="inbox_close")
    if sent or closed:
        with told():
            if sent:
                answer_thread(rt.db, visitor.scope, rt.clock, seen, text)
            else:
                close_thread(rt.db, visitor.scope, rt.clock, seen)
            st.toast(t("inbox.sent" if sent else "inbox.closed"), icon=":material/task_alt:")
            st.rerun()


def _remember_seen(thread: Thread) -> Thread:
    """Return the thread as it stood when its buttons were drawn: a press runs the page anew, with what came meanwhile."""
    key = f"inbox_seen_{thread.mobile}"
    heard_count, event_count = st.session_state.get(key, (thread.heard_count, thread.event_count))
    st.session_state[key] = (thread.heard_count, thread.event_count)
    return replace(thread, heard_count=heard_count, event_count=event_count)


def tell_open(open_count: int) -> None:
    """Say how many wait."""
    if open_count:
        st.markdown(t("inbox.open_count", count=group_digits(open_count)))


def _shorten(text: str | None) -> str:
    words = " ".join((text or t("inbox.no_text")).split())
    return words if len(words) <= _SHORT else f"{words[:_SHORT]}…"
