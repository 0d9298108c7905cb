"""Visits: what is entered is shown, newest day first; what cannot be is refused in words; a mistake is taken back, not lost."""

from datetime import date, timedelta

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.collection.visits import OUTCOMES, enter_visit, list_visits, take_back_visit
from dashboard.errors import BadInput, IllegalChange, Refused, SetuError
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of

BABU, ESHA = "0000000102", "0000000201"
TODAY = india_day(NOON)


@pytest.fixture
def engineer(registry: Database) -> Scope:
    return scope_of(registry, Role.COMPOSER, "DIV000001", "ee")


def _enter(db: Database, scope: Scope, clock: Clock, day: date = TODAY, outcome: str = "not_at_home", by: str = "Ram") -> int:  # fmt: skip
    return enter_visit(db, scope, clock, BABU, day, outcome, by, "gate locked")


def test_visits_are_shown_with_the_latest_day_first(
    registry: Database, engineer: Scope, clock: Clock
) -> None:
    _enter(registry, engineer, clock)
    _enter(registry, engineer, clock, TODAY - timedelta(days=3), "refused", "  Sita   Devi ")
    shown = [
        (visit.visited_on, visit.outcome, visit.visited_by, visit.note, visit.username)
        for visit in list_visits(registry, engineer, BABU)
    ]
    assert shown == [
        (TODAY, "not_at_home", "Ram", "gate locked", "ee"),
        (TODAY - timedelta(days=3), "refused", "Sita Devi", "gate locked", "ee"),
    ]
    assert list_visits(registry, scope_of(registry, Role.COMPOSER, "UP"), ESHA) == []


@pytest.mark.parametrize(
    ("day", "outcome", "by", "code"),
    [
        (TODAY + timedelta(days=1), "refused", "Ram", "visit_day"),
        (TODAY - timedelta(days=731), "refused", "Ram", "visit_day"),
        (TODAY, "", "Ram", "visit_outcome"),
        (TODAY, "number_given", "   ", "visit_by"),
        (TODAY, OUTCOMES[0], "R" * 61, "visit_long"),
    ],
)
def test_what_cannot_be_is_refused(
    registry: Database, engineer: Scope, clock: Clock, day: date, outcome: str, by: str, code: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        _enter(registry, engineer, clock, day, outcome, by)
    assert refusal.value.code == code
    assert list_visits(registry, engineer, BABU) == []


def test_the_same_visit_is_entered_once_and_again_after_it_was_taken_back(
    registry: Database, engineer: Scope, clock: Clock
) -> None:
    first = _enter(registry, engineer, clock)
    with pytest.raises(IllegalChange, match="visit_known"):
        _enter(registry, engineer, clock)
    take_back_visit(registry, engineer, clock, BABU, first)
    assert list_visits(registry, engineer, BABU) == []
    with pytest.raises(IllegalChange, match="visit_gone"):
        take_back_visit(registry, engineer, clock, BABU, first)
    second = _enter(registry, engineer, clock)
    assert [visit.visit_id for visit in list_visits(registry, engineer, BABU)] == [second]
    assert second > first
    with registry.read() as cursor:
        kept = cursor.execute("SELECT (SELECT count(*) FROM visit), (SELECT count(*) FROM visit_taken_back)")
        assert kept.fetchall() == [(2, 1)]
        told = cursor.execute(
            "SELECT action, count(*) FROM audit_event WHERE action LIKE 'visit%' GROUP BY ALL ORDER BY ALL"
        )
        assert told.fetchall() == [("visit.enter", 2), ("visit.take_back", 1)]


def test_a_visit_of_another_consumer_or_division_is_not_reached(
    registry: Database, engineer: Scope, clock: Clock
) -> None:
    visit_id = _enter(registry, engineer, clock)
    stranger = scope_of(registry, Role.COMPOSER, "DIV000002", "other")
    for scope, account_no in ((stranger, BABU), (scope_of(registry, Role.COMPOSER, "UP"), ESHA)):
        with pytest.raises(SetuError):
            take_back_visit(registry, scope, clock, account_no, visit_id)
    with pytest.raises(Refused):
        enter_visit(registry, stranger, clock, BABU, TODAY, "refused", "Ram")
    assert len(list_visits(registry, engineer, BABU)) == 1
