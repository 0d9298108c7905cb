"""An account is found by its hint; a hint that is old or missing costs time, never the account."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.access.scope import Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.registry import account_places
from dashboard.registry.account_places import locate
from dashboard.registry.importer import import_exports
from dashboard.registry.sources import Upload
from dashboard.registry.touched import take_accounts
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor
from tests.conftest import open_copy

HEAD = "ACCT_ID,NAME,DISCOM,DIV_CODE,SDO_CODE,SUBSTATION,FEEDER\n"
FIRST, ZEROS, NEW = "1000000001", "0000000002", "1000000003"


@pytest.fixture(scope="module")
def made_registry(
    empty_file: Path, administrator: Scope, clock: Clock, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Two accounts of a first import; a small one then moves the first and brings a third."""
    folder = tmp_path_factory.mktemp("registry")
    rows = [f"{FIRST},A,MVVNL,DIV000001,0000011,SS,F1\n", f"{ZEROS},B,MVVNL,DIV000001,0000011,SS,F2\n"]
    later = [f"{FIRST},A,MVVNL,DIV000001,0000011,SS,F2\n", f"{NEW},C,MVVNL,DIV000001,0000011,SS,F3\n"]
    with open_copy(empty_file, folder / "made.duckdb") as db:
        for place, lines in enumerate([rows, later]):
            path = folder / f"{place}.csv"
            path.write_text(HEAD + "".join(lines), encoding="utf-8")
            import_exports(
                db, administrator, [Upload(path, path.name)], clock=clock, shared_threshold=6, refresh=refresh_cube
            )  # fmt: skip
    return folder / "made.duckdb"


@pytest.fixture
def cursor(made_registry: Path, tmp_path: Path) -> Iterator[Cursor]:
    with open_copy(made_registry, tmp_path / "setu.duckdb") as db, db.read() as cursor:
        yield cursor


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The accounts that `locate` had to look for in the whole registry."""
    look, seen = account_places._look_everywhere, []

    def note(cursor: Cursor, accounts: list[str]) -> dict[str, int]:
        seen.append(accounts)
        return look(cursor, accounts)

    monkeypatch.setattr(account_places, "_look_everywhere", note)
    return seen


def standing(cursor: Cursor) -> dict[str, int]:
    return dict(cursor.execute("SELECT account_no, office_no FROM consumer").fetchall())


def test_accounts_of_any_import_are_found_by_their_hints(cursor: Cursor, looks: list[list[str]]) -> None:
    assert locate(cursor, [FIRST, ZEROS, NEW]) == standing(cursor)
    assert not looks


@pytest.mark.parametrize("spoil", ["DELETE FROM account_place", "UPDATE account_place SET office_no = 1"])
def test_a_hint_that_leads_nowhere_is_no_loss(cursor: Cursor, looks: list[list[str]], spoil: str) -> None:
    cursor.execute(spoil)
    assert locate(cursor, [FIRST, "9999999999", ZEROS]) == {
        account: office for account, office in standing(cursor).items() if account != NEW
    }
    assert looks == [sorted([FIRST, "9999999999", ZEROS])]


@pytest.mark.parametrize("account", ["", "ABC", "9" * 30, "१२३"])
def test_what_is_no_account_is_not_there(cursor: Cursor, account: str) -> None:
    assert locate(cursor, [account]) == {}


@pytest.mark.parametrize(("rows_a_spot", "is_everywhere"), [(0, False), (20_000, True)])
def test_many_accounts_are_found_either_way(
    cursor: Cursor,
    looks: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    rows_a_spot: int,
    is_everywhere: bool,
) -> None:
    monkeypatch.setattr(account_places, "_ALWAYS_FEW", 0)
    monkeypatch.setattr(account_places, "_ROWS_A_SPOT", rows_a_spot)
    known = standing(cursor)
    asked = [*known, *(f"99{place:08}" for place in range(40))]
    assert locate(cursor, asked) == known
    assert (sorted(asked) in looks) == is_everywhere
    looks.clear()
    take_accounts(cursor, asked)
    taken = cursor.execute("SELECT account_no, office_no FROM touched").fetchall()
    assert len(taken) == len(known)
    assert dict(taken) == known
