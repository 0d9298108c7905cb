"""The cube in memory: running totals over the offices' numbers, from which any office's figures are two look-ups apart.

An office and all below it are one interval of numbers, so its consumers are `total[last_no + 1] - total[office_no]`. What the
pages ask for offices nobody looked at before is thus answered without a query. It is read once for each version of the data
and weighs a few tens of megabytes at the size of the state; rights are checked by who asks.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.coverage.cube import COUNTS, queries
from dashboard.registry.offices import stamp_offices
from dashboard.store.database import Cursor, Database

Numbers = NDArray[np.int64]
DAYS_BACK = 61  # so many days are held; what asks for older ones asks the database
_STEPS = ("verified", "joined")
_OFFICE = ("office_code", "office", "office_hi", "level", "district")
_building = threading.Lock()  # of many who ask after a commit, one reads
T = TypeVar("T")


@dataclass(frozen=True)
class Totals:
    """Offices that have consumers of their own, `numbers` in order; a row of `sums` adds up all before that one (one row more)."""

    numbers: Numbers
    sums: Numbers

    def between(self, first_no: int, last_no: int) -> list[int]:
        """Return the sums of one interval."""
        found: list[int] = self.between_each(np.array([first_no]), np.array([last_no]))[0].tolist()
        return found

    def between_each(self, first_nos: Numbers, last_nos: Numbers) -> Numbers:
        """Return the sums of many intervals, a row each."""
        ends = np.searchsorted(self.numbers, last_nos, "right")
        return self.sums[ends] - self.sums[np.searchsorted(self.numbers, first_nos)]


@dataclass(frozen=True)
class Board:
    """`counts`: the COUNTS of consumers; `steps`: verified and joined."""

    counts: Totals
    steps: Totals


@dataclass(frozen=True)
class LevelOffices:
    """The offices of one level in the order of their numbers; `columns`: office_code, office, office_hi, level, district as they
    come to stand in tables (cutting columns costs a seventh of cutting a table and adding to it), `lists` the same as lists."""

    first_nos: Numbers
    last_nos: Numbers
    columns: dict[str, Any]
    lists: dict[str, list[Any]]

    def within(self, first_no: int, last_no: int) -> slice:
        """Return the place of those whose numbers lie in an interval."""
        return slice(
            int(np.searchsorted(self.first_nos, first_no)),
            int(np.searchsorted(self.first_nos, last_no, "right")),
        )

    def make_table(self, rows: slice | NDArray[Any], figures: Mapping[str, Any]) -> pd.DataFrame:
        """Return a table of some of them with further columns."""
        return pd.DataFrame(
            {**{name: column[rows] for name, column in self.columns.items()}, **figures}, copy=False
        )


@dataclass(frozen=True)
class Past:
    """The last days of the offices from state to subdivision: `figures` (DAYS_BACK + 1, offices, 3) holds consumers, numbers to
    collect and enrolled at the end of `today` less so many days, -1 where that day has no figures. `heirs` are the codes that came
    to have consumers of others: their days before they began are inherited and stand in the database."""

    today: date
    codes: dict[str, int]
    figures: Numbers
    heirs: frozenset[str]

    def knows(self, code: str) -> bool:
        return code not in self.heirs

    def of(self, code: str, days_back: int) -> tuple[int, int, int] | None:
        """Return consumers, numbers to collect and enrolled at the end of a day; None where it has no figures."""
        place = self.codes.get(code)
        if place is None or not 0 <= days_back <= DAYS_BACK or self.figures[days_back, place, 0] < 0:
            return None
        consumers, to_collect, enrolled = self.figures[days_back, place].tolist()
        return consumers, to_collect, enrolled

    def of_each(self, codes: Sequence[str], days_back: int) -> Numbers:
        """Return consumers, numbers to collect and enrolled of many offices, a row each; -1 where unknown."""
        places = np.fromiter((self.codes.get(code, -1) for code in codes), np.int64, len(codes))
        if not len(self.codes):
            return np.full((len(codes), 3), -1, np.int64)
        return np.where((places >= 0)[:, None], self.figures[days_back, places], -1)


@dataclass(frozen=True)
class Readers:
    """Numbers that are a reader's own, by office and reader: `places` point into `names`, which are in order."""

    office_nos: Numbers
    places: Numbers
    counts: Numbers
    names: list[str]

    def find_most(self, first_no: int, last_no: int, limit: int) -> list[tuple[str, int, Numbers, Numbers]]:
        """Return the readers with most of them in an interval: name, sum, and the offices with their counts."""
        rows = slice(
            np.searchsorted(self.office_nos, first_no), np.searchsorted(self.office_nos, last_no, "right")
        )
        places, counts, offices = self.places[rows], self.counts[rows], self.office_nos[rows]
        sums = np.bincount(places, weights=counts, minlength=len(self.names)).astype(np.int64)
        most = np.argsort(-sums, kind="stable")[:limit]
        return [
            (self.names[place], int(sums[place]), offices[places == place], counts[places == place])
            for place in most.tolist()
            if sums[place]
        ]


def board_of(db: Database) -> Board:
    """Return the cube's running totals as the data stands."""
    with _building:
        return db.recall(("board", "counts"), lambda: _read(db, _read_board))


def offices_at(db: Database, level: str) -> LevelOffices:
    """Return the offices of a level as they stand."""
    offices = db.recall_table(("board", "offices"), stamp_offices, _read_offices)
    return offices.get(level) or _NONE


def heirs_of(db: Database) -> frozenset[str]:
    """Return the codes of offices that inherited days of others, as the tree stands."""
    return db.recall_table(("board", "heirs"), queries.stamp_moves, _read_heirs)


def past_of(db: Database, today: date) -> Past:
    """Return the last days as they were kept."""
    span = {"first_day": today - timedelta(days=DAYS_BACK), "last_day": today}

    def stamp(cursor: Cursor) -> Any:
        return queries.stamp_days(cursor, **span)

    return db.recall_table(("board", "past"), stamp, lambda cursor: _read_past(cursor, today), today)


def readers_of(db: Database) -> Readers:
    """Return readers' own numbers as they stand."""
    return db.recall_table(("board", "readers"), queries.stamp_readers, _read_readers)


def _read(db: Database, read: Callable[[Cursor], T]) -> T:
    with db.read() as cursor:
        return read(cursor)


def _read_board(cursor: Cursor) -> Board:
    return Board(
        _add_up(_fetch(cursor, queries.sum_each_office.sql), COUNTS),
        _add_up(_fetch(cursor, queries.sum_each_step.sql), _STEPS),
    )


def _add_up(found: dict[str, Numbers], columns: Sequence[str]) -> Totals:
    rows = np.stack([found[column] for column in columns], axis=1)
    return Totals(
        found["office_no"], np.vstack([np.zeros((1, len(columns)), np.int64), np.cumsum(rows, axis=0)])
    )


def _read_offices(cursor: Cursor) -> dict[str, LevelOffices]:
    table = cursor.execute(queries.list_offices.sql).df()
    first_nos, last_nos = (table[name].to_numpy(np.int64) for name in ("office_no", "last_no"))
    levels, found = table["level"].to_numpy(), dict[str, LevelOffices]()
    for level in dict.fromkeys(levels.tolist()):
        rows = levels == level
        columns = {name: table[name].array[rows] for name in _OFFICE}
        lists = {name: column.to_numpy(object, na_value=None).tolist() for name, column in columns.items()}
        found[level] = LevelOffices(first_nos[rows], last_nos[rows], columns, lists)
    return found


def _read_heirs(cursor: Cursor) -> frozenset[str]:
    return frozenset(code for (code,) in queries.list_heirs(cursor))


def _read_past(cursor: Cursor, today: date) -> Past:
    heirs = _read_heirs(cursor)
    span = {"first_day": today - timedelta(days=DAYS_BACK), "last_day": today}
    codes = [code for (code,) in queries.list_kept_codes(cursor, **span)]
    found = _fetch(cursor, queries.list_recent_days.sql, {**span, "today": today})
    figures = np.full((DAYS_BACK + 1, len(codes), 3), -1, np.int64)
    for place, column in enumerate(("consumers", "to_collect", "enrolled")):
        figures[found["days_back"], found["place"], place] = found[column]
    return Past(today, {code: place for place, code in enumerate(codes)}, figures, heirs)


def _read_readers(cursor: Cursor) -> Readers:
    names = [name for (name,) in queries.list_reader_names(cursor)]
    found = _fetch(cursor, queries.list_reader_counts.sql)
    return Readers(found["office_no"], found["place"], found["consumers"], names)


def _fetch(cursor: Cursor, sql: str, values: dict[str, Any] | None = None) -> dict[str, Numbers]:
    found = cursor.execute(sql, values or {}).fetchnumpy()
    return {name: np.asarray(column).astype(np.int64, copy=False) for name, column in found.items()}


_NONE = LevelOffices(
    np.zeros(0, np.int64),
    np.zeros(0, np.int64),
    {name: pd.array([], dtype="str") for name in _OFFICE},
    {name: [] for name in _OFFICE},
)
