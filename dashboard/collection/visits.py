"""Visits of field staff to a consumer (आपके द्वार): when, by whom, what they found; entered by the division, taken back if it was a mistake."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput, IllegalChange
from dashboard.registry.consumers import require_consumer
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("visits.sql"))
OUTCOMES = ("number_given", "not_at_home", "refused", "no_phone", "moved", "not_found")
LONGEST_NAME, LONGEST_NOTE = 60, 300  # characters
OLDEST = timedelta(days=730)


@dataclass(frozen=True)
class Visit:
    """One visit: `visited_on` in India, `outcome` one of OUTCOMES, `username` who entered it at `entered_at` (UTC)."""

    visit_id: int
    visited_on: date
    outcome: str
    visited_by: str
    note: str
    username: str
    entered_at: datetime


def list_visits(db: Database, scope: Scope, account_no: str) -> list[Visit]:
    """Return the visits to an account that stand, newest first. Needs Right.SEE_NUMBERS; Refused("consumer") outside the scope."""
    with db.read() as cursor:
        place = require_consumer(cursor, scope, Right.SEE_NUMBERS, account_no)
        return [Visit(*row) for row in _queries.list_visits(cursor, account_no=place.account_no)]


def enter_visit(
    db: Database, scope: Scope, clock: Clock, account_no: str, visited_on: date, outcome: str, visited_by: str, note: str = ""
) -> int:  # fmt: skip
    """Write down a visit and return its id. Needs Right.CORRECT. The number itself is put in by a correction, with its reason.

    Raises BadInput("visit_day") for a day ahead or older than two years, ("visit_outcome"), ("visit_by") without who went,
    ("visit_long"), IllegalChange("visit_known") where the same visit stands already.
    """
    now, who, words = clock(), " ".join(visited_by.split()), " ".join(note.split())
    today = india_day(now)
    if not today - OLDEST <= visited_on <= today:
        raise BadInput("visit_day")
    if outcome not in OUTCOMES:
        raise BadInput("visit_outcome")
    if not who:
        raise BadInput("visit_by")
    if len(who) > LONGEST_NAME or len(words) > LONGEST_NOTE:
        raise BadInput("visit_long", name=LONGEST_NAME, note=LONGEST_NOTE)
    told = {"account_no": account_no, "visited_on": visited_on, "outcome": outcome, "visited_by": who}

    def change(cursor: Cursor) -> int:
        place = require_consumer(cursor, scope, Right.CORRECT, account_no)
        if _queries.is_alike(cursor, **told):
            raise IllegalChange("visit_known")
        visit_id = int(_queries.next_visit_id(cursor))
        _queries.insert_visit(cursor, visit_id=visit_id, **told, note=words, username=scope.username, now=now)
        record(
            cursor, now, scope.username, "visit.enter", office_code=place.office_code, row_count=1,
            detail={"consumer": account_no},
        )  # fmt: skip
        return visit_id

    return db.write(change, alters_pages=False)


def take_back_visit(db: Database, scope: Scope, clock: Clock, account_no: str, visit_id: int) -> None:
    """Take back a visit that was entered by mistake. Needs Right.CORRECT. Raises IllegalChange("visit_gone") where it stands no longer."""
    now = clock()

    def change(cursor: Cursor) -> None:
        place = require_consumer(cursor, scope, Right.CORRECT, account_no)
        if visit_id not in {row[0] for row in _queries.list_visits(cursor, account_no=place.account_no)}:
            raise IllegalChange("visit_gone")
        _queries.take_back_visit(cursor, visit_id=visit_id, username=scope.username, now=now)
        record(
            cursor, now, scope.username, "visit.take_back", office_code=place.office_code, row_count=1,
            detail={"consumer": account_no},
        )  # fmt: skip

    db.write(change, alters_pages=False)
