"""One town of eight consumers, a notice to them, and what the provider answers."""

from datetime import timedelta

from dashboard.access.scope import Scope
from dashboard.delivery import ledger
from dashboard.notices.approval import approve
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import submit
from dashboard.notices.lifecycle import settle_finished, start
from dashboard.notices.notice import get_notice
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON
from tests.notices.people import Person, fill_offices, fill_people

FIRST_NUMBER = 9415012340
DRAFT = NoticeDraft("bill_due", "en", {"month": "May", "due_date": "05-12-2026"}, Audience("DIV1"))
LATER = NOON + timedelta(hours=1)


def fill_town(db: Database) -> None:
    """Insert eight consumers of one feeder, all enrolled."""
    fill_offices(db)
    names = ["=cmd()", "B", "C", "D", "E", "F", "G", "H"]
    fill_people(
        db,
        [Person(f"{place:010d}", mobile=FIRST_NUMBER + place, name=name) for place, name in enumerate(names)],
    )


def approved(db: Database, clock: Clock, ee: Scope, se: Scope) -> int:
    notice_id = submit(db, ee, clock, DRAFT)
    approve(db, se, clock, notice_id, get_notice(db, se, notice_id).content_hash)
    return notice_id


def job_of(db: Database, scope: Scope, notice_id: int) -> int:
    return get_notice(db, scope, notice_id).job_id or 0


def answer(db: Database, job_id: int, results: list[tuple[str, int | None]]) -> None:
    """What the provider said to the first messages: result and code."""
    rows = [
        (job_id, place, 1, result, None, code, NOON, None) for place, (result, code) in enumerate(results, 1)
    ]
    claimed = list(range(1, len(results) + 1))
    db.write(
        lambda cursor: cursor.execute(
            "INSERT INTO claim VALUES (?, 1, ?, ?, 1, ?)", [job_id, claimed, len(results), NOON]
        )
    )
    db.write(lambda cursor: cursor.executemany("INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows))


def report_status(db: Database, job_id: int, message_no: int, status: str) -> None:
    row = [job_id, message_no, f"w{message_no}", status, NOON, None, None, None, NOON]
    db.write(
        lambda cursor: cursor.execute("INSERT INTO status_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    )


def end_in_doubt(db: Database, clock: Clock, ee: Scope, se: Scope) -> int:
    """Send a notice to all eight, of whom the first is in doubt, until it has ended; return its id."""
    notice_id = approved(db, clock, ee, se)
    start(db, ee, clock, notice_id)
    job_id = job_of(db, ee, notice_id)
    answer(db, job_id, [("in_doubt", None)] + [("accepted", None)] * 7)
    assert db.write(lambda cursor: ledger.finish(cursor, job_id, LATER))
    assert settle_finished(db, clock) == 1
    return notice_id
