"""A job's sums, kept in the commits that change them: exact, and read without going through a ledger of crores.

Each commit appends by how much it changes them: an update of a row would cost a sender at full rate more than all else it writes.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from dashboard.delivery.status_report import KNOWN_STATUSES
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("tallies.sql"))
_COUNTERS = ("total", "unasked", "outcome_rows", "status_rows")
_STATES = frozenset(
    {"accepted", "held", "failed", "in_doubt", "skipped"}
)  # outcomes that end a message's waiting
_NO_CODE = -1


class Counted(Protocol):
    """What of an outcome is counted."""

    @property
    def job_id(self) -> int: ...
    @property
    def message_no(self) -> int: ...
    @property
    def result(self) -> str: ...
    @property
    def code(self) -> int | None: ...


@dataclass(frozen=True)
class Sums:
    """How many messages stand in each state; `failures` counts the failed by code, `in_flight` those not answered yet."""

    total: int
    states: dict[str, int]
    failures: dict[int | None, int]
    in_flight: int


@dataclass
class _Rows:
    counters: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_COUNTERS, 0))
    states: dict[str, int] = field(default_factory=dict)
    failures: dict[int | None, int] = field(default_factory=dict)


def open_sums(cursor: Cursor, job_id: int, total: int) -> None:
    """Begin to keep the sums of a new job."""
    _add(cursor, job_id, "total", total)


def read_sums(cursor: Cursor, job_id: int) -> Sums | None:
    """Return a job's sums; None where they are not kept, or where the ledger holds other facts than they were made of."""
    rows = _Rows()
    for state, code, count in list(_queries.read_tally(cursor, job_id=job_id)):
        if state in _COUNTERS:
            rows.counters[state] += count
            continue
        rows.states[state] = rows.states.get(state, 0) + count
        if state == "failed" and count:
            rows.failures[None if code == _NO_CODE else code] = count
    outcomes, reports, claimed = _queries.count_rows(cursor, job_id=job_id)
    counters = rows.counters
    if not counters["total"] or (counters["outcome_rows"], counters["status_rows"]) != (outcomes, reports):
        return None
    in_flight = claimed - (outcomes - counters["unasked"])
    return Sums(counters["total"], rows.states, rows.failures, in_flight)


def note_outcomes(cursor: Cursor, outcomes: Sequence[Counted], *, are_answers: bool) -> None:
    """Take outcomes into the sums; `are_answers`: they were handed to the sender before."""
    changes: Counter[tuple[int, str, int]] = Counter()
    for job_id in {one.job_id for one in outcomes}:
        mine = [one for one in outcomes if one.job_id == job_id]
        changes[job_id, "outcome_rows", _NO_CODE] += len(mine)
        changes[job_id, "unasked", _NO_CODE] += 0 if are_answers else len(mine)
        overtaken = _read_overtaken(cursor, job_id, [one.message_no for one in mine])
        for one in mine:
            _count_outcome(changes, one, overtaken.get(one.message_no))
    rows = [(*key, count) for key, count in changes.items() if count]
    job_ids, states, codes, counts = (list(column) for column in zip(*rows, strict=True))
    _queries.insert_changes(cursor, job_ids=job_ids, states=states, codes=codes, counts=counts)


def _read_overtaken(cursor: Cursor, job_id: int, message_nos: list[int]) -> dict[int, bool]:
    """Return the messages that were reported already, and whether by a status that we know."""
    found: dict[int, bool] = {}
    rows = _queries.list_overtaken(
        cursor, job_id=job_id, first_no=min(message_nos), last_no=max(message_nos), message_nos=message_nos
    )
    for message_no, status in rows:
        found[message_no] = found.get(message_no, False) or status in KNOWN_STATUSES
    return found


def _count_outcome(changes: "Counter[tuple[int, str, int]]", one: Counted, overtaken: bool | None) -> None:
    """Count one outcome. One that a report has overtaken changes nothing, unless that is of a kind that we do not know and the
    provider holds the message."""
    if overtaken is None and one.result in _STATES:
        code = _NO_CODE if one.code is None or one.result != "failed" else one.code
        changes[one.job_id, one.result, code] += 1
    elif overtaken is False and one.result == "held":
        changes[one.job_id, "held", _NO_CODE] += 1
        changes[one.job_id, "accepted", _NO_CODE] -= 1


def note_reports(cursor: Cursor) -> None:
    """Take the reports in fresh_status into the sums, which stand beside those in known_status."""
    _queries.insert_status_changes(cursor)


def note_settled(cursor: Cursor, job_id: int, count: int, result: str) -> None:
    """So many messages that were in doubt are settled by a person's word: treated_as_sent, or retry."""
    for state, change in (("in_doubt", -count), ("outcome_rows", count), ("unasked", count)):
        _add(cursor, job_id, state, change)
    if result != "retry":
        _add(cursor, job_id, result, count)


def fold(cursor: Cursor, job_id: int) -> None:
    """Write an ended job's many changes as one row a sum."""
    rows = list(_queries.read_tally(cursor, job_id=job_id))
    _queries.delete_tally(cursor, job_id=job_id)
    for state, code, count in rows:
        _queries.insert_change(cursor, job_id=job_id, state=state, code=code, message_count=count)


def _add(cursor: Cursor, job_id: int, state: str, count: int) -> None:
    _queries.insert_change(cursor, job_id=job_id, state=state, code=_NO_CODE, message_count=count)
