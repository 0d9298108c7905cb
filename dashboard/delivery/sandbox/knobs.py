"""What can be turned in the sandbox: how people and the provider behave."""

import math
import re
from dataclasses import dataclass, fields, replace
from typing import Any

from dashboard.errors import BadInput

QUALITIES = ("GREEN", "YELLOW", "RED")
_ENDINGS = re.compile(r"\s*(\d{1,10}):(\d{1,7})\s*")


@dataclass(frozen=True)
class Knobs:
    """Shares are 0 to 1; delays and pauses are seconds; endings read `07:131026, 13:131050` (last digits, code); 0 is no limit."""

    # what becomes of a message that was accepted
    delivered_rate: float = 0.97
    read_rate: float = 0.7
    failed_rate: float = 0.02
    failed_code: int = 131026
    fail_endings: str = ""
    sent_delay: float = 0.2
    delivered_delay: float = 0.8
    read_delay: float = 2.5
    delay_spread: float = 0.0  # up to so many seconds more, each report its own
    duplicate_rate: float = 0.0
    shuffle: bool = False  # reports come out of order
    hide_numbers: bool = False  # people are named by an id
    odd_rate: float = 0.0  # share of reports that come once more with a status nobody knows
    # what is answered
    latency: float = 0.0
    refuse_rate: float = 0.0
    refuse_code: int = 130429
    refuse_endings: str = ""
    held_rate: float = 0.0
    held_seconds: float = 5.0
    held_drop_rate: float = 0.0  # share of the held that end as 132015
    # limits
    throughput: float = 0.0  # messages a second and number, beyond it 130429
    daily_limit: int = 0  # different people in a rolling 24 hours
    daily_code: int = 131048
    pair_seconds: float = 6.0  # one message to a person in so many seconds …
    pair_burst: int = 45  # … so many at once borrow from later; beyond it 131056
    management_limit: int = 5000  # calls an hour about templates and numbers
    # faults
    outage: bool = False
    token_expired: bool = False
    timeout_rate: float = 0.0
    reset_rate: float = 0.0
    server_error_rate: float = 0.0
    half_answer_rate: float = 0.0
    lost_rate: float = 0.5  # of the faults above: share of messages that were not taken
    # templates and number
    approve_templates: bool = True
    reject_templates: bool = False
    marketing_templates: bool = False  # the category comes back dearer
    review_seconds: float = 0.0
    templates_paused: bool = False
    templates_disabled: bool = False
    pause_seconds: float = 10_800.0
    quality: str = "GREEN"

    def __post_init__(self) -> None:
        for knob in fields(self):
            _check(knob.name, getattr(self, knob.name))


def _check(name: str, value: Any) -> None:
    if isinstance(value, float) and not 0.0 <= value <= _limit_of(name):
        raise BadInput("sandbox_knob", knob=name)
    if isinstance(value, int) and not 0 <= value <= 100_000_000:
        raise BadInput("sandbox_knob", knob=name)
    if name.endswith("_endings"):
        read_endings(name, value)
    if name == "quality" and value not in QUALITIES:
        raise BadInput("sandbox_knob", knob=name)


def _limit_of(name: str) -> float:
    return 1.0 if name.endswith("_rate") else 86_400.0


def read_endings(name: str, text: str) -> tuple[tuple[str, int], ...]:
    """Return last digits and codes of `07:131026, 13:131050`. Raises BadInput("sandbox_knob")."""
    matches = [_ENDINGS.fullmatch(part) for part in text.split(",")] if text.strip() else []
    if not all(matches) or len(text) > 1000:
        raise BadInput("sandbox_knob", knob=name)
    return tuple((match[1], int(match[2])) for match in matches if match)


def code_of_ending(endings: str, number: str) -> int | None:
    """Return the code that a number's last digits are to bring, None where they are named nowhere."""
    if not endings:
        return None
    return next((code for digits, code in read_endings("endings", endings) if number.endswith(digits)), None)


def turn(knobs: Knobs, changes: dict[str, Any]) -> Knobs:
    """Return the knobs with some of them turned. Raises BadInput("sandbox_knob") for an unknown name or
    value."""
    current = {knob.name: getattr(knobs, knob.name) for knob in fields(knobs)}
    turned: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in current:
            raise BadInput("sandbox_knob", knob=str(name)[:40])
        turned[name] = _convert(name, current[name], value)
    return replace(knobs, **turned)


def _convert(name: str, known: Any, value: Any) -> bool | int | float | str:
    """Return a value in the kind of the known one."""
    if type(value) is type(known) and isinstance(value, bool | str):
        return value
    if isinstance(value, bool | str) or isinstance(known, bool | str) or not isinstance(value, int | float):
        raise BadInput("sandbox_knob", knob=name)
    if not math.isfinite(value):
        raise BadInput("sandbox_knob", knob=name)
    return int(value) if isinstance(known, int) else float(value)
