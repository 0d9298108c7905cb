"""Other names of an office, a code that two discoms use, an office that would be its own parent."""

from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.errors import BadInput
from dashboard.registry.importer import import_exports
from dashboard.registry.office_edit import list_aliases, list_same_code, merge_office, remove_alias
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import scope_of

HEADER = "ACCT_ID,DISCOM,ZONE_CODE,CIRCLE_CODE,DIV_CODE,DIV_NAME"


@pytest.fixture
def chief(db: Database, administrator: Scope, clock: Clock, tmp_path: Path) -> Scope:
    rows = [
        "0000000001,MVVNL,Z1,C1,DIV000001,ONE",
        "0000000002,MVVNL,Z1,C1,DIV000002,TWO",
        "0000000003,PVVNL,Z2,C2,DIV000001,ELSEWHERE",  # the code of another discom's division
        "0000000004,KESCO,K1,K1,K1,KANPUR",  # an office that is its own parent
    ]
    path = tmp_path / "export.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    import_exports(
        db, administrator, [Upload(path, path.name)], clock=clock, shared_threshold=6, refresh=refresh_cube
    )
    return scope_of(db, Role.ADMINISTRATOR, "UP")


def test_a_code_of_two_discoms_means_two_offices_and_is_told(db: Database, chief: Scope) -> None:
    assert [one.code for one in list_same_code(db, chief, "DIV000001")] == ["PVVNL/DIV000001"]
    assert [one.code for one in list_same_code(db, chief, "PVVNL/DIV000001")] == ["DIV000001"]
    assert list_same_code(db, chief, "DIV000002") == []


def test_an_office_that_is_its_own_parent_becomes_offices_of_each_level(db: Database, chief: Scope) -> None:
    with db.read() as cursor:
        found = cursor.execute(
            "SELECT office.level, office.code, above.level FROM office JOIN office AS above ON above.office_no = office.parent_no"
            " WHERE office.code LIKE '%K1%' ORDER BY office.office_no"
        ).fetchall()
        placed = cursor.execute(
            "SELECT office.level FROM consumer JOIN office USING (office_no) WHERE account_no = '0000000004'"
        ).fetchall()
    assert [(level, above) for level, _, above in found] == [
        ("zone", "discom"),
        ("circle", "zone"),
        ("division", "circle"),
    ]
    assert len({code for _, code, _ in found}) == 3
    assert placed == [("division",)]


def test_an_alias_of_a_merger_is_listed_and_taken_back(db: Database, chief: Scope, clock: Clock) -> None:
    merge_office(db, chief, clock, "DIV000002", "DIV000001", refresh_cube)
    chief = scope_of(db, Role.ADMINISTRATOR, "UP")
    aliases = list_aliases(db, chief, "DIV000001")
    assert set(aliases["alias"]) == {"DIV000002", "TWO"}
    first = aliases.iloc[0]
    remove_alias(db, chief, clock, "DIV000001", first["parent_code"], first["alias"])
    assert len(list_aliases(db, chief, "DIV000001")) == 1
    with pytest.raises(BadInput, match="alias_unknown"):
        remove_alias(db, chief, clock, "DIV000001", first["parent_code"], first["alias"])
