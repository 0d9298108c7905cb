"""Numbers that turned out not to be on WhatsApp: kept with the answer or the report that tells it, until whoever knows their consumers takes them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("unreached.sql"))


def note_unreached(cursor: Cursor, mobiles: Sequence[int], now: datetime) -> None:
    """Write down that these numbers are not reached, inside the change that keeps what told it."""
    if mobiles:
        _queries.insert_unreached(cursor, mobiles=list(mobiles), now=now)


def list_unreached(cursor: Cursor) -> dict[int, datetime]:
    """Return the numbers that nobody has taken yet, each with when (UTC) it was told last. System function."""
    return dict(_queries.list_unreached(cursor))


def forget_unreached(cursor: Cursor) -> None:
    """They are taken, inside the change that acts on them. System function."""
    _queries.delete_unreached(cursor)
