"""What pages keep is one answer for all who may see that office, and is refused to everyone else."""

from datetime import datetime
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.access.users import User
from dashboard.config import Settings
from dashboard.errors import Refused
from dashboard.registry.offices import Office
from dashboard.runtime import Runtime
from dashboard.store.database import open_database
from dashboard.ui.kept import kept
from dashboard.ui.visitor import Visitor

AT = datetime(2026, 11, 25)
DIVISION = Office(5, 9, 1, "DIV1", "division", "EDD-I", "")
ABOVE = Scope("asha", Role.VIEWER, "UP", 1, 99)
MINE = Scope("binod", Role.COMPOSER, "DIV1", 5, 9)
BESIDE = Scope("chitra", Role.COMPOSER, "DIV2", 10, 12)


@pytest.fixture
def rt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("dashboard.registry.offices._read_office", lambda db, code: DIVISION)
    db = open_database(tmp_path / "setu.duckdb", memory_limit="512MB", threads=1)
    yield Runtime(Settings(data_dir=tmp_path), db, lambda: AT)
    db.close()


def visit(rt: Runtime, scope: Scope) -> Visitor:
    user = User(scope.username, "", scope.role, scope.office_code, "", None, "hi", True, 0, None, AT, AT)
    return Visitor(user, scope, rt)


def test_whoever_may_see_the_office_is_answered_from_memory(rt: Runtime) -> None:
    kept(visit(rt, MINE), DIVISION, "figures", ("X",), lambda: "counted once")
    found = kept(visit(rt, ABOVE), DIVISION, "figures", ("X",), lambda: pytest.fail("asked twice"))
    assert found == "counted once"


def test_a_kept_answer_is_refused_to_another_office(rt: Runtime) -> None:
    kept(visit(rt, MINE), DIVISION, "figures", ("X",), lambda: "mine")
    with pytest.raises(Refused):
        kept(visit(rt, BESIDE), DIVISION, "figures", ("X",), lambda: "mine")


def test_another_language_has_words_of_its_own(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kept.__globals__, "current_language", lambda: "hi")
    kept(visit(rt, MINE), DIVISION, "figures", (), lambda: "हिन्दी")
    monkeypatch.setitem(kept.__globals__, "current_language", lambda: "en")
    assert kept(visit(rt, MINE), DIVISION, "figures", (), lambda: "English") == "English"


def test_what_was_kept_is_forgotten_once_the_data_changes(rt: Runtime) -> None:
    kept(visit(rt, MINE), DIVISION, "figures", (), lambda: "before")
    rt.db.write(lambda cursor: None)
    assert kept(visit(rt, MINE), DIVISION, "figures", (), lambda: "after") == "after"
