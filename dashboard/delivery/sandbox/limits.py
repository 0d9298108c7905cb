"""What the provider allows: messages a second, people a day, messages to one person, calls an hour."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from dashboard.delivery.sandbox.knobs import Knobs
from dashboard.delivery.sandbox.templates import Rejected

_DAY_SECONDS, _HOUR_SECONDS = 86_400.0, 3_600.0
_TIDY_EVERY = 5_000
# the portfolio's steps as the API names them
_TIERS = ((250, "TIER_250"), (2_000, "TIER_2K"), (10_000, "TIER_10K"), (100_000, "TIER_100K"))


@dataclass
class Limits:
    """How far each limit is used; times are seconds of one clock, given by the caller."""

    _second: dict[str, tuple[float, float]] = field(default_factory=dict)  # number → (allowance, when)
    _people: OrderedDict[str, float] = field(default_factory=OrderedDict)  # person → last message
    _free_at: dict[str, float] = field(
        default_factory=dict
    )  # person → when all that was borrowed is paid back
    _calls: deque[float] = field(default_factory=deque)

    def take_message(self, knobs: Knobs, sender: str, person: str, now: float) -> None:
        """Count one message. Raises Rejected: 130429, 131056 or the daily limit's code; a refused one counts for nothing."""
        self._check_second(knobs.throughput, sender, now)
        self._check_pair(knobs, person, now)
        self._check_day(knobs, person, now)
        if knobs.throughput:
            allowance, at = self._second[sender]
            self._second[sender] = (allowance - 1, at)
        if knobs.pair_seconds:
            self._free_at[person] = max(self._free_at.get(person, now), now) + knobs.pair_seconds
            self._tidy_pairs(now)

    def take_call(self, knobs: Knobs, now: float) -> None:
        """Count one management call. Raises Rejected(4)."""
        while self._calls and self._calls[0] <= now - _HOUR_SECONDS:
            self._calls.popleft()
        if knobs.management_limit and len(self._calls) >= knobs.management_limit:
            raise Rejected(4, "application request limit reached", status=400)
        self._calls.append(now)

    def _check_second(self, rate: float, sender: str, now: float) -> None:
        if not rate:
            return
        allowance, at = self._second.get(sender, (max(rate, 1.0), now))
        allowance = min(max(rate, 1.0), allowance + (now - at) * rate)
        self._second[sender] = (allowance, now)
        if allowance < 1:
            raise Rejected(130429, "rate limit hit", status=429)

    def _check_pair(self, knobs: Knobs, person: str, now: float) -> None:
        ahead = self._free_at.get(person, now) - now
        if knobs.pair_seconds and ahead > knobs.pair_seconds * (knobs.pair_burst - 0.5):
            raise Rejected(131056, "too many messages to this person in a short time", status=429)

    def _check_day(self, knobs: Knobs, person: str, now: float) -> None:
        if not knobs.daily_limit:
            self._people.clear()
            return
        while self._people and next(iter(self._people.values())) <= now - _DAY_SECONDS:
            self._people.popitem(last=False)
        if person not in self._people and len(self._people) >= knobs.daily_limit:
            raise Rejected(knobs.daily_code, "messaging limit of the portfolio reached", status=400)
        self._people[person] = now
        self._people.move_to_end(person)

    def _tidy_pairs(self, now: float) -> None:
        if len(self._free_at) > _TIDY_EVERY:
            self._free_at = {person: at for person, at in self._free_at.items() if at > now}


def tier_of(daily_limit: int) -> str:
    """Return the step under which the API names a daily limit."""
    return next(
        (name for most, name in _TIERS if 0 < daily_limit <= most),
        "TIER_UNLIMITED" if daily_limit else "TIER_100K",
    )
