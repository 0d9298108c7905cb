"""The figures of the coverage page: five states that add up to the consumers, everywhere, always."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pandas as pd

from dashboard.access.scope import Scope
from dashboard.coverage.board import board_of, offices_at, past_of
from dashboard.coverage.cube import COUNTS, STATES, queries
from dashboard.registry.offices import Office, get_office
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Database

__all__ = ("COUNTS", "STATES")


@dataclass(frozen=True)
class Coverage:
    """Consumers of one office by state; counts of accounts."""

    consumers: int
    missing: int
    unusable: int
    on_file: int
    enrolled: int
    opted_out: int

    @property
    def to_collect(self) -> int:
        """What field staff must collect: no number, or one that cannot be used."""
        return self.missing + self.unusable

    def rate(self, state: str) -> float:
        """The share of a state in all consumers, 0 to 1; 0 where there are none."""
        return getattr(self, state) / self.consumers if self.consumers else 0.0


def coverage_of(db: Database, scope: Scope, office_code: str) -> Coverage:
    """Return the five states of one office of the scope."""
    office = get_office(db, scope, office_code)
    return Coverage(*board_of(db).counts.between(office.office_no, office.last_no))


def coverage_by(db: Database, scope: Scope, office_code: str, level: str) -> pd.DataFrame:
    """Return the offices of one level within an office: office_code, office, office_hi, level, district and the counts."""
    office = get_office(db, scope, office_code)
    offices, board = offices_at(db, level), board_of(db)
    rows = offices.within(office.office_no, office.last_no)
    counts = board.counts.between_each(offices.first_nos[rows], offices.last_nos[rows])
    return offices.make_table(rows, {name: counts[:, place] for place, name in enumerate(COUNTS)})


def find_widest_gaps(
    db: Database, scope: Scope, office_code: str, level: str, limit: int
) -> list[tuple[Office, int, int]]:
    """Return the offices of one level below an office with the most numbers to collect: office, numbers to collect, consumers."""
    office = get_office(db, scope, office_code)
    offices, board = offices_at(db, level), board_of(db)
    rows = offices.within(office.office_no + 1, office.last_no)
    counts = board.counts.between_each(offices.first_nos[rows], offices.last_nos[rows])
    to_collect = counts[:, COUNTS.index("missing")] + counts[:, COUNTS.index("unusable")]
    most = np.argsort(-to_collect, kind="stable")[:limit]
    codes = offices.columns["office_code"][rows]
    return [
        (get_office(db, scope, codes[place]), int(to_collect[place]), int(counts[place, 0]))
        for place in most.tolist()
        if to_collect[place]
    ]


def coverage_by_category(db: Database, scope: Scope, office_code: str) -> pd.DataFrame:
    """Return one office's consumers by tariff category, largest first: category and the counts."""
    office = get_office(db, scope, office_code)
    with db.read() as cursor:
        rows = list(queries.sum_by_category(cursor, first_no=office.office_no, last_no=office.last_no))
    return pd.DataFrame(rows, columns=["category", *COUNTS])


def trend(db: Database, scope: Scope, office_code: str, clock: Clock, days: int = 180) -> pd.DataFrame:
    """Return one office's counts by day (Asia/Kolkata), oldest first; one that is gone still has the days it had.

    A new office begins with the days it inherited from those its consumers came from.
    """
    get_office(db, scope, office_code)
    today = india_day(clock())
    span = {"first_day": today - timedelta(days=days), "last_day": today}
    ask = queries.list_own_days if past_of(db, today).knows(office_code) else queries.list_days
    with db.read() as cursor:
        rows = list(ask(cursor, office_code=office_code, **span))
    return pd.DataFrame(rows, columns=["day", *COUNTS])


def coverage_by_district(db: Database, scope: Scope, office_code: str) -> pd.DataFrame:
    """Return one office's consumers by district: district and the counts; divisions whose district nobody knows stand under ''."""
    table = coverage_by(db, scope, office_code, "division")
    table["district"] = table["district"].fillna("")
    return table.groupby("district", as_index=False)[list(COUNTS)].sum()
