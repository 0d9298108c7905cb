"""When a target is reached at today's pace, with a range that the weeks' own ups and downs give. Plain rules, no I/O."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import fmean, stdev

FEWEST_WEEKS = 4
_MOST_WEEKS = 8
_SPREAD = 1.2816  # eight times in ten the truth lies within so many standard deviations
_FARTHEST_WEEKS = 1040  # beyond twenty years a date says nothing


@dataclass(frozen=True)
class Forecast:
    """What the last weeks promise. `verdict`: reached, too_early (fewer than four weeks known), standing (no growth) or dated.

    `per_week`: accounts that joined a week on average; `day` at that pace, `earliest` and `latest` hold it eight times in ten;
    `latest` None: by these weeks' ups and downs the target may not be reached at all.
    """

    verdict: str
    per_week: float = 0.0
    day: date | None = None
    earliest: date | None = None
    latest: date | None = None

    @property
    def told(self) -> str:
        """The code of the sentence that says it: the verdict, or far (no date) and open (no latest date) of a dated one."""
        if self.verdict != "dated":
            return self.verdict
        return "far" if self.day is None else "open" if self.latest is None else "dated"


def forecast(days: Sequence[date], enrolled: Sequence[int], goal: int, today: date) -> Forecast:
    """Return when `goal` enrolled accounts are reached; `days` ascending, each with its count, the last one as of now."""
    if enrolled and enrolled[-1] >= goal:
        return Forecast("reached")
    weeks = weekly_gains(days, enrolled)
    if len(weeks) < FEWEST_WEEKS:
        return Forecast("too_early")
    mean, spread = fmean(weeks), stdev(weeks)
    if mean <= 0:
        return Forecast("standing", mean)
    need = goal - enrolled[-1]
    return Forecast(
        "dated",
        mean,
        _after(today, need / mean),
        _after(today, _weeks_until(need, mean, spread, len(weeks), +_SPREAD)),
        _after(today, _weeks_until(need, mean, spread, len(weeks), -_SPREAD)),
    )


def weekly_gains(days: Sequence[date], counts: Sequence[int]) -> list[int]:
    """Return what each of the last weeks (at most eight, counted back from the last day) added; a week with an unknown end is left out."""
    known = dict(zip(days, counts, strict=True))
    if not known:
        return []
    ends = [max(known) - timedelta(days=7 * back) for back in range(_MOST_WEEKS + 1)]
    return [known[end] - known[begin] for end, begin in pairwise(ends) if end in known and begin in known]


def _weeks_until(need: int, mean: float, spread: float, known: int, side: float) -> float | None:
    """Return after how many weeks the sum of gains, off by `side` standard deviations, covers the need; None: it never does.

    The sum of T weeks varies by T·spread² of itself and by T²·spread²/known because the mean is only known from so many weeks.
    """
    first, last = 0.0, float(_FARTHEST_WEEKS)

    def covers(weeks: float) -> bool:
        deviation = spread * math.sqrt(weeks + weeks * weeks / known)
        return weeks * mean + side * deviation >= need

    if not covers(last):
        return None
    while last - first > 0.001:
        middle = (first + last) / 2
        first, last = (first, middle) if covers(middle) else (middle, last)
    return last


def _after(today: date, weeks: float | None) -> date | None:
    if weeks is None or weeks > _FARTHEST_WEEKS:
        return None
    return today + timedelta(days=math.ceil(weeks * 7 - 0.05))
