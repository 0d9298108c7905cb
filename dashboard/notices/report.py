"""What became of notices: sums that add up, failures in plain words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.delivery import ledger
from dashboard.delivery.errors_table import rule_for
from dashboard.errors import BadInput
from dashboard.notices.audience import mask_number
from dashboard.notices.notice import queries, read_notice
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries
from dashboard.store.spreadsheet import write_table

report_queries = load_queries(Path(__file__).with_name("report.sql"))
_COLUMNS = (
    "notice_id", "state", "template", "language", "office_code", "office", "office_hi", "recipient_count", "created_by", "created_at",
    "submitted_by", "submitted_at", "decided_by", "send_at", "finished_at", "pause_reason", "comment", "author", "above", "above_hi",
)  # fmt: skip
FAILURE_COLUMNS = ("account_no", "name", "mobile", "code", "words")
_SHORTEST_REASON = 5


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


def _count(db: Database, job_id: int) -> Report:
    with db.read() as cursor:
        tally = ledger.tally(cursor, job_id)
        codes = ledger.failures_by_code(cursor, job_id)
    failures = tuple(FailureCount(code, rule_for(code).words, count) for code, count in codes.items())
    return Report(
        tally.total, tally.waiting, tally.accepted_or_beyond, tally.delivered_or_beyond, tally.read, tally.failed,
        tally.in_doubt, tally.skipped, tally.in_flight, failures, tally.held,
    )  # fmt: skip


def list_failures(db: Database, scope: Scope, notice_id: int, limit: int = 200) -> pd.DataFrame:
    """Return failed messages with masked numbers: account_no, name, mobile, code, words. Needs Right.SEE_NUMBERS."""
    frame = _read_failures(db, scope, notice_id).head(limit).copy()
    frame["mobile"] = [mask_number(mobile) for mobile in frame["mobile"]]
    return frame


def export_failures(
    db: Database,
    scope: Scope,
    clock: Clock,
    notice_id: int,
    path: Path,
    reason: str,
    say: Callable[[str], str] = str,
) -> int:
    """Write the failed messages with full numbers as CSV or XLSX, for calling; entered in the audit trail. Returns the rows.

    `say` turns a key of words into the reader's sentence. Raises BadInput("reason_missing") without a reason of at
    least five characters.
    """
    if len(reason.strip()) < _SHORTEST_REASON:
        raise BadInput("reason_missing")
    frame = _read_failures(db, scope, notice_id)
    frame["words"] = [say(words) for words in frame["words"]]
    count = write_table(path, list(frame.columns), _rows(frame))
    detail = {"notice": notice_id, "reason": reason.strip()[:500], "format": path.suffix.lstrip(".")}

    def change(cursor: Cursor) -> None:
        office_code = read_notice(cursor, scope, Right.SEE_NUMBERS, notice_id).office_code
        record(
            cursor, clock(), scope.username, "failures.download", office_code=office_code, row_count=count, detail=detail
        )  # fmt: skip

    db.write(change, alters_pages=False)
    return count


def _read_failures(db: Database, scope: Scope, notice_id: int) -> pd.DataFrame:
    with db.read() as cursor:
        notice = read_notice(cursor, scope, Right.SEE_NUMBERS, notice_id)
        if notice.job_id is None:
            return pd.DataFrame(columns=list(FAILURE_COLUMNS))
        cursor.register("failed_message", ledger.failures(cursor, notice.job_id))
        rows = list(queries.describe_failures(cursor))
    frame = pd.DataFrame([(*row, rule_for(row[3]).words) for row in rows], columns=list(FAILURE_COLUMNS))
    return frame.astype({"code": "Int64"})


def _rows(frame: pd.DataFrame) -> Iterator[tuple[object, ...]]:
    for row in frame.itertuples(index=False):
        yield tuple(None if pd.isna(cell) else cell for cell in row)
