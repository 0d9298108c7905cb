"""What is frozen stays frozen: approvers see it, changed templates stop it."""

import dataclasses
from typing import Any

import pytest

from dashboard.access.scope import Scope
from dashboard.delivery import ledger
from dashboard.errors import Refused, Unavailable
from dashboard.notices import lifecycle, seal, templates
from dashboard.notices.drafting import save_draft, submit
from dashboard.notices.frozen import preview_message
from dashboard.notices.lifecycle import (
    release_due,
    start,
)
from dashboard.notices.notice import get_notice
from dashboard.notices.states import State
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from tests.notices.town import DRAFT, LATER, approved


def test_the_approver_sees_the_frozen_messages_not_todays_audience(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = submit(town, town_ee, clock, DRAFT)
    town.write(
        lambda cursor: cursor.execute("UPDATE consumer SET state = 'opted_out' WHERE account_no LIKE '%1'")
    )
    town.write(lambda cursor: cursor.execute("UPDATE office SET name = 'RENAMED' WHERE code = 'DIV1'"))
    seen = preview_message(town, town_se, notice_id, 1)
    assert seen is not None
    assert (seen.total, seen.reader, seen.mobile_masked) == (8, "B", "94xxxxx341")
    assert "– EDD-II GONDA, " in seen.text
    assert "the bill for May has been issued" in seen.text
    assert preview_message(town, town_se, notice_id, 8) is None


def test_a_draft_has_no_frozen_messages(town: Database, clock: Clock, town_ee: Scope) -> None:
    assert preview_message(town, town_ee, save_draft(town, town_ee, clock, DRAFT), 0) is None


def _change_template(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = dataclasses.replace(
        templates.get_template("bill_due"), bodies={"hi": "क {month} ख", "en": "a {month} b"}
    )
    monkeypatch.setattr(seal, "get_template", lambda name: changed)


def test_a_template_that_changed_since_stops_the_start(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    _change_template(monkeypatch)
    with pytest.raises(Refused) as refusal:
        start(town, town_ee, clock, notice_id)
    assert refusal.value.code == "hash_stale"


def test_a_scheduled_notice_whose_template_changed_goes_back_to_its_author(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id, LATER)
    _change_template(monkeypatch)
    release_due(town, lambda: LATER)
    notice = get_notice(town, town_ee, notice_id)
    assert (notice.state, notice.comment) == (State.RETURNED, "hash_stale")
    with town.read() as cursor:
        assert ledger.get_job(cursor, notice.job_id or 0).state == "discarded"


def test_a_notice_that_cannot_be_started_holds_up_no_other(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (approved(town, clock, town_ee, town_se) for _ in range(2))
    for notice_id in (first, second):
        start(town, town_ee, clock, notice_id, LATER)
    let_go = lifecycle.let_go

    def fail_for_first(cursor: Cursor, job_id: int, *rest: Any) -> None:
        if job_id == get_notice(town, town_ee, first).job_id:
            raise Unavailable("database_unwritable")
        let_go(cursor, job_id, *rest)

    monkeypatch.setattr(lifecycle, "let_go", fail_for_first)
    with pytest.raises(Unavailable):  # the housekeeper tells it
        release_due(town, lambda: LATER)
    states = [get_notice(town, town_ee, notice_id).state for notice_id in (first, second)]
    assert states == [State.SCHEDULED, State.SENDING]
