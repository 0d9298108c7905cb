"""Pages are computed in turns: a few at once, the late ones beside long work, nobody for ever."""

import threading

import pytest

from dashboard.ui import turns
from dashboard.ui.turns import a_turn


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(turns, "_late_turns", threading.BoundedSemaphore(1))
    monkeypatch.setattr(turns, "LONGEST_WAIT_SECONDS", 0.01)
    monkeypatch.setattr(turns, "LONGEST_LATE_SECONDS", 0.01)


def test_a_turn_is_given_back_even_after_an_error(few: None) -> None:
    with pytest.raises(ValueError, match="broke"), a_turn():
        raise ValueError("broke")
    with a_turn():
        assert not turns._turns.acquire(blocking=False)
        assert turns._late_turns.acquire(blocking=False)  # the next page had its own turn, not a late one


def test_who_waits_too_long_goes_ahead_beside_the_long_work(few: None) -> None:
    with a_turn(), a_turn():
        assert not turns._late_turns.acquire(blocking=False)


def test_nobody_waits_for_ever(few: None) -> None:
    reached = []
    with a_turn(), a_turn(), a_turn():
        reached.append("third")
    assert reached == ["third"]
    assert turns._turns.acquire(blocking=False) and turns._late_turns.acquire(blocking=False)
