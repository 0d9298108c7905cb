"""Intent before the call, outcome after it: claims, outcomes, and what is left in doubt when a sender
dies."""

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from pathlib import Path

import pyarrow as pa

from dashboard.delivery import ledger, tallies
from dashboard.delivery.holds import held_recipients
from dashboard.delivery.wire import MessageHead
from dashboard.store.clock import INDIA_OFFSET, india_day
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("claims.sql"))
_REPORT_LEAD = timedelta(minutes=10)  # a report may have been stored before the answer that it contradicts
_ANSWERS_REST = timedelta(minutes=10)  # what stopped all may have passed, and Meta takes them for 24 hours

Suppressed = Callable[[Cursor, list[int]], set[int]]  # which of these numbers have opted out
IsMarketing = Callable[[Cursor, str, str], bool]  # of a template in a language

_OUTCOME_COLUMNS = pa.schema(
    [
        ("job_id", pa.int64()), ("message_no", pa.int32()), ("attempt", pa.int32()), ("result", pa.string()),
        ("wamid", pa.string()), ("code", pa.int32()), ("retry_at", pa.timestamp("us")), ("refused_count", pa.int32()),
        ("judged_at", pa.timestamp("us")),
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
    is_first: bool = False  # of its job from its number


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt: accepted, held, retry, failed, in_doubt or skipped.

    `refused_count` counts the refusals so far, this one too, where their number is limited. `judged_at` is the moment
    that `retry_at` is counted from: a clock set back before both are written down is known by it.
    """

    job_id: int
    message_no: int
    attempt: int
    result: str
    wamid: str | None = None
    code: int | None = None
    retry_at: datetime | None = None
    refused_count: int = 0
    judged_at: datetime | None = None


@dataclass(frozen=True)
class _Part:
    """The messages of a job that go from one number; `day_limit` is the whole job's share of a day, None: no limit."""

    job_id: int
    first_no: int
    last_no: int
    day_limit: int | None = None


@dataclass(frozen=True)
class _Lot:
    """Messages that go next, at their `attempt`; a claim of them reaches up to `last_no`."""

    attempt: int
    last_no: int
    messages: list[ClaimedMessage]


def running_job_ids(cursor: Cursor, number_no: int = 1) -> frozenset[int]:
    """Return the jobs that may send from a number."""
    return frozenset(row[0] for row in _queries.running_jobs(cursor, number_no=number_no))


def claim_batch(
    cursor: Cursor,
    now: datetime,
    size: int,
    suppressed: Suppressed,
    *,
    first_size: int | None = None,
    busy: frozenset[int] = frozenset(),
    texts_only: bool = False,
    number_no: int = 1,
    is_marketing: IsMarketing | None = None,
) -> Batch | None:
    """Write down the intent to send up to `size` messages of one running job from a number and return them;
    None: nothing to do.

    What is due for another attempt comes before what is fresh. `first_size` bounds a job's very first
    batch: how it fares tells whether the job is sound. Jobs in `busy` are left alone. Who has opted out
    since the audience was frozen is skipped, except where the message is an answer (kind 'text') to what
    they wrote.
    """
    jobs = list(_queries.running_jobs(cursor, number_no=number_no))
    for job_id, kind, template, language, names, first_no, part_end, day_limit in jobs:
        if job_id in busy or (texts_only and kind != "text"):
            continue
        part = _Part(job_id, first_no, part_end, day_limit)
        lot = _next_lot(cursor, part, now, size, first_size)
        if lot.messages:
            head = MessageHead(kind, template, language, tuple(json.loads(names)))
            marketing = is_marketing is not None and is_marketing(cursor, template, language)
            batch = _claim(cursor, now, job_id, head, lot, suppressed, marketing)
            is_first = lot.attempt == 1 and lot.messages[0].message_no == first_no
            return replace(batch, is_first=is_first)
    return None


def _next_lot(cursor: Cursor, part: _Part, now: datetime, size: int, first_size: int | None) -> _Lot:
    """Return what of a part of a job is next."""
    again, attempt = _due_retries(cursor, part, now, size)
    if again:
        return _Lot(attempt + 1, again[-1].message_no, again)
    done = _last_claimed_no(cursor, part)
    nothing = _Lot(1, done, [])
    if done >= part.last_no:
        return nothing
    bounded = min(size, first_size) if first_size and done < part.first_no else size
    if part.day_limit is not None:
        bounded = min(bounded, part.day_limit - count_begun_today(cursor, part.job_id, now))
        if bounded <= 0:
            return nothing
    up_to_no = min(done + bounded, part.last_no)
    fresh = _queries.fresh_messages(cursor, job_id=part.job_id, after_no=done, up_to_no=up_to_no)
    messages = [ClaimedMessage(row[0], row[1], tuple(row[2])) for row in fresh]
    return _Lot(1, messages[-1].message_no, messages)


def count_begun_today(cursor: Cursor, job_id: int, now: datetime) -> int:
    """Return how many of a job's messages have been handed to a sender for the first time since midnight in Asia/Kolkata."""
    midnight = datetime.combine(india_day(now), time()) - INDIA_OFFSET
    return int(_queries.count_begun(cursor, job_id=job_id, since=midnight))


def _last_claimed_no(cursor: Cursor, part: _Part) -> int:
    return int(
        _queries.last_claimed_no(cursor, job_id=part.job_id, first_no=part.first_no, last_no=part.last_no)
    )


def _due_retries(cursor: Cursor, part: _Part, now: datetime, size: int) -> tuple[list[ClaimedMessage], int]:
    """Take the next refused messages off the list of those that wait; one that was reported meanwhile goes no more."""
    job_id = part.job_id
    rows = list(
        _queries.due_retries(
            cursor, job_id=job_id, first_no=part.first_no, last_no=part.last_no, now=now, size=size
        )
    )
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
    head: MessageHead,
    lot: _Lot,
    suppressed: Suppressed,
    is_marketing: bool,
) -> Batch:
    """Write down the claim, and at once what becomes of those to whom nothing may go."""
    messages, attempt = lot.messages, lot.attempt
    mobiles = [message.mobile for message in messages] if head.kind != "text" else []
    out = suppressed(cursor, mobiles) if mobiles else set()
    held = held_recipients(cursor, mobiles, now, is_marketing=is_marketing) if mobiles else {}
    kept = tuple(message for message in messages if message.mobile not in out and message.mobile not in held)
    claim_no = int(_queries.next_claim_no(cursor, job_id=job_id))
    _queries.insert_claim(
        cursor, job_id=job_id, claim_no=claim_no, message_nos=[message.message_no for message in kept],
        last_no=lot.last_no, attempt=attempt, now=now,
    )  # fmt: skip
    skipped = [message.message_no for message in messages if message.mobile in out]
    outcomes = [Outcome(job_id, number, attempt, "skipped") for number in skipped]
    outcomes += [
        Outcome(job_id, message.message_no, attempt, "failed", code=held[message.mobile])
        for message in messages
        if message.mobile in held and message.mobile not in out
    ]
    record_outcomes(cursor, outcomes, now, are_answers=False)
    return Batch(job_id, claim_no, attempt, head, kept)


def record_outcomes(
    cursor: Cursor, outcomes: Sequence[Outcome], now: datetime, *, are_answers: bool = True
) -> None:
    """Append what became of some messages; `are_answers`: they were handed to the sender before."""
    if not outcomes:
        return
    columns = {name: [getattr(outcome, name) for outcome in outcomes] for name in _OUTCOME_COLUMNS.names}
    cursor.register("new_outcomes", pa.table(columns, schema=_OUTCOME_COLUMNS))
    _queries.insert_outcomes(cursor, now=now)
    if any(outcome.retry_at for outcome in outcomes):
        _queries.insert_retries(cursor, now=now)
    cursor.unregister("new_outcomes")
    tallies.note_outcomes(cursor, outcomes, are_answers=are_answers)


def mark_lost_claims(cursor: Cursor, now: datetime) -> int:
    """Put in doubt what was claimed and never answered, and return how much; only while no sender runs."""
    lost = [
        Outcome(job_id, message_no, attempt, "in_doubt")
        for job_id, message_no, attempt in _queries.lost_claims(cursor)
    ]
    record_outcomes(cursor, lost, now)
    return len(lost)


def finish_exhausted(
    cursor: Cursor, now: datetime, in_flight: frozenset[int], stopped: Mapping[int, str]
) -> list[int]:
    """End the jobs that have nothing more to send or to hear from the sender, and return them.

    A running job that has something left, but for stopped numbers alone, pauses with their reason.
    """
    ended = []
    rows = list(_queries.unfinished_parts(cursor))
    for (job_id, state), parts in itertools.groupby(rows, key=lambda row: (row[0], row[1])):
        if job_id in in_flight:
            continue
        left = [row[2] for row in parts if _has_more(cursor, _Part(job_id, row[3], row[4]))]
        if not left and ledger.finish(cursor, job_id, now):
            ended.append(job_id)
        elif left and state == "running" and all(number in stopped for number in left):
            ledger.pause(cursor, job_id, stopped[left[0]], now)
    return ended


def _has_more(cursor: Cursor, part: _Part) -> bool:
    if _last_claimed_no(cursor, part) < part.last_no:
        return True
    return bool(
        _queries.has_retries(cursor, job_id=part.job_id, first_no=part.first_no, last_no=part.last_no)
    )


def mobile_of(cursor: Cursor, job_id: int, message_no: int) -> int | None:
    """Return to whom a message goes, None where there is no such message."""
    return _queries.mobile_of(cursor, job_id=job_id, message_no=message_no)


def has_rested(cursor: Cursor, reason: str, before: datetime, now: datetime) -> bool:
    """Return whether any job has paused for this reason since before a moment, or any answer to a consumer for ten minutes."""
    return bool(_rested_jobs(cursor, reason, before, now))


def let_rested_go_on(cursor: Cursor, reason: str, before: datetime, now: datetime) -> list[int]:
    """Let the jobs go on that `has_rested` tells of, and return them."""
    jobs = _rested_jobs(cursor, reason, before, now)
    for job_id in jobs:
        ledger.go_on(cursor, job_id, now)
    return jobs


def _rested_jobs(cursor: Cursor, reason: str, before: datetime, now: datetime) -> list[int]:
    rows = _queries.rested_jobs(
        cursor, reason=reason, before=before, answers_before=now - _ANSWERS_REST, now=now
    )
    return [job_id for (job_id,) in rows]
