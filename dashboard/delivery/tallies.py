"""A job's sums, kept in the commits that change them: exact, and read without going through a ledger of crores.

Each commit appends by how much it changes them: an update of a row would cost a sender at full rate more than all else it writes.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from dashboard.delivery.status_report import KNOWN_STATUSES
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("tallies.sql"))
_COUNTERS = ("total", "unasked", "outcome_rows", "status_rows")
_STATES = frozenset(
    {"accepted", "held", "failed", "in_doubt", "skipped"}
)  # outcomes that end a message's waiting
_NO_CODE = -1
STRETCH = 10_000  # messages whose sums are kept apart; as they stand in job_tally
_UNFOLDED = 50_000  # changes of a job that are gathered before they are written as sums


_Sum = tuple[int, str, int, int | None]  # job, state, code, stretch


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
    _queries.open_total(cursor, job_id=job_id, message_count=total)


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
    changes: Counter[_Sum] = Counter()
    for job_id in {one.job_id for one in outcomes}:
        mine = [one for one in outcomes if one.job_id == job_id]
        changes[job_id, "outcome_rows", _NO_CODE, None] += len(mine)
        changes[job_id, "unasked", _NO_CODE, None] += 0 if are_answers else len(mine)
        overtaken = _read_overtaken(cursor, job_id, [one.message_no for one in mine])
        for one in mine:
            _count_outcome(changes, one, overtaken.get(one.message_no))
    rows = [(*key, count) for key, count in changes.items() if count]
    job_ids, states, codes, stretches, counts = (list(column) for column in zip(*rows, strict=True))
    _queries.insert_changes(
        cursor, job_ids=job_ids, states=states, codes=codes, counts=counts, stretches=stretches
    )


def _read_overtaken(cursor: Cursor, job_id: int, message_nos: list[int]) -> dict[int, bool]:
    """Return the messages that were reported already, and whether by a status that we know."""
    found: dict[int, bool] = {}
    rows = _queries.list_overtaken(
        cursor, job_id=job_id, first_no=min(message_nos), last_no=max(message_nos), message_nos=message_nos
    )
    for message_no, status in rows:
        found[message_no] = found.get(message_no, False) or status in KNOWN_STATUSES
    return found


def _count_outcome(changes: "Counter[_Sum]", one: Counted, overtaken: bool | None) -> None:
    """Count one outcome. One that a report has overtaken changes nothing, unless that is of a kind that we do not know and the
    provider holds the message."""
    stretch = (one.message_no - 1) // STRETCH
    if overtaken is None and one.result in _STATES:
        code = _NO_CODE if one.code is None or one.result != "failed" else one.code
        changes[one.job_id, one.result, code, stretch] += 1
    elif overtaken is False and one.result == "held":
        changes[one.job_id, "held", _NO_CODE, stretch] += 1
        changes[one.job_id, "accepted", _NO_CODE, stretch] -= 1


def note_reports(cursor: Cursor) -> None:
    """Take the reports in fresh_status into the sums, which stand beside those in known_status."""
    _queries.insert_status_changes(cursor, size=STRETCH)
    _queries.insert_priced_changes(cursor)


def read_priced(cursor: Cursor, job_id: int) -> list[tuple[str, bool, int]]:
    """Return of how many of a job's messages WhatsApp has said what they cost: category, whether it is charged, messages."""
    ask = _queries.count_priced if read_sums(cursor, job_id) is None else _queries.read_priced
    return list(ask(cursor, job_id=job_id))


def note_settled(cursor: Cursor, job_id: int, result: str) -> None:
    """The messages in ripe_doubt, which were in doubt, are settled by a person's word: treated_as_sent, or retry."""
    _queries.insert_settled(cursor, job_id=job_id, size=STRETCH, result=result)


def fold(cursor: Cursor, job_id: int) -> None:
    """Write a job's many changes as one row a sum."""
    _queries.copy_folded(cursor, job_id=job_id)
    _queries.delete_tally(cursor, job_id=job_id)
    _queries.take_folded(cursor)


def fold_long(db: Database) -> int:
    """Fold the sums of jobs that have gathered very many changes, return how many jobs. System function."""
    with db.read() as cursor:
        job_ids = [job_id for (job_id,) in _queries.list_unfolded(cursor, row_count=_UNFOLDED)]
    for job_id in job_ids:
        db.write(partial(fold, job_id=job_id), alters_pages=False)
    return len(job_ids)


def list_stretches(
    cursor: Cursor, job_id: int, states: Collection[str], *, with_rest: bool
) -> list[tuple[int, int]] | None:
    """Return the stretches that hold messages under some of the sums, in their order, and how many; `with_rest`: those too that are under
    none yet. None where that is not known: the sums are not whole, or of before stretches were counted."""
    if _queries.has_whole_counts(cursor, job_id=job_id) or read_sums(cursor, job_id) is None:
        return None
    rows = _queries.list_stretches(
        cursor, job_id=job_id, size=STRETCH, states=list(states), with_rest=with_rest
    )
    return [(stretch, count) for stretch, count in rows]
