"""A notice recipient by recipient: a page to look at, a list to call from."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.delivery import stretches
from dashboard.delivery.errors_table import rule_for
from dashboard.delivery.stretches import Standing
from dashboard.errors import BadInput
from dashboard.notices.audience import mask_number
from dashboard.notices.notice import read_notice
from dashboard.notices.report import Report, report, report_queries
from dashboard.registry.account_places import Spot, are_few, ask_spots, locate
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
_SHORTEST_REASON = 5
_ROWS_AT_ONCE = 5_000  # fetched together from a long answer
_Reader = tuple[str | None, ...]  # name, address, feeder, its Hindi name
_NOBODY: _Reader = (None,) * 4
Say = Callable[[str], str]
"""Turns a key of words (`notices.part_<state>`, `provider.<words>`) into the reader's sentence."""


def count_groups(sums: Report) -> dict[str, int]:
    """Return how many recipients each group holds, from a notice's sums."""
    counts = {
        "not_reached": sums.recipients - sums.delivered - sums.waiting,
        "failed": sums.failed,
        "accepted": sums.accepted - sums.delivered,
        "in_doubt": sums.in_doubt,
        "skipped": sums.skipped,
        "delivered": sums.delivered - sums.read,
        "read": sums.read,
        "waiting": sums.waiting,
    }
    return {group: counts[group] for group in GROUPS}


def list_recipients(
    db: Database, scope: Scope, notice_id: int, group: str, limit: int, offset: int = 0, language: str = "hi"
) -> pd.DataFrame:
    """Return a page of recipients with masked numbers and their feeders' names in a language. Needs Right.SEE_NUMBERS.

    `reason` is a key of words, '' where none is known.
    """
    with db.read() as cursor:
        notice = read_notice(cursor, scope, Right.SEE_NUMBERS, notice_id)
        page = stretches.list_page(cursor, notice.job_id or 0, GROUPS[group], limit, offset)
        rows = _describe(cursor, page, language)
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
    language: str = "hi",
    name_column: Callable[[str], str] = str,
) -> int:
    """Write a group of recipients with full numbers as CSV or XLSX, for calling; entered in the audit trail. Return the rows.

    `name_column` turns one of `COLUMNS` into a heading.

    Needs Right.SEE_NUMBERS. Raises BadInput("reason_missing") without a reason of at least five characters.
    """
    if len(reason.strip()) < _SHORTEST_REASON:
        raise BadInput("reason_missing")
    with db.read() as cursor:
        notice = read_notice(cursor, scope, Right.SEE_NUMBERS, notice_id)
        expected = count_groups(report(db, scope, notice_id))[group]
        rows = _describe_all(cursor, notice.job_id or 0, GROUPS[group], language)
        count = write_table(path, [name_column(name) for name in COLUMNS], _say_rows(rows, say), expected)
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


def _describe_all(
    cursor: Cursor, job_id: int, states: Collection[str], language: str
) -> Iterator[tuple[object, ...]]:
    """Yield all messages in some states as rows; no more than some thousand stand in memory."""
    for count in stretches.fill_lots(cursor, job_id, states):
        if are_few(cursor, count):
            lot = [Standing(*row) for row in report_queries.list_lot(cursor)]
            yield from _describe(cursor, lot, language)
            continue
        cursor.execute(report_queries.describe_lot.sql)
        while rows := cursor.fetchmany(_ROWS_AT_ONCE):
            yield from (_shape(language, row[0], row[1:5], *row[5:]) for row in rows)


def _describe(cursor: Cursor, messages: Sequence[Standing], language: str) -> list[tuple[object, ...]]:
    """Return rows of COLUMNS with whole numbers; state and reason are codes."""
    readers = _find_readers(cursor, {one.account_no for one in messages if one.account_no})
    return [
        _shape(
            language,
            one.account_no,
            readers.get(one.account_no or "", _NOBODY),
            one.mobile,
            one.state,
            one.code,
        )
        for one in messages
    ]


def _shape(
    language: str, account_no: str | None, reader: _Reader, mobile: int, state: str, code: int | None
) -> tuple[object, ...]:
    name, address, feeder, feeder_hi = reader
    place = feeder_hi if language == "hi" and feeder_hi else feeder
    words = rule_for(code).words if state == "failed" else ""
    return account_no or "", name or "", address or "", place or "", mobile, state, words


def _find_readers(cursor: Cursor, account_nos: Collection[str]) -> dict[str, _Reader]:
    """Return name, address, feeder and its Hindi name of each account that the registry has: a few each at its place, many by one look."""
    sql = report_queries.describe_readers.sql
    if are_few(cursor, len(account_nos)):
        spots = [Spot(office_no, account) for account, office_no in locate(cursor, list(account_nos)).items()]
        rows = ask_spots(cursor, sql, "account_no", spots)
    else:
        cursor.register("asked_readers", pa.table({"account_no": pa.array(list(account_nos), pa.string())}))
        rows = cursor.execute(
            sql.replace("{which}", "account_no IN (SELECT account_no FROM asked_readers)")
        ).fetchall()
        cursor.unregister("asked_readers")
    return {account: tuple(cells) for account, *cells in rows}


def _say_rows(rows: Iterator[tuple[object, ...]], say: Say) -> Iterator[tuple[object, ...]]:
    said = cache(say)  # a few words, for each row
    for *plain, state, words in rows:
        shown = "accepted" if state == "sent" else state
        yield (*plain, said(f"notices.part_{shown}"), said(f"provider.{words}") if words else "")
