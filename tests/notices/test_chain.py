"""An approval counts while its giver could give it; one person counts once, whatever accounts he holds."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.persons import clean_staff_no
from dashboard.access.scope import Role, Scope
from dashboard.access.users import add_user, disable_user, set_staff_no
from dashboard.errors import BadInput, IllegalChange, Refused
from dashboard.notices.approval import (
    approve,
    count_approvers,
    expire_approvals,
    list_waiting_for,
)
from dashboard.notices.chain import GIVEN_ANEW, LOST, rejudge_chains, rejudge_under_way
from dashboard.notices.doubts import settle_doubt
from dashboard.notices.drafting import submit
from dashboard.notices.lifecycle import go_on, list_actions, pause, release_due, start
from dashboard.notices.notice import get_notice
from dashboard.notices.states import Action, State
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of, seat
from tests.notices.test_approval import WIDE
from tests.notices.town import DRAFT, approved, end_in_doubt

LATER = NOON + timedelta(hours=1)


def _sql(db: Database, text: str) -> None:
    db.write(lambda cursor: cursor.execute(text))


LOSSES: list[Callable[[Database], None]] = [
    lambda db: disable_user(db, lambda: LATER, username="se", by=None),
    lambda db: _sql(db, "UPDATE app_user SET role = 'composer' WHERE username = 'se'"),
    lambda db: _sql(db, "UPDATE app_user SET office_code = 'DIV1' WHERE username = 'se'"),  # transferred below the step
    lambda db: _sql(db, "UPDATE app_user SET office_code = 'GONE' WHERE username = 'se'"),
]  # fmt: skip


@pytest.mark.parametrize("lose", LOSSES, ids=["disabled", "role", "office", "no office"])
def test_an_approval_by_somebody_who_lost_the_right_does_not_count_at_the_start(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, lose: Callable[[Database], None]
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    lose(town)
    with pytest.raises(Refused) as refusal:
        start(town, town_ee, lambda: LATER, notice_id)
    assert (refusal.value.code, refusal.value.values["level"]) == ("approver_lost", "circle")
    notice = get_notice(town, town_ee, notice_id)
    assert (notice.state, notice.comment, notice.steps[0].given_by) == (State.SUBMITTED, LOST, None)
    other = seat(town, scope_of(town, Role.APPROVER, "C1", "other"))
    assert [one.notice_id for one in list_waiting_for(town, other)] == [notice_id]
    approve(town, other, lambda: LATER + timedelta(minutes=1), notice_id, notice.content_hash)
    assert get_notice(town, town_ee, notice_id).steps[0].given_by == "other"
    start(town, town_ee, lambda: LATER + timedelta(minutes=2), notice_id)
    assert get_notice(town, town_ee, notice_id).state is State.SENDING
    assert list(list_audit(town, other, 20)["action"]).count("notice.reopen") == 1


def test_what_was_scheduled_goes_back_to_its_approvers_instead_of_out(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id, LATER)
    disable_user(town, clock, username="se", by=None)
    assert release_due(town, lambda: LATER) == 1
    assert get_notice(town, town_ee, notice_id).state is State.SUBMITTED


def test_what_went_back_has_its_full_term_again(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    in_three_days = NOON + timedelta(days=3)
    start(town, town_ee, clock, notice_id, in_three_days)
    disable_user(town, clock, username="se", by=None)
    release_due(town, lambda: in_three_days)
    assert expire_approvals(town, lambda: in_three_days + timedelta(hours=47), 48) == 0
    assert expire_approvals(town, lambda: in_three_days + timedelta(hours=48), 48) == 1
    assert get_notice(town, town_ee, notice_id).state is State.DRAFT


def test_the_clock_takes_a_lost_approval_back_before_anybody_presses(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    assert rejudge_chains(town, clock) == 0
    disable_user(town, clock, username="se", by=None)
    assert rejudge_chains(town, lambda: LATER) == 1
    assert get_notice(town, town_ee, notice_id).next_step is not None
    assert rejudge_chains(town, lambda: LATER) == 0


def test_the_first_step_is_wanted_anew_where_only_its_giver_left(town: Database, clock: Clock) -> None:
    author = scope_of(town, Role.APPROVER, "MVVNL", "author")
    first, second, third = (
        seat(town, scope_of(town, Role.APPROVER, "MVVNL", name)) for name in ("first", "second", "third")
    )
    notice_id = submit(town, author, clock, WIDE)
    frozen = get_notice(town, author, notice_id).content_hash
    approve(town, first, clock, notice_id, frozen)
    disable_user(town, clock, username="first", by=None)
    approve(town, second, lambda: LATER, notice_id, frozen)  # gives the step that is open again
    half = get_notice(town, author, notice_id)
    assert (half.state, [step.given_by for step in half.steps]) == (State.SUBMITTED, ["second", None])
    approve(town, third, lambda: LATER, notice_id, frozen)
    start(town, author, lambda: LATER, notice_id)
    assert get_notice(town, author, notice_id).state is State.SENDING


def _bind(db: Database, username: str, staff_no: str) -> None:
    set_staff_no(db, lambda: NOON, username=username, staff_no=staff_no, by=None)


def test_nobody_approves_his_own_notice_from_a_second_account(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    seat(town, town_ee)
    notice_id = submit(town, town_ee, clock, DRAFT)
    _bind(town, "ee", "UP 4711")
    _bind(town, "se", "up4711")
    notice = get_notice(town, town_se, notice_id)
    assert Action.APPROVE not in list_actions(town_se, notice)
    assert (list_waiting_for(town, town_se), count_approvers(town, notice)) == ([], 0)
    with pytest.raises(Refused, match="own_notice"):
        approve(town, town_se, clock, notice_id, notice.content_hash)


def test_accounts_with_one_own_mobile_number_are_one_person(
    town: Database, clock: Clock, town_se: Scope
) -> None:
    author = seat(town, scope_of(town, Role.COMPOSER, "DIV1", "second_post"), mobile=9415000001)
    notice_id = submit(town, author, clock, DRAFT)
    _sql(town, "UPDATE app_user SET mobile = 9415000001 WHERE username = 'se'")
    with pytest.raises(Refused, match="own_notice"):
        approve(town, town_se, clock, notice_id, get_notice(town, author, notice_id).content_hash)


def test_one_person_with_two_accounts_gives_one_step(town: Database, clock: Clock) -> None:
    author = scope_of(town, Role.APPROVER, "MVVNL", "author")
    first, second = (seat(town, scope_of(town, Role.APPROVER, "MVVNL", name)) for name in ("first", "second"))
    notice_id = submit(town, author, clock, WIDE)
    frozen = get_notice(town, author, notice_id).content_hash
    approve(town, first, clock, notice_id, frozen)
    _bind(town, "first", "MD-1")
    _bind(town, "second", "MD-1")
    with pytest.raises(Refused, match="approval_given"):
        approve(town, second, clock, notice_id, frozen)


def test_who_turns_out_to_be_the_author_has_not_approved(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    seat(town, town_ee)
    notice_id = approved(town, clock, town_ee, town_se)
    _bind(town, "ee", "UP4711")
    _bind(town, "se", "UP4711")
    with pytest.raises(Refused, match="approver_lost"):
        start(town, town_ee, lambda: LATER, notice_id)


def test_on_the_page_writers_and_approvers_need_a_staff_number(
    town: Database, clock: Clock, administrator: Scope
) -> None:
    def add(role: Role, staff_no: str) -> None:
        add_user(
            town, clock, username=f"new_{role}", full_name="N", role=role, office_code="DIV1", password="long enough 1",
            staff_no=staff_no, by=administrator,
        )  # fmt: skip

    for role in (Role.COMPOSER, Role.APPROVER):
        with pytest.raises(BadInput, match="staff_no_missing"):
            add(role, " ")
    add(Role.VIEWER, "")
    add(Role.APPROVER, "je/12")
    with pytest.raises(BadInput, match="staff_no_form"):
        clean_staff_no("किरण")
    with pytest.raises(BadInput, match="user_self"):
        set_staff_no(
            town, clock, username="new_viewer", staff_no="X-99", by=Scope("new_viewer", Role.ADMINISTRATOR, "UP", 1, 9)
        )  # fmt: skip


@pytest.mark.parametrize("rests", [False, True], ids=["sending", "paused by a person"])
def test_a_send_whose_approver_leaves_stops_until_another_has_approved_it(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, rests: bool
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    if rests:
        pause(town, town_ee, clock, notice_id)
    assert rejudge_chains(town, clock) == rejudge_under_way(town, clock) == 0
    disable_user(town, clock, username="se", by=None)
    assert (rejudge_chains(town, lambda: LATER), rejudge_chains(town, lambda: LATER)) == (1, 0)
    notice = get_notice(town, town_ee, notice_id)
    assert (notice.state, notice.pause_reason, notice.steps[0].given_by) == (State.PAUSED, LOST, None)
    assert Action.GO_ON not in list_actions(town_ee, notice)
    with pytest.raises(Refused, match="approval_open"):
        go_on(town, town_ee, lambda: LATER, notice_id)
    other = seat(town, scope_of(town, Role.APPROVER, "C1", "other"))
    assert [one.notice_id for one in list_waiting_for(town, other)] == [notice_id]
    approve(
        town, other, lambda: NOON - timedelta(hours=1), notice_id, notice.content_hash
    )  # its clock was set back
    again = get_notice(town, town_ee, notice_id)
    assert (again.state, again.pause_reason, again.decided_by) == (State.PAUSED, GIVEN_ANEW, "other")
    assert list_waiting_for(town, other) == []
    with pytest.raises(IllegalChange, match="notice_transition"):
        approve(town, other, lambda: LATER, notice_id, notice.content_hash)
    go_on(town, town_ee, lambda: LATER, notice_id)
    assert rejudge_chains(town, lambda: LATER) == 0
    assert get_notice(town, town_ee, notice_id).state is State.SENDING


def test_letting_go_on_asks_for_the_approvals_again(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    pause(town, town_ee, clock, notice_id)
    disable_user(town, clock, username="se", by=None)
    with pytest.raises(Refused, match="approver_lost"):
        go_on(town, town_ee, lambda: LATER, notice_id)
    assert get_notice(town, town_ee, notice_id).pause_reason == LOST


def test_a_send_stops_where_its_approver_turns_out_to_be_its_author(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    seat(town, town_ee)
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    _bind(town, "ee", "UP4711")
    _bind(town, "se", "UP4711")
    assert rejudge_under_way(town, lambda: LATER) == 1
    assert get_notice(town, town_ee, notice_id).pause_reason == LOST


def test_doubt_is_not_sent_again_under_an_approval_that_was_lost(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = end_in_doubt(town, clock, town_ee, town_se)
    disable_user(town, clock, username="se", by=None)
    assert rejudge_chains(town, lambda: LATER) == 0  # it has ended
    assert settle_doubt(town, town_ee, lambda: LATER, notice_id, False) == 1
    notice = get_notice(town, town_ee, notice_id)
    assert (notice.state, notice.pause_reason, notice.steps[0].given_by) == (State.PAUSED, LOST, None)
    other = seat(town, scope_of(town, Role.APPROVER, "C1", "other"))
    approve(town, other, lambda: LATER, notice_id, notice.content_hash)
    go_on(town, town_ee, lambda: LATER, notice_id)
    assert get_notice(town, town_ee, notice_id).state is State.SENDING
