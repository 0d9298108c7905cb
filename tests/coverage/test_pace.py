"""When a target is reached: by the weeks' own ups and downs, and an honest word where they say too little."""

from datetime import date, timedelta

import pytest

from dashboard.coverage.pace import forecast, weekly_gains

TODAY = date(2026, 11, 24)


def _course(gains: list[int]) -> tuple[list[date], list[int]]:
    """Days and counts that begin at 1,000 and gain so much a day, the last day today."""
    days = [TODAY - timedelta(days=len(gains) - place) for place in range(len(gains) + 1)]
    counts = [1000]
    for gain in gains:
        counts.append(counts[-1] + gain)
    return days, counts


def test_an_even_pace_gives_one_day_without_a_range() -> None:
    days, counts = _course([10] * 60)
    result = forecast(days, counts, counts[-1] + 700, TODAY)
    assert (result.verdict, result.per_week) == ("dated", 70)
    assert result.day == result.earliest == TODAY + timedelta(days=70)
    assert result.latest is not None
    assert abs((result.latest - result.day).days) <= 1


def test_uneven_weeks_give_a_range_around_the_day() -> None:
    days, counts = _course(([20] * 7 + [5] * 7) * 4)
    result = forecast(days, counts, counts[-1] + 700, TODAY)
    assert result.earliest is not None and result.day is not None and result.latest is not None
    assert result.earliest < result.day < result.latest
    assert (result.latest - result.day) > (
        result.day - result.earliest
    )  # a slow course costs more time than a quick one saves


def test_weeks_that_hardly_grow_leave_the_end_open() -> None:
    days, counts = _course(([90] + [0] * 6 + [-10] * 7) * 4)
    result = forecast(days, counts, counts[-1] + 5000, TODAY)
    assert result.verdict == "dated"
    assert result.latest is None


@pytest.mark.parametrize(
    ("gains", "more", "verdict"),
    [
        ([10] * 60, 0, "reached"),
        ([10] * 27, 100, "too_early"),  # three whole weeks are known
        ([10] * 28, 100, "dated"),  # the fourth is
        ([0] * 60, 100, "standing"),
        ([-3] * 60, 100, "standing"),
        ([], 100, "too_early"),
    ],
)
def test_a_verdict_where_no_date_would_be_honest(gains: list[int], more: int, verdict: str) -> None:
    days, counts = _course(gains)
    assert forecast(days, counts, counts[-1] + more, TODAY).verdict == verdict


def test_a_week_with_an_unknown_end_is_left_out() -> None:
    days, counts = _course([10] * 35)
    del days[-15], counts[-15]  # the day on which one week ends and another begins
    assert weekly_gains(days, counts) == [70, 70, 70]


def test_eight_ranges_in_ten_hold_what_comes() -> None:
    """The range is no decoration: on courses drawn at random, the true day lies within it about as often as promised."""
    import random

    draw, held, tries = random.Random(7), 0, 300
    for _ in range(tries):
        gains = [max(0, round(draw.gauss(100, 60))) for _ in range(8)]
        days, counts = _course([gain for gain in gains for gain in (gain, 0, 0, 0, 0, 0, 0)])
        goal, reached, weeks = counts[-1] + 1200, counts[-1], 0
        result = forecast(days, counts, goal, TODAY)
        while reached < goal:
            reached, weeks = reached + max(0, round(draw.gauss(100, 60))), weeks + 1
        truth = TODAY + timedelta(days=7 * weeks)
        assert result.earliest is not None
        held += result.earliest <= truth and (
            result.latest is None or truth <= result.latest + timedelta(days=7)
        )
    assert 0.7 <= held / tries <= 0.97
