"""Commands about what WhatsApp has sent: applying stored webhooks once more, and what was not understood."""

import argparse
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from dashboard import runtime
from dashboard.config import Settings
from dashboard.delivery.applier import list_odd, replay
from dashboard.errors import BadInput
from dashboard.store.clock import INDIA_OFFSET
from dashboard.store.database import Database

_FOR_EVER = date(9000, 1, 1)


def replay_stored(arguments: argparse.Namespace) -> dict[str, Any]:
    """`replay`: apply what was stored on these days (Asia/Kolkata, both included) once more; what is known changes nothing.

    Answers that are still owed are put down to be sent by the next start.
    """
    first, last = arguments.from_day or date(1971, 1, 1), arguments.to_day or _FOR_EVER
    if first > last:
        raise BadInput("days_reversed")
    rt = runtime.open_registry(Settings())
    try:
        before = _count_messages(rt.db)
        applied = replay(
            rt.db, rt.clock, runtime.ears_of(rt), _start_of(first), _start_of(last + timedelta(days=1))
        )
        return {**asdict(applied), "new_messages": _count_messages(rt.db) - before}
    finally:
        runtime.stop(rt)


def show_odd(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """`odd`: what WhatsApp sent and nobody here understood, by kind and name; the whole is kept."""
    rt = runtime.open_registry(Settings())
    try:
        return list_odd(rt.db)
    finally:
        runtime.stop(rt)


def _start_of(day: date) -> datetime:
    """Return the moment (UTC) at which a day begins in India."""
    return datetime(day.year, day.month, day.day) - INDIA_OFFSET


def _count_messages(db: Database) -> int:
    with db.read() as cursor:
        return int(cursor.execute("SELECT count(*) FROM inbound_message").fetchall()[0][0])
