"""What pages keep is kept apart by right and language: nobody gets another office's answer."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.access.users import User
from dashboard.config import Settings
from dashboard.runtime import Runtime
from dashboard.store.database import open_database
from dashboard.ui.kept import kept
from dashboard.ui.visitor import Visitor

AT = datetime(2026, 11, 25)
MINE = Scope("asha", Role.COMPOSER, "DIV1", 5, 9)


@pytest.fixture
def rt(tmp_path: Path):
    db = open_database(tmp_path / "setu.duckdb", memory_limit="512MB", threads=1)
    yield Runtime(Settings(data_dir=tmp_path), db, lambda: AT)
    db.close()


def visit(rt: Runtime, scope: Scope) -> Visitor:
    user = User(scope.username, "", scope.role, scope.office_code, "", None, "hi", True, 0, None, AT, AT)
    return Visitor(user, scope, rt)


@pytest.mark.parametrize(
    "other",
    [
        replace(MINE, office_code="DIV2", first_no=10, last_no=12),
        replace(MINE, role=Role.VIEWER),
        replace(MINE, first_no=4),  # the tree was numbered anew
    ],
)
def test_another_right_asks_for_itself(rt: Runtime, other: Scope) -> None:
    kept(visit(rt, MINE), "figures", ("X",), lambda: "mine")
    assert kept(visit(rt, other), "figures", ("X",), lambda: "theirs") == "theirs"


def test_a_colleague_of_the_same_right_is_answered_from_memory(rt: Runtime) -> None:
    kept(visit(rt, MINE), "figures", ("X",), lambda: "mine")
    colleague = visit(rt, replace(MINE, username="binod"))
    assert kept(colleague, "figures", ("X",), lambda: pytest.fail("asked twice")) == "mine"


def test_another_language_has_words_of_its_own(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kept.__globals__, "current_language", lambda: "hi")
    kept(visit(rt, MINE), "figures", (), lambda: "हिन्दी")
    monkeypatch.setitem(kept.__globals__, "current_language", lambda: "en")
    assert kept(visit(rt, MINE), "figures", (), lambda: "English") == "English"
