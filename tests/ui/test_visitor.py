"""Who is out is out in a part of a page too, which is computed without the gate."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.errors import Refused
from dashboard.ui import visitor

NOW = datetime(2026, 6, 1, 6, 0)


def person(**changes: Any) -> Any:
    return SimpleNamespace(
        username="ee", is_active=True, sessions_valid_from=NOW - timedelta(days=9), **changes
    )


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    state = {"username": "ee", "authentication_status": True, visitor.SESSION_BEGAN: NOW - timedelta(hours=1)}
    monkeypatch.setattr(visitor.st, "session_state", state)
    rt = SimpleNamespace(db=None, clock=lambda: NOW, settings=SimpleNamespace(session_hours=10))
    monkeypatch.setattr(visitor.runtime, "current", lambda: rt)
    monkeypatch.setattr(visitor, "find_user", lambda db, name: person() if name == "ee" else None)
    monkeypatch.setattr(visitor, "scope_of", lambda db, user: "scope")
    return state


def test_a_session_that_stands_lets_in(session: dict[str, Any]) -> None:
    assert visitor.read_visitor().scope == "scope"


@pytest.mark.parametrize(
    "change",
    [
        {"authentication_status": None},
        {"username": "gone"},
        {visitor.SESSION_BEGAN: NOW - timedelta(hours=11)},  # longer ago than a session lasts
        {visitor.SESSION_BEGAN: NOW - timedelta(days=10)},  # before the last sign-out everywhere
        {visitor.SESSION_BEGAN: None},
    ],
)
def test_a_session_that_has_ended_does_not(session: dict[str, Any], change: dict[str, Any]) -> None:
    session.update(change)
    with pytest.raises(Refused):
        visitor.read_visitor()
