"""A backup is put back: what went out since it was made is not known, so nothing goes out by itself."""

import json

import pandas as pd
import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.delivery import ledger
from dashboard.delivery.claims import claim_batch
from dashboard.delivery.reference import make_reference, read_prefix, read_reference
from dashboard.notices.after_restore import RESTORED, hold_after_restore
from dashboard.notices.drafting import submit
from dashboard.notices.lifecycle import go_on, pause, release_due, start
from dashboard.notices.notice import get_notice
from dashboard.notices.pacing import keep_hours
from dashboard.notices.repeats import create_repeat, list_repeats, make_occurrences
from dashboard.notices.states import State
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import scope_of
from tests.notices.test_repeats import DECEMBER, EIGHT, PLAN
from tests.notices.town import DRAFT, LATER, approved, job_of


def test_what_was_under_way_waits_for_a_person_and_what_was_to_come_goes_back_to_its_author(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    sending, paused, scheduled, ready = (approved(town, clock, town_ee, town_se) for _ in range(4))
    waiting = submit(town, town_ee, clock, DRAFT)
    for notice_id in (sending, paused):
        start(town, town_ee, clock, notice_id)
    pause(town, town_ee, clock, paused)
    start(town, town_ee, clock, scheduled, LATER)

    assert vars(hold_after_restore(town, clock)) == {"paused": 2, "returned": 3}

    keep_hours(town, clock, None)
    release_due(town, lambda: LATER)
    notices = {one: get_notice(town, town_ee, one) for one in (sending, paused, scheduled, ready, waiting)}
    assert [one.state for one in notices.values()] == [State.PAUSED] * 2 + [State.RETURNED] * 3
    assert [notices[one].pause_reason for one in (sending, paused)] == [RESTORED] * 2
    assert [notices[one].comment for one in (scheduled, ready, waiting)] == [RESTORED] * 3
    assert _claim(town, clock) is None
    go_on(town, town_ee, clock, sending)
    batch = _claim(town, clock)
    assert batch is not None and batch.job_id == job_of(town, town_ee, sending)


def _claim(db: Database, clock: Clock):
    return db.write(lambda cursor: claim_batch(cursor, clock(), 10, lambda *_: set()))


@pytest.mark.parametrize(("kind", "template"), [("text", ""), ("template", "bill_due")])
def test_answers_and_test_sends_of_another_day_are_given_up(
    town: Database, clock: Clock, kind: str, template: str
) -> None:
    """No page shows them, so that nobody could let them go on."""
    rows = pd.DataFrame([{"account_no": None, "mobile": 9415012345, "parameters": ["x"]}])

    def change(cursor) -> int:
        job_id = ledger.stage(
            cursor, clock(), kind=kind, template=template, language="hi", parameter_names=["text"], rows=rows
        )
        ledger.release(cursor, job_id, clock())
        return job_id

    job_id = town.write(change)
    assert hold_after_restore(town, clock).paused == 0
    with town.read() as cursor:
        assert ledger.get_job(cursor, job_id).state == "cancelled"


def test_reports_on_messages_that_nobody_remembers_are_not_taken_for_others(
    town: Database, clock: Clock
) -> None:
    lost = make_reference(read_prefix(town), 1, 1)
    hold_after_restore(town, clock)
    assert read_reference(read_prefix(town), lost) is None


def test_a_monthly_notice_whose_hour_has_passed_is_not_made_again(
    town_with_author: Database, town_ee: Scope
) -> None:
    create_repeat(town_with_author, town_ee, lambda: DECEMBER.replace(day=1), PLAN, 5, EIGHT)

    def clock():
        return DECEMBER.replace(hour=6)

    hold_after_restore(town_with_author, clock)
    assert make_occurrences(town_with_author, clock) == 0
    (standing,) = list_repeats(town_with_author, town_ee, clock)
    assert (standing.notice_id, standing.problem) == (None, RESTORED)


def test_the_audit_trail_tells_that_a_backup_was_put_back(town: Database, clock: Clock) -> None:
    hold_after_restore(town, clock)
    events = list_audit(town, scope_of(town, Role.ADMINISTRATOR, "UP", "chief"))
    assert events.iloc[0]["action"] == "registry.restore"
    assert json.loads(events.iloc[0]["detail"]) == {"paused": 0, "returned": 0}
