"""An office's enrolled accounts day by day without those that came or went with an office: what is left is who joined or left."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.coverage.cube import queries
from dashboard.store.database import Cursor, Database


@dataclass(frozen=True)
class Arrivals:
    """Enrolled accounts that came to an office less those that left it, by day; days before `born_on` are inherited."""

    by_day: Mapping[date, int]
    born_on: date


_NONE = Arrivals({}, date.min)


def arrivals_of(db: Database, office_code: str) -> Arrivals:
    """Return what came to an office and left it with splits, mergers and moves."""
    return db.recall_table(("board", "arrivals"), queries.stamp_moves, _read_arrivals).get(office_code, _NONE)


def count_joined(enrolled: Mapping[date, int], arrivals: Arrivals) -> dict[date, int]:
    """Return the counts as if whoever is there today had always been: their differences are who joined or left.

    What an office inherited is a share of another one's counts: it is led to what came on the day the office began.
    """
    first, later = (
        {day: count for day, count in arrivals.by_day.items() if (day > arrivals.born_on) == is_later}
        for is_later in (False, True)
    )
    inherited = [day for day in enrolled if first and day < arrivals.born_on]
    missed = sum(first.values()) - enrolled[max(inherited)] if inherited else 0
    return {
        day: count
        + sum(moved for moved_on, moved in later.items() if moved_on > day)
        + (missed if day in inherited else 0)
        for day, count in enrolled.items()
    }


def _read_arrivals(cursor: Cursor) -> dict[str, Arrivals]:
    found: dict[str, Arrivals] = {}
    by_day: dict[str, dict[date, int]] = {}
    for code, born_on, moved_on, enrolled in queries.list_arrivals(cursor):
        by_day.setdefault(code, {})[moved_on] = int(enrolled)
        found[code] = Arrivals(by_day[code], born_on)
    return found
