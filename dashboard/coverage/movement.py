"""How an office has moved: against yesterday, last week and last month, towards its target, and in rank among its neighbours."""

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from dashboard.access.scope import Scope
from dashboard.coverage.cube import queries
from dashboard.coverage.figures import COUNTS, Coverage, coverage_by, coverage_of, trend
from dashboard.coverage.pace import Forecast, forecast
from dashboard.coverage.targets import target_of
from dashboard.registry.offices import get_office
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Database

SPANS = {"day": 1, "week": 7, "month": 30}
_PACE_DAYS = 60
_COURSE_DAYS, _COURSE_STEP = 30, 3
_RANK_DAYS = 7


@dataclass(frozen=True)
class Change:
    """What a span of days (`span` day, week, month) brought: now less the end of `since`; None where that day has no figures."""

    span: str
    since: date
    enrolled: int | None
    to_collect: int | None
    consumers: int | None


def changes_of(db: Database, scope: Scope, office_code: str, clock: Clock) -> list[Change]:
    """Return an office's change since the end of yesterday, of the day a week ago and of the day thirty days ago."""
    now, today = coverage_of(db, scope, office_code), india_day(clock())
    days = trend(db, scope, office_code, clock, days=max(SPANS.values()))
    before = {row.day: row for row in days.itertuples()}
    return [_compare(span, today - timedelta(days=back), now, before) for span, back in SPANS.items()]


def _compare(span: str, since: date, now: Coverage, before: dict[date, object]) -> Change:
    row = before.get(since)
    if row is None:
        return Change(span, since, None, None, None)
    then = Coverage(**{name: int(getattr(row, name)) for name in COUNTS})
    return Change(
        span,
        since,
        now.enrolled - then.enrolled,
        now.to_collect - then.to_collect,
        now.consumers - then.consumers,
    )


@dataclass(frozen=True)
class Outlook:
    """An office's target as accounts to be enrolled, and when today's pace reaches it."""

    share: float
    by_day: date
    goal: int
    forecast: Forecast


def outlook_of(db: Database, scope: Scope, office_code: str, clock: Clock) -> Outlook | None:
    """Return how an office stands to its target; None where it has none."""
    target = target_of(db, scope, office_code)
    if target is None:
        return None
    now, today = coverage_of(db, scope, office_code), india_day(clock())
    days = trend(db, scope, office_code, clock, days=_PACE_DAYS)
    past = days[days["day"] < today]
    goal = -int(-now.consumers * target.share // 1)
    known = [*past["day"], today], [*(int(count) for count in past["enrolled"]), now.enrolled]
    return Outlook(target.share, target.by_day, goal, forecast(*known, goal, today))


def rank_by_level(db: Database, scope: Scope, office_code: str, level: str, clock: Clock) -> pd.DataFrame:
    """Return the offices of one level with consumers, ranked by the share enrolled.

    Columns of `coverage_by`, then gap_rate, enrolled_rate, rank (1 is best, equals share one), rank_change (places won in a week,
    missing where an office had no figures then) and course (list of shares enrolled over thirty days, each third day).
    """
    office, today = get_office(db, scope, office_code), india_day(clock())
    table = coverage_by(db, scope, office_code, level)
    table = table[table["consumers"] > 0].reset_index(drop=True)
    table["gap_rate"] = (table["missing"] + table["unusable"]) / table["consumers"]
    table["enrolled_rate"] = table["enrolled"] / table["consumers"]
    table["rank"] = _rank(table["enrolled_rate"])
    before = coverage_by_on(db, scope, office_code, level, today - timedelta(days=_RANK_DAYS))
    before = before[before["consumers"] > 0]
    ranks = dict(zip(before["office_code"], _rank(before["enrolled"] / before["consumers"]), strict=True))
    table["rank_change"] = [
        ranks[code] - rank if code in ranks else None
        for code, rank in zip(table["office_code"], table["rank"], strict=True)
    ]
    days = [today - timedelta(days=back) for back in range(_COURSE_DAYS, 0, -_COURSE_STEP)]
    with db.read() as cursor:
        courses = dict(
            queries.list_courses(
                cursor, first_no=office.office_no, last_no=office.last_no, level=level, days=days
            )
        )
    table["course"] = [
        [*courses.get(code, []), rate]
        for code, rate in zip(table["office_code"], table["enrolled_rate"], strict=True)
    ]
    return table


def _rank(rates: "pd.Series[float]") -> "pd.Series[int]":
    return rates.rank(method="min", ascending=False).astype(int)


def coverage_by_on(db: Database, scope: Scope, office_code: str, level: str, day: date) -> pd.DataFrame:
    """Return the offices of one level as they stood at the end of a day; columns as `coverage_by`, without those unknown then."""
    office = get_office(db, scope, office_code)
    with db.read() as cursor:
        rows = list(
            queries.list_day_by_level(
                cursor, first_no=office.office_no, last_no=office.last_no, level=level, day=day
            )
        )
    columns = ["office_code", "office", "office_hi", "level", "district", *COUNTS]
    return pd.DataFrame(rows, columns=columns)


def compare_days(
    db: Database, scope: Scope, office_code: str, level: str, first: date, last: date, clock: Clock
) -> pd.DataFrame:
    """Return the offices of one level at the end of two days; today is as of now, offices unknown on either day are left out.

    Columns office_code, office, office_hi, enrolled_before, enrolled, change, rate_before, rate, rate_change.
    """
    today = india_day(clock())
    tables = [
        coverage_by(db, scope, office_code, level)
        if day == today
        else coverage_by_on(db, scope, office_code, level, day)
        for day in (first, last)
    ]
    before, after = (table[table["consumers"] > 0] for table in tables)
    columns = ["office_code", "consumers", "enrolled"]
    both = after.merge(before[columns], on="office_code", suffixes=("", "_before"))
    return pd.DataFrame(
        {
            **{
                name: both[name]
                for name in ("office_code", "office", "office_hi", "enrolled_before", "enrolled")
            },
            "change": both["enrolled"] - both["enrolled_before"],
            "rate_before": both["enrolled_before"] / both["consumers_before"],
            "rate": both["enrolled"] / both["consumers"],
            "rate_change": both["enrolled"] / both["consumers"]
            - both["enrolled_before"] / both["consumers_before"],
        }
    )
