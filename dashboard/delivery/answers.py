"""What the senders answer, and what webhooks tell of messages that failed later, as findings to be written down."""

import time

from dashboard.config import Settings
from dashboard.delivery.breaker import Breaker, Limits
from dashboard.delivery.claims import Batch, ClaimedMessage, Outcome
from dashboard.delivery.findings import FailedReport, Findings
from dashboard.delivery.fleet import Fleet
from dashboard.delivery.governor import Pause
from dashboard.delivery.lane import Lane
from dashboard.delivery.link import ChildEnded, Event, Result
from dashboard.delivery.pace import PaceMeter
from dashboard.delivery.verdict import judge
from dashboard.delivery.wire import Answer
from dashboard.store.clock import Clock


class Answers:
    """Judges each answer, and tells its lane, the breaker and the pace of it. Used by the dispatcher's thread."""

    def __init__(self, fleet: Fleet, settings: Settings, clock: Clock, pause_unit: float) -> None:
        self.breaker = Breaker(
            Limits(settings.breaker_first_rows, settings.breaker_failures, settings.breaker_share)
        )
        self.pace = PaceMeter()
        self._fleet, self._clock = fleet, clock
        self._max_attempts, self._pause_unit = settings.max_attempts, pause_unit

    def take(self, event: Event | list[FailedReport], findings: Findings) -> None:
        """Add to the findings what an event amounts to."""
        if isinstance(event, ChildEnded):
            lane = self._fleet.lane_of_link(event.link)
            if lane:
                self.bury_child(lane, findings)
            return
        for one in event:
            if isinstance(one, Result):
                self._take_result(one, findings)
            else:
                self._take_report(one, findings)

    def _take_result(self, result: Result, findings: Findings) -> None:
        lane = self._fleet.lane_of_batch(result.batch_id)
        entry = lane.in_flight[result.batch_id] if lane else None
        message = entry.open.pop(result.message_no, None) if entry else None
        if lane is None or entry is None or message is None:
            return  # answered twice, or by a sender that was given up
        batch, answer, now = entry.batch, result.answer, time.monotonic()
        findings.outcomes.append(self._judge(batch, message, answer))
        if answer.result in ("accepted", "held"):
            self.pace.note(now)
        elif answer.result == "refused":
            findings.add_refusal(message.mobile, answer.code, self._clock())
        findings.add_pause(lane.governor.observe(batch.job_id, answer, now))
        reason = self.breaker.observe(batch.job_id, answer)
        findings.add_pause(Pause(reason, batch.job_id) if reason else None)
        lane.close_answered(result.batch_id, message.mobile)

    def _take_report(self, report: FailedReport, findings: Findings) -> None:
        """Act on a refusal that came by webhook as on one in the answer; the message itself stands as failed."""
        findings.reports.append(report)
        lane = self._fleet.lanes.get(report.number_no)
        if lane:
            answer = Answer("refused", code=report.code)
            findings.add_pause(lane.governor.observe(report.job_id, answer, time.monotonic()))
        reason = self.breaker.observe_report(report.job_id, report.code)
        findings.add_pause(Pause(reason, report.job_id) if reason else None)

    def bury_child(self, lane: Lane, findings: Findings) -> None:
        """A sender died: what it had is in doubt."""
        lost, too_often = lane.bury_child(self._pause_unit)
        for entry in lost:
            for message in entry.open.values():
                findings.outcomes.append(self._judge(entry.batch, message, Answer("in_doubt")))
        findings.add_pause(Pause("sender_broken") if too_often else None)
        self._fleet.look_anew()

    def _judge(self, batch: Batch, message: ClaimedMessage, answer: Answer) -> Outcome:
        return judge(
            batch, message, answer, self._clock(), pause_unit=self._pause_unit, max_attempts=self._max_attempts
        )  # fmt: skip
