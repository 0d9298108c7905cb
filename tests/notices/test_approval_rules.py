"""The rules of approval as an administrator changes them: at once, in an order, never lost."""

import dataclasses

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.errors import BadInput, Refused
from dashboard.notices.approval_rule_edit import (
    list_rule_events,
    preview_rule,
    retire_rule,
    save_rule,
)
from dashboard.notices.approval_rules import ApprovalRule, choose_steps, list_rules
from dashboard.notices.drafting import submit
from dashboard.notices.notice import get_notice
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.notices.town import DRAFT

BOSS = Scope("boss", Role.ADMINISTRATOR, "UP", 1, 9)
SCHEME = ApprovalRule(0, "scheme", None, "division", 50_000, ("circle", "discom"), fewest_recipients=1_000)


def _numbers(db: Database) -> list[int]:
    return [rule.rule_no for rule in list_rules(db)]


def test_a_rule_comes_where_it_was_put_and_decides_from_then_on(db: Database, clock: Clock) -> None:
    assert _numbers(db) == [1, 2, 3, 4]
    assert save_rule(db, BOSS, clock, SCHEME, 2) == 5
    assert _numbers(db) == [1, 5, 2, 3, 4]
    rules = list_rules(db)
    for recipients, steps in (
        (999, ("circle",)),
        (1_000, ("circle", "discom")),
        (50_000, ("circle", "discom")),
        (50_001, ("zone",)),
    ):
        assert choose_steps(rules, "scheme", "division", recipients, False) == steps
    save_rule(db, BOSS, clock, list_rules(db)[1], 99)  # to the end
    assert _numbers(db) == [1, 2, 3, 4, 5]
    save_rule(db, BOSS, clock, list_rules(db)[4], 1)
    assert _numbers(db) == [5, 1, 2, 3, 4]


def test_a_retired_rule_decides_nothing_and_stays_in_the_history(db: Database, clock: Clock) -> None:
    first = list_rules(db)[0]
    retire_rule(db, BOSS, clock, first)
    assert _numbers(db) == [2, 3, 4]
    latest = list_rule_events(db, BOSS)[0]
    assert (latest.is_retired, latest.said_by, latest.rule.rule_no) == (True, "boss", 1)
    assert len(list_rule_events(db, BOSS)) == 5
    assert save_rule(db, BOSS, clock, SCHEME, 1) == 5  # never the number of one that was
    for rule in list_rules(db):
        retire_rule(db, BOSS, clock, rule)
    assert choose_steps(list_rules(db), "outage", "feeder", 1, False) == ("circle",)


def test_two_administrators_do_not_overwrite_each_other(db: Database, clock: Clock) -> None:
    shown = list_rules(db)[1]
    save_rule(db, BOSS, clock, dataclasses.replace(shown, most_recipients=9_000), 2)
    for again in (
        lambda: save_rule(db, BOSS, clock, dataclasses.replace(shown, most_recipients=1), 2),
        lambda: retire_rule(db, BOSS, clock, shown),
    ):
        with pytest.raises(BadInput, match="rule_changed"):
            again()
    assert list_rules(db)[1].most_recipients == 9_000


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"purpose": "party"}, "rule_purpose"),
        ({"widest_level": "planet"}, "rule_purpose"),
        ({"fewest_recipients": -1}, "rule_size"),
        ({"most_recipients": 999}, "rule_size"),
        ({"fewest_recipients": 0, "most_recipients": 0}, "rule_size"),
        ({"steps": ("circle",) * 4}, "rule_steps"),
        ({"steps": ("feeder",)}, "rule_steps"),
    ],
)
def test_what_makes_no_rule_is_refused(
    db: Database, clock: Clock, change: dict[str, object], code: str
) -> None:
    with pytest.raises(BadInput, match=code):
        save_rule(db, BOSS, clock, dataclasses.replace(SCHEME, **change), 1)  # type: ignore[arg-type]
    assert len(list_rules(db)) == 4


def test_only_the_states_administrator_changes_them(town: Database, clock: Clock) -> None:
    for scope in (
        Scope("discom_admin", Role.ADMINISTRATOR, "MVVNL", 2, 9),
        Scope("md", Role.APPROVER, "UP", 1, 9),
    ):
        with pytest.raises(Refused):
            save_rule(town, scope, clock, SCHEME, 1)
    assert len(list_rules(town)) == 4


def test_the_preview_says_what_a_submission_then_needs(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    shown = preview_rule(town, BOSS, "DIV1", "billing", 8, False)
    assert (shown.rule and shown.rule.rule_no, shown.steps) == (2, (("circle", 1),))  # town_se is that one
    notice = get_notice(town, town_ee, submit(town, town_ee, clock, DRAFT))
    assert [step.level for step in notice.steps] == [level for level, _ in shown.steps]
    assert preview_rule(town, BOSS, "DIV1/1/SS/F1", "outage", 8, False).steps == ()
    assert preview_rule(town, BOSS, "MVVNL", "safety", 8, False).steps == (("discom", 0), ("discom", 0))


def test_a_change_stands_in_the_audit_trail_and_leaves_what_was_submitted(
    town: Database, clock: Clock, town_ee: Scope
) -> None:
    notice_id = submit(town, town_ee, clock, DRAFT)
    second = list_rules(town)[1]
    save_rule(town, BOSS, clock, dataclasses.replace(second, steps=("discom", "zone")), 2)
    assert [step.level for step in get_notice(town, town_ee, notice_id).steps] == ["circle"]
    trail = list_audit(town, BOSS, 5)
    event = trail[trail["action"] == "rule.save"].iloc[0]
    assert event["username"] == "boss" and '"steps": "discom, zone"' in event["detail"]
