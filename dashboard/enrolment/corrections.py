"""What a person puts right on one consumer: number, name, address; each with a reason, each undone by another correction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.enrolment.consent import queries
from dashboard.errors import BadInput, IllegalChange
from dashboard.registry.consumers import Consumer, Place, read_consumer, require_consumer
from dashboard.registry.phone import OK, judge
from dashboard.registry.states import Refresh
from dashboard.registry.touched import put_back, take_numbers
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("corrections.sql"))
TEXT_FIELDS = {"name": 200, "address": 500}  # the longest that may be typed, in characters
UNDO = "undo"  # the reason of a correction that takes back the one before
_LEAST_REASON = 5
_LONGEST_REASON = 500


@dataclass(frozen=True)
class Desk:
    """What every correction works with: the database, who corrects, the clock, and how coverage follows."""

    db: Database
    scope: Scope
    clock: Clock
    refresh: Refresh
    shared_threshold: int


@dataclass(frozen=True)
class TextEvent:
    """One correction of a field (name, address)."""

    happened_at: datetime
    username: str
    reason: str
    field: str
    value_before: str
    value_after: str


@dataclass(frozen=True)
class _Number:
    raw: str | None
    mobile: int | None
    verdict: str


def correct_number(desk: Desk, account_no: str, cell: str, reason: str) -> None:
    """Put a number in use for an account; an empty cell says that the number on file is not the consumer's.

    Raises BadInput("reason_for_correction", "number_unusable", "number_of_reader", "nothing_changed"), Refused outside the scope.
    """
    [judged] = judge([cell])
    if judged.verdict not in (OK, "missing"):
        raise BadInput("number_unusable", verdict=judged.verdict)
    wanted = _Number(cell.strip() or None, judged.mobile if judged.verdict == OK else None, judged.verdict)

    def put(cursor: Cursor, now: datetime, place: Place) -> None:
        if wanted.mobile and queries.is_reader_number(cursor, mobile=wanted.mobile):
            raise BadInput("number_of_reader")
        before = read_consumer(cursor, place)
        if (before.mobile, before.verdict == "missing") == (wanted.mobile, wanted.verdict == "missing"):
            raise BadInput("nothing_changed")
        _put_number(cursor, desk, now, before, wanted, _checked(reason))

    _change(desk, account_no, "number", "consumer.correct", put)


def undo_number(desk: Desk, account_no: str) -> None:
    """Put back the number that stood before the last correction. Raises IllegalChange("correction_overtaken")."""

    def put(cursor: Cursor, now: datetime, place: Place) -> None:
        before = read_consumer(cursor, place)
        source, raw, mobile, verdict, mobile_after = _queries.last_number_event(
            cursor, account_no=place.account_no
        ) or ("", None, None, "", None)
        if source != "correction" or mobile_after != before.mobile:
            raise IllegalChange("correction_overtaken")
        _put_number(cursor, desk, now, before, _Number(raw, mobile, verdict), UNDO)

    _change(desk, account_no, "number", "consumer.undo", put)


def correct_text(desk: Desk, account_no: str, field: str, value: str, reason: str) -> None:
    """Put a name or an address right (`field` of TEXT_FIELDS); while exports bring what was put away, the correction stands.

    Raises BadInput("reason_for_correction", "correction_empty", "correction_long", "nothing_changed"), Refused outside the scope.
    """
    wanted = " ".join(value.split())
    if not wanted:
        raise BadInput("correction_empty")
    if len(wanted) > TEXT_FIELDS[field]:
        raise BadInput("correction_long", most=TEXT_FIELDS[field])

    def put(cursor: Cursor, now: datetime, place: Place) -> None:
        before = getattr(read_consumer(cursor, place), field) or ""
        if before == wanted:
            raise BadInput("nothing_changed")
        _put_text(cursor, desk, now, place, field, before, wanted, _checked(reason))

    _change(desk, account_no, field, "consumer.correct", put)


def undo_text(desk: Desk, account_no: str, field: str) -> None:
    """Put back the name or address that stood before the last correction. Raises IllegalChange("correction_overtaken")."""

    def put(cursor: Cursor, now: datetime, place: Place) -> None:
        now_there = getattr(read_consumer(cursor, place), field) or ""
        last = _queries.last_text_event(cursor, account_no=place.account_no, field=field)
        if last is None or last[1] != now_there:
            raise IllegalChange("correction_overtaken")
        _put_text(cursor, desk, now, place, field, now_there, last[0], UNDO)

    _change(desk, account_no, field, "consumer.undo", put)


def list_corrections(db: Database, scope: Scope, account_no: str) -> list[TextEvent]:
    """Return the corrections of an account's name and address, newest first. Needs Right.SEE_NUMBERS."""
    with db.read() as cursor:
        place = require_consumer(cursor, scope, Right.SEE_NUMBERS, account_no)
        return [TextEvent(*row) for row in _queries.list_text_events(cursor, account_no=place.account_no)]


def _change(
    desk: Desk, account_no: str, field: str, action: str, put: Callable[[Cursor, datetime, Place], None]
) -> None:
    """Run one correction and its line in the audit trail in one commit."""

    def change(cursor: Cursor) -> None:
        place = require_consumer(cursor, desk.scope, Right.CORRECT, account_no)
        now = desk.clock()
        put(cursor, now, place)
        record(
            cursor, now, desk.scope.username, action, office_code=place.office_code, row_count=1,
            detail={"consumer": place.account_no, "field": field},
        )  # fmt: skip

    desk.db.write(change)


def _put_number(
    cursor: Cursor, desk: Desk, now: datetime, before: Consumer, wanted: _Number, reason: str
) -> None:
    """Put a number in use; what the registry says of the old and the new number follows for all their accounts."""
    place = Place(before.account_no, before.office_no, before.office_code)
    mobiles = [mobile for mobile in (before.mobile, wanted.mobile) if mobile]
    take_numbers(cursor, mobiles, [] if before.mobile else [place.account_no])
    _queries.set_number(cursor, account_no=place.account_no, mobile=wanted.mobile, verdict=wanted.verdict)
    _queries.move_consent(cursor, account_no=place.account_no, mobile=wanted.mobile)
    _queries.judge_touched(cursor, shared_threshold=desk.shared_threshold)
    put_back(cursor, desk.refresh)
    after = replace(wanted, verdict=read_consumer(cursor, place).verdict)
    append_number_event(cursor, before, after.raw, after.mobile, after.verdict, now, "correction", desk.scope.username, reason)  # fmt: skip


def append_number_event(
    cursor: Cursor,
    before: Consumer,
    raw: str | None,
    mobile: int | None,
    verdict: str,
    now: datetime,
    source: str,
    username: str,
    reason: str,
) -> None:
    """Append one change of a number inside that change; `before` is the consumer as it stood."""
    _queries.append_number_event(
        cursor, account_no=before.account_no, now=now, source=source, username=username, reason=reason,
        raw_before=before.mobile_raw, mobile_before=before.mobile, verdict_before=before.verdict,
        raw_after=raw, mobile_after=mobile, verdict_after=verdict,
    )  # fmt: skip


def _put_text(
    cursor: Cursor,
    desk: Desk,
    now: datetime,
    place: Place,
    field: str,
    before: str,
    wanted: str,
    reason: str,
) -> None:
    setter = {"name": _queries.set_name, "address": _queries.set_address}[field]
    setter(cursor, account_no=place.account_no, office_no=place.office_no, value=wanted)
    _queries.append_text_event(
        cursor, account_no=place.account_no, now=now, username=desk.scope.username, reason=reason, field=field,
        value_before=before, value_after=wanted,
    )  # fmt: skip


def _checked(reason: str) -> str:
    if len(reason.strip()) < _LEAST_REASON:
        raise BadInput("reason_for_correction")
    return reason.strip()[:_LONGEST_REASON]
