"""The cube in memory follows the data: what a commit altered is read anew, whatever it was; what it left alone is not."""

from datetime import timedelta

import pytest

from dashboard.access.scope import Role
from dashboard.coverage import board
from dashboard.coverage.days import take_snapshot
from dashboard.coverage.figures import coverage_by, coverage_of
from dashboard.coverage.funnel import top_readers
from dashboard.coverage.movement import changes_of
from dashboard.store.clock import india_day
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of
from tests.coverage.conftest import rename

TODAY = india_day(NOON)


def test_counts_names_days_and_readers_follow_a_commit(filled: Database) -> None:
    scope = scope_of(filled, Role.VIEWER, "UP")
    before = coverage_of(filled, scope, "UP")
    code = coverage_by(filled, scope, "UP", "division")["office_code"][0]
    top_readers(filled, scope, "UP")
    filled.write(lambda cursor: take_snapshot(cursor, TODAY - timedelta(days=1)))
    assert changes_of(filled, scope, "UP", lambda: NOON)[0].enrolled == 0

    def change(cursor: board.Cursor) -> None:
        row = cursor.execute("SELECT office_no FROM coverage_cube LIMIT 1").fetchall()[0]
        cursor.execute("INSERT INTO coverage_cube VALUES (?, 'LMV-1', 3, 0, 0, 0, 3, 0)", row)
        cursor.execute("UPDATE coverage_day SET enrolled = enrolled - 2 WHERE office_code = 'UP'")
        cursor.execute("INSERT INTO coverage_part VALUES (?, 'reader', 'AG9', 90, 0, 90, 0, 0, 0)", row)

    filled.write(change)
    rename(filled, code, "ANOTHER NAME")
    assert coverage_of(filled, scope, "UP").enrolled == before.enrolled + 3
    assert changes_of(filled, scope, "UP", lambda: NOON)[0].enrolled == 5
    assert "ANOTHER NAME" in coverage_by(filled, scope, "UP", "division")["office"].tolist()
    assert top_readers(filled, scope, "UP")["agent_id"][0] == "AG9"


def test_what_a_commit_left_alone_is_not_read_again(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.offices_at(filled, "division")
    monkeypatch.setattr(board, "_read_offices", lambda cursor: pytest.fail("read again"))
    filled.write(lambda cursor: cursor.execute("UPDATE coverage_cube SET enrolled = enrolled"))
    assert len(board.offices_at(filled, "division").first_nos)


def test_a_level_without_offices_is_an_empty_table(filled: Database) -> None:
    assert coverage_by(filled, scope_of(filled, Role.VIEWER, "UP"), "UP", "no such level").empty
