"""Hours of the day in which notices may go out: plain rules about spans of an Indian day."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.config import Settings
from dashboard.delivery.credentials import is_loopback
from dashboard.store.clock import INDIA_OFFSET

MINUTES_A_DAY = 1440
_USUAL = "21:00-08:00"
URGENT_PURPOSES = frozenset({"outage", "safety"})  # these wake people up if they must
_PRIORITIES = {"safety": 30, "outage": 20, "billing": 10, "service": 10}


@dataclass(frozen=True)
class Span:
    """Minutes of the day in Asia/Kolkata from `first` up to, not including, `last`; it may go over midnight."""

    first: int
    last: int

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment (UTC) lies in the span; a span without length holds nothing."""
        return self.has(_minute_of(moment))

    def has(self, minute: int) -> bool:
        """Tell whether a minute of the day lies in the span."""
        if self.first <= self.last:
            return self.first <= minute < self.last
        return minute >= self.first or minute < self.last

    def next_end(self, moment: datetime) -> datetime:
        """Return when (UTC) the span ends next after a moment."""
        return _next(moment, self.last)

    def next_start(self, moment: datetime) -> datetime:
        """Return when (UTC) the span begins next after a moment."""
        return _next(moment, self.first)

    def __str__(self) -> str:
        return "-".join(f"{minute // 60:02d}:{minute % 60:02d}" for minute in (self.first, self.last))


def read_span(text: str) -> Span | None:
    """Return the span of `21:00-08:00`; None for an empty text."""
    if not text:
        return None
    first, _, last = text.partition("-")
    return Span(_read_minute(first), _read_minute(last))


def quiet_span(settings: Settings) -> Span | None:
    """Return an installation's quiet hours; None where it has none, or where its messages reach nobody."""
    if settings.quiet_hours != "auto":
        return read_span(settings.quiet_hours)
    reaches_people = not settings.uses_sandbox and not is_loopback(settings.graph_url)
    return read_span(_USUAL) if reaches_people else None


def is_ever_open(window: Span, quiet: Span | None) -> bool:
    """Tell whether a day has a minute in the window that is not a quiet one."""
    return any(window.has(minute) and not (quiet and quiet.has(minute)) for minute in range(MINUTES_A_DAY))


def priority_of(purpose: str) -> int:
    """Return before whom a notice of this purpose goes: the higher first."""
    return _PRIORITIES.get(purpose, 0)


def _read_minute(text: str) -> int:
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def _minute_of(moment: datetime) -> int:
    there = moment + INDIA_OFFSET
    return there.hour * 60 + there.minute


def _next(moment: datetime, minute: int) -> datetime:
    midnight = (moment + INDIA_OFFSET).replace(hour=0, minute=0, second=0, microsecond=0) - INDIA_OFFSET
    at = midnight + timedelta(minutes=minute)
    return at if at > moment else at + timedelta(days=1)
