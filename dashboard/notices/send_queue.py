"""What goes before a notice under the same rate and daily limit: approved, scheduled and under way, by the sender's own order."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dashboard.delivery.daily_limit import count_claimed_today
from dashboard.notices.hours import priority_of
from dashboard.notices.pacing import RESTS
from dashboard.notices.templates import get_template
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("send_queue.sql"))


@dataclass(frozen=True)
class Before:
    """Messages that go before a notice: how many, from when (UTC) on, how many a day at most; None: at once, as many as go."""

    messages: int
    start_at: datetime | None = None
    day_limit: int | None = None


@dataclass(frozen=True)
class Queue:
    """Places of the daily limit that the last 24 hours have taken, at most, and what goes before a notice."""

    taken: int = 0
    before: tuple[Before, ...] = ()


NOTHING_BEFORE = Queue()


def read_queue(
    db: Database, clock: Clock, template: str, recipients: int, own_id: int | None = None
) -> Queue:
    """Return what goes before so many messages of a template: of higher priority, or of the same and no larger.

    `own_id`: the notice that asks. What can start at once and keeps to no share of a day is one sum.
    """
    own, priority = own_id or 0, _priority(template)
    with db.read() as cursor:
        taken = count_claimed_today(cursor, clock())
        others = list(_queries.list_others(cursor, own_id=own, rests=sorted(RESTS)))
    before = [
        Before(waiting, start_at, day_limit)
        for other, size, waiting, start_at, day_limit in others
        if (_priority(other), -size) >= (priority, -recipients)
    ]
    plain = [one for one in before if one.start_at is None and one.day_limit is None]
    at_once = Before(sum(one.messages for one in plain))
    return Queue(taken, (at_once, *(one for one in before if one not in plain)))


def _priority(template: str) -> int:
    return priority_of(get_template(template).purpose)
