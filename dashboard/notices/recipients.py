"""A notice recipient by recipient: a page to look at, a list to call from."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.delivery.errors_table import rule_for
from dashboard.errors import BadInput
from dashboard.notices.audience import mask_number
from dashboard.notices.notice import Notice, read_notice
from dashboard.notices.report import report_queries
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.spreadsheet import write_table

COLUMNS = ("account_no", "name", "address", "feeder", "mobile", "state", "reason")
# What one may look at; each is some of the states in which a message stands.
GROUPS: dict[str, tuple[str, ...]] = {
    "not_reached": ("failed", "in_doubt", "accepted", "sent", "skipped"),
    "failed": ("failed",),
    "accepted": ("accepted", "sent"),
    "in_doubt": ("in_doubt",),
    "skipped": ("skipped",),
    "delivered": ("delivered",),
    "read": ("read",),
    "waiting": ("waiting", "in_flight"),
}
_EVERYTHING = 2_147_483_647
_SHORTEST_REASON = 5
Say = Callable[[str], str]
"""Turns a key of words (`notices.part_<state>`, `provider.<words>`) into the reader's sentence."""


def list_recipients(
    db: Database, scope: Scope, notice_id: int, group: str, limit: int, offset: int = 0
) -> pd.DataFrame:
    """Return a page of recipients with masked numbers; `reason` is a key of words, '' where none is known. Needs Right.SEE_NUMBERS."""
    with db.read() as cursor:
        notice = read_notice(cursor, scope, Right.SEE_NUMBERS, notice_id)
        rows = list(_read(cursor, notice, group, limit, offset))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["mobile"] = [mask_number(mobile) for mobile in frame["mobile"]]
    return frame


def export_recipients(
    db: Database,
    scope: Scope,
    clock: Clock,
    notice_id: int,
    group: str,
    path: Path,
    reason: str,
    say: Say = str,
) -> int:
    """Write a group of recipients with full numbers as CSV or XLSX, for calling; entered in the audit trail. Return the rows.

    Needs Right.SEE_NUMBERS. Raises BadInput("reason_missing") without a reason of at least five characters.
    """
    if len(reason.strip()) < _SHORTEST_REASON:
        raise BadInput("reason_missing")
    with db.read() as cursor:
        notice = read_notice(cursor, scope, Right.SEE_NUMBERS, notice_id)
        count = write_table(path, COLUMNS, _say_rows(_read(cursor, notice, group, _EVERYTHING, 0), say))
    detail = {
        "notice": notice_id,
        "group": group,
        "reason": reason.strip()[:500],
        "format": path.suffix.lstrip("."),
    }

    def change(cursor: Cursor) -> None:
        record(
            cursor, clock(), scope.username, "recipients.download", office_code=notice.office_code, row_count=count,
            detail=detail,
        )  # fmt: skip

    db.write(change, alters_pages=False)
    return count


def _read(
    cursor: Cursor, notice: Notice, group: str, limit: int, offset: int
) -> Iterator[tuple[object, ...]]:
    """Yield rows of COLUMNS with whole numbers; state and reason are codes."""
    if notice.job_id is None:
        return
    rows = report_queries.list_recipients(
        cursor, job_id=notice.job_id, states=list(GROUPS[group]), row_limit=limit, row_offset=offset
    )
    for account_no, name, address, feeder, feeder_hi, _, mobile, state, code in rows:
        words = rule_for(code).words if state == "failed" else ""
        place = feeder_hi if notice.language == "hi" and feeder_hi else feeder
        yield account_no or "", name or "", address or "", place or "", mobile, state, words


def _say_rows(rows: Iterator[tuple[object, ...]], say: Say) -> Iterator[tuple[object, ...]]:
    for *plain, state, words in rows:
        shown = "accepted" if state == "sent" else state
        yield (*plain, say(f"notices.part_{shown}"), say(f"provider.{words}") if words else "")
