"""The days gone by: one figure an office and day, kept for ever; a day missed is filled, a closed day never rewritten."""

import logging
from datetime import date, timedelta

from dashboard.coverage.cube import queries
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Cursor, Database

_log = logging.getLogger(__name__)
_MOST_FILLED = 400  # a longer gap is a clock that was wrong, not a machine that was off


def take_snapshot(cursor: Cursor, day: date) -> None:
    """Keep today's cube, rolled up from state to subdivision, as that day's; the last look at a day stands.

    Once a later day has been kept, a day is closed and keeps its figures: a clock that jumps back changes nothing.
    """
    last_day = queries.last_day(cursor)
    if last_day is not None and day < last_day and queries.has_day(cursor, day=day):
        _log.warning(
            "the clock says %s, but %s is kept already: the old figures stand; set the clock", day, last_day
        )
        return
    queries.delete_day(cursor, day=day)
    queries.insert_day(cursor, day=day)


def keep_days(db: Database, clock: Clock) -> int:
    """Close the days that have ended and open today's; return how many were written. To be called at start and now and then.

    Nothing changes while the application is off, so what stands at the next start is what each missed day ended with.
    """
    today = india_day(clock())
    with db.read() as cursor:
        last_day = queries.last_day_until(cursor, day=today)
        if last_day == today or not queries.has_cube(cursor):
            return 0
    first_day = max(last_day, today - timedelta(days=_MOST_FILLED)) if last_day else today
    days = [first_day + timedelta(days=past) for past in range((today - first_day).days + 1)]

    def write(cursor: Cursor) -> None:
        for day in days:
            take_snapshot(cursor, day)

    db.write(write)
    return len(days)
