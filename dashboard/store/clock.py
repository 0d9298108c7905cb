"""Time as the product stores it: UTC without a zone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

Clock = Callable[[], datetime]
INDIA_OFFSET = timedelta(hours=5, minutes=30)  # Asia/Kolkata has had no daylight saving since 1945


def utc_now() -> datetime:
    """Return this moment as naive UTC, the form of every `*_at` column."""
    return datetime.now(UTC).replace(tzinfo=None)


def india_day(moment: datetime) -> date:
    """Return the calendar day in Asia/Kolkata of a naive UTC moment."""
    return (moment + INDIA_OFFSET).date()
