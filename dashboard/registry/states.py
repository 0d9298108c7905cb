"""Derives each consumer's state, and keeps an import from touching what a consumer consented to."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import Protocol

from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("states.sql"))
REGISTRY, NEXT_REGISTRY = "consumer", "next_consumer"
_MOST_RUNS = 20
MOST_NAMED = 2000  # offices named one by one; more are counted with all that lie between them
_RETURNED = "account_no IN (SELECT account_no FROM staging.returned)"
_LATE = "account_no IN (SELECT account_no FROM staging.late)"


class Counting(Enum):
    """How coverage is brought up to date."""

    ANEW = auto()  # from the consumers
    BY_DIFFERENCE = (
        auto()
    )  # moved by what has changed of the relation `touched` (touched.sql), whose offices are given
    AHEAD = auto()  # from the consumers of the next registry, beside the writer; it waits in `staging`
    COUNTED = auto()  # what was counted ahead takes the place of all


class Refresh(Protocol):
    """Counts coverage of an interval of offices, with `among` only of these."""

    def __call__(
        self,
        cursor: Cursor,
        first_no: int,
        last_no: int,
        among: Sequence[int] = (),
        *,
        how: Counting = Counting.ANEW,
    ) -> None: ...


def run_on(
    cursor: Cursor, query: object, consumer: str, which: str = "true", into: str = "", **parameters: object
) -> int:
    """Run a query on one of the two registries, for the consumers meant, into tables of a schema; return the number of rows."""
    sql = query.sql.replace("{consumer}", consumer).replace("{which}", which).replace("{into}", into)  # type: ignore[attr-defined]
    row = cursor.execute(sql, parameters).fetchone()
    return int(row[0]) if row and isinstance(row[0], int) else -1


def offices_meant(first_no: int, last_no: int, among: Sequence[int] = ()) -> str:
    """Return the SQL condition for offices of an interval; with `among` only these. Numbers alone enter it, never text."""
    interval = f"office_no BETWEEN {int(first_no)} AND {int(last_no)}"
    if not among:
        return interval
    return f"{interval} AND office_no IN ({', '.join(str(int(one)) for one in among)})"


def derive_states(
    cursor: Cursor, first_no: int, last_no: int, consumer: str = REGISTRY, among: Sequence[int] = ()
) -> int:
    """Set every consumer's state in an interval of offices (with `among`: these of it) from verdict, consent and deliverability.

    Return how many moved.

    Idempotent. To be called inside the change that touched a number or a consent, before the cube is refreshed.
    """
    return run_on(cursor, _queries.derive_states, consumer, offices_meant(first_no, last_no, among))


def derive_touched(cursor: Cursor) -> None:
    """Set the states of the consumers in the relation `touched`, by the same rule."""
    run_on(cursor, _queries.derive_states, "touched")


def refresh_offices(cursor: Cursor, office_nos: Sequence[int], refresh: Refresh) -> None:
    """Derive states and refresh coverage of these offices, all in one pass."""
    if not office_nos:
        return
    first_no, last_no = min(office_nos), max(office_nos)
    among = sorted(set(office_nos)) if len(office_nos) <= MOST_NAMED else ()
    derive_states(cursor, first_no, last_no, among=among)
    refresh(cursor, first_no, last_no, among)


def keep_consented_numbers(cursor: Cursor, import_id: int, consumer: str) -> int:
    """Keep in use the numbers consented to, and those put right by a person, where this import brought others; return how many were kept.

    The differing cell stays in `mobile_raw`; a good one is put down for `open_export_cases`. To be called after
    merging and before the registry's own judgement (reader's own, shared), which then sees the number in use.
    """
    run_on(cursor, _queries.restore_corrected, consumer, import_id=import_id)
    run_on(cursor, _queries.keep_export_cases, consumer, import_id=import_id)
    return run_on(cursor, _queries.restore_consented, consumer, f"{consumer}.import_id = {int(import_id)}")


def return_consents(cursor: Cursor, import_id: int) -> None:
    """Bring consent back that was set aside, where this import brings the consented number back; in the import's commit.

    The states of these consumers are derived here: the next registry's were before the commit.
    """
    if not cursor.execute("SELECT 1 FROM consent WHERE status = 'aside' LIMIT 1").fetchone():
        return
    _queries.keep_returned(cursor, import_id=import_id)
    _queries.return_consents(cursor)
    run_on(cursor, _queries.derive_states, REGISTRY, f"person.{_RETURNED}")


def open_export_cases(cursor: Cursor, now: datetime) -> None:
    """Open a case for each differing number that `keep_consented_numbers` put down; in the import's commit."""
    _queries.open_export_cases(cursor, opened_at=now)


def catch_up(cursor: Cursor, since: datetime) -> list[int]:
    """Bring a registry that was made since then up to what people and WhatsApp have said meanwhile; in the import's commit.

    Return the offices whose figures are no longer what was counted ahead, those of `return_consents` too.
    """
    _queries.keep_late(cursor, since=since)
    if not cursor.execute("SELECT 1 FROM staging.late LIMIT 1").fetchone():
        return []
    run_on(cursor, _queries.restore_consented, REGISTRY, f"consumer.{_LATE}")
    run_on(cursor, _queries.derive_states, REGISTRY, f"person.{_LATE}")
    return [office_no for (office_no,) in _queries.list_late_offices(cursor)]


def office_runs(office_nos: Sequence[int]) -> list[tuple[int, int]]:
    """Return sorted office numbers as intervals, neighbours joined; many become one that spans them."""
    runs: list[tuple[int, int]] = []
    for number in sorted(office_nos):
        if runs and number <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return [(runs[0][0], runs[-1][1])] if len(runs) > _MOST_RUNS else runs
