"""What may follow what, and no two people see two truths."""

import threading
from dataclasses import replace
from datetime import datetime

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.delivery import ledger
from dashboard.errors import IllegalChange, Refused, SetuError
from dashboard.notices.approval import approve, return_notice
from dashboard.notices.drafting import delete_draft, save_draft, submit
from dashboard.notices.lifecycle import (
    cancel,
    go_on,
    list_actions,
    pause,
    release_due,
    start,
)
from dashboard.notices.notice import get_notice
from dashboard.notices.states import TRANSITIONS, Action, State, next_state
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of
from tests.notices.town import DRAFT, LATER, approved, job_of


def test_the_table_knows_every_state_and_refuses_all_else() -> None:
    assert {state for state, _ in TRANSITIONS} == set(State) - {State.CANCELLED, State.FINISHED}
    assert {action for _, action in TRANSITIONS} == set(Action)
    for state in State:
        for action in Action:
            if (state, action) not in TRANSITIONS:
                with pytest.raises(IllegalChange) as refusal:
                    next_state(state, action)
                assert refusal.value.code == "notice_transition"


def test_a_scheduled_notice_can_start_at_once_or_be_cancelled(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    first, second = approved(town, clock, town_ee, town_se), approved(town, clock, town_ee, town_se)
    for notice_id in (first, second):
        start(town, town_ee, clock, notice_id, LATER)
        assert get_notice(town, town_se, notice_id).send_at == LATER
    start(town, town_ee, clock, first)
    cancel(town, town_ee, clock, second)
    assert release_due(town, lambda: LATER) == 0
    assert [get_notice(town, town_ee, one).state for one in (first, second)] == [
        State.SENDING,
        State.CANCELLED,
    ]


def test_what_the_person_has_not_seen_is_not_sent(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    seen = get_notice(town, town_ee, notice_id).content_hash
    submit(town, town_ee, clock, replace(DRAFT, language="hi"), notice_id)  # in another tab
    approve(town, town_se, clock, notice_id, get_notice(town, town_se, notice_id).content_hash)
    with pytest.raises(Refused, match="hash_stale"):
        start(town, town_ee, clock, notice_id, shown_hash=seen)
    start(town, town_ee, clock, notice_id, shown_hash=get_notice(town, town_ee, notice_id).content_hash)
    assert get_notice(town, town_ee, notice_id).state is State.SENDING


def test_of_many_presses_at_once_one_starts_the_notice(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    answers: list[str] = []

    def press() -> None:
        try:
            start(town, town_ee, clock, notice_id)
            answers.append("started")
        except SetuError as error:
            answers.append(error.code)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["notice_transition"] * 7 + ["started"]


def test_the_senders_own_pause_shows_with_its_reason_and_a_person_lets_it_go_on(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    town.write(lambda cursor: ledger.pause(cursor, job_of(town, town_ee, notice_id), "token_expired", NOON))
    notice = get_notice(town, town_se, notice_id)
    assert (notice.state, notice.pause_reason) == (State.PAUSED, "token_expired")
    with pytest.raises(IllegalChange):
        pause(town, town_ee, clock, notice_id)
    go_on(town, town_ee, clock, notice_id)
    assert get_notice(town, town_se, notice_id).state is State.SENDING


def test_every_step_is_in_the_audit_trail_without_numbers(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = submit(town, town_ee, clock, DRAFT)
    return_notice(town, town_se, clock, notice_id, "wrong month")
    submit(town, town_ee, clock, DRAFT, notice_id)
    approve(town, town_se, clock, notice_id, get_notice(town, town_se, notice_id).content_hash)
    start(town, town_ee, clock, notice_id)
    pause(town, town_ee, clock, notice_id)
    go_on(town, town_se, clock, notice_id)
    cancel(town, town_ee, clock, notice_id)
    trail = list_audit(town, town_se, 50)
    steps = {"submit", "return", "approve", "start", "pause", "go_on", "cancel"}
    assert {f"notice.{step}" for step in steps} <= set(trail["action"])
    assert set(trail[trail["action"] == "notice.approve"]["username"]) == {"se"}
    assert not trail["detail"].str.contains("94150").any()


DEEDS = {
    Action.EDIT: lambda db, who, clock, n: save_draft(db, who, clock, DRAFT, n),
    Action.SUBMIT: lambda db, who, clock, n: submit(db, who, clock, DRAFT, n),
    Action.DELETE: lambda db, who, clock, n: delete_draft(db, who, clock, n),
    Action.APPROVE: lambda db, who, clock, n: approve(db, who, clock, n, get_notice(db, who, n).content_hash),
    Action.RETURN: lambda db, who, clock, n: return_notice(db, who, clock, n, "not like this"),
    Action.START: lambda db, who, clock, n: start(db, who, clock, n),
    Action.SCHEDULE: lambda db, who, clock, n: start(db, who, clock, n, LATER),
    Action.PAUSE: lambda db, who, clock, n: pause(db, who, clock, n),
    Action.GO_ON: lambda db, who, clock, n: go_on(db, who, clock, n),
    Action.CANCEL: lambda db, who, clock, n: cancel(db, who, clock, n),
}


def _bring_to(db: Database, clock: Clock, town_ee: Scope, town_se: Scope, state: State) -> int:
    if state is State.DRAFT:
        return save_draft(db, town_ee, clock, DRAFT)
    notice_id = submit(db, town_ee, clock, DRAFT)
    if state is State.RETURNED:
        return_notice(db, town_se, clock, notice_id, "not like this")
    if state in (State.SUBMITTED, State.RETURNED):
        return notice_id
    approve(db, town_se, clock, notice_id, get_notice(db, town_se, notice_id).content_hash)
    if state is State.SCHEDULED:
        start(db, town_ee, clock, notice_id, LATER)
    if state in (State.SENDING, State.PAUSED):
        start(db, town_ee, clock, notice_id)
    if state is State.PAUSED:
        pause(db, town_ee, clock, notice_id)
    if state is State.CANCELLED:
        cancel(db, town_ee, clock, notice_id)
    return notice_id


@pytest.mark.parametrize("action", [action for action in Action if action in DEEDS])
@pytest.mark.parametrize("state", [state for state in State if state is not State.FINISHED])
def test_the_buttons_offered_are_those_that_the_functions_allow(
    town: Database, town_ee: Scope, town_se: Scope, state: State, action: Action
) -> None:
    def clock() -> datetime:
        return NOON

    notice_id = 0  # what one was refused is as it was: the next tries it on the same notice
    for who in (scope_of(town, Role.VIEWER, "UP", "viewer"), town_ee, town_se):
        notice_id = notice_id or _bring_to(town, clock, town_ee, town_se, state)
        offered = action in list_actions(who, get_notice(town, who, notice_id))
        try:
            DEEDS[action](town, who, clock, notice_id)
            allowed = True
        except SetuError:
            allowed = False
            assert get_notice(town, who, notice_id).state is state
        assert offered == allowed, f"{who.username}: offered {offered}, allowed {allowed}"
        if allowed:
            notice_id = 0
