"""Times chosen with one tap: so many minutes from a moment that stands still while the page is looked at, or typed."""

from datetime import datetime, timedelta

import streamlit as st

from dashboard.store.clock import INDIA_OFFSET
from dashboard.ui.formats import from_india
from dashboard.ui.words import t, t_each

_OTHER = "other"
_BASE = "outage_base"
_STEP = timedelta(minutes=5)
_LEFT_OPEN = timedelta(minutes=10)


def base_of(now: datetime) -> datetime:
    """Return the moment from which spans count: that of the last choice, so that the text shown is the text sent.

    A page that was left open counts from now again.
    """
    base: datetime | None = st.session_state.get(_BASE)
    if base is None or not timedelta() <= now - base < _LEFT_OPEN:
        base = st.session_state[_BASE] = now.replace(second=0, microsecond=0)
    return base


def renew_base() -> None:
    """Forget the moment: a choice was made anew."""
    st.session_state.pop(_BASE, None)


def choose_past(
    label: str, minutes: list[int], now: datetime, key: str, default: int | None = None
) -> datetime | None:
    """Let one say how long ago something was, `default` (counted from now) at first; None where nothing is chosen."""
    chosen = _choose_span(label, minutes, key, default)
    base = base_of(now) if default is None else now.replace(second=0, microsecond=0)
    if chosen is None:
        return None
    return _type_time(base, key) if chosen == _OTHER else base - timedelta(minutes=int(chosen))


def choose_coming(label: str, minutes: list[int], now: datetime, key: str) -> datetime | None:
    """Let one say in how long something is expected, rounded up to five minutes; None where nothing is chosen."""
    chosen = _choose_span(label, minutes, key)
    base = base_of(now)
    if chosen is None:
        return None
    if chosen == _OTHER:
        return _type_time(_round_up(base + timedelta(hours=1)), key)
    return _round_up(base + timedelta(minutes=int(chosen)))


def _choose_span(label: str, minutes: list[int], key: str, default: int | None = None) -> str | None:
    options = [*map(str, minutes), _OTHER]
    return st.pills(
        label,
        options,
        default=None if default is None else str(default),
        format_func=t_each("outage.span_", options).__getitem__,
        key=key,
        on_change=renew_base,
    )


def _type_time(otherwise: datetime, key: str) -> datetime:
    there = otherwise + INDIA_OFFSET
    with st.container(horizontal=True):
        day = st.date_input(t("outage.day"), there.date(), key=f"{key}_day", format="DD-MM-YYYY", width=160)
        hour = st.time_input(t("outage.hour"), there.time(), key=f"{key}_hour", step=300, width=120)
    return from_india(datetime.combine(day, hour))


def _round_up(moment: datetime) -> datetime:
    over = timedelta(minutes=moment.minute % 5, seconds=moment.second, microseconds=moment.microsecond)
    return moment + (_STEP - over) if over else moment
