"""What a message costs and how long a send takes: a dated table of prices, rate, daily limit and quiet hours."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from dashboard.config import SHIPPED_DATA_DIR, Settings
from dashboard.delivery.claims import count_claimed_today
from dashboard.errors import BadInput
from dashboard.notices.hours import URGENT_PURPOSES, Span, quiet_span
from dashboard.notices.templates import get_template
from dashboard.store.clock import Clock
from dashboard.store.database import Database

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
    days: int


def count_taken(db: Database, clock: Clock) -> int:
    """Return how many places of the daily limit the messages of the last 24 hours have taken, at most."""
    with db.read() as cursor:
        return count_claimed_today(cursor, clock())


def estimate(settings: Settings, category: str, recipients: int, day: date, taken: int = 0) -> Estimate:
    """Return cost and time of a send; the price is that of the category (`category_of`) on that day (Asia/Kolkata).

    `taken`: how many of the first day's places others have (`count_taken`).
    """
    price, limit = price_on(settings, category, day), settings.daily_limit
    first_day = max(0, limit - taken)
    full_days = max(0, -(-(recipients - first_day) // limit))
    last_day = recipients - first_day - (full_days - 1) * limit if full_days else recipients
    seconds = full_days * _DAY.total_seconds() + last_day / settings.rate_per_second
    return Estimate(recipients, price.rupees, price.of(recipients), seconds, full_days + (recipients > 0))


def finish_at(
    settings: Settings, template: str, recipients: int, start: datetime, taken: int = 0
) -> datetime:
    """Return when (UTC) the last of so many messages goes, by rate, daily limit and quiet hours, from a start on.

    `taken`: how many of the first day's places others have (`count_taken`).
    """
    urgent = get_template(template).purpose in URGENT_PURPOSES
    quiet = None if urgent else quiet_span(settings)
    return send_until(start, recipients, settings.rate_per_second, settings.daily_limit, quiet, taken)


def send_until(
    start: datetime, recipients: int, rate: float, daily_limit: int, quiet: Span | None, taken: int = 0
) -> datetime:
    """Return when a send ends; the daily limit counts from the start in turns of 24 hours, the first without the places taken."""
    at, left, turn_end, free = start, recipients, start + _DAY, max(0, daily_limit - taken)
    while left > 0:
        if quiet and quiet.holds(at):
            at = quiet.next_end(at)
        while at >= turn_end:
            turn_end, free = turn_end + _DAY, daily_limit
        if free == 0:
            at = turn_end
            continue
        until = min(turn_end, quiet.next_start(at)) if quiet else turn_end
        room = max(1, int((until - at).total_seconds() * rate))
        sent = min(left, free, room)
        at, left, free = at + timedelta(seconds=sent / rate), left - sent, free - sent
    return at
