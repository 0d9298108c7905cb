"""How many messages a second really go."""

import pytest

from dashboard.delivery.pace import PaceMeter


def _count(meter: PaceMeter, start: float, seconds: float, per_second: float) -> None:
    for place in range(int(seconds * per_second)):
        meter.note(start + place / per_second)


@pytest.mark.parametrize("per_second", [0.5, 4.0, 80.0, 1000.0])
def test_a_steady_pace_is_told(per_second: float) -> None:
    meter = PaceMeter()
    _count(meter, 100.0, 60.0, per_second)
    assert meter.per_second == pytest.approx(per_second, rel=0.02)


def test_nothing_is_told_of_a_few_seconds() -> None:
    meter = PaceMeter()
    _count(meter, 100.0, 4.0, 80.0)
    assert meter.per_second is None


def test_what_was_long_ago_counts_no_more() -> None:
    meter = PaceMeter()
    _count(meter, 100.0, 60.0, 80.0)
    _count(meter, 160.0, 60.0, 4.0)
    assert meter.per_second == pytest.approx(4.0, rel=0.02)


def test_after_a_gap_it_is_measured_anew() -> None:
    meter = PaceMeter()
    _count(meter, 100.0, 20.0, 80.0)
    _count(meter, 200.0, 6.0, 2.0)
    assert meter.per_second == pytest.approx(2.0, rel=0.1)


def test_rest_forgets() -> None:
    meter = PaceMeter()
    _count(meter, 100.0, 20.0, 80.0)
    meter.rest()
    assert meter.per_second is None
    _count(meter, 121.0, 4.0, 80.0)
    assert meter.per_second is None
