"""The days gone by: missed ones are filled, closed ones stand whatever the clock says; change, rank and target are told from them."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.days import keep_days, take_snapshot
from dashboard.coverage.figures import coverage_of, trend
from dashboard.coverage.movement import changes_of, coverage_by_on, outlook_of, rank_by_level
from dashboard.coverage.targets import Target, set_target, target_of
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.errors import BadInput
from dashboard.store.clock import india_day
from dashboard.store.database import Database
from tests.conftest import NOON, open_copy, scope_of

TODAY = india_day(NOON)
ROWS = """ACCT_ID,MOBILE_NO,DISCOM,ZONE_NAME,CIRCLE_NAME,DIV_CODE,DIV_NAME
0000000101,9415012345,D,Z,C,DIV000001,ONE
0000000102,,D,Z,C,DIV000001,ONE
0000000201,8004642302,D,Z,C,DIV000002,TWO
0000000202,7007012345,D,Z,C,DIV000002,TWO
"""


@pytest.fixture(scope="module")
def made_registry(make_registry: Callable[..., Path]) -> Path:
    """The registry of every test here, made once; each works on a copy."""
    return make_registry(ROWS)


@pytest.fixture
def registry(made_registry: Path, tmp_path: Path) -> Iterator[Database]:
    with open_copy(made_registry, tmp_path / "setu.duckdb") as database:
        yield database


def _join(db: Database, mobile: int, account_no: str, at: datetime) -> None:
    message = InboundText(f"w{account_no}", mobile, f"JOIN {account_no}", at)
    assert handle_inbound(db, lambda: at, refresh_cube, message)


def _enrolled(db: Database, at: datetime = NOON) -> dict[date, int]:
    days = trend(db, scope_of(db, Role.VIEWER, "UP"), "UP", lambda: at)
    return {row.day: row.enrolled for row in days.itertuples()}


def test_missed_days_are_filled_with_what_stood_when_the_application_stopped(registry: Database) -> None:
    assert keep_days(registry, lambda: NOON) == 1
    _join(registry, 9415012345, "0000000101", NOON)
    later = NOON + timedelta(days=3)
    assert keep_days(registry, lambda: later) == 4  # the day it stopped is closed, two missed, today opened
    assert keep_days(registry, lambda: later) == 0
    assert _enrolled(registry, later) == {TODAY + timedelta(days=past): 1 for past in range(4)}


def test_a_clock_that_jumps_back_leaves_the_old_figures(registry: Database) -> None:
    for past in (2, 1, 0):
        registry.write(lambda cursor, past=past: take_snapshot(cursor, TODAY - timedelta(days=past)))
    before = _enrolled(registry)
    _join(registry, 9415012345, "0000000101", NOON)
    assert keep_days(registry, lambda: NOON - timedelta(days=2)) == 0
    registry.write(lambda cursor: take_snapshot(cursor, TODAY - timedelta(days=1)))
    assert _enrolled(registry) == before


def test_a_clock_that_jumped_ahead_and_came_back_goes_on_keeping_days(registry: Database) -> None:
    registry.write(lambda cursor: take_snapshot(cursor, TODAY + timedelta(days=900)))
    assert keep_days(registry, lambda: NOON) == 1
    assert list(_enrolled(registry)) == [TODAY]  # what lies ahead is not shown


def test_an_empty_registry_keeps_no_day(db: Database) -> None:
    assert keep_days(db, lambda: NOON) == 0


def _with_history(registry: Database) -> Scope:
    """A month of days; one of division TWO joined four days ago, one of division ONE today."""
    for past in range(30, 0, -1):
        if past == 4:
            _join(registry, 8004642302, "0000000201", NOON - timedelta(days=4))
        registry.write(lambda cursor, past=past: take_snapshot(cursor, TODAY - timedelta(days=past)))
    _join(registry, 9415012345, "0000000101", NOON)
    return scope_of(registry, Role.ADMINISTRATOR, "UP")


def test_change_is_told_against_the_end_of_each_day(registry: Database) -> None:
    scope = _with_history(registry)
    changes = {change.span: change.enrolled for change in changes_of(registry, scope, "UP", lambda: NOON)}
    assert changes == {"day": 1, "week": 2, "month": 2}
    young = {c.span: c.enrolled for c in changes_of(registry, scope, "UP", lambda: NOON - timedelta(days=5))}
    assert young["month"] is None  # that far back nothing was kept


def test_rank_change_is_told_against_a_week_ago(registry: Database) -> None:
    scope = _with_history(registry)
    _join(registry, 7007012345, "0000000202", NOON)
    table = pd.DataFrame(rank_by_level(registry, scope, "UP", "division", lambda: NOON)).set_index(
        "office_code"
    )
    assert table["rank"].to_dict() == {"DIV000001": 2, "DIV000002": 1}
    assert table["rank_change"].to_dict() == {"DIV000001": -1, "DIV000002": 0}  # a week ago both stood first
    assert table["course"]["DIV000002"][0] == 0
    assert table["course"]["DIV000002"][-1] == 1


def test_offices_as_they_stood_on_a_day(registry: Database) -> None:
    scope = _with_history(registry)
    week_ago = coverage_by_on(registry, scope, "UP", "division", TODAY - timedelta(days=7))
    assert week_ago["enrolled"].tolist() == [0, 0]
    assert coverage_by_on(registry, scope, "UP", "division", TODAY - timedelta(days=99)).empty


def test_the_target_that_was_set_last_stands(registry: Database) -> None:
    scope = scope_of(registry, Role.ADMINISTRATOR, "UP")
    assert target_of(registry, scope, "UP") is None
    set_target(registry, scope, lambda: NOON, "UP", 0.5, TODAY + timedelta(days=90))
    set_target(registry, scope, lambda: NOON, "UP", 0.75, TODAY + timedelta(days=60))
    assert target_of(registry, scope, "UP") == Target(0.75, TODAY + timedelta(days=60))
    outlook = outlook_of(registry, scope, "UP", lambda: NOON)
    assert outlook is not None
    assert outlook.goal == 3  # 75 % of four
    set_target(registry, scope, lambda: NOON, "UP", None, None)
    assert target_of(registry, scope, "UP") is None
    assert outlook_of(registry, scope, "UP", lambda: NOON) is None


@pytest.mark.parametrize(
    ("share", "day", "code"),
    [
        (0.0, TODAY + timedelta(days=9), "target_share"),
        (1.1, TODAY + timedelta(days=9), "target_share"),
        (0.5, TODAY, "target_day"),
        (0.5, None, "target_day"),
    ],
)
def test_a_target_that_means_nothing_is_refused(registry: Database, share: Any, day: Any, code: str) -> None:
    scope = scope_of(registry, Role.ADMINISTRATOR, "UP")
    with pytest.raises(BadInput) as refusal:
        set_target(registry, scope, lambda: NOON, "UP", share, day)
    assert refusal.value.code == code
    assert target_of(registry, scope, "UP") is None
    assert coverage_of(registry, scope, "UP").consumers == 4
