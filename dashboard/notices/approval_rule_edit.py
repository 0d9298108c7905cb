"""Changing who must approve what: by the state's administrator, from now on, what stood before is kept."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput, Refused
from dashboard.notices.approval_rules import (
    ApprovalRule,
    choose_steps,
    find_rule,
    read_rules,
    rule_queries,
    to_rule,
)
from dashboard.notices.notice import approval_queries
from dashboard.notices.templates import PURPOSES
from dashboard.registry.offices import LEVELS, TOP_CODE, find_office
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

STEP_LEVELS = LEVELS[: LEVELS.index("subdivision") + 1]
MOST_STEPS = 3


@dataclass(frozen=True)
class RulePreview:
    """What a notice would meet: the rule that decides (None: none fits), and each step with how many could give it."""

    rule: ApprovalRule | None
    steps: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class RuleEvent:
    """One change of the rules."""

    valid_from: datetime
    said_by: str
    is_retired: bool
    rule: ApprovalRule


def save_rule(db: Database, scope: Scope, clock: Clock, rule: ApprovalRule, position: int) -> int:
    """Add a rule (`rule_no` 0) or alter one, at a position counted from 1; return its number. Needs Right.MANAGE_RULES, whole state.

    Notices that were submitted keep the steps of their submission. Raises BadInput("rule_changed") where somebody altered
    it since it was shown, ("rule_purpose"), ("rule_size"), ("rule_steps").
    """
    require_rules(scope)
    _require_sound(rule)

    def change(cursor: Cursor) -> int:
        rules = list(read_rules(cursor))
        if rule.rule_no:
            rules.remove(_require_current(rules, rule))
        number = rule.rule_no or int(rule_queries.next_rule_no(cursor))
        placed = replace(rule, rule_no=number, place=_find_place(rules, position))
        _write(cursor, scope, clock(), placed, "rule.save", False)
        return number

    return db.write(change)


def retire_rule(db: Database, scope: Scope, clock: Clock, rule: ApprovalRule) -> None:
    """Let a rule decide nothing any more. Raises as `save_rule`."""
    require_rules(scope)

    def change(cursor: Cursor) -> None:
        _write(cursor, scope, clock(), _require_current(read_rules(cursor), rule), "rule.retire", True)

    db.write(change)


def preview_rule(
    db: Database, scope: Scope, office_code: str, purpose: str, recipients: int, sensitive: bool
) -> RulePreview:
    """Return which rule a notice to so many recipients of an office would meet. Needs Right.MANAGE_RULES, whole state."""
    require_rules(scope)
    with db.read() as cursor:
        office, rules = find_office(cursor, office_code), read_rules(cursor)
        question = (purpose, office.level, recipients, sensitive)
        steps = tuple(
            (level, _count_givers(cursor, level, office.office_no, office.last_no))
            for level in choose_steps(rules, *question)
        )
    return RulePreview(find_rule(rules, *question), steps)


def list_rule_events(db: Database, scope: Scope, limit: int = 50) -> list[RuleEvent]:
    """Return what was changed when and by whom, the latest first. Needs Right.MANAGE_RULES, whole state."""
    require_rules(scope)
    with db.read() as cursor:
        rows = list(rule_queries.list_rule_events(cursor, row_limit=limit))
    return [RuleEvent(row[1], row[2], row[3], to_rule(row[0], *row[4:])) for row in rows]


def require_rules(scope: Scope) -> None:
    """Raise Refused unless the person may say who approves what: the rules hold for the whole state."""
    scope.require(Right.MANAGE_RULES)
    if scope.office_code != TOP_CODE:
        raise Refused("office")


def _require_sound(rule: ApprovalRule) -> None:
    if rule.purpose not in ("", *PURPOSES) or rule.widest_level not in LEVELS:
        raise BadInput("rule_purpose")
    if rule.fewest_recipients < 0 or (
        rule.most_recipients is not None and rule.most_recipients < max(rule.fewest_recipients, 1)
    ):
        raise BadInput("rule_size")
    if len(rule.steps) > MOST_STEPS or set(rule.steps) - set(STEP_LEVELS):
        raise BadInput("rule_steps", most=MOST_STEPS)


def _require_current(
    rules: list[ApprovalRule] | tuple[ApprovalRule, ...], shown: ApprovalRule
) -> ApprovalRule:
    current = next((rule for rule in rules if rule.rule_no == shown.rule_no), None)
    if current is None or current.event_no != shown.event_no:
        raise BadInput("rule_changed")
    return current


def _find_place(others: list[ApprovalRule], position: int) -> float:
    """Return a place before the rule that stands at a position now."""
    index = min(max(position, 1), len(others) + 1) - 1
    before = others[index - 1].place if index else 0.0
    after = others[index].place if index < len(others) else before + 2.0
    return (before + after) / 2


def _count_givers(cursor: Cursor, level: str, first_no: int, last_no: int) -> int:
    place = approval_queries.find_step_office(
        cursor, first_no=first_no, last_no=last_no, level=level, levels=list(LEVELS)
    )
    if place is None:
        return 0
    return int(approval_queries.count_approvers(cursor, first_no=place[0], last_no=place[1], barred=[]))


def _write(
    cursor: Cursor, scope: Scope, now: datetime, rule: ApprovalRule, action: str, is_retired: bool
) -> None:
    rule_queries.insert_rule(
        cursor, rule_no=rule.rule_no, now=now, username=scope.username, is_retired=is_retired, place=rule.place,
        purpose=rule.purpose, sensitive=rule.sensitive, widest_level=rule.widest_level, fewest=rule.fewest_recipients,
        most=rule.most_recipients, steps=list(rule.steps),
    )  # fmt: skip
    detail: dict[str, Any] = {
        "rule": rule.rule_no, "purpose": rule.purpose, "sensitive": rule.sensitive, "widest": rule.widest_level,
        "from": rule.fewest_recipients, "to": rule.most_recipients, "steps": ", ".join(rule.steps),
    }  # fmt: skip
    record(cursor, now, scope.username, action, office_code=TOP_CODE, detail=detail)
