"""One writer: neighbours in a group commit do not suffer from each other."""

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dashboard.errors import Unavailable
from dashboard.store.database import Cursor, Database, open_database


def _insert(name: str) -> object:
    return lambda cursor: cursor.execute("INSERT INTO fact VALUES (?, '1')", [name])


def test_a_failing_change_leaves_nothing_and_its_neighbours_stand(db: Database) -> None:
    errors: list[Exception] = []

    def fail(cursor: Cursor) -> None:
        cursor.execute("INSERT INTO fact VALUES ('half', '1')")
        cursor.execute("SELECT * FROM no_such_table")

    def try_to_fail() -> None:
        try:
            db.write(fail)
        except duckdb.Error as error:
            errors.append(error)

    threads = [threading.Thread(target=try_to_fail)] + [
        threading.Thread(target=db.write, args=[_insert(f"whole{n}")]) for n in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as cursor:
        names = {name for (name,) in cursor.execute("SELECT name FROM fact").fetchall()}
    assert len(errors) == 1
    assert "half" not in names
    assert names == {f"whole{n}" for n in range(40)}


def test_a_change_that_its_caller_gave_up_is_not_made_and_the_writer_goes_on(db: Database) -> None:
    at_work, may_end = threading.Event(), threading.Event()

    def hold(cursor: Cursor) -> None:
        at_work.set()
        may_end.wait(10)

    held = db.write_later(hold)
    assert at_work.wait(10)
    given_up = db.write_later(_insert("given up"))
    assert given_up.cancel() and not held.cancel()
    may_end.set()
    db.write_later(_insert("wanted")).result(10)
    with db.read() as cursor:
        assert cursor.execute("SELECT name FROM fact WHERE name IN ('given up', 'wanted')").fetchall() == [
            ("wanted",)
        ]


def test_a_read_sees_one_moment(db: Database) -> None:
    with db.read() as cursor:
        cursor.execute("BEGIN")
        before = cursor.execute("SELECT count(*) FROM fact").fetchall()
        db.write(_insert("later"))
        assert cursor.execute("SELECT count(*) FROM fact").fetchall() == before


def test_a_closed_database_says_so(tmp_path: Path) -> None:
    database = open_database(tmp_path / "a.duckdb")
    database.close()
    with pytest.raises(Unavailable) as error:
        database.write(_insert("never"))
    assert error.value.code == "database_closed"


def _no_database(path: Path) -> None:
    path.write_bytes(b"not a database at all" * 400)


def _damaged(path: Path) -> None:
    """Write one whose first block does not match its checksum, which DuckDB tells with the word "block"."""
    open_database(path).close()
    content = bytearray(path.read_bytes())
    content[3 * 4096 + 100] ^= 0xFF
    path.write_bytes(content)


def _with_another_log(path: Path) -> None:
    """Write one beside which the log of another file lies, as a killed process leaves it."""
    open_database(path).close()
    command = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute(sys.argv[2]); os._exit(9)"
    other = path.with_name("other.duckdb")
    duckdb.connect(str(other)).execute("CREATE TABLE t (i INTEGER)").close()
    subprocess.run([sys.executable, "-c", command, other, "ALTER TABLE t ADD COLUMN j INTEGER"], check=False)
    other.with_name("other.duckdb.wal").rename(path.with_name("setu.duckdb.wal"))


@pytest.mark.parametrize("write", [_no_database, _damaged, _with_another_log])
@pytest.mark.parametrize("folder", ["data", "lock"])
def test_a_file_that_nothing_can_read_is_not_taken_for_one_in_use(
    tmp_path: Path, write: Callable[[Path], None], folder: str
) -> None:
    path = tmp_path / folder / "setu.duckdb"
    path.parent.mkdir()
    write(path)
    with pytest.raises(Unavailable) as error:
        open_database(path)
    assert error.value.code == "database_unreadable"


def test_opening_again_keeps_what_was_written(tmp_path: Path) -> None:
    first = open_database(tmp_path / "a.duckdb")
    first.write(_insert("kept"))
    first.close()
    second = open_database(tmp_path / "a.duckdb")
    with second.read() as cursor:
        assert cursor.execute("SELECT name FROM fact").fetchall() == [("kept",)]
    second.close()


def test_a_migration_that_comes_late_is_applied_and_none_twice(tmp_path: Path) -> None:
    """Two branches land in the order of their work, not of their numbers."""
    path = tmp_path / "setu.duckdb"
    open_database(path).close()
    with duckdb.connect(str(path)) as connection:
        versions = connection.execute("SELECT version FROM schema_version ORDER BY version").fetchall()
        connection.execute("DROP VIEW corrected_text; DROP TABLE correction_event; DROP TABLE number_event")
        connection.execute("DELETE FROM schema_version WHERE version = 5")
        connection.execute("INSERT INTO schema_version VALUES (9999, now()::TIMESTAMP)")
    db = open_database(path)
    with db.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM number_event").fetchall() == [(0,)]
        seen = cursor.execute("SELECT version FROM schema_version ORDER BY version").fetchall()
    db.close()
    assert seen == [*versions, (9999,)]


def test_helpers_step_aside_for_a_while_and_come_back_whatever_happens(db: Database) -> None:
    def count_callers() -> int:
        with db.read() as cursor:
            return int(cursor.execute("SELECT current_setting('external_threads')").fetchall()[0][0])

    def count_threads() -> int:
        return len(list(Path("/proc/self/task").iterdir()))

    thread_count = count_threads()
    with pytest.raises(ZeroDivisionError), db.each_alone(callers=64):
        callers, alone_count = count_callers(), count_threads()  # no more than DuckDB may use
        raise ZeroDivisionError
    assert (callers, alone_count) == (2, thread_count - 1)
    assert (count_callers(), count_threads()) == (1, thread_count)
