"""Applies stored webhooks: reports to their messages, what people say to enrolment, news to the banners."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from dashboard.delivery.findings import FailedReport
from dashboard.delivery.inbound import InboundText, NumberChange, Preference
from dashboard.delivery.news import UNREADABLE, read_news
from dashboard.delivery.reference import read_prefix
from dashboard.delivery.updates import Updates, read_updates
from dashboard.delivery.webhook_round import Body, OnAnswered, Reply, Written, queries, write_round
from dashboard.errors import SetuError
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

_log = logging.getLogger(__name__)
_BODIES_A_ROUND, _BYTES_A_ROUND = 5000, 5_000_000  # of one report each, or some of a thousand each
_IDLE_SECONDS = 0.5
_GATHER_SECONDS = (
    0.5  # between rounds: ten reports cost a round as much as a thousand, and hold up the writer as long
)
_REST = 4  # times as long as the round took: late reports of a large send are looked for in all of its ledger, which holds up the writer
# What one body's content can cause; everything else (disk, memory, lock) is no body's fault and is waited for.
_POISON = (
    ArithmeticError, LookupError, RecursionError, TypeError, ValueError, pa.ArrowException,
    duckdb.DataError, duckdb.IntegrityError, duckdb.ProgrammingError,
)  # fmt: skip

OnInbound = Callable[[Sequence[InboundText]], dict[str, str]]
"""Acts on what consumers wrote, once however often it comes, and returns the answers to be sent by WhatsApp's id."""


@dataclass(frozen=True)
class Ears:
    """Who is told what webhooks say; each acts once, however often the same comes.

    `on_answered` takes note, in the commit that stages them, that messages (by WhatsApp's id) are answered.
    """

    on_inbound: OnInbound
    on_answered: OnAnswered | None = None
    on_preferences: Callable[[list[Preference]], None] | None = None
    on_number_change: Callable[[NumberChange], None] | None = None
    on_failed: Callable[[list[FailedReport]], None] | None = None


@dataclass
class Applied:
    """What applying has read and changed."""

    bodies: int = 0
    statuses: int = 0
    new_statuses: int = 0
    messages: int = 0
    new_news: int = 0
    odd: int = 0


def apply_waiting(db: Database, clock: Clock, ears: Ears) -> Applied:
    """Apply the next stored bodies in one commit; `bodies` 0: none waits.

    A system function. Applying a body twice changes nothing.
    """
    with db.read() as cursor:
        rows = list(queries.waiting_raw(cursor, size=_BODIES_A_ROUND, byte_count=_BYTES_A_ROUND))
    return _apply(db, clock, ears, rows)


def replay(db: Database, clock: Clock, ears: Ears, from_at: datetime, to_at: datetime) -> Applied:
    """Apply what was stored within a time (UTC, `to_at` excluded) once more, round by round."""
    total, after_id = Applied(), 0
    while True:
        with db.read() as cursor:
            rows = list(
                queries.raw_between(
                    cursor, from_at=from_at, to_at=to_at, after_id=after_id, size=_BODIES_A_ROUND, byte_count=_BYTES_A_ROUND
                )
            )  # fmt: skip
        if not rows:
            return total
        after_id = rows[-1][0]
        _add(total, _apply(db, clock, ears, rows))


def count_waiting(db: Database) -> int:
    """Return how many stored bodies are not applied yet."""
    with db.read() as cursor:
        return int(queries.count_waiting_raw(cursor))


def count_odd(cursor: Cursor) -> int:
    """Return how many updates nobody here understood. System function."""
    return int(queries.count_odd(cursor))


def list_odd(db: Database) -> list[dict[str, Any]]:
    """Return what was not understood by kind and name: how often, in which body last. System function: no number in it."""
    names = ("kind", "name", "count", "last_raw_id", "last_seen_at")
    with db.read() as cursor:
        return [dict(zip(names, row, strict=True)) for row in queries.list_odd(cursor)]


def numbers_reached(cursor: Cursor, since: datetime) -> pa.Table:
    """Return the numbers to which a message was delivered, as reported since then, column mobile: millions in a large send.
    System function."""
    return cursor.execute(queries.numbers_reached.sql, {"since": since}).to_arrow_table()


def _apply(db: Database, clock: Clock, ears: Ears, rows: Sequence[Any]) -> Applied:
    """Apply bodies together; where one of them cannot be applied, each alone, so that it holds up none of the others."""
    if not rows:
        return Applied()
    try:
        return _apply_together(db, clock, ears, rows)
    except _POISON as error:
        if len(rows) == 1:
            return _set_aside(db, clock, rows[0], error)
    total = Applied()
    for row in rows:
        _add(total, _apply(db, clock, ears, [row]))
    return total


def _apply_together(db: Database, clock: Clock, ears: Ears, rows: Sequence[Any]) -> Applied:
    prefix, now = read_prefix(db), clock()
    bodies = [Body(raw_id, at, read_updates(bytes(body), prefix, at)) for raw_id, at, body in rows]
    _resolve_hidden(db, bodies)
    _place_by_wamid(db, bodies)
    messages = {message.wamid: message for body in bodies for message in body.updates.inbound}
    answers = _ask(ears.on_inbound, list(messages.values()))
    replies = [Reply(messages[wamid], text) for wamid, text in answers.items()]
    _tell_changes(ears, bodies)
    has_news = any(body.updates.news for body in bodies)
    written = db.write(
        lambda cursor: write_round(cursor, bodies, replies, now, ears.on_answered),
        alters_pages=has_news,
        alters_accounts=False,
    )
    if written.failed and ears.on_failed:
        ears.on_failed(written.failed)
    return _count(bodies, written, len(messages))


def _count(bodies: Sequence[Body], written: Written, messages: int) -> Applied:
    return Applied(
        bodies=len(bodies),
        statuses=sum(len(body.updates.statuses) for body in bodies),
        new_statuses=written.new_statuses,
        messages=messages,
        new_news=written.new_news,
        odd=sum(body.updates.odd.total() for body in bodies),
    )


def _resolve_hidden(db: Database, bodies: Sequence[Body]) -> None:
    """Find the numbers of those who hide them; what stays unknown is kept and found by a replay once the id is known."""
    hidden = [one for body in bodies for one in body.updates.hidden]
    if not hidden:
        return
    with db.read() as cursor:
        known = dict(queries.numbers_of_users(cursor, user_ids=[one.user_id for one in hidden]))
    for body in bodies:
        for one in body.updates.hidden:
            if mobile := known.get(one.user_id):
                body.updates.inbound.append(one.said_by(mobile))
            else:
                body.updates.odd["sender", "unknown"] += 1


def _place_by_wamid(db: Database, bodies: Sequence[Body]) -> None:
    """Find the messages of reports without our reference, beside the writer: that goes through the answers of all messages."""
    wamids = {one.wamid for body in bodies for one in body.updates.statuses if one.job_id == 0}
    if not wamids:
        return
    with db.read() as cursor:
        rows = list(queries.find_by_wamid(cursor, wamids=sorted(wamids)))
    places = {wamid: (job_id, message_no) for wamid, job_id, message_no in rows}
    for body in bodies:
        body.updates.statuses[:] = [
            replace(one, job_id=places[one.wamid][0], message_no=places[one.wamid][1])
            if one.job_id == 0 and one.wamid in places
            else one
            for one in body.updates.statuses
        ]


def _ask(on_inbound: OnInbound, messages: Sequence[InboundText]) -> dict[str, str]:
    """Return the answers; one message that cannot be dealt with must not stop the others."""
    if not messages:
        return {}
    try:
        return on_inbound(messages)
    except SetuError as error:
        if len(messages) > 1:
            return {wamid: text for one in messages for wamid, text in _ask(on_inbound, [one]).items()}
        _log.error("an inbound message was not understood: %s", error.code)
        return {}


def _tell_changes(ears: Ears, bodies: Sequence[Body]) -> None:
    preferences = [one for body in bodies for one in body.updates.preferences]
    if preferences and ears.on_preferences:
        ears.on_preferences(preferences)
    for change in {one.wamid: one for body in bodies for one in body.updates.changes}.values():
        if ears.on_number_change:
            ears.on_number_change(change)


def _set_aside(db: Database, clock: Clock, row: Any, error: Exception) -> Applied:
    """Note a body that cannot be applied; it stays stored, is told, and can be replayed."""
    _log.error("a webhook could not be applied and is kept: %s", type(error).__name__)
    raw_id, received_at, _ = row
    news = [read_news(UNREADABLE, {"value": "NOT_APPLIED"}, received_at)]
    updates = Updates(news=news, odd=Counter({("body", "not_applied"): 1}))
    body, now = Body(raw_id, received_at, updates), clock()
    written = db.write(lambda cursor: write_round(cursor, [body], [], now, None))
    return _count([body], written, 0)


def _add(total: Applied, more: Applied) -> None:
    for name, value in vars(more).items():
        setattr(total, name, getattr(total, name) + value)


class WebhookApplier:
    """Applies what waits, on a thread of its own; `wake` spares the next body the wait."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        *,
        on_inbound: OnInbound,
        on_answered: OnAnswered | None = None,
        on_preferences: Callable[[list[Preference]], None] | None = None,
        on_number_change: Callable[[NumberChange], None] | None = None,
        on_failed: Callable[[list[FailedReport]], None] | None = None,
    ) -> None:
        self._db, self._clock = db, clock
        self._ears = Ears(on_inbound, on_answered, on_preferences, on_number_change, on_failed)
        self._empty_at: int | None = None  # after so many commits nothing waited
        self._woken, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="webhook-applier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Something has been stored."""
        self._woken.set()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def stop(self) -> None:
        """Finish the round at hand; the rest waits on disk for the next start."""
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            rest = self._apply_round()
            if rest:
                self._stopping.wait(rest)
            else:
                self._woken.wait(_IDLE_SECONDS)

    def _apply_round(self) -> float:
        """Apply a round and return for how long to gather the next; 0: nothing waited."""
        stands, began = (
            self._db.commit_count,
            time.monotonic(),
        )  # a body that has come since then is a later commit
        if stands == self._empty_at:
            return 0.0
        try:
            count = apply_waiting(self._db, self._clock, self._ears).bodies
            took = time.monotonic() - began
            self._empty_at = None if count else stands
            return _find_rest(count, count_waiting(self._db), took) if count else 0.0
        except Exception as error:  # noqa: BLE001 - they are on disk and are tried again; this thread must not end
            _log.error("webhooks wait: %s", type(error).__name__)
            return 0.0


def _find_rest(count: int, waiting: int, took: float) -> float:
    """Return the seconds to gather after a round of so many bodies: longer after one that took long, but not while as many wait."""
    return _GATHER_SECONDS if waiting >= count else max(_GATHER_SECONDS, _REST * took)
