"""What a message costs and how long a send takes: a dated table of prices, rate, daily limit, quiet hours, what goes before it."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from dashboard.config import SHIPPED_DATA_DIR, Settings
from dashboard.errors import BadInput
from dashboard.notices.hours import Span, is_ever_open, quiet_span
from dashboard.notices.pacing import AS_IT_COMES, Pace, quiet_for
from dashboard.notices.send_queue import NOTHING_BEFORE, Before, Queue
from dashboard.store.clock import INDIA_OFFSET, india_day

_DAY = timedelta(days=1)
_SHIPPED = SHIPPED_DATA_DIR / "prices.toml"


@dataclass(frozen=True)
class Price:
    """The price of one delivered message in rupees before GST, and the share of GST on top."""

    rupees: float
    gst_rate: float

    def of(self, messages: int) -> float:
        """Return what so many messages cost with GST."""
        return messages * self.rupees * (1 + self.gst_rate)


def price_on(settings: Settings, category: str, day: date) -> Price:
    """Return the price of a category (UTILITY, MARKETING …) on a day (Asia/Kolkata); before the table begins, its first.

    Raises BadInput("prices_unreadable") for an installation's own table that is none.
    """
    own = settings.data_dir / "prices.toml"
    rows = _read_table(own if own.exists() else _SHIPPED)
    row = max(
        (one for one in rows if one["valid_from"] <= day), key=lambda one: one["valid_from"], default=rows[0]
    )
    return Price(float(row.get(category.lower(), row["utility"])), float(row["gst_rate"]))


def _read_table(path: Path) -> list[dict[str, Any]]:
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["price"]
        return sorted(rows, key=lambda row: row["valid_from"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInput("prices_unreadable", file=str(path)) from error


@dataclass(frozen=True)
class Estimate:
    """What a send of so many messages costs and takes: rupees with GST, seconds at the configured rate and daily limit."""

    recipients: int
    price: float
    cost: float
    seconds: float


def estimate(
    settings: Settings, category: str, recipients: int, start: datetime, queue: Queue = NOTHING_BEFORE
) -> Estimate:
    """Return cost and time of a send from a moment (UTC) on; the price is that of the category (`category_of`) on its day."""
    price = price_on(settings, category, india_day(start))
    end = send_until(start, recipients, settings.rate_per_second, settings.daily_limit, (), queue)
    return Estimate(recipients, price.rupees, price.of(recipients), (end - start).total_seconds())


def finish_at(
    settings: Settings,
    template: str,
    recipients: int,
    start: datetime,
    queue: Queue = NOTHING_BEFORE,
    rate: float | None = None,
    pace: Pace = AS_IT_COMES,
    begun_today: int = 0,
) -> datetime:
    """Return when (UTC) the last of so many messages goes, by rate, daily limit, quiet hours and what goes before, from a start on.

    `rate`: messages a second, where another than the configured one is known; `pace`: its own hours, and its share of a day, of which
    `begun_today` is used up. Hours in which nothing could ever go (`is_ever_open`) count as none.
    """
    quiet = quiet_for(template, quiet_span(settings))
    closed = [quiet] if quiet else []
    if pace.window and is_ever_open(pace.window, quiet):
        closed.append(Span(pace.window.last, pace.window.first))
    today = recipients if pace.day_limit is None else max(0, pace.day_limit - begun_today)
    if pace.day_limit and recipients > today:  # its last share goes on a later day, after its others
        days = -(-(recipients - today) // pace.day_limit)
        recipients -= today + (days - 1) * pace.day_limit
        start, queue = _midnight_after(_open_from(start, closed), days), NOTHING_BEFORE
    return send_until(
        start, recipients, rate or settings.rate_per_second, settings.daily_limit, closed, queue
    )


def send_until(
    start: datetime,
    recipients: int,
    rate: float,
    daily_limit: int,
    closed: Sequence[Span] = (),
    queue: Queue = NOTHING_BEFORE,
) -> datetime:
    """Return when a send ends; the daily limit counts from the start in turns of 24 hours, the first without the places taken."""
    at, left, turn_end, free = start, recipients, start + _DAY, max(0, daily_limit - queue.taken)
    others = [_Other(one, one.messages) for one in queue.before]
    while left > 0:
        at = _open_from(at, closed)
        while at >= turn_end:
            turn_end, free = turn_end + _DAY, daily_limit
            others = [_Other(other.before, other.left) for other in others]
        if free == 0:
            at = turn_end
            continue
        until = min([turn_end, *_starts_after(at, queue), *(span.next_start(at) for span in closed)])
        room = most = min(free, max(1, int((until - at).total_seconds() * rate)))
        for other in others:
            room -= other.take(room, at)
        own = min(left, room)
        sent = most - room + own
        at, left, free = at + timedelta(seconds=sent / rate), left - own, free - sent
    return at


def _open_from(at: datetime, closed: Sequence[Span]) -> datetime:
    """Return the first moment from one on that lies in none of the spans."""
    while shut := next((span for span in closed if span.holds(at)), None):
        at = shut.next_end(at)
    return at


def _midnight_after(moment: datetime, days: int) -> datetime:
    """Return the midnight (UTC) with which the day so many days later begins in Asia/Kolkata."""
    return datetime.combine(india_day(moment) + timedelta(days=days), time()) - INDIA_OFFSET


def _starts_after(at: datetime, queue: Queue) -> list[datetime]:
    return [one.start_at for one in queue.before if one.start_at and one.start_at > at]


@dataclass
class _Other:
    """What is left of another's messages, in all and of its share of this day, while a send is reckoned."""

    before: Before
    left: int

    def __post_init__(self) -> None:
        share = self.before.day_limit
        self.today = self.left if share is None else min(self.left, share)

    def take(self, room: int, at: datetime) -> int:
        """Take what goes from a moment on, and return how many."""
        if self.before.start_at and self.before.start_at > at:
            return 0
        taken = min(room, self.today)
        self.left, self.today = self.left - taken, self.today - taken
        return taken
