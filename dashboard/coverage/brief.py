"""What a brief on paper says about one office: figures, movement, the offices below, the districts. No words, no layout."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pandas as pd

from dashboard.access.scope import Scope
from dashboard.coverage.figures import COUNTS, Coverage, coverage_by, coverage_of, trend
from dashboard.coverage.funnel import Funnel, funnel_of
from dashboard.coverage.movement import Outlook, outlook_of
from dashboard.registry.offices import LEVELS, Office, get_office, list_at_level, list_path
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Database

TREND_DAYS = 90
SPANS = {"week": 7, "month": 30}
RANKED = 10  # so many of the furthest behind, and so many of the furthest ahead


@dataclass(frozen=True)
class Standing:
    """One office below, or one district, with its consumers by state."""

    code: str
    name: str
    name_hi: str
    figures: Coverage

    @property
    def gap_rate(self) -> float:
        """The share whose numbers must be collected, 0 to 1."""
        return self.figures.to_collect / self.figures.consumers if self.figures.consumers else 0.0

    def name_in(self, language: str) -> str:
        return self.name_hi if language == "hi" and self.name_hi else self.name


@dataclass(frozen=True)
class Movement:
    """How the figures have moved since the last kept day that lies at least a span (week, month) back."""

    span: str
    since: date
    before: Coverage


@dataclass(frozen=True)
class Brief:
    """All that stands in the brief of one office. `below`: the level directly below."""

    office: Office
    path: tuple[Office, ...]
    made_at: datetime
    figures: Coverage
    funnel: Funnel
    outlook: Outlook | None
    movements: tuple[Movement, ...]
    days: tuple[tuple[date, Coverage], ...]
    below_level: str | None
    below: tuple[Standing, ...]
    ranked_level: str | None
    ranked: tuple[Standing, ...]
    districts: tuple[Standing, ...]
    no_district: int

    @property
    def day(self) -> date:
        return india_day(self.made_at)

    @property
    def worst(self) -> tuple[Standing, ...]:
        return self.ranked[:RANKED]

    @property
    def best(self) -> tuple[Standing, ...]:
        """The furthest ahead, best first; never an office that stands among the worst already."""
        return tuple(reversed(self.ranked[RANKED:][-RANKED:]))


def make_brief(db: Database, scope: Scope, office_code: str, clock: Clock) -> Brief:
    """Gather the brief of one office of the scope, as of now."""
    office = get_office(db, scope, office_code)
    figures = coverage_of(db, scope, office_code)
    days = trend(db, scope, office_code, clock, TREND_DAYS)
    kept_days = tuple(
        (_to_date(row[0]), Coverage(*map(int, row[1:]))) for row in days.itertuples(index=False)
    )
    levels = LEVELS[LEVELS.index(office.level) + 1 :]
    below_level, below = _list_below(db, scope, office_code, levels)
    ranked_level, ranked = _choose_ranked(db, scope, office_code, levels)
    districts, no_district = _sum_districts(db, scope, office, figures)
    today = india_day(clock())
    return Brief(
        office=office, path=tuple(list_path(db, scope, office_code)), made_at=clock(), figures=figures,
        funnel=funnel_of(db, scope, office_code), outlook=outlook_of(db, scope, office_code, clock),
        movements=compare_days(kept_days, today), days=_end_today(kept_days, today, figures),
        below_level=below_level, below=below, ranked_level=ranked_level, ranked=ranked, districts=districts, no_district=no_district,
    )  # fmt: skip


def compare_days(days: tuple[tuple[date, Coverage], ...], today: date) -> tuple[Movement, ...]:
    """Return the movement since last week and last month; a span that reaches behind the first kept day is left out."""
    movements = []
    for span, length in SPANS.items():
        earlier = [(day, figures) for day, figures in days if day <= today - timedelta(days=length)]
        if earlier:
            movements.append(Movement(span, *earlier[-1]))
    return tuple(movements)


def rank(table: pd.DataFrame) -> tuple[Standing, ...]:
    """Return the offices of a table of `coverage_by` that have consumers, those furthest behind first."""
    found = [standing for standing in _to_standings(table) if standing.figures.consumers]
    return tuple(sorted(found, key=lambda one: (-one.gap_rate, -one.figures.consumers, one.code)))


def _list_below(
    db: Database, scope: Scope, office_code: str, levels: tuple[str, ...]
) -> tuple[str | None, tuple[Standing, ...]]:
    """The first level below that has offices with consumers, ranked."""
    for level in levels:
        if standings := rank(coverage_by(db, scope, office_code, level)):
            return level, standings
    return None, ()


def _choose_ranked(
    db: Database, scope: Scope, office_code: str, levels: tuple[str, ...]
) -> tuple[str | None, tuple[Standing, ...]]:
    """The first level below with enough offices for a worst and a best ten; where none has, the fullest.

    Above the division no deeper than the subdivision: a feeder of a whole circle is nobody's answer.
    """
    fullest: tuple[str | None, tuple[Standing, ...]] = (None, ())
    for level in levels[: levels.index("subdivision") + 1] if "division" in levels else levels:
        standings = rank(coverage_by(db, scope, office_code, level))
        if level == "feeder":
            standings = _name_substations(db, scope, office_code, standings)
        if len(standings) > len(fullest[1]):
            fullest = (level, standings)
        if len(standings) >= 2 * RANKED:
            break
    return fullest


def _name_substations(
    db: Database, scope: Scope, office_code: str, feeders: tuple[Standing, ...]
) -> tuple[Standing, ...]:
    """Feeders of many substations bear the same names; each gets its substation's name with it."""
    substations = {one.office_no: one for one in list_at_level(db, scope, office_code, "substation")}
    parents = {
        one.code: substations.get(one.parent_no or 0)
        for one in list_at_level(db, scope, office_code, "feeder")
    }
    return tuple(_with_parent(one, parents.get(one.code)) for one in feeders)


def _with_parent(one: Standing, parent: Office | None) -> Standing:
    if parent is None:
        return one
    name_hi = f"{one.name_in('hi')}, {parent.name_in('hi')}"
    return replace(one, name=f"{one.name}, {parent.name}", name_hi=name_hi)


def _sum_districts(
    db: Database, scope: Scope, office: Office, figures: Coverage
) -> tuple[tuple[Standing, ...], int]:
    """The office's consumers by district of their division, and how many stand in no district."""
    table = coverage_by(db, scope, office.code, "division")
    if table.empty:  # a division, or an office below one: its district stands with itself
        if not office.district:
            return (), figures.consumers
        return (Standing(office.district, office.district, "", figures),), 0
    placed = table[table["district"].fillna("") != ""]
    sums = placed.groupby("district", sort=True)[list(COUNTS)].sum()
    rows = [Standing(str(row[0]), str(row[0]), "", Coverage(*map(int, row[1:]))) for row in sums.itertuples()]
    return tuple(row for row in rows if row.figures.consumers), figures.consumers - int(
        sums["consumers"].sum()
    )


def _to_standings(table: pd.DataFrame) -> list[Standing]:
    columns = ["office_code", "office", "office_hi", *COUNTS]
    return [
        Standing(str(row[0]), str(row[1]), str(row[2] or ""), Coverage(*map(int, row[3:])))
        for row in table[columns].itertuples(index=False)
    ]


def _end_today(
    days: tuple[tuple[date, Coverage], ...], today: date, figures: Coverage
) -> tuple[tuple[date, Coverage], ...]:
    """The kept days, with today's figures as they stand now in the place of today's snapshot."""
    return (*(pair for pair in days if pair[0] < today), (today, figures))


def _to_date(value: object) -> date:
    return value.date() if isinstance(value, datetime) else value  # type: ignore[return-value]
