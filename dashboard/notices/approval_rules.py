"""Whose leave a notice needs: rules as data, by purpose, office and number of recipients; no database in the deciding."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.notices.draft import Audience, NoticeDraft, bind
from dashboard.notices.templates import AMOUNT_SOURCES, get_template
from dashboard.registry.offices import LEVELS, Office
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

ALWAYS = ("circle",)  # what speaks of money owed never goes without leave, whatever the rules say
_SENSITIVE_PURPOSES = ("recovery", "arrears")
# Money as people write it, also without a space beside the figure; never a part of another word.
_AMOUNT = re.compile(
    r"₹|(?<![a-z])(?:Rs|INR|rupees?|rupaye|rupiya)(?![a-z])|रुपय|रुपए|(?<![ऀ-ॣॱ-ॿ])र[ुू](?![ऀ-ॣॱ-ॿ])|\d/-",
    re.IGNORECASE,
)
rule_queries = load_queries(Path(__file__).with_name("approval.sql"))


@dataclass(frozen=True)
class ApprovalRule:
    """One rule. `purpose` '' fits any, `sensitive` None either, `most_recipients` None any number.

    `widest_level` fits offices of that level and below; `steps` are the levels whose approvers must agree, one
    person each. Rules are tried in the order of `place`; `event_no` tells which change of it this is.
    """

    rule_no: int
    purpose: str
    sensitive: bool | None
    widest_level: str
    most_recipients: int | None
    steps: tuple[str, ...]
    fewest_recipients: int = 0
    place: float = 0.0
    event_no: int = 0

    def fits(self, purpose: str, level: str, recipients: int, sensitive: bool) -> bool:
        """Tell whether the rule is about such a notice."""
        return (
            self.purpose in ("", purpose)
            and self.sensitive in (None, sensitive)
            and LEVELS.index(level) >= LEVELS.index(self.widest_level)
            and recipients >= self.fewest_recipients
            and (self.most_recipients is None or recipients <= self.most_recipients)
        )


def choose_steps(
    rules: Iterable[ApprovalRule], purpose: str, level: str, recipients: int, sensitive: bool
) -> tuple[str, ...]:
    """Return the levels that must approve, () where none must; without a fitting rule, `ALWAYS`."""
    rule = find_rule(rules, purpose, level, recipients, sensitive)
    return (rule.steps if rule else ALWAYS) or (ALWAYS if sensitive else ())


def find_rule(
    rules: Iterable[ApprovalRule], purpose: str, level: str, recipients: int, sensitive: bool
) -> ApprovalRule | None:
    """Return the rule that decides: the first that fits."""
    return next((rule for rule in rules if rule.fits(purpose, level, recipients, sensitive)), None)


def is_sensitive(draft: NoticeDraft) -> bool:
    """Tell whether a notice speaks of money owed: by its purpose, its audience, an amount in its words."""
    template = get_template(draft.template)
    words = [template.bodies[draft.language], *draft.variables.values()]
    sources = {bind(draft, variable).source for variable in template.variables}
    return (
        template.purpose in _SENSITIVE_PURPOSES
        or any(segment != "none" for segment in draft.audience.arrears_segments)
        or any(_AMOUNT.search(text) for text in words)
        or bool(sources & AMOUNT_SOURCES)
    )


def level_of(audience: Audience, office_level: str) -> str:
    """Return how wide an audience is; one feeder picked out of a larger office counts as that feeder."""
    return "feeder" if len(audience.feeder_codes) == 1 else office_level


def read_rules(cursor: Cursor) -> tuple[ApprovalRule, ...]:
    """Return the rules of this installation in the order in which they are tried."""
    return tuple(to_rule(*row) for row in rule_queries.list_rules(cursor))


def to_rule(
    rule_no: int,
    purpose: str,
    sensitive: bool | None,
    widest: str,
    most: int | None,
    steps: list[str],
    *rest: Any,
) -> ApprovalRule:
    """Return a rule of a row of the store."""
    return ApprovalRule(rule_no, purpose, sensitive, widest, most, tuple(steps), *rest)


def list_rules(db: Database) -> tuple[ApprovalRule, ...]:
    """Return the rules for showing; they hold no personal data."""
    with db.read() as cursor:
        return read_rules(cursor)


def needed_steps(cursor: Cursor, draft: NoticeDraft, office: Office, recipients: int) -> tuple[str, ...]:
    """Return the levels that must approve a draft to so many recipients of an office, () where nobody must."""
    purpose = get_template(draft.template).purpose
    level = level_of(draft.audience, office.level)
    return choose_steps(read_rules(cursor), purpose, level, recipients, is_sensitive(draft))


def open_steps(cursor: Cursor, job_id: int, levels: Sequence[str]) -> None:
    """Write down what one submission needs."""
    for step_no, level in enumerate(levels, 1):
        rule_queries.insert_step(cursor, job_id=job_id, step_no=step_no, level=level)
