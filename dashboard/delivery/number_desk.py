"""The sending numbers as an administrator sees them: how each stands, and stopping one or letting it send again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.delivery import numbers
from dashboard.errors import Refused
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("numbers.sql"))
_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class NumberRow:
    """One number: `quality` and `messaging_limit` in WhatsApp's words, '' where not known; `rate` in messages a second as set;
    `given_count` templates in the last 24 hours; `stop_reason` a key of words (`provider.*`), None where it may send."""

    number_no: int
    label: str
    office_code: str
    office: str
    office_hi: str
    display_number: str
    quality: str
    messaging_limit: str
    rate: float
    given_count: int
    stop_reason: str | None
    changed_at: datetime


def list_desk(db: Database, scope: Scope, clock: Clock) -> list[NumberRow]:
    """Return the sending numbers of the scope's offices, that of the settings first. Needs Right.MANAGE_PLATFORM."""
    scope.require(Right.MANAGE_PLATFORM)
    with db.read() as cursor:
        rows = list(
            _queries.list_desk(cursor, first_no=scope.first_no, last_no=scope.last_no, since=clock() - _DAY)
        )
    return [NumberRow(*row) for row in rows]


def let_go(db: Database, scope: Scope, clock: Clock, number_no: int) -> None:
    """Let a number of the scope's offices send again, whatever stopped it. Raises Refused("number")."""

    def change(cursor: Cursor) -> None:
        office_code, now = _require(cursor, scope, number_no), clock()
        numbers.open_number(cursor, number_no, now)
        _record(cursor, scope, now, "number.go", office_code, number_no)

    db.write(change)


def stop(db: Database, scope: Scope, clock: Clock, number_no: int) -> None:
    """Have a number of the scope's offices send nothing more until an administrator lets it. Raises Refused("number")."""

    def change(cursor: Cursor) -> None:
        office_code, now = _require(cursor, scope, number_no), clock()
        numbers.stop_number(cursor, number_no, numbers.PERSON, now)
        _record(cursor, scope, now, "number.stop", office_code, number_no)

    db.write(change)


def _require(cursor: Cursor, scope: Scope, number_no: int) -> str:
    """Return the code of a number's office; refuse a foreign number like an unknown one."""
    scope.require(Right.MANAGE_PLATFORM)
    place = _queries.place_of(cursor, number_no=number_no)
    if place is None or not scope.first_no <= place[0] <= place[1] <= scope.last_no:
        raise Refused("number")
    return str(place[2])


def _record(
    cursor: Cursor, scope: Scope, now: datetime, action: str, office_code: str, number_no: int
) -> None:
    detail = {"sending_number": number_no}
    record(cursor, now, scope.username, action, office_code=office_code, detail=detail)
