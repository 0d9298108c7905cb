"""When a notice goes: its hours and share of a day, and the notices that come again every month."""

from datetime import time

import streamlit as st

from dashboard.access.scope import Right
from dashboard.notices.draft import NoticeDraft
from dashboard.notices.hours import URGENT_PURPOSES, Span
from dashboard.notices.notice import Notice
from dashboard.notices.pacing import Pace
from dashboard.notices.repeats import LAST_DAY, MONTH, RepeatStanding, create_repeat, end_repeat, list_repeats
from dashboard.notices.templates import Variable, get_template
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits, moment
from dashboard.ui.questions import close_question, question_key
from dashboard.ui.tables import escape_marks
from dashboard.ui.template_words import label_of, title_of
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t

# Why a month's notice could not be submitted (an error's code), as its words.
_PROBLEMS = {"audience_empty": "nobody", "signed_out": "author", "right": "author", "office": "author"}


def choose_pace(visitor: Visitor, notice: Notice) -> Pace:
    """Let one narrow the hours and the messages a day; say what the quiet hours mean for this notice."""
    tell_quiet(visitor, notice)
    with st.expander(t("schedule.pace"), icon=":material/tune:", key="notices_pace"):
        window = None
        if st.toggle(t("schedule.window"), key="notices_window"):
            with st.container(horizontal=True):
                first = st.time_input(
                    t("schedule.window_from"), time(10), key="notices_window_from", width=140
                )
                last = st.time_input(t("schedule.window_to"), time(18), key="notices_window_to", width=140)
            window = Span(_minute(first), _minute(last))
        count = group_digits(notice.recipient_count)
        limit = st.number_input(
            t("schedule.day_limit"),
            min_value=1,
            value=None,
            step=1000,
            key="notices_day_limit",
            width=240,
            help=t("schedule.day_limit_help", count=count),
        )
        if limit:
            days = -(-notice.recipient_count // int(limit))
            st.caption(t("schedule.days_needed", count=group_digits(days)))
    return Pace(window, int(limit) if limit else None)


def tell_quiet(visitor: Visitor, notice: Notice) -> None:
    """Say what the quiet hours mean for a notice, where the installation has some."""
    if visitor.rt.quiet is None:
        return
    urgent = get_template(notice.template).purpose in URGENT_PURPOSES
    words = t("schedule.quiet_not" if urgent else "schedule.quiet", hours=str(visitor.rt.quiet))
    st.caption(f":material/bedtime: {words}")


def offer_repeat(visitor: Visitor, notice: Notice) -> None:
    """Let one have a notice come again every month, with that month's own dates."""
    if not (visitor.may(Right.COMPOSE) and visitor.may(Right.SEND)):
        return
    if notice.is_follow_up or get_template(notice.template).purpose == "outage":
        return  # an outage does not come by the month
    with st.popover(
        t("schedule.repeat"), icon=":material/event_repeat:", key=question_key("notices_repeat_open")
    ):
        st.markdown(t("schedule.repeat_note"))
        with st.container(horizontal=True):
            day = st.number_input(
                t("schedule.repeat_day"), 1, LAST_DAY, 5, key="notices_repeat_day", width=140
            )
            hour = st.time_input(t("schedule.repeat_hour"), time(10), key="notices_repeat_hour", width=140)
        values = {
            variable.name: _choose_value(notice, variable)
            for variable in get_template(notice.template).typed_variables
        }
        pressed = st.button(t("schedule.repeat_yes"), type="primary", key="notices_repeat")
    if pressed:
        with told():
            rt = visitor.rt
            draft = NoticeDraft(
                notice.template,
                notice.language,
                {**notice.variables, **values},
                notice.audience,
                notice.bindings,
            )
            new_id = create_repeat(rt.db, visitor.scope, rt.clock, draft, int(day), _minute(hour))
            standings = list_repeats(rt.db, visitor.scope, rt.clock)
            next_at = next(one.next_at for one in standings if one.repeat.repeat_id == new_id)
            st.toast(t("schedule.repeated", at=moment(next_at)), icon=":material/task_alt:")
            close_question("notices_repeat_open")
            st.rerun()


def _choose_value(notice: Notice, variable: Variable) -> str:
    """Return what stands in a place every month: the month, a day of it, or the words as they were."""
    label = label_of(get_template(notice.template), variable.name)
    if variable.kind == "month":
        st.caption(t("schedule.repeat_month_of", label=label))
        return MONTH
    if variable.kind == "date":
        words = t("schedule.repeat_day_of", label=label)
        day = st.number_input(words, 1, LAST_DAY, 15, key=f"notices_repeat_{variable.name}", width=240)
        return f"{{day:{int(day)}}}"
    return notice.variables.get(variable.name, "")


def show_repeats(visitor: Visitor) -> None:
    """List the notices that come again every month, with their end beside them."""
    standings = list_repeats(visitor.rt.db, visitor.scope, visitor.rt.clock)
    if not standings:
        return
    with st.expander(t("schedule.repeats"), icon=":material/event_repeat:", key="notices_repeats"):
        for standing in standings:
            _show_repeat(visitor, standing)


def _show_repeat(visitor: Visitor, standing: RepeatStanding) -> None:
    repeat = standing.repeat
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            t(
                "schedule.repeat_line",
                title=escape_marks(title_of(repeat.draft.template)),
                office=escape_marks(repeat.name_in(current_language())),
                at=moment(standing.next_at),
            )
        )
        if standing.notice_id is not None:
            st.page_link(
                "views/notices.py",
                label=t("schedule.repeat_last", number=standing.notice_id),
                icon=":material/campaign:",
                query_params={"notice": str(standing.notice_id)},
            )
        if visitor.may(Right.SEND):
            _offer_end(visitor, repeat.repeat_id)
    if standing.problem:
        words = _PROBLEMS.get(standing.problem, "other")
        st.warning(t(f"schedule.repeat_problem_{words}"), icon=":material/error:")


def _offer_end(visitor: Visitor, repeat_id: int) -> None:
    key = f"notices_repeat_end_{repeat_id}"
    with st.popover(t("schedule.repeat_end"), icon=":material/event_busy:", key=f"{key}_open"):
        st.markdown(t("schedule.repeat_end_sure"))
        pressed = st.button(t("schedule.repeat_end_yes"), key=key)
    if pressed:
        with told():
            end_repeat(visitor.rt.db, visitor.scope, visitor.rt.clock, repeat_id)
            st.toast(t("schedule.repeat_ended"), icon=":material/task_alt:")
            st.rerun()


def _minute(value: time) -> int:
    return value.hour * 60 + value.minute
