"""The messaging limit: how many different people may be sent a template in a rolling 24 hours."""

import time

from dashboard.delivery.claims import count_people_today
from dashboard.store.clock import Clock
from dashboard.store.database import Database


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
