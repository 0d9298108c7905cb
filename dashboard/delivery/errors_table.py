"""The provider's error codes as data: what each means for the message, the job and the number.

Branch on the code, never on the HTTP status. Source: Meta, "Error codes" of the Cloud API. The words stand
in the catalogues under `provider.<words>`.
"""

import csv
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class Action(StrEnum):
    """What to do about a refusal; all but the failing ones keep the message waiting for another attempt."""

    SLOW = "slow"  # halve the number's rate, try again
    WAIT = "wait"  # leave the account alone for minutes, try again
    PAIR = "pair"  # try this person again after 4^X seconds
    RETRY = "retry"  # try again with growing pauses, a limited number of times
    LATER = "later"  # try again after a minute
    FAIL = "fail"  # this message fails, says nothing about others
    FAIL_ALIKE = "fail_alike"  # this message fails; many alike mean that the job itself is wrong
    UNDELIVERABLE = "undeliverable"  # fails, and the number is not on WhatsApp
    SUPPRESS = "suppress"  # fails, and the person gets no marketing until they resume it
    BLOCK = "block"  # fails, and the person gets nothing any more
    WITHHOLD = "withhold"  # fails, and the person gets nothing for 24 hours
    PAUSE_JOB = "pause_job"  # the job's template rests: pause the job, let it go on by itself after hours
    STOP_JOB = "stop_job"  # the job's template is at fault: pause the job until a person lets it go on
    STOP_NUMBER = "stop_number"  # the sending number is at fault: it sends nothing until a person lets it
    STOP_ALL = "stop_all"  # the account is at fault: pause everything


PERSONAL_ACTIONS = frozenset({Action.UNDELIVERABLE, Action.SUPPRESS, Action.BLOCK, Action.WITHHOLD})
FINAL_ACTIONS = frozenset({Action.FAIL, Action.FAIL_ALIKE}) | PERSONAL_ACTIONS
STOPPING_ACTIONS = frozenset({Action.PAUSE_JOB, Action.STOP_JOB, Action.STOP_NUMBER, Action.STOP_ALL})
UNLIMITED_ACTIONS = frozenset({Action.SLOW, Action.WAIT}) | STOPPING_ACTIONS


@dataclass(frozen=True)
class Rule:
    """What one code means; `words` is the key of its sentence."""

    action: Action
    words: str


_UNKNOWN = Rule(Action.FAIL_ALIKE, "unknown_code")
_LONGEST_PAUSE_SECONDS = 300.0
_MINUTE_SECONDS = 60.0


def _read_rules() -> dict[int, Rule]:
    rules: dict[int, Rule] = {}
    with Path(__file__).with_name("provider_codes.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            first, _, last = row["code"].partition("-")
            for code in range(int(first), int(last or first) + 1):
                rules[code] = Rule(Action(row["action"]), row["words"])
    return rules


RULES = _read_rules()


def rule_for(code: int | None) -> Rule:
    """Return the rule of a code; one that the table lacks fails the message, and many of them pause the
    job."""
    return _UNKNOWN if code is None else RULES.get(code, _UNKNOWN)


def account_words() -> frozenset[str]:
    """Return the keys of words with which everything stands still until an administrator has acted: the account, or our own sender."""
    stops = {rule.words for rule in RULES.values() if rule.action is Action.STOP_ALL}
    return frozenset(stops) | {"sender_broken"}


def message_words() -> frozenset[str]:
    """Return the keys of words that tell why a message failed: as the reason of a pause they mean that message after message did."""
    stops = {rule.words for rule in RULES.values() if rule.action in STOPPING_ACTIONS}
    fails = {rule.words for rule in RULES.values() if rule.action in FINAL_ACTIONS}
    return frozenset(fails - stops) | {_UNKNOWN.words}


def pause_before_retry(action: Action, refused_before: int, unit: float) -> float:
    """Return the seconds to wait before a refused message is tried again.

    `refused_before` counts the refusals before this one; `unit` is the first pause, 2 s in production.
    """
    if action is Action.PAIR:
        return unit / 2 * 4 ** (refused_before + 1)
    if action in (Action.WAIT, Action.LATER):
        return _MINUTE_SECONDS / 2 * unit
    if action is Action.SLOW:
        return unit
    if action in STOPPING_ACTIONS:
        return 0.0  # whoever lets it go on wants it tried at once
    return min(_LONGEST_PAUSE_SECONDS, unit * 2**refused_before)
