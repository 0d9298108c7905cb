"""What can be turned in the sandbox: how consumers and the provider behave."""

import math
from dataclasses import dataclass, fields, replace
from typing import Any

from dashboard.errors import BadInput


@dataclass(frozen=True)
class Knobs:
    """Shares are 0 to 1, delays and the latency are seconds after the message was accepted."""

    failed_rate: float = 0.02
    failed_code: int = 131026
    delivered_rate: float = 0.97
    read_rate: float = 0.7
    sent_delay: float = 0.2
    delivered_delay: float = 0.8
    read_delay: float = 2.5
    latency: float = 0.0
    held_rate: float = 0.0
    refuse_rate: float = 0.0
    refuse_code: int = 130429
    duplicate_rate: float = 0.0
    shuffle: bool = False  # reports come out of order
    outage: bool = False
    token_expired: bool = False
    approve_templates: bool = True

    def __post_init__(self) -> None:
        for knob in fields(self):
            _check(knob.name, getattr(self, knob.name))


def _check(name: str, value: Any) -> None:
    limit = 1.0 if name.endswith("_rate") else 3600.0
    if isinstance(value, float) and not 0.0 <= value <= limit:
        raise BadInput("sandbox_knob", knob=name)


def turn(knobs: Knobs, changes: dict[str, Any]) -> Knobs:
    """Return the knobs with some of them turned. Raises BadInput("sandbox_knob") for an unknown name or
    value."""
    current = {knob.name: getattr(knobs, knob.name) for knob in fields(knobs)}
    turned: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in current:
            raise BadInput("sandbox_knob", knob=name)
        turned[name] = _convert(name, current[name], value)
    return replace(knobs, **turned)


def _convert(name: str, known: Any, value: Any) -> bool | int | float:
    """Return a value in the kind of the known one."""
    if isinstance(value, bool) and isinstance(known, bool):
        return value
    if isinstance(value, bool) or isinstance(known, bool) or not isinstance(value, int | float):
        raise BadInput("sandbox_knob", knob=name)
    if not math.isfinite(value):
        raise BadInput("sandbox_knob", knob=name)
    return int(value) if isinstance(known, int) else float(value)
