"""Feeds the senders from the ledger and writes down what they answer: one thread in the application."""

import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

import duckdb

from dashboard.config import Settings
from dashboard.delivery import claims, numbers
from dashboard.delivery.answers import Answers
from dashboard.delivery.claims import Batch, Suppressed
from dashboard.delivery.daily_limit import DailyLimit
from dashboard.delivery.findings import FailedReport, Findings
from dashboard.delivery.fleet import Fleet
from dashboard.delivery.lane import Lane
from dashboard.delivery.link import Event
from dashboard.delivery.verdict import put_off
from dashboard.errors import Unavailable
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

_log = logging.getLogger(__name__)
_BUSY_SECONDS, _IDLE_SECONDS, _BROKEN_SECONDS = 0.1, 0.2, 1.0
# answers that come within so long are written down together, and before anything more is claimed
_GATHER_SECONDS = 0.2
_RECOUNT_SECONDS = 5.0
_PAUSE_UNIT = 2.0
_SPARE_DRAIN_SECONDS = 2.0
_TEMPLATE_PAUSED = "template_paused"

T = TypeVar("T")
BeforeClaim = Callable[[datetime], None]


@dataclass(frozen=True)
class DispatcherStatus:
    """How sending stands; `waiting_reason` is a key of words, None where nothing holds it up."""

    rate_per_second: float
    in_flight: int
    waiting_reason: str | None
    rates: Mapping[int, float] = field(default_factory=dict)  # messages a second, by sending number
    pace: float | None = None  # messages a second that are taken, None while too little was seen


class Dispatcher:
    """Claims, hands over, records. `start` refuses a demonstration that points outside this machine.

    `is_marketing` tells of a template whether people who stopped marketing get it; `before_claim` is told the moment of every claim
    before it is made, and may pause jobs.
    """

    def __init__(
        self,
        db: Database,
        settings: Settings,
        clock: Clock,
        suppressed: Suppressed,
        *,
        is_marketing: claims.IsMarketing | None = None,
        before_claim: BeforeClaim | None = None,
        pause_unit: float = _PAUSE_UNIT,
    ) -> None:
        self._db, self._settings, self._clock = db, settings, clock
        self._suppressed = suppressed
        self._is_marketing, self._before_claim = is_marketing, before_claim
        self._pause_unit = pause_unit
        self._limit = DailyLimit(db, clock, settings.daily_limit, min(_RECOUNT_SECONDS, 2.5 * pause_unit))
        self._events: queue.SimpleQueue[Event | list[FailedReport]] = queue.SimpleQueue()
        self._batch_ids = itertools.count(1)
        self._fleet = Fleet(db, settings, self._events, pause_unit)
        self._answers = Answers(self._fleet, settings, clock, pause_unit)
        self._unwritten = Findings()  # survives a database that cannot write at the moment
        self._write_at = 0.0
        self._waiting_reason: str | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Put in doubt what a crash left open, then begin. Raises Refused("demo_loopback_only")."""
        self._fleet.begin()
        now = self._clock()

        def change(cursor: Cursor) -> int:
            numbers.keep_first(cursor, self._settings, now)
            return claims.mark_lost_claims(cursor, now)

        lost = self._write_down(change)
        if lost:
            _log.warning("%d messages of an earlier run are in doubt", lost)
        self._thread.start()

    def stop(self) -> None:
        """Ask back what is not begun, wait for what is, end the senders. Nothing stays open in the ledger."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def report_failures(self, reports: Sequence[FailedReport]) -> None:
        """Take notice of messages that have failed after they were taken; from any thread."""
        self._events.put(list(reports))

    def status(self) -> DispatcherStatus:
        """Say how sending stands."""
        rates = self._fleet.rates
        return DispatcherStatus(
            rate_per_second=sum(rates.values()) or self._settings.rate_per_second,
            in_flight=self._fleet.open_count,
            waiting_reason=self._waiting_reason,
            rates=rates,
            pace=self._answers.pace.per_second,
        )

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def sender_process_id(self) -> int | None:
        """The first number's sender process, for health and for tests that kill it."""
        first = self._fleet.first_link
        return first.process_id if first else None

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
            if self._fleet.look():
                self._let_rested_go_on()
            if self._claim_all():
                return 0.0
            return _BUSY_SECONDS if self._fleet.jobs else _IDLE_SECONDS
        except (duckdb.Error, Unavailable, OSError) as error:
            # A full disk, a lost file, no process to be had: keep what was answered, claim nothing, try again.
            _log.error("the ledger cannot be written: %s", type(error).__name__)
            self._waiting_reason = "database"
            time.sleep(_BROKEN_SECONDS)
            return _BROKEN_SECONDS

    def _take_answers(self, pause: float) -> None:
        findings = self._unwritten
        try:
            event = self._events.get(timeout=pause) if pause else self._events.get_nowait()
            while True:
                self._answers.take(event, findings)
                event = self._events.get_nowait()
        except queue.Empty:
            pass
        if findings.pauses or not self._fleet.jobs or time.monotonic() >= self._write_at:
            self._write(findings)
        self._fleet.mind()

    def _write(self, findings: Findings) -> None:
        """Commit a round's findings together; they stay in `_unwritten` until that is done."""
        if not findings.is_empty:
            now, jobs_out, stopped = self._clock(), self._fleet.jobs, self._fleet.stopped
            self._write_down(lambda cursor: findings.write(cursor, now, jobs_out, stopped))
        self._write_at = time.monotonic() + _GATHER_SECONDS
        self._unwritten = Findings()
        self._follow_up(findings)

    def _write_down(self, change: Callable[[Cursor], T]) -> T:
        return self._db.write(change, alters_pages=False, alters_accounts=False)

    def _follow_up(self, findings: Findings) -> None:
        for pause in findings.pauses:
            _log.warning("sending pauses: %s", pause.reason)
            if pause.number_no is None:
                self._answers.breaker.forget(pause.job_id)
            self._fleet.heed(pause)

    # ── claiming ────────────────────────────────────────────────────────────────────────────

    def _claim_all(self) -> bool:
        """Claim a batch from every number and hand it over; return whether there was one."""
        running = self._db.recall_until_commit(("running", tuple(self._fleet.lanes)), self._read_running)
        reasons: list[str] = []
        claimed = waits = False
        for lane in self._fleet:
            jobs = running[lane.number_no]
            lane.ask_back_what_stopped(jobs)
            held = lane.governor.hold_reason(time.monotonic()) if jobs else None
            if held:
                reasons.append(held)
                waits = True
            elif jobs and lane.number_no not in self._fleet.stopped:
                waits = waits or not lane.has_room
                claimed = self._claim(lane, reasons) or claimed
        if not claimed and not waits:
            self._answers.pace.rest()
        self._waiting_reason = reasons[0] if reasons and not claimed else None
        return claimed

    def _read_running(self) -> dict[int, frozenset[int]]:
        with self._db.read() as cursor:
            return {no: claims.running_job_ids(cursor, no) for no in self._fleet.lanes}

    def _claim(self, lane: Lane, reasons: list[str]) -> bool:
        lane.mind_the_child()
        if lane.link is None or not lane.has_room:
            return False
        self._write(self._unwritten)
        left = self._limit.left(self._fleet.open_count)
        now, jobs_out, stopped = self._clock(), self._fleet.jobs, self._fleet.stopped
        size = min(lane.batch_size, left) if left else lane.batch_size
        if self._before_claim:
            self._before_claim(now)

        def change(cursor: Cursor) -> Batch | None:
            batch = claims.claim_batch(
                cursor, now, size, self._suppressed, first_size=self._settings.breaker_first_rows,
                busy=frozenset(lane.unproven), texts_only=left == 0, number_no=lane.number_no, is_marketing=self._is_marketing,
            )  # fmt: skip
            if batch is None:
                claims.finish_exhausted(cursor, now, jobs_out, stopped)
            return batch

        batch = self._write_down(change)
        if batch is None and left == 0:
            reasons.append("daily_limit")
        if batch is not None and batch.messages:
            self._hand_over(lane, batch)
        return batch is not None

    def _hand_over(self, lane: Lane, batch: Batch) -> None:
        early = lane.spare(batch.messages)
        for message in early:
            self._unwritten.outcomes.append(put_off(batch, message, self._clock(), self._pause_unit))
        batch = replace(batch, messages=tuple(one for one in batch.messages if one not in early))
        if batch.messages:
            if batch.head.kind != "text":
                self._limit.spend(len(batch.messages))
            lane.hand_over(next(self._batch_ids), batch)

    def _let_rested_go_on(self) -> None:
        """Let the jobs go on whose template has rested long enough."""
        now = self._clock()
        before = now - timedelta(hours=self._settings.template_pause_hours)
        with self._db.read() as cursor:
            is_rested = claims.has_rested(cursor, _TEMPLATE_PAUSED, before, now)
        if is_rested:
            self._db.write(lambda cursor: claims.let_rested_go_on(cursor, _TEMPLATE_PAUSED, before, now))

    # ── the end ─────────────────────────────────────────────────────────────────────────────

    def _drain(self) -> None:
        """Bring everything in flight to an outcome, then end the senders."""
        self._fleet.ask_back()
        deadline = time.monotonic() + self._settings.request_timeout_seconds + _SPARE_DRAIN_SECONDS
        while (self._fleet.jobs or not self._unwritten.is_empty) and time.monotonic() < deadline:
            self._work_off()
        for lane in self._fleet:
            if lane.in_flight:
                self._answers.bury_child(lane, self._unwritten)
        if not self._unwritten.is_empty:
            self._work_off()
        self._fleet.end()

    def _work_off(self) -> None:
        try:
            self._take_answers(_IDLE_SECONDS)
        except (duckdb.Error, Unavailable) as error:
            # What stays unwritten is a claim without an outcome: the next start puts it in doubt.
            _log.error("the ledger cannot be written: %s", type(error).__name__)
            time.sleep(_IDLE_SECONDS)
