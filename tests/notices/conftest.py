"""Two divisions of one circle, with consumers in every state."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.access.users import add_user
from dashboard.coverage.cube import refresh_cube
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.registry.importer import import_exports
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database, open_database
from tests.conftest import NOON, open_copy, scope_of, seat
from tests.notices.town import fill_town

HEADER = "ACCT_ID,NAME,MOBILE_NO,TARIFF_TYPE,DISCOM,ZONE_NAME,CIRCLE_CODE,CIRCLE_NAME,DIV_CODE,DIV_NAME,SDO_CODE,SDO_NAME,SUBSTATION,FEEDER"
_PLACE = "MVVNL,Z,CIR1,CIRCLE ONE,{division},{division} NAME,{sdo}1,SUB,SS,F{feeder}"
NUMBERS = [9415012345, 8004642302, 9519912345, 7007012345, 6306312345, 9919912345]


@pytest.fixture(scope="session")
def made_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registry of every test here, made once; each works on a copy."""
    folder = tmp_path_factory.mktemp("notices")
    db = open_database(folder / "setu.duckdb", memory_limit="1GB", threads=2)
    _fill(db, Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647), lambda: NOON, folder)
    db.close()
    return folder / "setu.duckdb"


@pytest.fixture
def registry(made_registry: Path, tmp_path: Path) -> Iterator[Database]:
    with open_copy(made_registry, tmp_path / "registry.duckdb") as database:
        yield database


def _fill(db: Database, administrator: Scope, clock: Clock, tmp_path: Path) -> None:
    lines = [HEADER]
    for number in range(40):
        division = "DIV000001" if number < 30 else "DIV000002"
        mobile = "" if number % 7 == 0 else NUMBERS[number % 6] + (number // 6) * 1000
        place = _PLACE.format(division=division, sdo=division[3:], feeder=number % 3)
        lines.append(f"{number + 1:010d},PERSON {number},{mobile},LMV{1 + number % 2},{place}")
    path = tmp_path / "export.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    import_exports(
        db, administrator, [Upload(path, "export.csv")], clock=clock, shared_threshold=6, refresh=refresh_cube
    )
    with db.read() as cursor:
        good = cursor.execute(
            "SELECT account_no, mobile FROM consumer WHERE verdict = 'ok' ORDER BY account_no"
        ).fetchall()
    for place, (account_no, mobile) in enumerate(good):
        if place % 4 != 3:
            handle_inbound(
                db, clock, refresh_cube, InboundText(f"j{place}", mobile, f"JOIN {account_no}", NOON)
            )
        if place % 9 == 8:
            handle_inbound(db, clock, refresh_cube, InboundText(f"s{place}", mobile, "STOP", NOON))


@pytest.fixture
def ee(registry: Database) -> Scope:
    return scope_of(registry, Role.COMPOSER, "DIV000001", "ee")


@pytest.fixture
def se(registry: Database) -> Scope:
    return seat(registry, scope_of(registry, Role.APPROVER, "CIR1", "se"))


@pytest.fixture
def stranger(registry: Database) -> Scope:
    return seat(registry, scope_of(registry, Role.APPROVER, "DIV000002", "stranger"))


@pytest.fixture(scope="session")
def made_town(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("town") / "setu.duckdb"
    with open_copy(empty_file, path) as db:
        fill_town(db)
    return path


@pytest.fixture
def town(made_town: Path, tmp_path: Path) -> Iterator[Database]:
    """Eight consumers of one feeder in division DIV1 of circle C1."""
    with open_copy(made_town, tmp_path / "town.duckdb") as database:
        yield database


@pytest.fixture
def town_with_author(town: Database) -> Database:
    add_user(
        town, lambda: NOON, username="ee", full_name="EE", role=Role.COMPOSER, office_code="DIV1",
        password="a long enough one", by=None,
    )  # fmt: skip
    return town


@pytest.fixture
def town_ee(town: Database) -> Scope:
    return scope_of(town, Role.COMPOSER, "DIV1", "ee")


@pytest.fixture
def town_se(town: Database) -> Scope:
    return seat(town, scope_of(town, Role.APPROVER, "C1", "se"))
