"""A test send that paused goes on when it may, and is given up when nobody waits for it any more."""

from datetime import timedelta

import pandas as pd
import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.delivery import ledger
from dashboard.notices.lifecycle import start
from dashboard.notices.trials import let_trials_go_on
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import scope_of
from tests.notices.town import approved, job_of

ROWS = pd.DataFrame([{"account_no": None, "mobile": 9415012345, "parameters": ["x"]}])


def _pause_trial(db: Database, clock: Clock, reason: str) -> int:
    def change(cursor) -> int:
        job_id = ledger.stage(
            cursor, clock(), kind="template", template="bill_due", language="hi", parameter_names=["x"], rows=ROWS
        )  # fmt: skip
        ledger.release(cursor, job_id, clock())
        ledger.pause(cursor, job_id, reason, clock())
        return job_id

    return db.write(change)


def _state_of(db: Database, job_id: int) -> str:
    with db.read() as cursor:
        return ledger.get_job(cursor, job_id).state


@pytest.mark.parametrize(
    ("reason", "rested", "state"),
    [
        ("account_blocked", timedelta(minutes=9), "paused"),
        ("account_blocked", timedelta(minutes=11), "running"),
        ("account_blocked", timedelta(hours=25), "cancelled"),
        ("template_paused", timedelta(hours=2), "paused"),  # the dispatcher knows for how long
    ],
)
def test_a_test_send_goes_on_or_is_given_up(
    town: Database, clock: Clock, reason: str, rested: timedelta, state: str
) -> None:
    job_id = _pause_trial(town, clock, reason)
    assert let_trials_go_on(town, lambda: clock() + rested) == (state != "paused")
    assert _state_of(town, job_id) == state
    told = list_audit(town, scope_of(town, Role.ADMINISTRATOR, "UP", "chief"))
    assert ("notice.test_given_up" in set(told["action"])) == (state == "cancelled")


def test_a_notice_that_rests_is_left_to_its_people(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    job_id = job_of(town, town_ee, notice_id)
    town.write(lambda cursor: ledger.pause(cursor, job_id, "account_blocked", clock()))
    assert let_trials_go_on(town, lambda: clock() + timedelta(hours=1)) == 0
    assert _state_of(town, job_id) == "paused"
