"""The reminder on every page: an outage whose expected time has passed without a word."""

import streamlit as st

from dashboard.access.scope import Right
from dashboard.notices.outage import list_overdue
from dashboard.ui.formats import group_digits, moment
from dashboard.ui.office_picker import find_own_office
from dashboard.ui.tables import escape_marks
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t

_NEAR_LEVELS = ("division", "subdivision", "substation", "feeder")


def show_reminder(visitor: Visitor) -> None:
    """Remind whoever told of the outage, and everyone of its division or below."""
    if not visitor.may(Right.SEND):
        return
    overdue = list_overdue(visitor.rt.db, visitor.scope, visitor.rt.clock)
    if not overdue:
        return
    own = find_own_office(visitor)
    if own is None or own.level not in _NEAR_LEVELS:
        overdue = [outage for outage in overdue if outage.opened_by == visitor.user.username]
    if not overdue:
        return
    first = overdue[0]
    feeder = escape_marks(first.name_in_full(current_language()))
    words = [t("outage.remind", feeder=feeder, at=moment(first.expected_at))]
    if len(overdue) > 1:
        words.append(t("outage.remind_more", count=group_digits(len(overdue) - 1)))
    with st.container(key="page_outages"):
        st.warning(" ".join(words), icon=":material/alarm:")
        st.page_link("views/outage.py", label=t("outage.remind_open"), icon=":material/flash_off:")
