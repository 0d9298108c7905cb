"""The missing-number list: whose number field staff must collect, in the order they walk, with the reason."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput
from dashboard.registry.offices import Office, get_office
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries
from dashboard.store.spreadsheet import write_table

_queries = load_queries(Path(__file__).with_name("missing.sql"))
_PAGE_ROWS = 20_000
_EVERYTHING = 1 << 40
COLUMNS = (
    "account_no", "name", "address", "subdivision", "substation", "feeder", "book_no", "sc_no", "meter_no", "pole_no", "category",
    "amount_payable", "mobile_on_file", "reason",
)  # fmt: skip


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
    with db.read() as cursor:
        return dict(_queries.count_to_collect(cursor, **interval, book_no=book_no))


def list_missing_feeders(db: Database, scope: Scope, office_code: str) -> pd.DataFrame:
    """Return the feeders of an office that have numbers to collect: office_code, office, office_hi, to_collect."""
    office = _office(db, scope, office_code)
    with db.read() as cursor:
        rows = list(_queries.list_feeders(cursor, first_no=office.office_no, last_no=office.last_no))
    return pd.DataFrame(rows, columns=["office_code", "office", "office_hi", "to_collect"])


def list_missing_books(db: Database, scope: Scope, office_code: str) -> pd.DataFrame:
    """Return the reading books of an office that have numbers to collect: book_no, to_collect."""
    office = _office(db, scope, office_code)
    with db.read() as cursor:
        rows = list(_queries.list_books(cursor, first_no=office.office_no, last_no=office.last_no))
    return pd.DataFrame(rows, columns=["book_no", "to_collect"])


def list_missing(
    db: Database, scope: Scope, office_code: str, limit: int, offset: int = 0, chosen: MissingFilter = ALL
) -> pd.DataFrame:
    """Return one page of the list with the columns of COLUMNS. Needs Right.SEE_NUMBERS."""
    office = _office(db, scope, office_code)
    with db.read() as cursor:
        return pd.DataFrame(_fetch(cursor, office, chosen, limit, offset), columns=list(COLUMNS))


def export_missing(
    db: Database,
    scope: Scope,
    office_code: str,
    path: Path,
    reason: str,
    clock: Clock,
    chosen: MissingFilter = ALL,
    say: Callable[[str], str] = str,
) -> int:
    """Write the list as CSV or XLSX by the path's suffix and enter the download in the audit trail; return the row count.

    `say` turns the code of a row's reason into the reader's words. Raises BadInput("reason_missing") without a reason of at least five characters.
    """
    office = _office(db, scope, office_code)
    if len(reason.strip()) < 5:
        raise BadInput("reason_missing")
    count = write_table(
        path, COLUMNS, ((*row[:-1], say(str(row[-1]))) for row in _stream(db, office, chosen))
    )
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
    with db.read() as cursor:
        cursor.execute(_queries.list_to_collect.sql, _parameters(office, chosen, _EVERYTHING, 0))
        while rows := cursor.fetchmany(_PAGE_ROWS):
            yield from rows


def _fetch(
    cursor: Cursor, office: Office, chosen: MissingFilter, limit: int, offset: int
) -> list[tuple[object, ...]]:
    return list(_queries.list_to_collect(cursor, **_parameters(office, chosen, limit, offset)))


def _parameters(office: Office, chosen: MissingFilter, limit: int, offset: int) -> dict[str, object]:
    return {
        "first_no": office.office_no, "last_no": office.last_no, "book_no": chosen.book_no, "verdict": chosen.reason,
        "row_limit": limit, "row_offset": offset,
    }  # fmt: skip
