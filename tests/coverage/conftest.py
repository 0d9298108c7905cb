"""A registry of three divisions in two districts, and names that would be markup if they were read as such."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.days import take_snapshot
from dashboard.registry.importer import Upload, import_exports
from dashboard.store.clock import india_day
from dashboard.store.database import Database
from tests.conftest import NOON, open_copy

MARKUP = r"""#panic("x") *b* _i_ $x$ @ref \\ <l> `raw` = h // c [ ] "q" 'a' ~ --- #{sys} &amp; <b>"""
_HEADER = "ACCT_ID,MOBILE_NO,TARIFF_TYPE,DISCOM,ZONE_NAME,CIRCLE_NAME,DIV_CODE,DIV_NAME,SDO_CODE,SDO_NAME,SUBSTATION,FEEDER"
_MOBILES = ["", "NA", "9415012345", "8004642302", "9519912345", "12345"]


@pytest.fixture(scope="session")
def made_registry(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registry of every test here, made once; each works on a copy."""
    folder = tmp_path_factory.mktemp("coverage")
    with open_copy(empty_file, folder / "setu.duckdb") as db:
        _fill(db, folder)
    return folder / "setu.duckdb"


@pytest.fixture
def filled(made_registry: Path, tmp_path: Path) -> Iterator[Database]:
    """Two days ten days apart are kept; the divisions' districts are Agra, Agra and Mathura."""
    with open_copy(made_registry, tmp_path / "filled.duckdb") as database:
        yield database


def _fill(db: Database, folder: Path) -> None:
    administrator = Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647)
    draw = random.Random(3)
    lines = [_HEADER]
    for number in range(300):
        division = draw.choice(["DIV000001", "DIV000002", "DIV000003"])
        sdo = f"{division[3:]}{draw.randrange(1, 5)}"
        lines.append(
            f"{number + 1:010d},{draw.choice(_MOBILES)},LMV1,D1,Z1,C1,{division},{division},{sdo},S{sdo},SS1,F{draw.randrange(3)}"
        )
    path = folder / "export.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    import_exports(
        db, administrator, [Upload(path, path.name)], clock=lambda: NOON, shared_threshold=60, refresh=refresh_cube
    )  # fmt: skip
    db.write(
        lambda cursor: cursor.execute(
            "UPDATE office SET district = CASE WHEN code = 'DIV000003' THEN 'Mathura' ELSE 'Agra' END WHERE level = 'division'"
        )
    )
    for days in (10, 0):
        db.write(lambda cursor, back=days: take_snapshot(cursor, india_day(NOON - timedelta(days=back))))


def rename(db: Database, code: str, name: str) -> None:
    db.write(
        lambda cursor: cursor.execute(
            "UPDATE office SET name = ?, name_hi = ? WHERE code = ?", [name, name, code]
        )
    )
