"""What is dear rests, what is cheap is made each time."""

import pytest

from dashboard.store.shelf import Eased


class Watch:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def watch() -> Watch:
    return Watch()


def count_up(watch: Watch, seconds: float):
    calls = []

    def make() -> int:
        watch.at += seconds
        calls.append(1)
        return len(calls)

    return make


def test_what_is_cheap_is_made_each_time(watch: Watch) -> None:
    eased, make = Eased(watch), count_up(watch, 0.2)
    assert [eased.get("job", make) for _ in range(3)] == [1, 2, 3]


def test_what_is_dear_rests_ten_times_as_long_as_it_took(watch: Watch) -> None:
    eased, make = Eased(watch), count_up(watch, 3)
    assert eased.get("job", make) == 1
    watch.at += 29
    assert eased.get("job", make) == 1
    watch.at += 2
    assert eased.get("job", make) == 2


def test_another_key_is_another_answer(watch: Watch) -> None:
    eased = Eased(watch)
    assert eased.get("one", lambda: watch.__setattr__("at", watch.at + 5) or "one") == "one"
    assert eased.get("two", lambda: "two") == "two"


def test_what_raises_is_not_kept(watch: Watch) -> None:
    eased = Eased(watch)

    def fail() -> str:
        watch.at += 5
        raise ValueError("no disk")

    with pytest.raises(ValueError, match="no disk"):
        eased.get("job", fail)
    assert eased.get("job", lambda: "counted") == "counted"
