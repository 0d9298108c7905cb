"""Days that officials train on: each is a whole setting of the knobs, from calm to nothing works."""

from typing import Any

from dashboard.delivery.sandbox.knobs import Knobs, turn
from dashboard.errors import BadInput

PRESETS: dict[str, dict[str, Any]] = {
    "calm": {},
    "stormy": {
        "failed_rate": 0.06, "fail_endings": "07:131049, 13:131050", "delay_spread": 4.0, "duplicate_rate": 0.2, "shuffle": True,
        "refuse_rate": 0.05, "refuse_code": 131016, "refuse_endings": "21:131026", "held_rate": 0.05, "held_drop_rate": 0.2,
        "timeout_rate": 0.003, "reset_rate": 0.01, "server_error_rate": 0.01, "half_answer_rate": 0.01, "latency": 0.05,
    },
    "throttled": {"throughput": 5.0, "latency": 0.1},
    "template_paused": {"templates_paused": True},
    "token_expired": {"token_expired": True},
    "outage": {"outage": True},
    "quality_falls": {"quality": "RED", "failed_rate": 0.15, "failed_code": 131049, "daily_limit": 2000},
    "usernames": {"hide_numbers": True},
}  # fmt: skip


def preset(name: str) -> Knobs:
    """Return the knobs of a day, all that it does not name as on a calm one. Raises BadInput("sandbox_knob")."""
    if name not in PRESETS:
        raise BadInput("sandbox_knob", knob=name[:40])
    return turn(Knobs(), PRESETS[name])


def name_of(knobs: Knobs) -> str:
    """Return which day the knobs stand for; empty where they were turned by hand."""
    return next((name for name in PRESETS if preset(name) == knobs), "")
