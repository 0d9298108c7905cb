"""The missing-number list: whose number field staff must collect, in the order they walk, with the reason."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput
from dashboard.registry.offices import Office, get_office, offices_above
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from dashboard.store.queries import load_queries
from dashboard.store.spreadsheet import write_table

_queries = load_queries(Path(__file__).with_name("missing.sql"))
_PAGE_ROWS = 20_000
_EVERYTHING = 1 << 40
COLUMNS = (
    "account_no", "name", "address", "subdivision", "substation", "feeder", "book_no", "sc_no", "meter_no", "pole_no", "category",
    "amount_payable", "mobile_on_file", "reason",
)  # fmt: skip
_PLACES = ("subdivision", "substation", "feeder")
_OFFICE_PLACE = 3  # where a row of the query has its office's number


@dataclass(frozen=True)
class MissingFilter:
    """What of an office is listed: one reading book, one reason; None means all."""

    book_no: str | None = None
    reason: str | None = None


ALL = MissingFilter()


def _office(db: Database, scope: Scope, office_code: str) -> Office:
    scope.require(Right.SEE_NUMBERS)
    return get_office(db, scope, office_code)


def count_missing(db: Database, scope: Scope, office_code: str, book_no: str | None = None) -> dict[str, int]:
    """Return how many numbers must be collected in an office or one of its reading books, by reason, most first."""
    office = _office(db, scope, office_code)
    interval = {"first_no": office.office_no, "last_no": office.last_no}

    def count() -> dict[str, int]:
        with db.read() as cursor:
            return dict(_queries.count_to_collect(cursor, **interval, book_no=book_no))

    return dict(db.recall(("missing.count", office.code, book_no), count))


def list_missing_feeders(db: Database, scope: Scope, office_code: str) -> pd.DataFrame:
    """Return the feeders of an office that have numbers to collect: office_code, office, office_hi, to_collect."""
    office = _office(db, scope, office_code)
    with db.read() as cursor:
        rows = list(_queries.list_feeders(cursor, first_no=office.office_no, last_no=office.last_no))
    return pd.DataFrame(rows, columns=["office_code", "office", "office_hi", "to_collect"])


def list_missing_books(db: Database, scope: Scope, office_code: str) -> pd.DataFrame:
    """Return the reading books of an office that have numbers to collect: book_no, to_collect."""
    office = _office(db, scope, office_code)

    def read() -> list[tuple[str, int]]:
        with db.read() as cursor:
            return list(_queries.list_books(cursor, first_no=office.office_no, last_no=office.last_no))

    return pd.DataFrame(db.recall(("missing.books", office.code), read), columns=["book_no", "to_collect"])


def list_missing(
    db: Database, scope: Scope, office_code: str, limit: int, offset: int = 0, chosen: MissingFilter = ALL
) -> pd.DataFrame:
    """Return one page of the list with the columns of COLUMNS. Needs Right.SEE_NUMBERS."""
    office = _office(db, scope, office_code)
    span, skipped = _find_offices(db, office, chosen, limit, offset)
    with db.read() as cursor:
        rows = list(_queries.list_to_collect(cursor, **_parameters(span, chosen, limit, skipped)))
    return pd.DataFrame(_name_places(db, rows), columns=list(COLUMNS))


def _find_offices(
    db: Database, office: Office, chosen: MissingFilter, limit: int, offset: int
) -> tuple[tuple[int, int], int]:
    """Return the interval of offices in which a page's rows stand, and how many rows of it stand before them: a page of the whole
    state is read from one or two feeders."""

    def read() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        with db.read() as cursor:
            found = cursor.execute(
                _queries.sum_offices.sql, _filter((office.office_no, office.last_no), chosen)
            ).fetchnumpy()
        numbers, counts = (np.asarray(column).astype(np.int64) for column in found.values())
        return numbers, np.concatenate([[0], np.cumsum(counts)])

    numbers, before = db.recall(("missing.offices", office.code, chosen), read)
    first, end = (
        int(np.searchsorted(before, offset, "right")) - 1,
        int(np.searchsorted(before, offset + limit)),
    )
    if first >= len(numbers):
        return (office.office_no, office.office_no - 1), 0
    return (int(numbers[first]), int(numbers[min(end, len(numbers)) - 1])), offset - int(before[first])


def _name_places(db: Database, rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[object, ...]]:
    """Put the names of subdivision, substation and feeder where a row has its office's number. The lowest office that a report
    names need not be a feeder."""
    names: dict[int, tuple[str | None, ...]] = {}
    for row in rows:
        office_no = row[_OFFICE_PLACE]
        if office_no not in names:
            above = {one.level: one.name for one in offices_above(db, office_no)}
            names[office_no] = tuple(above.get(level) for level in _PLACES)
        yield (*row[:_OFFICE_PLACE], *names[office_no], *row[_OFFICE_PLACE + 1 :])


def export_missing(
    db: Database,
    scope: Scope,
    office_code: str,
    path: Path,
    reason: str,
    clock: Clock,
    chosen: MissingFilter = ALL,
    say: Callable[[str], str] = str,
    name_column: Callable[[str], str] = str,
) -> int:
    """Write the list as CSV or XLSX by the path's suffix and enter the download in the audit trail; return the row count.

    `say` turns the code of a row's reason into the reader's words, `name_column` one of `COLUMNS` into a heading. Raises BadInput("reason_missing") without a reason of at least five characters.
    """
    office = _office(db, scope, office_code)
    if len(reason.strip()) < 5:
        raise BadInput("reason_missing")
    by_reason = count_missing(db, scope, office_code, chosen.book_no)
    expected = by_reason.get(chosen.reason, 0) if chosen.reason else sum(by_reason.values())
    rows = ((*row[:-1], say(str(row[-1]))) for row in _stream(db, office, chosen))
    count = write_table(path, [name_column(name) for name in COLUMNS], rows, expected)
    detail = {
        "reason": reason.strip()[:500],
        "format": path.suffix.lstrip("."),
        "book_no": chosen.book_no,
        "verdict": chosen.reason,
    }
    db.write(
        lambda cursor: record(
            cursor,
            clock(),
            scope.username,
            "missing_list.download",
            office_code=office.code,
            row_count=count,
            detail=detail,
        ),
        alters_pages=False,
    )
    return count


def _stream(db: Database, office: Office, chosen: MissingFilter) -> Iterator[tuple[object, ...]]:
    span = (office.office_no, office.last_no)
    with db.read() as cursor:
        cursor.execute(_queries.list_to_collect.sql, _parameters(span, chosen, _EVERYTHING, 0))
        while rows := cursor.fetchmany(_PAGE_ROWS):
            yield from _name_places(db, rows)


def _filter(span: tuple[int, int], chosen: MissingFilter) -> dict[str, object]:
    return {"first_no": span[0], "last_no": span[1], "book_no": chosen.book_no, "verdict": chosen.reason}


def _parameters(span: tuple[int, int], chosen: MissingFilter, limit: int, offset: int) -> dict[str, object]:
    return {**_filter(span, chosen), "row_limit": limit, "row_offset": offset}
