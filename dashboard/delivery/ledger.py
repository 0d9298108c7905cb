"""The ledger of what is to be sent and what became of it: immutable messages, appended facts, derived states.

All functions run on a cursor, inside the caller's change, so that freezing a notice and staging its messages
commit together. None of them has a scope: the rooms above ask for the right before they call.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from dashboard.delivery import tallies
from dashboard.errors import BadInput, IllegalChange
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("ledger.sql"))
_MANY = 200_000  # recipients that are no longer sorted by account

# The lifecycle of a job: from each state, those that may follow.
_MAY_FOLLOW: dict[str, frozenset[str]] = {
    "held": frozenset({"running", "discarded"}),
    "running": frozenset({"paused", "cancelled", "finished"}),
    "paused": frozenset({"running", "cancelled", "finished"}),
    "finished": frozenset({"running"}),  # a person may have doubtful messages sent again
    "cancelled": frozenset(),
    "discarded": frozenset(),
}


@dataclass(frozen=True)
class Job:
    """One job; `parameter_names` is the order of every message's parameters."""

    job_id: int
    state: str
    kind: str
    template: str
    language: str
    parameter_names: tuple[str, ...]
    message_count: int
    pause_reason: str | None
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True)
class Tally:
    """How many of a job's messages stand in each state; the eight of the second block add up to `total`.

    `waiting` includes those on their way (`in_flight`) and those to be tried again; `accepted` means taken by
    the provider and nothing heard since, and includes those whom a person declared sent (`treated_as_sent`)
    and those that the provider holds back for the time being (`held`: it looks at the template's quality, or paces the send).
    """

    total: int = 0

    waiting: int = 0
    accepted: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    in_doubt: int = 0
    skipped: int = 0

    in_flight: int = 0
    treated_as_sent: int = 0
    held: int = 0

    @property
    def accepted_or_beyond(self) -> int:
        """Taken by the provider and not failed since: the `accepted` of a report."""
        return self.accepted + self.sent_or_beyond

    @property
    def sent_or_beyond(self) -> int:
        return self.sent + self.delivered_or_beyond

    @property
    def delivered_or_beyond(self) -> int:
        """Delivered or read: who reads has received, also where no report of delivery came."""
        return self.delivered + self.read

    @property
    def is_settled(self) -> bool:
        """Nothing more will be sent by itself."""
        return self.waiting == 0


def stage(
    cursor: Cursor,
    now: datetime,
    *,
    kind: str,
    template: str,
    language: str,
    parameter_names: Sequence[str],
    rows: pa.Table | pd.DataFrame | None = None,
) -> int:
    """Freeze messages as a held job and return its id.

    `rows` has the columns `account_no` (text or null), `mobile` (ten digits, a number), `parameters` (a list
    of text in the order of `parameter_names`). Without `rows` they are taken from a temporary table
    `staged_message` with the same columns, made before on the same cursor; it is dropped. A column `office_no`
    beside them chooses the number that a message goes from: its discom's, else the state's; a column `number_no`
    names it. A job of kind 'text' has the one parameter `text`. Raises BadInput("audience_empty"), and
    BadInput("recipient_rows", count=…) for numbers or parameters that cannot be sent.
    """
    if rows is not None:
        cursor.register("staged_rows", rows)
        _queries.copy_staged(cursor)
        cursor.unregister("staged_rows")
    count, first_row = _count_staged(cursor, len(parameter_names))
    job_id = next_job_id(cursor)
    open_job(
        cursor, now, job_id, count, kind=kind, template=template, language=language, parameter_names=parameter_names
    )  # fmt: skip
    _insert_messages(cursor, job_id, first_row)
    write_places(cursor, job_id)
    _queries.drop_staged(cursor)
    return job_id


def next_job_id(cursor: Cursor) -> int:
    """Return the id that the next job takes; inside a change."""
    return int(_queries.next_job_id(cursor))


def open_job(
    cursor: Cursor, now: datetime, job_id: int, count: int, *, kind: str, template: str, language: str, parameter_names: Sequence[str]
) -> None:  # fmt: skip
    """Write down a held job of so many messages and begin to keep its sums."""
    _queries.insert_job(
        cursor, job_id=job_id, kind=kind, template=template, language=language, parameter_names=json.dumps(list(parameter_names)),
        message_count=count, now=now,
    )  # fmt: skip
    tallies.open_sums(cursor, job_id, count)


def choose_numbers(cursor: Cursor) -> bool:
    """Write each staged office's sending number into the temporary table `staged_route`; False: there is one number alone."""
    if _queries.staged_choice(cursor) != "office_no":
        return False
    _queries.choose_numbers(cursor)
    return True


def write_places(cursor: Cursor, job_id: int) -> None:
    """Note which messages of a job went to which account."""
    _queries.write_places(cursor, job_id=job_id)


def _insert_messages(cursor: Cursor, job_id: int, first_row: int | None) -> None:
    """Number the staged rows and write down which go from which number; with `first_row` as they stand, unsorted."""
    if _queries.staged_choice(cursor) == "number_no":
        _queries.insert_numbered_messages(cursor, job_id=job_id)
        _queries.insert_numbered_routes(cursor, job_id=job_id)
    elif choose_numbers(cursor):
        _queries.insert_routed_messages(cursor, job_id=job_id)
        _queries.insert_routes(cursor, job_id=job_id)
        _queries.drop_routes(cursor)
    elif first_row is not None:
        _queries.insert_many_messages(cursor, job_id=job_id, first_row=first_row)
    else:
        _queries.insert_messages(cursor, job_id=job_id)


def _count_staged(cursor: Cursor, wanted_parameters: int) -> tuple[int, int | None]:
    """Return how many rows are staged and, where these are very many and numbered without holes, the first of their numbers."""
    count, bad_numbers, lengths, longest, holes, first_row, row_count = _queries.count_staged(cursor)
    if count == 0:
        raise BadInput("audience_empty")
    if bad_numbers or holes or lengths != 1 or longest != wanted_parameters:
        raise BadInput("recipient_rows", count=max(bad_numbers, holes, 1))
    return int(count), int(first_row) if count > _MANY and row_count == count else None


def get_job(cursor: Cursor, job_id: int) -> Job:
    """Return one job. Raises BadInput("job_unknown")."""
    row = _queries.job_by_id(cursor, job_id=job_id)
    if row is None:
        raise BadInput("job_unknown", job_id=job_id)
    fields: list[Any] = list(row)
    fields[5] = tuple(json.loads(fields[5]))
    return Job(*fields)


def release(cursor: Cursor, job_id: int, now: datetime) -> None:
    """Let a held job go out."""
    _change(cursor, job_id, "running", now, only_from="held")


def pause(cursor: Cursor, job_id: int, reason: str, now: datetime) -> None:
    """Claim nothing more of a running job; `reason` is a key of words, 'person' where one asked for it."""
    _change(cursor, job_id, "paused", now, reason=reason)


def go_on(cursor: Cursor, job_id: int, now: datetime) -> None:
    """Let a paused job go on."""
    _change(cursor, job_id, "running", now, only_from="paused")


def require_sending(cursor: Cursor, job_id: int) -> Job:
    """Return a job of which more may go out: one that runs, rests or has ended by itself. Raises IllegalChange("job_state")."""
    job = get_job(cursor, job_id)
    if job.state not in ("finished", "running", "paused"):
        raise IllegalChange("job_state", current=job.state, wanted="running")
    return job


def run_again(cursor: Cursor, job_id: int, now: datetime) -> None:
    """Let a finished job run once more; one that runs or rests stays as it is."""
    if require_sending(cursor, job_id).state == "finished":
        _change(cursor, job_id, "running", now)


def cancel(cursor: Cursor, job_id: int, now: datetime) -> None:
    """End a running or paused job; what was not claimed yet counts as skipped."""
    _change(cursor, job_id, "cancelled", now)


def discard(cursor: Cursor, job_id: int, now: datetime) -> None:
    """Give up a held job that never went out: a returned or edited notice."""
    _change(cursor, job_id, "discarded", now)


def finish(cursor: Cursor, job_id: int, now: datetime) -> bool:
    """End a job of settled messages; return whether it was so. Reports may still come."""
    if get_job(cursor, job_id).state not in ("running", "paused") or not tally(cursor, job_id).is_settled:
        return False
    _change(cursor, job_id, "finished", now)
    tallies.fold(cursor, job_id)
    return True


def _change(
    cursor: Cursor,
    job_id: int,
    state: str,
    now: datetime,
    reason: str | None = None,
    only_from: str | None = None,
) -> None:
    current = get_job(cursor, job_id).state
    if state not in _MAY_FOLLOW[current] or (only_from and current != only_from):
        raise IllegalChange("job_state", current=current, wanted=state)
    _queries.set_job_state(cursor, job_id=job_id, state=state, pause_reason=reason, now=now)


def pause_running(cursor: Cursor, reason: str, now: datetime) -> int:
    """Pause every running job with one reason and return how many they were."""
    job_ids = [row[0] for row in _queries.jobs_in_state(cursor, state="running")]
    for job_id in job_ids:
        pause(cursor, job_id, reason, now)
    return len(job_ids)


def hold_all(cursor: Cursor, reason: str, now: datetime) -> int:
    """Have every job that is under way rest for one reason, whatever else it rests for, and return how many."""
    return int(_queries.hold_jobs(cursor, reason=reason, now=now))


def tally(cursor: Cursor, job_id: int) -> Tally:
    """Return how many of a job's messages stand in each state, from the sums that are kept; `in_flight` may still count one
    whose report came before its answer."""
    sums = tallies.read_sums(cursor, job_id)
    if sums is None:
        return count_plainly(cursor, job_id)
    counts = {"in_doubt": 0, "skipped": 0, **sums.states}
    treated, held = counts.pop("treated_as_sent", 0), counts.pop("held", 0)
    counts["accepted"] = counts.get("accepted", 0) + treated + held
    waiting = sums.total - sum(counts.values())
    in_flight = max(0, min(sums.in_flight, waiting))
    if get_job(cursor, job_id).state in ("cancelled", "discarded"):
        counts["skipped"] += waiting - in_flight
        waiting = in_flight
    return Tally(sums.total, waiting, **counts, in_flight=in_flight, treated_as_sent=treated, held=held)


def count_plainly(cursor: Cursor, job_id: int) -> Tally:
    """Count a job's messages one by one: seconds for every ten lakh of them."""
    counts: dict[str, int] = {}
    treated = held = 0
    for state, count, treated_count, held_count in _queries.count_states(cursor, job_id=job_id):
        counts[state] = count
        if state == "accepted":
            treated, held = treated_count, held_count
    in_flight = counts.get("in_flight", 0)
    counts["waiting"] = counts.get("waiting", 0) + in_flight
    return Tally(
        total=sum(counts.values()) - in_flight,
        treated_as_sent=treated,
        held=held,
        **{"in_flight": 0, **counts},
    )


def failures_by_code(cursor: Cursor, job_id: int) -> dict[int | None, int]:
    """Return how many messages failed with each of the provider's codes, the most frequent first."""
    sums = tallies.read_sums(cursor, job_id)
    if sums is None:
        return dict(_queries.count_failures(cursor, job_id=job_id))
    return dict(sorted(sums.failures.items(), key=lambda pair: (-pair[1], pair[0] is None, pair[0])))
