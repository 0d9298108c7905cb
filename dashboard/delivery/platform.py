"""News about our own account, templates and number: kept as facts, shown until they are settled or overtaken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.delivery.errors_table import account_words
from dashboard.delivery.news import UNREADABLE, News
from dashboard.errors import BadInput, IllegalChange
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("platform.sql"))
_TEXTS = ("field", "subject", "language", "value", "tone", "detail")
_WHOLE_STATE = (1, 2_147_483_647)


@dataclass(frozen=True)
class PlatformEvent:
    """One piece of news: WhatsApp's field, about whom, in one word, when (UTC). `office` and `office_hi` name whose number it is
    about, where it is about one of ours."""

    event_id: int
    field: str
    subject: str
    language: str
    value: str
    happened_at: datetime
    office: str = ""
    office_hi: str = ""
    reason: str = ""  # of a template's status: why, in WhatsApp's word


def list_open(db: Database, scope: Scope) -> tuple[PlatformEvent, ...]:
    """Return the news that a person should know and nobody has settled, newest first. Kept in memory until news comes."""
    scope.require(Right.SEE_NOTICES)
    return db.recall("platform.list_open", lambda: _read_open(db))


def _read_open(db: Database) -> tuple[PlatformEvent, ...]:
    with db.read() as cursor:
        return tuple(PlatformEvent(*row) for row in _queries.list_open(cursor))


def list_stopped(db: Database, scope: Scope) -> list[tuple[str, int]]:
    """Return for which reasons that an administrator must end notices stand still (`provider.<words>`), with how many for each.

    Needs Right.MANAGE_PLATFORM.
    """
    scope.require(Right.MANAGE_PLATFORM)
    with db.read() as cursor:
        return list(_queries.list_stopped(cursor, reasons=sorted(account_words())))


def latest_of(cursor: Cursor, field: str, subject: str, language: str = "") -> PlatformEvent | None:
    """Return the last word on one subject, e.g. a template's category as it came back; None where there was none."""
    row = _queries.latest_of(cursor, field=field, subject=subject, language=language)
    return PlatformEvent(*row) if row else None


def may_dismiss(db: Database, scope: Scope) -> bool:
    """Tell whether to offer a person that they take note of news; `dismiss` asks again."""
    first_no, last_no = db.recall("platform.whole_state", lambda: _whole_state(db))
    return scope.may(Right.MANAGE_PLATFORM) and scope.first_no <= first_no <= last_no <= scope.last_no


def latest_of_each(
    cursor: Cursor, field: str, passing: frozenset[str] = frozenset()
) -> dict[tuple[str, str], PlatformEvent]:
    """Return the last word on every subject of a field, by subject and language: of all templates at once.

    Words that are `passing` are overlooked.
    """
    rows = _queries.latest_of_each(cursor, field=field, passing=sorted(passing))
    events = (replace(PlatformEvent(*known), reason=reason) for *known, reason in rows)
    return {(event.subject, event.language): event for event in events}


def dismiss(db: Database, scope: Scope, clock: Clock, event_id: int) -> None:
    """Take note of one piece of news, so that no page shows it any more; audited.

    Raises Refused, BadInput("news_unknown"), IllegalChange("news_settled").
    """
    scope.require(Right.MANAGE_PLATFORM)
    scope.require_offices(*_whole_state(db))

    def change(cursor: Cursor) -> None:
        row = _queries.event_by_id(cursor, event_id=event_id)
        if row is None:
            raise BadInput("news_unknown")
        field, subject, value, settled_at = row
        if settled_at is not None:
            raise IllegalChange("news_settled")
        now = clock()
        _queries.settle(cursor, event_id=event_id, now=now, username=scope.username)
        detail = {"news": field, "about": subject, "value": value}
        record(cursor, now, scope.username, "platform.dismiss", detail=detail)

    db.write(change)


def settle_about(
    cursor: Cursor, field: str, subject: str, language: str, now: datetime, username: str
) -> None:
    """Take the news on one subject off the pages in the commit of the deed that it asked for. The caller asks the right."""
    _queries.settle_about(cursor, field=field, subject=subject, language=language, now=now, username=username)


def _whole_state(db: Database) -> tuple[int, int]:
    with db.read() as cursor:
        first_no, last_no = cursor.execute("SELECT min(office_no), max(last_no) FROM office").fetchall()[0]
    return (first_no, last_no) if first_no else _WHOLE_STATE


def insert_news(cursor: Cursor, news: Sequence[tuple[int, int, News]]) -> int:
    """Write down news with the webhook that brought each and its place there; return how many were new. System function.

    Of webhooks that nobody could read one is told until it is settled, however many come.
    """
    if any(one.field == UNREADABLE for _, _, one in news):
        told = _queries.has_open(cursor, field=UNREADABLE)
        last = next(entry for entry in reversed(news) if entry[2].field == UNREADABLE)
        news = [entry for entry in news if entry[2].field != UNREADABLE or (entry is last and not told)]
    if not news:
        return 0
    columns = {name: pa.array([getattr(one, name) for _, _, one in news], pa.string()) for name in _TEXTS}
    columns["raw_id"] = pa.array([raw_id for raw_id, _, _ in news], pa.int64())
    columns["place"] = pa.array([place for _, place, _ in news], pa.int32())
    columns["happened_at"] = pa.array([one.happened_at for _, _, one in news], pa.timestamp("us"))
    cursor.register("new_events", pa.table(columns))
    try:
        return int(_queries.insert_events(cursor))
    finally:
        cursor.unregister("new_events")
