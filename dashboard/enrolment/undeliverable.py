"""Numbers that WhatsApp does not reach, told one by one while a notice goes out, marked together.

Each marking looks through the registry for the numbers' accounts and makes every page compute its figures anew: as many come as
messages fail, some a second in a large send.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from dashboard.enrolment.consent import mark_undeliverable
from dashboard.enrolment.inbound import numbers_heard
from dashboard.registry.states import Refresh
from dashboard.store.database import Cursor

_CLOCKS_DIFFER = timedelta(minutes=1)  # a message carries WhatsApp's time


def mark_told(cursor: Cursor, told: Mapping[int, datetime], now: datetime, refresh: Refresh) -> int:
    """Mark numbers that are not reached, each told at a moment, and return how many; who has written to us meanwhile is reached.

    System function, inside a change.
    """
    heard = set(numbers_heard(cursor, min(told.values()) - _CLOCKS_DIFFER).column("mobile").to_pylist())
    silent = [mobile for mobile in told if mobile not in heard]
    mark_undeliverable(cursor, silent, now, refresh)
    return len(silent)
