"""A small registry: two divisions, a few consumers in every state of number."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.store.database import Database
from tests.conftest import open_copy

ROWS = """ACCT_ID,NAME,MOBILE_NO,AGENT_MOB_NO,DISCOM,ZONE_NAME,CIRCLE_NAME,DIV_CODE,DIV_NAME,SDO_CODE,SDO_NAME,SUBSTATION,FEEDER
0000000101,ASHA,9415012345,9228186620,MVVNL,Z,C,DIV000001,ONE,0000011,SUB,SS,F1
0000000102,BABU,,9228186620,MVVNL,Z,C,DIV000001,ONE,0000011,SUB,SS,F1
0000000103,CHANDA,9228186620,9228186620,MVVNL,Z,C,DIV000001,ONE,0000011,SUB,SS,F2
0000000104,DEV,12345,9228186620,MVVNL,Z,C,DIV000001,ONE,0000011,SUB,SS,F2
0000000201,ESHA,8004642302,,MVVNL,Z,C,DIV000002,TWO,0000021,SUB,SS,F1
0000000202,FAIZ,8004642302,,MVVNL,Z,C,DIV000002,TWO,0000021,SUB,SS,F1
"""


@pytest.fixture(scope="session")
def made_registry(make_registry: Callable[..., Path]) -> Path:
    """The registry of every test here, made once; each works on a copy."""
    return make_registry(ROWS)


@pytest.fixture
def db(made_registry: Path, tmp_path: Path) -> Iterator[Database]:
    with open_copy(made_registry, tmp_path / "setu.duckdb") as database:
        yield database


@pytest.fixture
def registry(db: Database) -> Database:
    return db


@pytest.fixture
def state_of(registry: Database) -> Callable[[str], tuple[str, int | None]]:
    def read(account_no: str) -> tuple[str, int | None]:
        with registry.read() as cursor:
            return cursor.execute(
                "SELECT state, mobile FROM consumer WHERE account_no = ?", [account_no]
            ).fetchall()[0]

    return read
