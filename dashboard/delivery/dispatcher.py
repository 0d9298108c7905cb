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
from dashboard.delivery.account import account_of
from dashboard.delivery.breaker import Breaker, Limits
from dashboard.delivery.claims import Batch, ClaimedMessage, Outcome, Suppressed
from dashboard.delivery.daily_limit import DailyLimit
from dashboard.delivery.findings import FailedReport, Findings
from dashboard.delivery.governor import Governor, Pause
from dashboard.delivery.lane import Lane
from dashboard.delivery.link import ChildEnded, Event, Result
from dashboard.delivery.numbers import FIRST_NO, SendingNumber
from dashboard.delivery.pace import PaceMeter
from dashboard.delivery.reference import read_prefix
from dashboard.delivery.verdict import judge
from dashboard.delivery.wire import Answer
from dashboard.errors import Unavailable
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

_log = logging.getLogger(__name__)
_BUSY_SECONDS, _IDLE_SECONDS, _BROKEN_SECONDS = 0.1, 0.2, 1.0
_GATHER_SECONDS = (
    0.2  # answers that come within so long are written down together, and before anything more is claimed
)
_RECOUNT_SECONDS = 5.0
_PAUSE_UNIT = 2.0
_PAIR_UNITS = 3.0  # one message per 6 s to a person
_SPARE_DRAIN_SECONDS = 2.0
_LOOK_SECONDS = 1.0  # how often numbers and rested templates are looked at
_TEMPLATE_PAUSED = "template_paused"

T = TypeVar("T")
BeforeClaim = Callable[[datetime], None]


@dataclass(frozen=True)
class DispatcherStatus:
    """How sending stands; `waiting_reason` is a key of words, None where nothing holds it up."""

    rate_per_second: float
    in_flight: int
    waiting_reason: str | None
    child_alive: bool
    last_answer_at: float | None  # monotonic seconds
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
        limits = Limits(settings.breaker_first_rows, settings.breaker_failures, settings.breaker_share)
        self._breaker = Breaker(limits)
        self._limit = DailyLimit(db, clock, settings.daily_limit, min(_RECOUNT_SECONDS, 2.5 * pause_unit))
        self._events: queue.SimpleQueue[Event | list[FailedReport]] = queue.SimpleQueue()
        self._batch_ids = itertools.count(1)
        self._lanes: dict[int, Lane] = {}
        self._stopped: dict[int, str] = {}  # numbers that send nothing, and why
        self._unwritten = Findings()  # survives a database that cannot write at the moment
        self._look_at = self._write_at = 0.0
        self._waiting_reason: str | None = None
        self._last_answer_at: float | None = None
        self._pace = PaceMeter()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        """Put in doubt what a crash left open, then begin. Raises Refused("demo_loopback_only")."""
        self._account = account_of(self._db, self._settings)
        self._prefix = read_prefix(self._db)
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
        lanes = list(self._lanes.values())
        first = self._lanes.get(FIRST_NO)
        return DispatcherStatus(
            rate_per_second=sum(lane.governor.rate for lane in lanes) or self._settings.rate_per_second,
            in_flight=sum(lane.open_count for lane in lanes),
            waiting_reason=self._waiting_reason,
            child_alive=bool(first and first.link and first.link.is_alive),
            last_answer_at=self._last_answer_at,
            rates={lane.number_no: lane.governor.rate for lane in lanes},
            pace=self._pace.per_second,
        )

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def sender_process_id(self) -> int | None:
        """The first number's sender process, for health and for tests that kill it."""
        first = self._lanes.get(FIRST_NO)
        return first.link.process_id if first and first.link else None

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
            self._look_around()
            if self._claim_all():
                return 0.0
            return _BUSY_SECONDS if self._jobs_in_flight() else _IDLE_SECONDS
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
                self._take(event, findings)
                event = self._events.get_nowait()
        except queue.Empty:
            pass
        if findings.pauses or not self._jobs_in_flight() or time.monotonic() >= self._write_at:
            self._write(findings)
        self._mind_lanes()

    def _take(self, event: Event | list[FailedReport], findings: Findings) -> None:
        if isinstance(event, ChildEnded):
            lane = next((one for one in self._lanes.values() if one.link is event.link), None)
            if lane:
                self._bury_child(lane, findings)
            return
        for one in event:
            if isinstance(one, Result):
                self._take_result(one, findings)
            else:
                self._take_report(one, findings)

    def _take_result(self, result: Result, findings: Findings) -> None:
        lane = next((one for one in self._lanes.values() if result.batch_id in one.in_flight), None)
        entry = lane.in_flight[result.batch_id] if lane else None
        message = entry.open.pop(result.message_no, None) if entry else None
        if lane is None or entry is None or message is None:
            return  # answered twice, or by a sender that was given up
        batch, answer, now = entry.batch, result.answer, time.monotonic()
        findings.outcomes.append(self._judge(batch, message, answer))
        if answer.result in ("accepted", "held"):
            self._pace.note(now)
        elif answer.result == "refused":
            findings.add_refusal(message.mobile, answer.code, self._clock())
        findings.add_pause(lane.governor.observe(batch.job_id, answer, now))
        reason = self._breaker.observe(batch.job_id, answer)
        findings.add_pause(Pause(reason, batch.job_id) if reason else None)
        lane.close_answered(result.batch_id, message.mobile)
        self._last_answer_at = now

    def _take_report(self, report: FailedReport, findings: Findings) -> None:
        """Act on a refusal that came by webhook as on one in the answer; the message itself stands as failed."""
        findings.reports.append(report)
        lane = self._lanes.get(report.number_no)
        if lane:
            answer = Answer("refused", code=report.code)
            findings.add_pause(lane.governor.observe(report.job_id, answer, time.monotonic()))
        reason = self._breaker.observe_report(report.job_id, report.code)
        findings.add_pause(Pause(reason, report.job_id) if reason else None)

    def _judge(self, batch: Batch, message: ClaimedMessage, answer: Answer) -> Outcome:
        return judge(
            batch, message, answer, self._clock(), pause_unit=self._pause_unit, max_attempts=self._settings.max_attempts
        )  # fmt: skip

    def _write(self, findings: Findings) -> None:
        """Commit a round's findings together; they stay in `_unwritten` until that is done."""
        if not findings.is_empty:
            now, jobs_out, stopped = self._clock(), self._jobs_in_flight(), dict(self._stopped)
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
                self._breaker.forget(pause.job_id)
            else:
                self._look_at = 0.0  # the stop stands in the table of numbers
            for lane in self._lanes.values():
                if pause.number_no in (None, lane.number_no):
                    lane.governor.forget()
                    lane.ask_back(pause.job_id)

    def _mind_lanes(self) -> None:
        """Have each sender do what the answers ask of it: give back what must wait, go slower or faster."""
        for lane in self._lanes.values():
            if lane.governor.hold_reason(time.monotonic()) and lane.in_flight:
                lane.ask_back(None)
            lane.tell_rate()
            lane.mind_silence()

    # ── claiming ────────────────────────────────────────────────────────────────────────────

    def _claim_all(self) -> bool:
        """Claim a batch from every number and hand it over; return whether there was one."""
        running = self._db.recall_until_commit(("running", tuple(self._lanes)), self._read_running)
        reasons: list[str] = []
        claimed = waits = False
        for lane in self._lanes.values():
            jobs = running[lane.number_no]
            lane.ask_back_what_stopped(jobs)
            held = lane.governor.hold_reason(time.monotonic()) if jobs else None
            if held:
                reasons.append(held)
                waits = True
            elif jobs and lane.number_no not in self._stopped:
                waits = waits or not lane.has_room
                claimed = self._claim(lane, reasons) or claimed
        if not claimed and not waits:
            self._pace.rest()
        self._waiting_reason = reasons[0] if reasons and not claimed else None
        return claimed

    def _read_running(self) -> dict[int, frozenset[int]]:
        with self._db.read() as cursor:
            return {no: claims.running_job_ids(cursor, no) for no in self._lanes}

    def _claim(self, lane: Lane, reasons: list[str]) -> bool:
        lane.mind_the_child()
        if lane.link is None or not lane.has_room:
            return False
        self._write(self._unwritten)
        left = self._limit.left(sum(one.open_count for one in self._lanes.values()))
        now, jobs_out, stopped = self._clock(), self._jobs_in_flight(), dict(self._stopped)
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
            self._unwritten.outcomes.append(self._put_off(batch, message))
        batch = replace(batch, messages=tuple(one for one in batch.messages if one not in early))
        if batch.messages:
            if batch.head.kind != "text":
                self._limit.spend(len(batch.messages))
            lane.hand_over(next(self._batch_ids), batch)

    def _put_off(self, batch: Batch, message: ClaimedMessage) -> Outcome:
        now = self._clock()
        later = now + timedelta(seconds=_PAIR_UNITS * self._pause_unit)
        return Outcome(
            batch.job_id, message.message_no, batch.attempt, "retry", retry_at=later, refused_count=message.refused_count,
            judged_at=now,
        )  # fmt: skip

    def _jobs_in_flight(self) -> frozenset[int]:
        return frozenset[int]().union(*(lane.jobs for lane in self._lanes.values()))

    # ── numbers and their senders ───────────────────────────────────────────────────────────

    def _look_around(self) -> None:
        """See which numbers there are and may send, and let go on what has rested long enough."""
        if time.monotonic() < self._look_at:
            return
        with self._db.read() as cursor:
            found = numbers.list_numbers(cursor)
        self._stopped = {one.number_no: one.stop_reason or numbers.PERSON for one in found if not one.is_open}
        for number in found:
            if number.number_no not in self._lanes:
                self._lanes[number.number_no] = self._make_lane(number)
        self._lanes[FIRST_NO].mind_the_child()
        now = self._clock()
        before = now - timedelta(hours=self._settings.template_pause_hours)
        with self._db.read() as cursor:
            is_rested = claims.has_rested(cursor, _TEMPLATE_PAUSED, before, now)
        if is_rested:
            self._db.write(lambda cursor: claims.let_rested_go_on(cursor, _TEMPLATE_PAUSED, before, now))
        self._look_at = time.monotonic() + min(_LOOK_SECONDS, self._pause_unit)

    def _make_lane(self, number: SendingNumber) -> Lane:
        governor = Governor(number.rate, self._settings.max_attempts, self._pause_unit, number.number_no)
        account = replace(self._account, phone_number_id=number.phone_number_id)
        return Lane(
            governor, account, self._prefix, self._events, most_a_batch=self._settings.send_batch,
            pair_seconds=_PAIR_UNITS * self._pause_unit,
        )  # fmt: skip

    def _bury_child(self, lane: Lane, findings: Findings) -> None:
        """A sender died: what it had is in doubt."""
        lost, too_often = lane.bury_child(self._pause_unit)
        for entry in lost:
            for message in entry.open.values():
                findings.outcomes.append(self._judge(entry.batch, message, Answer("in_doubt")))
        findings.add_pause(Pause("sender_broken") if too_often else None)
        self._look_at = 0.0

    def _drain(self) -> None:
        """Bring everything in flight to an outcome, then end the senders."""
        lanes = list(self._lanes.values())
        for lane in lanes:
            lane.ask_back(None)
        deadline = time.monotonic() + self._settings.request_timeout_seconds + _SPARE_DRAIN_SECONDS
        while (self._jobs_in_flight() or not self._unwritten.is_empty) and time.monotonic() < deadline:
            self._work_off()
        for lane in lanes:
            if lane.in_flight:
                self._bury_child(lane, self._unwritten)
        if not self._unwritten.is_empty:
            self._work_off()
        for lane in lanes:
            lane.end()

    def _work_off(self) -> None:
        try:
            self._take_answers(_IDLE_SECONDS)
        except (duckdb.Error, Unavailable) as error:
            # What stays unwritten is a claim without an outcome: the next start puts it in doubt.
            _log.error("the ledger cannot be written: %s", type(error).__name__)
            time.sleep(_IDLE_SECONDS)
