"""What people say and do while a registry is made anew beside the old one: nothing of it is lost, every figure counts it."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from dashboard.access.scope import Role
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.verified import verify_numbers
from dashboard.enrolment.consent import mark_undeliverable
from dashboard.enrolment.corrections import Desk, correct_number
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of
from tests.registry.conftest import ALWAYS_ANEW, PLACE, Bring, export, rows_of


def test_what_consumers_say_while_the_registry_is_made_anew_is_kept(db: Database, bring: Bring) -> None:
    old = export(
        f"0000000001,RAM,A,9415012345,{PLACE}",
        f"0000000002,SITA,B,8004642302,{PLACE}",
        f"0000000003,GITA,C,,{PLACE}",
    )
    bring(old)
    handle_inbound(db, lambda: NOON, refresh_cube, InboundText("w1", 8004642302, "JOIN 0000000002", NOON))
    said = {"merge": ("w2", 9519912345, "JOIN 0000000003"), "put_in": ("w3", 8004642302, "STOP")}

    def speak(share: float, step: str) -> None:
        if step in said:
            wamid, mobile, text = said.pop(step)
            handle_inbound(db, lambda: NOON, refresh_cube, InboundText(wamid, mobile, text, NOON))

    bring(old.replace("RAM", "RAM LAL"), small_rows=ALWAYS_ANEW, progress=speak)
    assert not said
    states = rows_of(db, "account_no, name, mobile, state")
    assert states == [
        ("0000000001", "RAM LAL", 9415012345, "on_file"), ("0000000002", "SITA", 8004642302, "opted_out"),
        ("0000000003", "GITA", 9519912345, "enrolled"),
    ]  # fmt: skip
    with db.read() as cursor:
        cube = cursor.execute(
            "SELECT sum(on_file), sum(opted_out), sum(enrolled) FROM coverage_cube"
        ).fetchone()
    assert cube == (1, 1, 1)


def figures_of(db: Database) -> list[list[tuple[object, ...]]]:
    with db.read() as cursor:
        return [
            sorted(cursor.execute(f"FROM {table}").fetchall())
            for table in ("coverage_cube", "coverage_part", "audience_part")
        ]


def say(text: str, mobile: int) -> Callable[[Database], None]:
    return lambda db: handle_inbound(
        db, lambda: NOON, refresh_cube, InboundText(f"{text} {mobile}", mobile, text, NOON)
    )


def verify(mobile: int) -> Callable[[Database], None]:
    numbers = pa.table({"mobile": pa.array([mobile], pa.int64())})
    return lambda db: db.write(lambda cursor: verify_numbers(cursor, numbers, NOON))


def correct(account_no: str, mobile: str) -> Callable[[Database], None]:
    def change(db: Database) -> None:
        desk = Desk(db, scope_of(db, Role.COMPOSER, "UP"), lambda: NOON, refresh_cube, 6)
        correct_number(desk, account_no, mobile, "told us on the phone")

    return change


@pytest.mark.parametrize(
    "change",
    [
        say("JOIN 0000000003", 9519912345), say("STOP", 8004642302), verify(9415012345), correct("0000000003", "9415012399"),
        lambda db: db.write(lambda cursor: mark_undeliverable(cursor, [9415012345], NOON, refresh_cube)),
    ],
    ids=["joins", "leaves", "is_verified", "is_corrected", "is_undeliverable"],
)  # fmt: skip
def test_coverage_counted_ahead_knows_what_was_said_before_the_commit(
    db: Database, bring: Bring, change: Callable[[Database], None]
) -> None:
    places = [PLACE.replace("0000011", f"000001{number}") for number in range(4)]
    old = export(
        f"0000000001,RAM,A,9415012345,{places[0]}",
        f"0000000002,SITA,B,8004642302,{places[1]}",
        f"0000000003,GITA,C,,{places[2]}",
        f"0000000004,MOHAN,C,9839112345,{places[3]}",
    )
    bring(old)
    say("JOIN 0000000002", 8004642302)(db)
    waiting = {"put_in": change}  # all is counted, the commit not begun
    bring(old, small_rows=ALWAYS_ANEW, progress=lambda share, step: waiting.pop(step, lambda db: None)(db))
    assert not waiting
    figures = figures_of(db)
    db.write(lambda cursor: refresh_cube(cursor, 1, 2_147_483_647))
    assert figures == figures_of(db)
