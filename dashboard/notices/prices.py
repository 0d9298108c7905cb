"""What a message costs and how long a send takes: a dated table of prices, rate, daily limit and quiet hours."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from dashboard.config import SHIPPED_DATA_DIR, Settings
from dashboard.errors import BadInput
from dashboard.notices.hours import URGENT_PURPOSES, Span, quiet_span
from dashboard.notices.templates import get_template

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


def finish_at(settings: Settings, template: str, recipients: int, start: datetime) -> datetime:
    """Return when (UTC) the last of so many messages goes, by rate, daily limit and quiet hours, from a start on."""
    urgent = get_template(template).purpose in URGENT_PURPOSES
    quiet = None if urgent else quiet_span(settings)
    return send_until(start, recipients, settings.rate_per_second, settings.daily_limit, quiet)


def send_until(
    start: datetime, recipients: int, rate: float, daily_limit: int, quiet: Span | None
) -> datetime:
    """Return when a send ends; the daily limit counts from the start in turns of 24 hours."""
    at, left, turn_end, free = start, recipients, start + _DAY, daily_limit
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
