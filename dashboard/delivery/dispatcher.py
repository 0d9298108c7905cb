"""Feeds the sender from the ledger and writes down what it answers: one thread in the application."""

import itertools
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from dashboard.config import Settings
from dashboard.delivery import claims, ledger
from dashboard.delivery.account import account_of
from dashboard.delivery.claims import Batch, ClaimedMessage, Outcome, Suppressed
from dashboard.delivery.daily_limit import DailyLimit
from dashboard.delivery.errors_table import Action, rule_for
from dashboard.delivery.governor import Governor, Pause
from dashboard.delivery.link import ChildEnded, Event, Result, SenderLink
from dashboard.delivery.reference import read_prefix
from dashboard.delivery.verdict import judge
from dashboard.delivery.wire import Answer
from dashboard.errors import Unavailable
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

_log = logging.getLogger(__name__)
_FIRST_BATCH = 10  # how these fare tells whether a job is sound
_BATCH_SECONDS, _QUEUE_SECONDS = 0.2, 0.4  # of sending: a batch, and all that waits in the sender
_BUSY_SECONDS, _IDLE_SECONDS, _BROKEN_SECONDS = 0.02, 0.2, 1.0
_RECOUNT_SECONDS = 5.0
_DEATHS, _DEATH_SECONDS = 3, 60.0  # a sender that dies so often puts too much in doubt to be started again
_PAUSE_UNIT = 2.0
_SPARE_DRAIN_SECONDS = 2.0

OnUndeliverable = Callable[[list[int]], None]


@dataclass(frozen=True)
class DispatcherStatus:
    """How sending stands; `waiting_reason` is a key of words, None where nothing holds it up."""

    rate_per_second: float
    in_flight: int
    waiting_reason: str | None
    child_alive: bool
    last_answer_at: float | None  # monotonic seconds


@dataclass
class _InFlight:
    batch: Batch
    open: dict[int, ClaimedMessage]


@dataclass
class _Findings:
    """What a round of answers amounts to, to be committed together."""

    outcomes: list[Outcome] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    undeliverable: list[int] = field(default_factory=list)


class Dispatcher:
    """Claims, hands over, records. `start` refuses a demonstration that points outside this machine.

    `on_undeliverable` is told the numbers that the provider answers are not on WhatsApp.
    """

    def __init__(
        self,
        db: Database,
        settings: Settings,
        clock: Clock,
        suppressed: Suppressed,
        *,
        on_undeliverable: OnUndeliverable | None = None,
        pause_unit: float = _PAUSE_UNIT,
    ) -> None:
        self._db, self._settings, self._clock = db, settings, clock
        self._suppressed, self._on_undeliverable = suppressed, on_undeliverable
        self._pause_unit = pause_unit
        self._governor = Governor(settings.rate_per_second, settings.max_attempts, pause_unit)
        self._limit = DailyLimit(db, clock, settings.daily_limit, min(_RECOUNT_SECONDS, 2.5 * pause_unit))
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._batch_ids = itertools.count(1)
        self._in_flight: dict[int, _InFlight] = {}
        self._unproven: set[int] = set()  # jobs whose first batch is out
        self._dropped: set[int] = set()  # jobs whose rest was asked back
        self._unwritten = _Findings()  # survives a database that cannot write at the moment
        self._deaths: deque[float] = deque(maxlen=_DEATHS)
        self._restart_at = 0.0
        self._told_rate = settings.rate_per_second
        self._link: SenderLink | None = None
        self._waiting_reason: str | None = None
        self._last_answer_at: float | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Put in doubt what a crash left open, then begin. Raises Refused("demo_loopback_only")."""
        self._account = account_of(self._db, self._settings)
        self._prefix = read_prefix(self._db)
        now = self._clock()
        lost = self._db.write(lambda cursor: claims.mark_lost_claims(cursor, now), alters_pages=False)
        if lost:
            _log.warning("%d messages of an earlier run are in doubt", lost)
        self._thread.start()

    def stop(self) -> None:
        """Ask back what is not begun, wait for what is, end the sender. Nothing stays open in the ledger."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def status(self) -> DispatcherStatus:
        """Say how sending stands."""
        return DispatcherStatus(
            rate_per_second=self._governor.rate,
            in_flight=self._open_count(),
            waiting_reason=self._waiting_reason,
            child_alive=bool(self._link and self._link.is_alive),
            last_answer_at=self._last_answer_at,
        )

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def sender_process_id(self) -> int | None:
        """The sender's process, for health and for tests that kill it."""
        return self._link.process_id if self._link else None

    # ── the thread ──────────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.is_set():
            pause = self._work(pause)
        self._drain()

    def _work(self, pause: float) -> float:
        """Do one round and return how long the next may wait for answers."""
        try:
            self._take_answers(pause)
            self._mind_the_child()
            if self._claim():
                return 0.0
            return _BUSY_SECONDS if self._in_flight else _IDLE_SECONDS
        except (duckdb.Error, Unavailable) as error:
            # A full disk or a lost file: keep what was answered, claim nothing, try again.
            _log.error("the ledger cannot be written: %s", type(error).__name__)
            self._waiting_reason = "database"
            time.sleep(_BROKEN_SECONDS)
            return _BROKEN_SECONDS

    def _take_answers(self, pause: float) -> None:
        findings = self._unwritten
        try:
            event = self._events.get(timeout=pause) if pause else self._events.get_nowait()
            while True:
                self._take(event, findings)
                event = self._events.get_nowait()
        except queue.Empty:
            pass
        self._write(findings)

    def _take(self, event: Event, findings: _Findings) -> None:
        if isinstance(event, ChildEnded):
            if event.link is self._link:
                self._bury_child(findings)
            return
        for result in event:
            self._take_result(result, findings)

    def _take_result(self, result: Result, findings: _Findings) -> None:
        entry = self._in_flight.get(result.batch_id)
        message = entry.open.pop(result.message_no, None) if entry else None
        if entry is None or message is None:
            return  # answered twice, or by a sender that was given up
        findings.outcomes.append(self._judge(entry.batch, message, result.answer))
        if result.answer.code is not None and rule_for(result.answer.code).action is Action.UNDELIVERABLE:
            findings.undeliverable.append(message.mobile)
        now = time.monotonic()
        pause = self._governor.observe(entry.batch.job_id, result.answer, now)
        if pause and pause not in findings.pauses:
            findings.pauses.append(pause)
        if not entry.open:
            del self._in_flight[result.batch_id]
            self._unproven.discard(entry.batch.job_id)
        self._last_answer_at = now

    def _judge(self, batch: Batch, message: ClaimedMessage, answer: Answer) -> Outcome:
        return judge(
            batch,
            message,
            answer,
            self._clock(),
            pause_unit=self._pause_unit,
            max_attempts=self._settings.max_attempts,
        )

    def _write(self, findings: _Findings) -> None:
        """Commit a round's outcomes and pauses together; they stay in `_unwritten` until that is done."""
        if findings.outcomes or findings.pauses:
            now, jobs_out = self._clock(), self._jobs_in_flight()

            def change(cursor: Cursor) -> None:
                claims.record_outcomes(cursor, findings.outcomes, now)
                for pause in findings.pauses:
                    _pause(cursor, pause, now)
                claims.finish_exhausted(cursor, now, jobs_out)

            self._db.write(change, alters_pages=False)
        self._unwritten = _Findings()
        self._follow_up(findings)

    def _follow_up(self, findings: _Findings) -> None:
        for pause in findings.pauses:
            _log.warning("sending pauses: %s", pause.reason)
            self._governor.forget(pause)
            self._ask_back(pause.job_id)
        if self._governor.hold_reason(time.monotonic()) and self._in_flight:
            self._ask_back(None)
        if self._governor.rate != self._told_rate and self._link:
            self._told_rate = self._governor.rate
            self._link.set_rate(self._told_rate)
        if findings.undeliverable and self._on_undeliverable:
            self._on_undeliverable(findings.undeliverable)

    def _ask_back(self, job_id: int | None) -> None:
        if self._link:
            self._link.drop(job_id)

    # ── claiming ────────────────────────────────────────────────────────────────────────────

    def _claim(self) -> bool:
        """Claim one batch and hand it over; return whether there was one."""
        with self._db.read() as cursor:
            running = claims.running_job_ids(cursor)
        self._ask_back_what_stopped(running)
        held = self._governor.hold_reason(time.monotonic()) if running else None
        size = self._batch_size()
        if not running or held or self._link is None or not self._has_room(size):
            self._waiting_reason = held
            return False
        return self._claim_from(running, size)

    def _claim_from(self, running: frozenset[int], size: int) -> bool:
        left = self._limit.left(self._open_count())
        now, jobs_out = self._clock(), self._jobs_in_flight()
        bounded = min(size, left) if left else size

        def change(cursor: Cursor) -> Batch | None:
            batch = claims.claim_batch(
                cursor, now, bounded, self._suppressed,
                first_size=_FIRST_BATCH, busy=frozenset(self._unproven), texts_only=left == 0,
            )  # fmt: skip
            if batch is None:
                claims.finish_exhausted(cursor, now, jobs_out)
            return batch

        batch = self._db.write(change, alters_pages=False)
        self._waiting_reason = "daily_limit" if batch is None and left == 0 else None
        if batch is not None and batch.messages:
            self._hand_over(batch)
        return batch is not None

    def _hand_over(self, batch: Batch) -> None:
        assert self._link, "claims are made only while a sender is there"
        batch_id = next(self._batch_ids)
        self._in_flight[batch_id] = _InFlight(batch, {one.message_no: one for one in batch.messages})
        if batch.claim_no == 1:
            self._unproven.add(batch.job_id)
        if batch.head.kind != "text":
            self._limit.spend(len(batch.messages))
        self._dropped.discard(batch.job_id)
        self._link.send(batch_id, batch)

    def _ask_back_what_stopped(self, running: frozenset[int]) -> None:
        """Have the rest of paused and cancelled jobs given back untried."""
        for job_id in self._jobs_in_flight() - running - self._dropped:
            self._dropped.add(job_id)
            self._ask_back(job_id)

    def _batch_size(self) -> int:
        if self._governor.is_probing:
            return 1
        return max(1, min(self._settings.send_batch, int(self._governor.rate * _BATCH_SECONDS)))

    def _has_room(self, size: int) -> bool:
        """Keep little waiting in the sender: whatever waits there when it dies is in doubt."""
        waiting = self._link.waiting_count if self._link else 0
        return waiting + size <= max(2 * size, int(self._governor.rate * _QUEUE_SECONDS))

    def _open_count(self) -> int:
        return sum(len(entry.open) for entry in list(self._in_flight.values()))

    def _jobs_in_flight(self) -> frozenset[int]:
        return frozenset(entry.batch.job_id for entry in self._in_flight.values())

    # ── the sender's life ───────────────────────────────────────────────────────────────────

    def _mind_the_child(self) -> None:
        """Start a sender where there is none, not at once where one has just died."""
        if self._link is None and time.monotonic() >= self._restart_at:
            self._told_rate = self._governor.rate
            self._link = SenderLink(self._account, self._told_rate, self._prefix, self._events)

    def _bury_child(self, findings: _Findings) -> None:
        """The sender died: what it had is in doubt, as nobody knows how far it came."""
        for entry in self._in_flight.values():
            for message in entry.open.values():
                findings.outcomes.append(self._judge(entry.batch, message, Answer("in_doubt")))
        _log.error("the sender ended; %d messages are in doubt", self._open_count())
        self._in_flight.clear()
        self._unproven.clear()
        if self._link:
            self._link.end()
            self._link = None
        self._deaths.append(time.monotonic())
        self._restart_at = time.monotonic() + self._pause_unit * len(self._deaths)
        if len(self._deaths) == _DEATHS and self._deaths[-1] - self._deaths[0] < _DEATH_SECONDS:
            self._deaths.clear()
            findings.pauses.append(Pause("sender_broken"))

    def _drain(self) -> None:
        """Bring everything in flight to an outcome, then end the sender."""
        self._ask_back(None)
        deadline = time.monotonic() + self._settings.request_timeout_seconds + _SPARE_DRAIN_SECONDS
        while (self._in_flight or self._unwritten.outcomes) and time.monotonic() < deadline:
            self._work_off()
        if self._in_flight:
            self._bury_child(self._unwritten)
            self._work_off()
        if self._link:
            self._link.end()

    def _work_off(self) -> None:
        try:
            self._take_answers(_IDLE_SECONDS)
        except (duckdb.Error, Unavailable) as error:
            # What stays unwritten is a claim without an outcome: the next start puts it in doubt.
            _log.error("the ledger cannot be written: %s", type(error).__name__)
            time.sleep(_IDLE_SECONDS)


def _pause(cursor: Cursor, pause: Pause, now: datetime) -> None:
    """Pause what must stop; a job that a person has stopped meanwhile stays as it is."""
    if pause.job_id is None:
        ledger.pause_running(cursor, pause.reason, now)
    elif ledger.get_job(cursor, pause.job_id).state == "running":
        ledger.pause(cursor, pause.job_id, pause.reason, now)
