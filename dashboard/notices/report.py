"""What became of notices: sums that add up, failures in plain words."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dashboard.access.scope import Right, Scope
from dashboard.delivery import ledger
from dashboard.delivery.claims import count_begun_today
from dashboard.delivery.errors_table import rule_for
from dashboard.notices.notice import queries, read_notice
from dashboard.notices.pacing import AS_IT_COMES, Pace, get_pace
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from dashboard.store.queries import load_queries

report_queries = load_queries(Path(__file__).with_name("report.sql"))
_COLUMNS = (
    "notice_id", "state", "template", "language", "office_code", "office", "office_hi", "recipient_count", "created_by", "created_at",
    "submitted_by", "submitted_at", "decided_by", "send_at", "finished_at", "pause_reason", "comment", "author", "above", "above_hi",
)  # fmt: skip


@dataclass(frozen=True)
class FailureCount:
    """How many messages failed for one reason; `words` is the key of its sentence (`provider.<words>`)."""

    code: int | None
    words: str
    count: int


@dataclass(frozen=True)
class Report:
    """Sums over the recipients: waiting + accepted + failed + in_doubt + skipped = recipients.

    `accepted` counts all that the provider took; `delivered` those of them that arrived, `read` those that were opened, `held`
    those that it keeps back for the time being.
    """

    recipients: int
    waiting: int
    accepted: int
    delivered: int
    read: int
    failed: int
    in_doubt: int
    skipped: int
    in_flight: int
    failures: tuple[FailureCount, ...]
    held: int = 0

    @property
    def done_rate(self) -> float:
        """The share of recipients for whom nothing more will be sent, 0 to 1."""
        return 1 - self.waiting / self.recipients if self.recipients else 0.0


def list_notices(db: Database, scope: Scope) -> pd.DataFrame:
    """Return the notices of the scope's offices, newest first. Needs Right.SEE_NOTICES; no number is in it."""
    scope.require(Right.SEE_NOTICES)

    def read() -> list[tuple[object, ...]]:
        with db.read() as cursor:
            return list(queries.list_notices(cursor, first_no=scope.first_no, last_no=scope.last_no))

    rows = db.recall_until_commit(("notices", scope.first_no, scope.last_no), read)
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def report(db: Database, scope: Scope, notice_id: int) -> Report:
    """Return what became of a notice's messages so far; of a very large one as it was up to some seconds ago."""
    with db.read() as cursor:
        job_id = read_notice(cursor, scope, Right.SEE_NOTICES, notice_id).job_id
    if job_id is None:
        return Report(0, 0, 0, 0, 0, 0, 0, 0, 0, ())
    return db.ease(("report", job_id), lambda: _count(db, job_id))


def read_pace(db: Database, scope: Scope, clock: Clock, notice_id: int) -> tuple[Pace, int]:
    """Return what a notice keeps to while it sends, and how many of its messages went today, 0 where it has no share of a day.

    Needs Right.SEE_NOTICES.
    """
    with db.read() as cursor:
        job_id = read_notice(cursor, scope, Right.SEE_NOTICES, notice_id).job_id
        pace = AS_IT_COMES if job_id is None else get_pace(cursor, job_id)
        if job_id is None or pace.day_limit is None:
            return pace, 0
        return pace, count_begun_today(cursor, job_id, clock())


def _count(db: Database, job_id: int) -> Report:
    with db.read() as cursor:
        tally = ledger.tally(cursor, job_id)
        codes = ledger.failures_by_code(cursor, job_id)
    failures = tuple(FailureCount(code, rule_for(code).words, count) for code, count in codes.items())
    return Report(
        tally.total, tally.waiting, tally.accepted_or_beyond, tally.delivered_or_beyond, tally.read, tally.failed,
        tally.in_doubt, tally.skipped, tally.in_flight, failures, tally.held,
    )  # fmt: skip
