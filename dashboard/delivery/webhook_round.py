"""One round of stored webhooks, written in one commit: reports, ids, news, answers, and what was not understood."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from dashboard.delivery import ledger, tallies
from dashboard.delivery.consequences import act_on_news
from dashboard.delivery.findings import FailedReport, hold_reported
from dashboard.delivery.inbound import InboundText
from dashboard.delivery.numbers import FIRST_NO, keep_heard, list_numbers
from dashboard.delivery.platform import insert_news
from dashboard.delivery.unreached import note_unreached
from dashboard.delivery.updates import Updates
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("webhook.sql"))
_NOT_ON_WHATSAPP = 131026
_LOOK_BACK = timedelta(
    minutes=15
)  # how long a report without reference waits for our own record of its message
_STATUS_COLUMNS = pa.schema(
    [
        ("job_id", pa.int64()), ("message_no", pa.int32()), ("wamid", pa.string()), ("status", pa.string()),
        ("status_at", pa.timestamp("us")), ("code", pa.int32()), ("category", pa.string()), ("billable", pa.bool_()),
        ("user_id", pa.string()),
    ]
)  # fmt: skip

OnAnswered = Callable[[Cursor, list[str]], None]


@dataclass(frozen=True)
class Body:
    """One stored webhook and what it says."""

    raw_id: int
    received_at: datetime
    updates: Updates


@dataclass(frozen=True)
class Reply:
    """What a consumer is answered."""

    to: InboundText
    text: str


@dataclass(frozen=True)
class Written:
    """What a round has changed; `failed` are the messages that were taken and have failed since."""

    new_statuses: int
    new_news: int
    failed: list[FailedReport]


def write_round(
    cursor: Cursor,
    bodies: Sequence[Body],
    replies: Sequence[Reply],
    now: datetime,
    on_answered: OnAnswered | None,
) -> Written:
    """Write a round down and mark its bodies as applied; a body that was applied before changes nothing."""
    new_statuses, failed = _write_statuses(cursor, bodies, now)
    _write_users(
        cursor, {user: mobile for body in bodies for user, mobile in body.updates.users.items()}, now
    )
    news = [
        (body.raw_id, place, one) for body in bodies for place, one in enumerate(body.updates.news, start=1)
    ]
    new_news = insert_news(cursor, news) if news else 0
    if new_news:
        act_on_news(cursor, new_news, now)
    keep_heard(cursor, [one for body in bodies for one in body.updates.inbound])
    if replies:
        _stage_replies(cursor, replies, now)
        if on_answered:
            on_answered(cursor, [reply.to.wamid for reply in replies])
    _write_odd(cursor, bodies, now)
    notes = [body.updates.note for body in bodies]
    queries.insert_applied(cursor, raw_ids=[body.raw_id for body in bodies], notes=notes, now=now)
    return Written(new_statuses, new_news, failed)


def _write_statuses(cursor: Cursor, bodies: Sequence[Body], now: datetime) -> tuple[int, list[FailedReport]]:
    """Write the reports; return how many are new, and what has failed."""
    _place_late(cursor, now - _LOOK_BACK)
    statuses = [(status, body.received_at) for body in bodies for status in body.updates.statuses]
    if not statuses:
        return 0, []
    columns = {name: [getattr(status, name) for status, _ in statuses] for name in _STATUS_COLUMNS.names}
    table = pa.table(columns, schema=_STATUS_COLUMNS)
    received = pa.array([received_at for _, received_at in statuses], pa.timestamp("us"))
    cursor.register("status_rows", table.append_column("received_at", received))
    queries.copy_new_status(cursor)
    cursor.unregister("status_rows")
    if any(status.job_id == 0 for status, _ in statuses):
        queries.place_by_wamid(cursor, answered_since=now - _LOOK_BACK)
    if any(status.user_id for status, _ in statuses):
        queries.learn_users(cursor, now=now)
    queries.copy_known_status(cursor)
    queries.begin_twins(cursor)
    if queries.has_twins(cursor):
        queries.copy_twins(cursor)
    queries.copy_fresh_status(cursor)
    tallies.note_reports(cursor)
    new_count = int(queries.insert_statuses(cursor))
    failed = [FailedReport(*row) for row in queries.failures_reported(cursor)] if new_count else []
    if failed:
        numbers = [row[0] for row in queries.numbers_reported(cursor, code=_NOT_ON_WHATSAPP)]
        note_unreached(cursor, numbers, now)
        hold_reported(cursor, failed, now)
    _drop_round(cursor)
    return new_count, failed


def _place_late(cursor: Cursor, since: datetime) -> None:
    """Bring reports without reference to their messages, of which our own record came later."""
    if not queries.has_unplaced(cursor, since=since):
        return
    queries.copy_late_status(cursor, since=since, answered_since=since - _LOOK_BACK)
    if int(queries.copy_late_fresh(cursor)):
        queries.copy_known_status(cursor)
        tallies.note_reports(cursor)
        queries.place_late_statuses(cursor, since=since)
    _drop_round(cursor)


def _drop_round(cursor: Cursor) -> None:
    queries.drop_new_status(cursor)
    queries.drop_known_status(cursor)
    queries.drop_fresh_status(cursor)


def _write_users(cursor: Cursor, users: dict[str, int], now: datetime) -> None:
    if not users:
        return
    mobiles = pa.array(list(users.values()), pa.int64())
    cursor.register("new_users", pa.table({"user_id": pa.array(list(users), pa.string()), "mobile": mobiles}))
    queries.insert_users(cursor, now=now)
    cursor.unregister("new_users")


def _write_odd(cursor: Cursor, bodies: Sequence[Body], now: datetime) -> None:
    queries.delete_odd(cursor, raw_ids=[body.raw_id for body in bodies])
    rows = [
        (body.raw_id, kind, name, count)
        for body in bodies
        for (kind, name), count in body.updates.odd.items()
    ]
    if not rows:
        return
    columns: list[Any] = [list(column) for column in zip(*rows, strict=True)]
    types = (pa.int64(), pa.string(), pa.string(), pa.int32())
    names = ("raw_id", "kind", "name", "update_count")
    arrays = [pa.array(column, kind) for column, kind in zip(columns, types, strict=True)]
    cursor.register("odd_rows", pa.table(dict(zip(names, arrays, strict=True))))
    queries.insert_odd(cursor, now=now)
    cursor.unregister("odd_rows")


def _stage_replies(cursor: Cursor, replies: Sequence[Reply], now: datetime) -> None:
    """Send a round's answers as one job of free text, each from the number that was written to: only that one may answer,
    within 24 hours of what the consumer wrote."""
    known = {one.phone_number_id: one.number_no for one in list_numbers(cursor)}
    rows = pa.table(
        {
            "account_no": pa.nulls(len(replies), pa.string()),
            "mobile": pa.array([reply.to.mobile for reply in replies], pa.int64()),
            "parameters": pa.array([[reply.text] for reply in replies], pa.list_(pa.string())),
            "number_no": pa.array([known.get(reply.to.heard_by, FIRST_NO) for reply in replies], pa.int32()),
        }
    )
    job_id = ledger.stage(
        cursor, now, kind="text", template="", language="", parameter_names=["text"], rows=rows
    )
    ledger.release(cursor, job_id, now)
