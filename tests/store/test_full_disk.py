"""The disk fills up: nothing is kept half, what was promised is there, and work goes on by itself once there is room."""

import time

import duckdb
import pytest

from dashboard.errors import Unavailable
from dashboard.store import database as database_module
from dashboard.store.database import Cursor, Database
from tests.full_disk import full_disk

ROWS_A_COMMIT = 2000


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "_MEND_SECONDS", 0.05)


def add_rows(cursor: Cursor) -> int:
    cursor.execute(
        "INSERT INTO fact SELECT 'filler', md5(random()::VARCHAR) || range FROM range(?)", [ROWS_A_COMMIT]
    )
    return ROWS_A_COMMIT


def count_rows(db: Database) -> int:
    with db.read() as cursor:
        return int(cursor.execute("SELECT count(*) FROM fact WHERE name = 'filler'").fetchall()[0][0])


def wait_until_well(db: Database) -> None:
    deadline = time.monotonic() + 60
    while db.trouble:
        assert time.monotonic() < deadline, db.trouble
        time.sleep(0.01)


def test_a_full_disk_refuses_in_our_words_keeps_nothing_half_and_mends_by_itself(db: Database) -> None:
    kept = db.write(add_rows)
    with full_disk(db.path):
        for _ in range(3):
            with pytest.raises(Unavailable) as caught:
                for _ in range(50):
                    kept += db.write(add_rows)
            assert caught.value.code == "database_unwritable" == db.trouble
        assert count_rows(db) == kept  # reading goes on
    wait_until_well(db)
    kept += db.write(add_rows)
    assert count_rows(db) == kept


def test_a_checkpoint_that_finds_no_room_opens_the_file_again_and_nothing_is_done_twice(db: Database) -> None:
    with db.read() as cursor:
        cursor.execute("SET GLOBAL checkpoint_threshold = '400KB'")
        threshold = cursor.execute("SELECT current_setting('checkpoint_threshold')").fetchone()
    kept, failures = db.write(add_rows), 0
    with full_disk(db.path, room=1_000_000):
        deadline = time.monotonic() + 60
        while not failures and time.monotonic() < deadline:
            try:
                kept += db.write(add_rows)
            except Unavailable as error:
                assert error.code in ("database_failed", "database_unwritable")
                failures += 1
    assert failures
    wait_until_well(db)
    with db.read() as cursor:  # what was set before is gone: the file was opened anew
        assert cursor.execute("SELECT current_setting('checkpoint_threshold')").fetchone() != threshold
    assert count_rows(db) == kept
    kept += db.write(add_rows)
    db.close()
    with duckdb.connect(str(db.path)) as again:
        assert again.execute("SELECT count(*) FROM fact WHERE name = 'filler'").fetchone() == (kept,)
