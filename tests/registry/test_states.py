"""A consumer's state follows from number and consent; an export touches neither consent nor the number consented to."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.enrolment.cases import list_cases, settle_case
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.registry.importer import import_exports
from dashboard.registry.sources import Upload
from dashboard.registry.states import derive_states
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of

MINE, NEWER, READER = 9415012345, 9519912345, 9228186620
HEADER = "ACCT_ID,NAME,MOBILE_NO,AGENT_MOB_NO,DISCOM,ZONE_NAME,CIRCLE_NAME,DIV_CODE,DIV_NAME\n"
ROW = "0000000101,ASHA,{mobile},9228186620,MVVNL,Z,C,DIV000001,ONE\n"
Bring = Callable[[object], None]


@pytest.fixture
def bring(db: Database, administrator: Scope, clock: Clock, tmp_path: Path) -> Bring:
    def run(mobile: object) -> None:
        path = tmp_path / "export.csv"
        path.write_text(HEADER + ROW.format(mobile=mobile), encoding="utf-8")
        upload = Upload(path, "export.csv")
        import_exports(db, administrator, [upload], clock=clock, shared_threshold=6, refresh=refresh_cube)

    return run


@pytest.fixture
def joined(db: Database, bring: Bring, clock: Clock) -> Database:
    bring(MINE)
    handle_inbound(db, clock, refresh_cube, InboundText("wamid.1", MINE, "JOIN 0000000101", NOON))
    return db


def consumer(db: Database) -> tuple[int | None, str, str, str]:
    with db.read() as cursor:
        return cursor.execute("SELECT mobile, mobile_raw, verdict, state FROM consumer").fetchall()[0]


def open_claims(db: Database) -> list[int]:
    return list_cases(db, scope_of(db, Role.COMPOSER, "UP"), "UP")["mobile_claimed"].tolist()


def test_a_newer_number_becomes_a_case_and_the_consented_one_stays(joined: Database, bring: Bring) -> None:
    bring(NEWER)
    assert consumer(joined) == (MINE, str(NEWER), "ok", "enrolled")
    assert open_claims(joined) == [NEWER]


@pytest.mark.parametrize("cell", ["12345", "9999999999", READER])
def test_a_number_of_no_use_opens_no_case(joined: Database, bring: Bring, cell: object) -> None:
    bring(cell)
    assert consumer(joined) == (MINE, str(cell), "ok", "enrolled")
    assert open_claims(joined) == []


def test_the_same_newer_number_again_opens_no_second_case(joined: Database, bring: Bring) -> None:
    bring(NEWER)
    bring(f"+91 {NEWER}")
    assert open_claims(joined) == [NEWER]


@pytest.mark.parametrize(("accept", "ends_as"), [(False, (MINE, "enrolled")), (True, (NEWER, "on_file"))])
def test_settling_an_exports_number(
    joined: Database, bring: Bring, clock: Clock, accept: bool, ends_as: tuple[int, str]
) -> None:
    bring(NEWER)
    scope = scope_of(joined, Role.COMPOSER, "UP")
    case_id = int(list_cases(joined, scope, "UP")["case_id"][0])
    settle_case(
        joined, scope, clock, refresh=refresh_cube, case_id=case_id, accept=accept, comment="asked by phone"
    )
    bring(f"0{NEWER}")  # and the next month's export does not bring it up again
    mobile, _, _, state = consumer(joined)
    assert (mobile, state) == ends_as
    assert open_claims(joined) == []


@pytest.mark.parametrize(
    ("verdict", "status", "consented", "dead", "state"),
    [
        ("missing", None, MINE, False, "missing"),
        ("missing", "in", MINE, False, "missing"),
        ("shared", "in", MINE, False, "unusable"),
        ("dummy", "out", MINE, False, "unusable"),
        ("ok", None, MINE, False, "on_file"),
        ("ok", "in", MINE, False, "enrolled"),
        ("ok", "in", NEWER, False, "on_file"),  # consent was given for another number
        ("ok", "in", MINE, True, "unusable"),
        ("ok", "out", MINE, False, "opted_out"),
        ("ok", "out", NEWER, False, "opted_out"),  # leaving is for the account, whatever number comes
        ("ok", "out", MINE, True, "unusable"),
    ],
)
def test_the_state_of_each_combination(
    db: Database, bring: Bring, verdict: str, status: str | None, consented: int, dead: bool, state: str
) -> None:
    bring(MINE)

    def change(cursor):  # type: ignore[no-untyped-def]
        cursor.execute("UPDATE consumer SET verdict = ?", [verdict])
        if status:
            cursor.execute(
                "INSERT INTO consent VALUES ('0000000101', ?, ?, 'hi', ?)", [consented, status, NOON]
            )
        if dead:
            cursor.execute("INSERT INTO undeliverable_number VALUES (?, ?)", [MINE, NOON])
        derive_states(cursor, 1, 1_000)
        return derive_states(cursor, 1, 1_000)

    assert db.write(change) == 0  # the second time moves nobody
    assert consumer(db)[3] == state
