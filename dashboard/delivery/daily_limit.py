"""The messaging limit: how many different people may be sent a template in a rolling 24 hours."""

import time
from datetime import datetime, timedelta
from pathlib import Path

from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("daily_limit.sql"))
_DAY = timedelta(hours=24)
_CLOCK_ERROR = timedelta(days=2)  # by how much a clock that was wrong may hold up the limit of a day


class DailyLimit:
    """Counts in the ledger now and then, and in between takes every claim for a new person: rather too
    few than too many."""

    def __init__(self, db: Database, clock: Clock, limit: int, recount_seconds: float) -> None:
        self._db = db
        self._clock = clock
        self._limit = limit
        self._recount_seconds = recount_seconds
        self._left = 0
        self._counted_at = float("-inf")

    def left(self, in_flight: int) -> int:
        """Return how many more people may be written to now; `in_flight` are claimed and not yet answered."""
        age = time.monotonic() - self._counted_at
        if age > self._recount_seconds * (1 if self._left <= 0 else 12):
            with self._db.read() as cursor:
                people = count_people_today(cursor, self._clock(), self._limit, in_flight)
            self._left = self._limit - people
            self._counted_at = time.monotonic()
        return max(0, self._left)

    def spend(self, count: int) -> None:
        self._left -= count


def count_claimed_today(cursor: Cursor, now: datetime) -> int:
    """Return how many templates were handed to a sender in the last 24 hours: at least as many as the people they went to."""
    return int(_queries.count_claimed_since(cursor, since=now - _DAY, until=now + _CLOCK_ERROR))


def count_people_today(cursor: Cursor, now: datetime, limit: int, in_flight: int) -> int:
    """Return how many different people were, or may have been, sent a template in the last 24 hours.

    Below the limit it may say too many: people are told apart only where that matters. `in_flight`: claimed, not answered.
    """
    most = count_claimed_today(cursor, now)
    if most < limit:
        return most
    since, until = now - _DAY, now + _CLOCK_ERROR
    return int(_queries.count_people_since(cursor, since=since, until=until)) + in_flight
