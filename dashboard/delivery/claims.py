"""Intent before the call, outcome after it: claims, outcomes, and what is left in doubt when a sender
dies."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa

from dashboard.delivery import ledger
from dashboard.delivery.wire import MessageHead
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("claims.sql"))
_REPORT_LEAD = timedelta(minutes=10)  # a report may have been stored before the answer that it contradicts
_DAY = timedelta(hours=24)

Suppressed = Callable[[Cursor, list[int]], set[int]]
"""Which of these numbers have opted out since the audience was frozen."""

_OUTCOME_COLUMNS = pa.schema(
    [
        ("job_id", pa.int64()), ("message_no", pa.int32()), ("attempt", pa.int32()), ("result", pa.string()),
        ("wamid", pa.string()), ("code", pa.int32()), ("retry_at", pa.timestamp("us")), ("refused_count", pa.int32()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class ClaimedMessage:
    """One message to be sent; `refused_count` counts its earlier refusals of the kind that is not
    repeated for ever."""

    message_no: int
    mobile: int
    parameters: tuple[str, ...]
    refused_count: int = 0


@dataclass(frozen=True)
class Batch:
    """Messages of one job, claimed in one commit; empty where all of them were skipped."""

    job_id: int
    claim_no: int
    attempt: int
    head: MessageHead
    messages: tuple[ClaimedMessage, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt: accepted, held, retry, failed, in_doubt or skipped.

    `refused_count` counts the refusals so far, this one too, where their number is limited.
    """

    job_id: int
    message_no: int
    attempt: int
    result: str
    wamid: str | None = None
    code: int | None = None
    retry_at: datetime | None = None
    refused_count: int = 0


def has_running_jobs(cursor: Cursor) -> bool:
    """Return whether any job may send."""
    return bool(running_job_ids(cursor))


def running_job_ids(cursor: Cursor) -> frozenset[int]:
    """Return the jobs that may send."""
    return frozenset(row[0] for row in _queries.running_jobs(cursor))


def claim_batch(
    cursor: Cursor,
    now: datetime,
    size: int,
    suppressed: Suppressed,
    *,
    first_size: int | None = None,
    busy: frozenset[int] = frozenset(),
    texts_only: bool = False,
) -> Batch | None:
    """Write down the intent to send up to `size` messages of one running job and return them; None: nothing
    to do.

    What is due for another attempt comes before what is fresh. `first_size` bounds a job's very first
    batch: how it fares tells whether the job is sound. Jobs in `busy` are left alone. Who has opted out
    since the audience was frozen is skipped, except where the message is an answer (kind 'text') to what
    they wrote.
    """
    for job_id, kind, template, language, names, message_count in list(_queries.running_jobs(cursor)):
        if job_id in busy or (texts_only and kind != "text"):
            continue
        attempt, last_no, messages = _next_messages(cursor, job_id, now, size, first_size, message_count)
        if messages:
            head = MessageHead(kind, template, language, tuple(json.loads(names)))
            return _claim(cursor, now, job_id, attempt, last_no, head, messages, suppressed)
    return None


def _next_messages(
    cursor: Cursor, job_id: int, now: datetime, size: int, first_size: int | None, message_count: int
) -> tuple[int, int, list[ClaimedMessage]]:
    """Return attempt, last number and messages of the next batch of a job."""
    again, attempt = _due_retries(cursor, job_id, now, size)
    if again:
        return attempt + 1, again[-1].message_no, again
    done = int(_queries.last_claimed_no(cursor, job_id=job_id))
    if done >= message_count:
        return 1, done, []
    bounded = min(size, first_size) if first_size and not done else size
    fresh = _queries.fresh_messages(cursor, job_id=job_id, after_no=done, size=bounded)
    messages = [ClaimedMessage(row[0], row[1], tuple(row[2])) for row in fresh]
    return 1, messages[-1].message_no, messages


def _due_retries(cursor: Cursor, job_id: int, now: datetime, size: int) -> tuple[list[ClaimedMessage], int]:
    """Take the next refused messages off the list of those that wait; one that was reported meanwhile goes no more."""
    rows = list(_queries.due_retries(cursor, job_id=job_id, now=now, size=size))
    if not rows:
        return [], 0
    attempt = rows[0][3]
    rows = [row for row in rows if row[3] == attempt]
    numbers, since = [row[0] for row in rows], min(row[5] for row in rows) - _REPORT_LEAD
    found = _queries.reported_since(cursor, job_id=job_id, message_nos=numbers, since=since)
    reported = {number for (number,) in found}
    _queries.delete_retries(cursor, job_id=job_id, message_nos=numbers)
    return [
        ClaimedMessage(row[0], row[1], tuple(row[2]), row[4]) for row in rows if row[0] not in reported
    ], attempt


def _claim(
    cursor: Cursor,
    now: datetime,
    job_id: int,
    attempt: int,
    last_no: int,
    head: MessageHead,
    messages: list[ClaimedMessage],
    suppressed: Suppressed,
) -> Batch:
    out = suppressed(cursor, [message.mobile for message in messages]) if head.kind != "text" else set()
    kept = tuple(message for message in messages if message.mobile not in out)
    claim_no = int(_queries.next_claim_no(cursor, job_id=job_id))
    _queries.insert_claim(
        cursor, job_id=job_id, claim_no=claim_no, message_nos=[message.message_no for message in kept],
        last_no=last_no, attempt=attempt, now=now,
    )  # fmt: skip
    skipped = [message.message_no for message in messages if message.mobile in out]
    record_outcomes(cursor, [Outcome(job_id, number, attempt, "skipped") for number in skipped], now)
    return Batch(job_id, claim_no, attempt, head, kept)


def record_outcomes(cursor: Cursor, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Append what became of some messages."""
    if not outcomes:
        return
    columns = {name: [getattr(outcome, name) for outcome in outcomes] for name in _OUTCOME_COLUMNS.names}
    cursor.register("new_outcomes", pa.table(columns, schema=_OUTCOME_COLUMNS))
    _queries.insert_outcomes(cursor, now=now)
    if any(outcome.retry_at for outcome in outcomes):
        _queries.insert_retries(cursor, now=now)
    cursor.unregister("new_outcomes")


def mark_lost_claims(cursor: Cursor, now: datetime) -> int:
    """Put in doubt what was claimed and never answered, and return how much; only while no sender runs."""
    return int(_queries.mark_lost_claims(cursor, now=now))


def finish_exhausted(cursor: Cursor, now: datetime, in_flight: frozenset[int]) -> list[int]:
    """End the jobs that have nothing more to send or to hear from the sender, and return them."""
    ended = []
    for job_id, message_count in list(_queries.unfinished_jobs(cursor)):
        all_claimed = int(_queries.last_claimed_no(cursor, job_id=job_id)) >= message_count
        if job_id in in_flight or not all_claimed or _queries.has_retries(cursor, job_id=job_id):
            continue
        if ledger.finish(cursor, job_id, now):
            ended.append(job_id)
    return ended


def count_people_today(cursor: Cursor, now: datetime, limit: int) -> int:
    """Return how many different people were, or may have been, sent a template in the last 24 hours.

    Below the limit it may say too many: people are told apart only where that matters.
    """
    most = int(_queries.count_claimed_since(cursor, since=now - _DAY))
    return most if most < limit else int(_queries.count_people_since(cursor, since=now - _DAY))
