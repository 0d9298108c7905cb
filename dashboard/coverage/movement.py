"""How an office has moved: against yesterday, last week and last month, towards its target, and in rank among its neighbours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import compress
from typing import Any

import numpy as np
import pandas as pd

from dashboard.access.scope import Scope
from dashboard.coverage.board import Numbers, Past, board_of, heirs_of, offices_at, past_of
from dashboard.coverage.cube import COUNTS, queries
from dashboard.coverage.figures import Coverage, coverage_by, coverage_of, trend
from dashboard.coverage.joined import arrivals_of, count_joined
from dashboard.coverage.pace import Forecast, forecast
from dashboard.coverage.targets import target_of
from dashboard.registry.offices import get_office
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Cursor, Database

SPANS = {"day": 1, "week": 7, "month": 30}
_PACE_DAYS = 60
_COURSE_DAYS, _COURSE_STEP = 30, 3
_RANK_DAYS = 7
_DAY_COLUMNS = ["office_code", "office", "office_hi", "level", "district", *COUNTS]


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
    before = _days_before(db, scope, office_code, clock, list(SPANS.values()))
    return [
        _compare(span, today - timedelta(days=back), now, before.get(back)) for span, back in SPANS.items()
    ]


def _days_before(
    db: Database, scope: Scope, office_code: str, clock: Clock, wanted: Sequence[int]
) -> dict[int, tuple[int, int, int]]:
    """Return consumers, numbers to collect and enrolled at the end of today less so many days, where that is known.

    What an office inherited with its consumers, and the days of one that is gone, come from the database.
    """
    office, today = get_office(db, scope, office_code), india_day(clock())
    past = past_of(db, today)
    if office.code == office_code and past.knows(office_code):
        found = {back: past.of(office_code, back) for back in wanted}
        return {back: figures for back, figures in found.items() if figures is not None}
    days = trend(db, scope, office_code, clock, days=max(wanted))
    return {
        (today - row.day).days: (int(row.consumers), int(row.missing + row.unusable), int(row.enrolled))
        for row in days.itertuples()
    }


def _compare(span: str, since: date, now: Coverage, before: tuple[int, int, int] | None) -> Change:
    if before is None:
        return Change(span, since, None, None, None)
    consumers, to_collect, enrolled = before
    return Change(
        span, since, now.enrolled - enrolled, now.to_collect - to_collect, now.consumers - consumers
    )


@dataclass(frozen=True)
class Outlook:
    """An office's target as accounts to be enrolled, and when today's pace reaches it."""

    share: float
    by_day: date
    goal: int
    forecast: Forecast


def outlook_of(db: Database, scope: Scope, office_code: str, clock: Clock) -> Outlook | None:
    """Return how an office stands to its target; None where it has none. Its pace is who joined, not who came with another office."""
    target = target_of(db, scope, office_code)
    if target is None:
        return None
    now, today = coverage_of(db, scope, office_code), india_day(clock())
    past = _days_before(db, scope, office_code, clock, range(_PACE_DAYS, 0, -1))
    goal = -int(-now.consumers * target.share // 1)
    enrolled = {today - timedelta(days=back): figures[2] for back, figures in past.items() if back > 0}
    joined = count_joined(enrolled, arrivals_of(db, office_code))
    return Outlook(
        target.share,
        target.by_day,
        goal,
        forecast([*joined, today], [*joined.values(), now.enrolled], goal, today),
    )


def rank_by_level(
    db: Database, scope: Scope, office_code: str, level: str, clock: Clock
) -> dict[str, list[Any]]:
    """Return the offices of one level with consumers, ranked by the share enrolled: columns as lists, a page's table is made of them.

    Columns of `coverage_by`, then gap_rate, enrolled_rate, rank (1 is best, equals share one), rank_change (places won in a week,
    missing where an office had no figures then) and course (list of shares enrolled over thirty days, each third day).
    """
    office, offices = get_office(db, scope, office_code), offices_at(db, level)
    rows = offices.within(office.office_no, office.last_no)
    counts = board_of(db).counts.between_each(offices.first_nos[rows], offices.last_nos[rows])
    shown = counts[:, 0] > 0
    figures = dict(zip(COUNTS, counts[shown].T, strict=True))
    rates = figures["enrolled"] / figures["consumers"]
    codes, past = offices.lists["office_code"][rows], past_of(db, india_day(clock()))
    ranks, is_shown = _rank(rates), shown.tolist()
    named = {name: list(compress(column[rows], is_shown)) for name, column in offices.lists.items()}
    return {
        **named,
        **{name: counts.tolist() for name, counts in figures.items()},
        "gap_rate": ((figures["missing"] + figures["unusable"]) / figures["consumers"]).tolist(),
        "enrolled_rate": rates.tolist(),
        "rank": ranks.tolist(),
        "rank_change": _list_rank_changes(past, codes, named["office_code"], ranks),
        "course": _list_courses(past, named["office_code"], rates),
    }


def _list_rank_changes(past: Past, everyone: list[str], codes: list[str], ranks: Numbers) -> list[int | None]:
    """Return the places that offices won in a week among all of the level that had consumers then; None where unknown."""
    before = past.of_each(everyone, _RANK_DAYS)
    known = before[:, 0] > 0
    known_codes = [code for code, is_known in zip(everyone, known.tolist(), strict=True) if is_known]
    then = dict(zip(known_codes, _rank(before[known, 2] / before[known, 0]).tolist(), strict=True))
    return [
        then[code] - rank if code in then else None for code, rank in zip(codes, ranks.tolist(), strict=True)
    ]


def _list_courses(past: Past, codes: list[str], rates: "np.ndarray[Any, Any]") -> list[list[float]]:
    """Return each office's shares enrolled over thirty days, each third day that is known, and now."""
    backs = range(_COURSE_DAYS, 0, -_COURSE_STEP)
    days = [past.of_each(codes, back) for back in backs]
    shares = [np.where(day[:, 0] > 0, day[:, 2] / np.maximum(day[:, 0], 1), 0.0) for day in days]
    known = [day[:, 0] >= 0 for day in days]
    return [
        [
            *(float(share[row]) for share, is_known in zip(shares, known, strict=True) if is_known[row]),
            float(rate),
        ]
        for row, rate in enumerate(rates)
    ]


def _rank(rates: "np.ndarray[Any, Any]") -> Numbers:
    """Return the place of each share: 1 is best, equals share one."""
    ordered = np.sort(-rates)
    return np.searchsorted(ordered, -rates) + 1


def coverage_by_on(db: Database, scope: Scope, office_code: str, level: str, day: date) -> pd.DataFrame:
    """Return the offices of one level as they stood at the end of a day; columns as `coverage_by`, without those unknown then.

    One that is gone since has its own figures; one that has come since has what it inherited, as in `trend`.
    """
    office = get_office(db, scope, office_code)
    interval = {"first_no": office.office_no, "last_no": office.last_no}
    heirs = heirs_of(db)
    with db.read() as cursor:
        rows = list(queries.list_day_by_level(cursor, **interval, level=level, day=day))
        heirs -= {row[0] for row in rows}
        if heirs:
            rows += _list_inherited(cursor, coverage_by(db, scope, office_code, level), heirs, day)
    return pd.DataFrame(rows, columns=_DAY_COLUMNS)


def _list_inherited(
    cursor: Cursor, standing: pd.DataFrame, heirs: frozenset[str], day: date
) -> list[tuple[Any, ...]]:
    """Return the rows of standing offices that were not there on a day yet, with what came to them of it."""
    found = []
    for row in standing[standing["office_code"].isin(heirs)][_DAY_COLUMNS].itertuples(index=False):
        for _, *counts in queries.list_days(cursor, office_code=row[0], first_day=day, last_day=day):
            found.append((*row[: -len(COUNTS)], *counts))
    return found


def compare_days(
    db: Database, scope: Scope, office_code: str, level: str, first: date, last: date, clock: Clock
) -> pd.DataFrame:
    """Return the offices of one level at the end of two days; today is as of now. What an office had not on one of the days is missing.

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
    both = _join_days(before, after)
    rates = {end: both[f"enrolled{end}"] / both[f"consumers{end}"] for end in ("_before", "")}
    return both[["office_code", "office", "office_hi", "enrolled_before", "enrolled"]].assign(
        change=both["enrolled"] - both["enrolled_before"],
        rate_before=rates["_before"],
        rate=rates[""],
        rate_change=rates[""] - rates["_before"],
    )


def _join_days(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return a row an office that was there on either day: its names of the later one, and both days' counts."""
    names = ["office_code", "office", "office_hi"]
    told = pd.concat([after[names], before[names]]).drop_duplicates("office_code", ignore_index=True)
    for end, table in (("", after), ("_before", before)):
        rows = pd.Index(table["office_code"]).get_indexer(told["office_code"])
        for name in ("consumers", "enrolled"):
            counts = np.append(table[name].to_numpy(np.int64), 0)  # the last for who was not there
            told[f"{name}{end}"] = pd.arrays.IntegerArray(counts[rows], rows < 0)
    return told
