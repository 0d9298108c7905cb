"""When a notice will have gone, and what goes before it."""

from datetime import datetime

import streamlit as st

from dashboard.notices.send_queue import Queue
from dashboard.ui.formats import group_digits, moment
from dashboard.ui.words import t


def show_until(until: datetime, queue: Queue) -> None:
    """Say when the last message of a notice goes that is sent now, and how many of other notices go first."""
    st.caption(f":material/schedule: {' '.join([t('check.until', at=moment(until)), *_say_before(queue)])}")


def show_before(queue: Queue) -> None:
    """Say how many messages of other notices go first, where any do."""
    for words in _say_before(queue):
        st.caption(f":material/low_priority: {words}")


def _say_before(queue: Queue) -> list[str]:
    count = sum(one.messages for one in queue.before)
    return [t("check.before", count=group_digits(count))] if count else []
