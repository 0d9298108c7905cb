"""Sequences of numbers typed in the field, flagged for the division; and the second good number of a cell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput
from dashboard.registry.offices import get_office
from dashboard.registry.phone import install_macros
from dashboard.registry.states import REGISTRY, run_on
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries
from dashboard.store.spreadsheet import write_table

_queries = load_queries(Path(__file__).with_name("sequences.sql"))
LEAST_NUMBERS = 20  # one after the other, by one reader: shorter runs happen by chance in a family or a shop
COLUMNS = (
    "account_no", "name", "address", "office", "book_no", "sc_no", "meter_no", "agent_id", "mobile_on_file", "number_count",
)  # fmt: skip


@dataclass(frozen=True)
class SequenceCount:
    """How much of an office looks typed in the field."""

    readers: int
    sequences: int
    accounts: int


def find_sequences(cursor: Cursor, first_no: int, last_no: int, registry: str = REGISTRY) -> None:
    """Find the sequences of one reader in the divisions that an interval of offices touches, for `flag_sequences`."""
    first_no, last_no = _queries.widen(cursor, first_no=first_no, last_no=last_no)
    run_on(cursor, _queries.keep_typed, registry, first_no=first_no, last_no=last_no, least=LEAST_NUMBERS)


def flag_sequences(cursor: Cursor, first_no: int, last_no: int, now: datetime) -> int:
    """Flag what `find_sequences` found, in place of what was flagged there before; return how many. Inside the import's change."""
    first_no, last_no = _queries.widen(cursor, first_no=first_no, last_no=last_no)
    _queries.drop_found(cursor, first_no=first_no, last_no=last_no)
    return int(_queries.insert_typed(cursor, found_at=now))


def find_second_numbers(cursor: Cursor, import_id: int, registry: str = REGISTRY) -> None:
    """Find the second good number of each cell that an import brought with two, for `keep_second_numbers`."""
    install_macros(cursor)
    run_on(cursor, _queries.keep_second, registry, import_id=import_id)


def keep_second_numbers(cursor: Cursor, import_id: int) -> int:
    """Keep what `find_second_numbers` found; return how many. Inside the import's change."""
    _queries.drop_second(cursor, import_id=import_id)
    return int(_queries.insert_second(cursor))


def count_sequences(db: Database, scope: Scope, office_code: str) -> SequenceCount:
    """Return what is flagged in an office. Needs Right.SEE_NUMBERS."""
    scope.require(Right.SEE_NUMBERS)
    office = get_office(db, scope, office_code)

    def count() -> SequenceCount:
        with db.read() as cursor:
            return SequenceCount(
                *_queries.count_sequences(cursor, first_no=office.office_no, last_no=office.last_no)
            )

    return db.recall(("sequences.count", office.code), count)


def export_sequences(
    db: Database, scope: Scope, office_code: str, path: Path, reason: str, clock: Clock,
    name_column: Callable[[str], str] = str,
) -> int:  # fmt: skip
    """Write the flagged accounts of an office as CSV or XLSX and enter the download in the audit trail; return the row count.

    `name_column` turns one of `COLUMNS` into a heading.

    Raises BadInput("reason_missing") without a reason of at least five characters. Needs Right.SEE_NUMBERS.
    """
    scope.require(Right.SEE_NUMBERS)
    office = get_office(db, scope, office_code)
    if len(reason.strip()) < 5:
        raise BadInput("reason_missing")
    with db.read() as cursor:
        rows = list(_queries.list_typed(cursor, first_no=office.office_no, last_no=office.last_no))
    count = write_table(path, [name_column(name) for name in COLUMNS], rows)
    detail = {"reason": reason.strip()[:500], "format": path.suffix.lstrip(".")}

    def enter(cursor: Cursor) -> None:
        record(
            cursor, clock(), scope.username, "sequences.download", office_code=office.code, row_count=count, detail=detail
        )  # fmt: skip

    db.write(enter)
    return count
