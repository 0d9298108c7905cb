"""A small registry: two divisions, a few consumers in every state of number."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.access.scope import Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.registry.importer import import_exports
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database

ROWS = """ACCT_ID,NAME,MOBILE_NO,AGENT_MOB_NO,DISCOM,ZONE_NAME,CIRCLE_NAME,DIV_CODE,DIV_NAME,SDO_CODE,SDO_NAME,SUBSTATION,FEEDER
0000000101,ASHA,9415012345,9228186620,MVVNL,Z,C,DIV000001,ONE,0000011,SUB,SS,F1
0000000102,BABU,,9228186620,MVVNL,Z,C,DIV000001,ONE,0000011,SUB,SS,F1
0000000103,CHANDA,9228186620,9228186620,MVVNL,Z,C,DIV000001,ONE,0000011,SUB,SS,F2
0000000104,DEV,12345,9228186620,MVVNL,Z,C,DIV000001,ONE,0000011,SUB,SS,F2
0000000201,ESHA,8004642302,,MVVNL,Z,C,DIV000002,TWO,0000021,SUB,SS,F1
0000000202,FAIZ,8004642302,,MVVNL,Z,C,DIV000002,TWO,0000021,SUB,SS,F1
"""


@pytest.fixture
def registry(db: Database, administrator: Scope, clock: Clock, tmp_path: Path) -> Database:
    path = tmp_path / "export.csv"
    path.write_text(ROWS, encoding="utf-8")
    import_exports(
        db, administrator, [Upload(path, "export.csv")], clock=clock, shared_threshold=6, refresh=refresh_cube
    )
    return db


@pytest.fixture
def state_of(registry: Database) -> Callable[[str], tuple[str, int | None]]:
    def read(account_no: str) -> tuple[str, int | None]:
        with registry.read() as cursor:
            return cursor.execute(
                "SELECT state, mobile FROM consumer WHERE account_no = ?", [account_no]
            ).fetchall()[0]

    return read
