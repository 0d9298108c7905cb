"""What people set in WhatsApp itself: no marketing any more, or again. Notices of the utility kind are not touched by it.

Source: Meta, `user_preferences` webhook. A typed STOP is another thing and ends everything (`inbound.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from dashboard.enrolment.consent import ask_numbers
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("preferences.sql"))


def record_preferences(cursor: Cursor, said: Sequence[tuple[int, str, datetime]], now: datetime) -> int:
    """Append what people set (ten digits; stop, resume or signup; when), each once; return how many are new. System function."""
    if not said:
        return 0
    columns = {
        "mobile": pa.array([mobile for mobile, _, _ in said], pa.int64()),
        "value": pa.array([value for _, value, _ in said], pa.string()),
        "said_at": pa.array([at for _, _, at in said], pa.timestamp("us")),
    }
    cursor.register("new_preferences", pa.table(columns))
    try:
        return int(_queries.append_preferences(cursor, now=now))
    finally:
        cursor.unregister("new_preferences")


def marketing_stopped(cursor: Cursor, mobiles: Sequence[int]) -> set[int]:
    """Return those of the numbers whose last word in WhatsApp was to stop marketing. System function."""
    if not mobiles:
        return set()
    with ask_numbers(cursor, mobiles):
        return {mobile for (mobile,) in _queries.marketing_stopped(cursor)}
