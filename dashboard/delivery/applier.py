"""Applies stored webhooks: reports to their messages, what consumers wrote to enrolment, news to the
banners."""

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from dashboard.delivery import ledger
from dashboard.delivery.reference import read_prefix
from dashboard.delivery.updates import InboundText, Updates, read_updates
from dashboard.errors import SetuError
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_log = logging.getLogger(__name__)
_queries = load_queries(Path(__file__).with_name("webhook.sql"))
_NOT_ON_WHATSAPP = 131026
_BODIES_A_ROUND, _BYTES_A_ROUND = 2000, 5_000_000  # of one report each, or a few of a thousand each
_IDLE_SECONDS = 0.5
_GATHER_SECONDS = (
    0.2  # between rounds: ten reports cost a round as much as a thousand, and hold up the writer as long
)
_LOOK_BACK = timedelta(hours=1)  # how long a report without reference waits for our own record of its message

OnInbound = Callable[[InboundText], str | None]
"""Acts on what a consumer wrote, once however often it comes, and returns the answer to be sent."""
OnAnswered = Callable[[Cursor, list[str]], None]
"""Takes note, in the commit that stages them, that these messages (by WhatsApp's id) are answered."""
OnUndeliverable = Callable[[list[int]], None]

_STATUS_COLUMNS = pa.schema(
    [
        ("job_id", pa.int64()), ("message_no", pa.int32()), ("wamid", pa.string()), ("status", pa.string()),
        ("status_at", pa.timestamp("us")), ("code", pa.int32()), ("category", pa.string()), ("billable", pa.bool_()),
    ]
)  # fmt: skip


@dataclass(frozen=True)
class _Body:
    raw_id: int
    received_at: datetime
    updates: Updates


@dataclass(frozen=True)
class _Answer:
    to: InboundText
    text: str


def apply_waiting(
    db: Database,
    clock: Clock,
    on_inbound: OnInbound,
    on_undeliverable: OnUndeliverable | None = None,
    on_answered: OnAnswered | None = None,
) -> int:
    """Apply the next stored bodies in one commit and return how many they were; 0: none waits.

    A system function. Applying a body twice changes nothing but the count of answers to what a consumer
    wrote, which `on_inbound` de-duplicates.
    """
    with db.read() as cursor:
        rows = list(_queries.waiting_raw(cursor, size=_BODIES_A_ROUND, byte_count=_BYTES_A_ROUND))
    _apply(db, clock, rows, on_inbound, on_undeliverable, on_answered)
    return len(rows)


def replay(
    db: Database,
    clock: Clock,
    raw_ids: list[int],
    on_inbound: OnInbound,
    on_undeliverable: OnUndeliverable | None = None,
) -> int:
    """Apply stored bodies once more, by their numbers; return how many there were."""
    with db.read() as cursor:
        rows = list(_queries.raw_by_ids(cursor, raw_ids=raw_ids))
    _apply(db, clock, rows, on_inbound, on_undeliverable)
    return len(rows)


def count_waiting(db: Database) -> int:
    """Return how many stored bodies are not applied yet."""
    with db.read() as cursor:
        return int(_queries.count_waiting_raw(cursor))


def numbers_reached(cursor: Cursor, since: datetime) -> list[int]:
    """Return the numbers to which a message was delivered, as reported since then. System function."""
    return [mobile for (mobile,) in _queries.numbers_reached(cursor, since=since)]


def _apply(
    db: Database,
    clock: Clock,
    rows: list[Any],
    on_inbound: OnInbound,
    on_undeliverable: OnUndeliverable | None,
    on_answered: OnAnswered | None = None,
) -> None:
    if not rows:
        return
    prefix, now = read_prefix(db), clock()
    bodies = [_Body(raw_id, at, read_updates(bytes(body), prefix, at)) for raw_id, at, body in rows]
    messages = {message.wamid: message for body in bodies for message in body.updates.inbound}
    answers = [_Answer(one, text) for one in messages.values() if (text := _ask(on_inbound, one))]
    numbers = db.write(lambda cursor: _write(cursor, bodies, answers, now, on_answered), alters_pages=False)
    if numbers and on_undeliverable:
        on_undeliverable(numbers)


def _ask(on_inbound: OnInbound, message: InboundText) -> str | None:
    """Return the answer to one message; one that cannot be dealt with must not stop those behind it."""
    try:
        return on_inbound(message)
    except SetuError as error:
        _log.error("an inbound message was not understood: %s", error.code)
        return None


def _write(
    cursor: Cursor,
    bodies: list[_Body],
    answers: Sequence[_Answer],
    now: datetime,
    on_answered: OnAnswered | None,
) -> list[int]:
    """Write a round and return the numbers that turned out not to be on WhatsApp."""
    numbers = _write_statuses(cursor, bodies, now)
    for body in bodies:
        for name, detail in body.updates.news:
            _queries.insert_news(cursor, field=name, detail=json.dumps(detail), now=now)
    if answers:
        _stage_answers(cursor, answers, now)
        if on_answered:
            on_answered(cursor, [answer.to.wamid for answer in answers])
    raw_ids, notes = [body.raw_id for body in bodies], [body.updates.note for body in bodies]
    _queries.insert_applied(cursor, raw_ids=raw_ids, notes=notes, now=now)
    return numbers


def _write_statuses(cursor: Cursor, bodies: list[_Body], now: datetime) -> list[int]:
    since = now - _LOOK_BACK
    if _queries.has_unplaced(cursor, since=since):
        _queries.place_late_statuses(cursor, since=since)
    statuses = [(status, body.received_at) for body in bodies for status in body.updates.statuses]
    if not statuses:
        return []
    columns = {name: [getattr(status, name) for status, _ in statuses] for name in _STATUS_COLUMNS.names}
    table = pa.table(columns, schema=_STATUS_COLUMNS)
    received = pa.array([received_at for _, received_at in statuses], pa.timestamp("us"))
    cursor.register("status_rows", table.append_column("received_at", received))
    _queries.copy_new_status(cursor)
    cursor.unregister("status_rows")
    if any(status.job_id == 0 for status, _ in statuses):
        _queries.place_by_wamid(cursor)
    _queries.insert_statuses(cursor)
    numbers = [row[0] for row in _queries.numbers_reported(cursor, code=_NOT_ON_WHATSAPP)]
    _queries.drop_new_status(cursor)
    return numbers


def _stage_answers(cursor: Cursor, answers: Sequence[_Answer], now: datetime) -> None:
    """Send a round's answers as one job of free text, allowed within 24 hours of what the consumer wrote."""
    rows = pa.table(
        {
            "account_no": pa.nulls(len(answers), pa.string()),
            "mobile": pa.array([answer.to.mobile for answer in answers], pa.int64()),
            "parameters": pa.array([[answer.text] for answer in answers], pa.list_(pa.string())),
        }
    )
    job_id = ledger.stage(
        cursor, now, kind="text", template="", language="", parameter_names=["text"], rows=rows
    )
    ledger.release(cursor, job_id, now)


class WebhookApplier:
    """Applies what waits, on a thread of its own; `wake` spares the next body the wait."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        on_inbound: OnInbound,
        on_undeliverable: OnUndeliverable | None = None,
        on_answered: OnAnswered | None = None,
    ) -> None:
        self._db, self._clock = db, clock
        self._on_inbound, self._on_undeliverable, self._on_answered = (
            on_inbound,
            on_undeliverable,
            on_answered,
        )
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhook-applier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something has been stored."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the round at hand; the rest waits on disk for the next start."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            if self._apply_round():
                self._stopping.wait(_GATHER_SECONDS)
            else:
                self._woken.wait(_IDLE_SECONDS)

    def _apply_round(self) -> bool:
        try:
            applied = apply_waiting(
                self._db, self._clock, self._on_inbound, self._on_undeliverable, self._on_answered
            )
            return applied > 0
        except (duckdb.Error, SetuError) as error:
            _log.error("webhooks wait: %s", type(error).__name__)  # they are on disk and are tried again
            return False
