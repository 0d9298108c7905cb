"""What a round of answers and failed reports amounts to, and how it is written down: in one commit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dashboard.delivery import claims, ledger, numbers
from dashboard.delivery.claims import Outcome
from dashboard.delivery.errors_table import Action, rule_for
from dashboard.delivery.governor import Pause
from dashboard.delivery.holds import Hold, record_holds
from dashboard.delivery.numbers import FIRST_NO
from dashboard.delivery.unreached import note_unreached
from dashboard.store.database import Cursor

_HOLDS = {Action.SUPPRESS: "marketing", Action.BLOCK: "blocked", Action.WITHHOLD: "withheld"}
_WITHHELD = timedelta(hours=24)


@dataclass(frozen=True)
class FailedReport:
    """A message that was taken and has failed since, as a webhook tells: when (UTC) and which number it went from."""

    job_id: int
    message_no: int
    code: int | None
    number_no: int = FIRST_NO
    failed_at: datetime | None = None


@dataclass
class Findings:
    """Collected by the dispatcher; it keeps them until they are on disk."""

    outcomes: list[Outcome] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    reports: list[FailedReport] = field(default_factory=list)
    unreached: list[int] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.outcomes or self.pauses or self.holds or self.reports)

    def add_pause(self, pause: Pause | None) -> None:
        if pause and pause not in self.pauses:
            self.pauses.append(pause)

    def add_refusal(self, mobile: int, code: int | None, now: datetime) -> None:
        """Note what a refusal tells of the person."""
        action = rule_for(code).action
        if action is Action.UNDELIVERABLE:
            self.unreached.append(mobile)
        if code is not None and action in _HOLDS:
            until = now + _WITHHELD if action is Action.WITHHOLD else None
            self.holds.append(Hold(mobile, _HOLDS[action], code, until))

    def write(
        self, cursor: Cursor, now: datetime, jobs_out: frozenset[int], stopped: Mapping[int, str]
    ) -> None:
        """Write everything down, pause what must stop, end what has come to its end. What reports tell of people stands already."""
        claims.record_outcomes(cursor, self.outcomes, now)
        note_unreached(cursor, self.unreached, now)
        record_holds(cursor, self.holds, now)
        newly = {
            pause.number_no: pause.reason for pause in self.pauses if pause.number_no and not pause.job_id
        }
        for pause in self.pauses:
            _apply(cursor, pause, now)
        claims.finish_exhausted(cursor, now, jobs_out, {**stopped, **newly})


def hold_reported(cursor: Cursor, reports: Sequence[FailedReport], now: datetime) -> None:
    """Write down what failed reports tell of people, inside the change that keeps them: they are new only once."""
    found = Findings()
    for report in reports:
        if rule_for(report.code).action in _HOLDS:
            mobile = claims.mobile_of(cursor, report.job_id, report.message_no)
            if mobile is not None:
                found.add_refusal(mobile, report.code, min(report.failed_at or now, now))
    record_holds(cursor, found.holds, now)


def _apply(cursor: Cursor, pause: Pause, now: datetime) -> None:
    """Pause what must stop; a job that a person has stopped meanwhile stays as it is."""
    if pause.job_id is not None:
        if ledger.get_job(cursor, pause.job_id).state == "running":
            ledger.pause(cursor, pause.job_id, pause.reason, now)
    elif pause.number_no is not None:
        numbers.stop_number(cursor, pause.number_no, pause.reason, now)
    else:
        ledger.pause_running(cursor, pause.reason, now)
