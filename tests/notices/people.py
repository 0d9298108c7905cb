"""Fills the office and consumer tables directly, where a test needs rows that no export would bring in so easily."""

from dataclasses import dataclass

from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from tests.conftest import NOON

OFFICES = [
    # number, last, parent, code, level, name, name_hi
    (1, 9, None, "UP", "state", "UPPCL", "यूपीपीसीएल"),
    (2, 9, 1, "MVVNL", "discom", "MVVNL", "मध्यांचल"),
    (3, 9, 2, "Z1", "zone", "ZONE 1", ""),
    (4, 9, 3, "C1", "circle", "CIRCLE 1", ""),
    (5, 9, 4, "DIV1", "division", "EDD-II  GONDA", "खंड-द्वितीय गोंडा"),
    (6, 9, 5, "DIV1/1", "subdivision", "EDSD-I", ""),
    (7, 9, 6, "DIV1/1/SS", "substation", "SADAR", ""),
    (8, 8, 7, "DIV1/1/SS/F1", "feeder", "F-ONE", "फीडर एक"),
    (9, 9, 7, "DIV1/1/SS/F2", "feeder", "F-TWO", ""),
]


@dataclass(frozen=True)
class Person:
    """One consumer as the tables hold them; `consent` is in, out or None."""

    account_no: str
    office_no: int = 8
    mobile: int | None = 9415012345
    state: str = "enrolled"
    consent: str | None = "in"
    category: str = "LMV-1"
    segment: str = "none"
    name: str = "PERSON"


def fill_offices(db: Database, renamed: dict[str, str] | None = None) -> None:
    """Insert OFFICES; `renamed` gives other names by code."""
    rows = [(*row[:5], (renamed or {}).get(row[3], row[5]), row[6], None) for row in OFFICES]
    db.write(lambda cursor: cursor.executemany("INSERT INTO office VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows))


def fill_people(db: Database, people: list[Person], clock: Clock = lambda: NOON) -> None:
    """Insert consumers and what they agreed to."""

    def change(cursor: Cursor) -> None:
        for one in people:
            cursor.execute(
                """INSERT INTO consumer (account_no, office_no, name, category, arrears_segment, mobile, verdict, state, import_id)
                   VALUES (?, ?, ?, ?, ?, ?, 'ok', ?, 1)""",
                [one.account_no, one.office_no, one.name, one.category, one.segment, one.mobile, one.state],
            )
            if one.consent and one.mobile:
                cursor.execute(
                    "INSERT INTO consent VALUES (?, ?, ?, 'hi', ?)",
                    [one.account_no, one.mobile, one.consent, clock()],
                )

    db.write(change)


def mark_undeliverable(db: Database, mobile: int) -> None:
    db.write(lambda cursor: cursor.execute("INSERT INTO undeliverable_number VALUES (?, ?)", [mobile, NOON]))
