"""Who must approve what: each step another person, none the author, all void after an edit or too long a wait."""

import dataclasses
from datetime import timedelta

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.errors import IllegalChange, Refused
from dashboard.notices.approval import (
    approve,
    count_approvers,
    expire_approvals,
    list_waiting_for,
    return_notice,
)
from dashboard.notices.approval_rule_edit import save_rule
from dashboard.notices.approval_rules import choose_steps, is_sensitive, list_rules
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import save_draft, submit
from dashboard.notices.lifecycle import list_actions, start
from dashboard.notices.notice import get_notice
from dashboard.notices.states import Action, State
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of, seat
from tests.notices.town import DRAFT, approved, job_of

FEEDER = "DIV1/1/SS/F1"
RESTORED = NoticeDraft("supply_restored", "en", {"time": "10:00"}, Audience(FEEDER))
WIDE = dataclasses.replace(DRAFT, audience=Audience("MVVNL"))


@pytest.mark.parametrize(
    ("purpose", "level", "recipients", "sensitive", "steps"),
    [
        ("outage", "feeder", 900, False, ()),
        ("outage", "feeder", 900, True, ("circle",)),  # amounts: always
        ("outage", "substation", 900, False, ("circle",)),
        ("billing", "feeder", 900, False, ("circle",)),
        ("billing", "division", 5_000, False, ("circle",)),
        ("billing", "division", 5_001, False, ("zone",)),
        ("recovery", "zone", 5, True, ("circle",)),
        ("safety", "discom", 5, False, ("discom", "discom")),
        ("safety", "state", 3_60_00_000, False, ("discom", "discom")),
    ],
)
def test_the_shipped_rules(
    db: Database, purpose: str, level: str, recipients: int, sensitive: bool, steps: tuple[str, ...]
) -> None:
    assert choose_steps(list_rules(db), purpose, level, recipients, sensitive) == steps


def test_without_any_rule_a_circle_must_approve() -> None:
    assert choose_steps([], "outage", "feeder", 1, False) == ("circle",)


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (DRAFT, False),
        (dataclasses.replace(DRAFT, template="disconnection_drive"), True),
        (dataclasses.replace(DRAFT, audience=Audience("DIV1", arrears_segments=("due",))), True),
        (dataclasses.replace(DRAFT, audience=Audience("DIV1", arrears_segments=("none",))), False),
        (dataclasses.replace(DRAFT, variables={"month": "May (₹ 1,200)"}), True),
        (dataclasses.replace(DRAFT, variables={"month": "मई, 1200 रुपये"}), True),
        (dataclasses.replace(DRAFT, variables={"month": "Rs. 500"}), True),
        (dataclasses.replace(DRAFT, variables={"month": "Rs500"}), True),
        (dataclasses.replace(DRAFT, variables={"month": "INR500"}), True),
        (dataclasses.replace(DRAFT, variables={"month": "रु 500"}), True),
        (dataclasses.replace(DRAFT, variables={"month": "५००रु"}), True),
        (dataclasses.replace(DRAFT, variables={"month": "500 रुपयों"}), True),
        (dataclasses.replace(DRAFT, variables={"month": "गुरु, रुद्रपुर"}), False),  # within a word
        (dataclasses.replace(DRAFT, variables={"month": "12 hours"}), False),  # "rs" inside a word
    ],
)
def test_what_speaks_of_money_owed_is_known(draft: NoticeDraft, expected: bool) -> None:
    assert is_sensitive(draft) is expected


def test_a_feeders_outage_notice_goes_without_leave(town: Database, clock: Clock, town_ee: Scope) -> None:
    notice_id = submit(town, town_ee, clock, RESTORED)
    notice = get_notice(town, town_ee, notice_id)
    assert (notice.state, notice.steps, notice.decided_by) == (State.APPROVED, (), None)
    start(town, town_ee, clock, notice_id)
    assert get_notice(town, town_ee, notice_id).state is State.SENDING


def test_one_feeder_picked_out_of_a_division_counts_as_that_feeder(
    town: Database, clock: Clock, town_ee: Scope
) -> None:
    draft = dataclasses.replace(RESTORED, audience=Audience("DIV1", feeder_codes=(FEEDER,)))
    assert get_notice(town, town_ee, submit(town, town_ee, clock, draft)).state is State.APPROVED


def _director(db: Database, name: str) -> Scope:
    return seat(db, scope_of(db, Role.APPROVER, "MVVNL", name))


def test_a_discom_wide_notice_needs_two_different_people(town: Database, clock: Clock) -> None:
    author = scope_of(town, Role.APPROVER, "MVVNL", "author")
    first, second = _director(town, "first"), _director(town, "second")
    notice_id = submit(town, author, clock, WIDE)
    frozen = get_notice(town, author, notice_id)
    approve(town, first, clock, notice_id, frozen.content_hash)
    half = get_notice(town, first, notice_id)
    assert half.state is State.SUBMITTED
    assert [step.given_by for step in half.steps] == ["first", None]
    for who, code in ((first, "approval_given"), (author, "own_notice")):
        with pytest.raises(Refused) as refusal:
            approve(town, who, clock, notice_id, frozen.content_hash)
        assert refusal.value.code == code
        assert Action.APPROVE not in list_actions(who, half)
    with pytest.raises(IllegalChange):
        start(town, author, clock, notice_id)
    assert [len(list_waiting_for(town, who)) for who in (first, author, second)] == [0, 0, 1]
    approve(town, second, clock, notice_id, frozen.content_hash)
    assert get_notice(town, author, notice_id).state is State.APPROVED
    trail = list_audit(town, second, 20)
    given = trail[trail["action"] == "notice.approve"]
    assert sorted(given["username"]) == ["first", "second"]


def test_a_step_above_ones_office_is_refused(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    boss = Scope("boss", Role.ADMINISTRATOR, "UP", 1, 9)
    second = next(rule for rule in list_rules(town) if rule.rule_no == 2)
    save_rule(town, boss, clock, dataclasses.replace(second, most_recipients=3), 2)
    notice_id = submit(town, town_ee, clock, DRAFT)
    notice = get_notice(town, town_se, notice_id)
    assert [(step.level, step.may_be_given_by(town_se)) for step in notice.steps] == [("zone", False)]
    with pytest.raises(Refused) as refusal:
        approve(town, town_se, clock, notice_id, notice.content_hash)
    assert refusal.value.code == "approval_level"
    assert (Action.APPROVE in list_actions(town_se, notice), list_waiting_for(town, town_se)) == (False, [])
    assert count_approvers(town, notice) == 0
    return_notice(town, town_se, clock, notice_id, "too many at once")  # who may look may send it back


def test_an_edit_voids_the_first_of_two_approvals(town: Database, clock: Clock) -> None:
    author, first = scope_of(town, Role.APPROVER, "MVVNL", "author"), _director(town, "first")
    notice_id = submit(town, author, clock, WIDE)
    stale = get_notice(town, author, notice_id).content_hash
    approve(town, first, clock, notice_id, stale)
    save_draft(
        town,
        author,
        clock,
        dataclasses.replace(WIDE, variables={"month": "June", "due_date": "1"}),
        notice_id,
    )
    assert get_notice(town, author, notice_id).steps == ()
    submit(town, author, clock, get_notice(town, author, notice_id).draft, notice_id)
    again = get_notice(town, author, notice_id)
    assert [step.given_by for step in again.steps] == [None, None]
    with pytest.raises(Refused) as refusal:
        approve(town, first, clock, notice_id, stale)
    assert refusal.value.code == "hash_stale"


@pytest.mark.parametrize("is_approved", [False, True])
def test_what_waits_too_long_is_a_draft_again(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, is_approved: bool
) -> None:
    notice_id = (
        approved(town, clock, town_ee, town_se) if is_approved else submit(town, town_ee, clock, DRAFT)
    )
    job_id = job_of(town, town_ee, notice_id)
    assert expire_approvals(town, lambda: NOON + timedelta(hours=47), 48) == 0
    assert expire_approvals(town, lambda: NOON + timedelta(hours=48), 48) == 1
    notice = get_notice(town, town_ee, notice_id)
    assert (notice.state, notice.comment) == (State.DRAFT, "approval_expired")
    with town.read() as cursor:
        state = cursor.execute("SELECT state FROM job WHERE job_id = ?", [job_id]).fetchone()
    assert state == ("discarded",)
    assert "notice.expire" in set(list_audit(town, town_se, 5)["action"])
    submit(town, town_ee, clock, DRAFT, notice_id)
    assert get_notice(town, town_ee, notice_id).state is State.SUBMITTED


def test_what_is_scheduled_or_under_way_does_not_expire(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    for send_at in (None, NOON + timedelta(days=5)):
        start(town, town_ee, clock, approved(town, clock, town_ee, town_se), send_at)
    assert expire_approvals(town, lambda: NOON + timedelta(days=4), 48) == 0
