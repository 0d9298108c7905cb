"""The sending numbers as administrators see them: each of his own offices, with what it was given and why it stands still."""

from datetime import timedelta

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.delivery import numbers
from dashboard.delivery.number_desk import let_go, list_desk, stop
from dashboard.errors import Refused
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of

from .test_numbers import CENTRE, WEST, add_numbers, add_routed_job, rate_numbers


@pytest.fixture
def boss(db: Database) -> Scope:
    add_numbers(db)
    rate_numbers(db)
    return scope_of(db, Role.ADMINISTRATOR, "UP")


def _claim(
    db: Database, job_id: int, claim_no: int, message_nos: list[int], hours_ago: float, attempt: int = 1
) -> None:
    row = [job_id, claim_no, message_nos, len(message_nos), attempt, NOON - timedelta(hours=hours_ago)]
    db.write(lambda cursor: cursor.execute("INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?)", row))


def test_each_number_counts_what_it_was_given_in_a_day(db: Database, boss: Scope) -> None:
    job_id = add_routed_job(db, [WEST, CENTRE] * 3)  # messages 1 to 3 go from number 1, 4 to 6 from number 2
    _claim(db, job_id, 1, [1], 25)
    _claim(db, job_id, 2, [2, 3], 1)
    _claim(db, job_id, 3, [4], 23)
    _claim(db, job_id, 4, [2], 0.5, attempt=2)
    rows = list_desk(db, boss, lambda: NOON)
    assert [(one.number_no, one.office_code, one.given_count) for one in rows] == [
        (1, "UP", 2),
        (2, "PVVNL", 1),
    ]
    assert (rows[1].label, rows[1].quality, rows[1].messaging_limit, rows[1].rate) == (
        "Meerut",
        "GREEN",
        "TIER_100K",
        500,
    )


def test_an_administrator_sees_and_stops_the_numbers_of_his_own_offices(db: Database, boss: Scope) -> None:
    west = scope_of(db, Role.ADMINISTRATOR, "PVVNL")
    assert [one.number_no for one in list_desk(db, west, lambda: NOON)] == [2]
    stop(db, west, lambda: NOON, 2)
    assert [one.stop_reason for one in list_desk(db, boss, lambda: NOON)] == [None, "person"]
    with pytest.raises(Refused, match="number"):
        stop(db, west, lambda: NOON, 1)
    let_go(db, west, lambda: NOON, 2)
    db.write(lambda cursor: numbers.stop_number(cursor, 1, "spam_limit", NOON))
    assert [one.stop_reason for one in list_desk(db, boss, lambda: NOON)] == ["spam_limit", None]
    let_go(db, boss, lambda: NOON, 1)
    assert [one.stop_reason for one in list_desk(db, boss, lambda: NOON)] == [None, None]
