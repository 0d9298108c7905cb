"""How the installation is: what `GET /health` answers and an operator looks at first."""

from dataclasses import dataclass
from datetime import datetime

from dashboard.delivery.applier import count_odd
from dashboard.runtime import Runtime


@dataclass(frozen=True)
class Health:
    """`status` ok or degraded; `database` ok, or the error code that says why nothing can be written; `failing` names the steps of
    the clockwork that fail at the moment and by which error; `sender` running, waiting (for what: a key of words) or stopped; lag in seconds of the oldest webhook not yet applied."""

    status: str
    database: str
    sender: str
    waiting_for: str | None
    sandbox: bool
    demo: bool
    last_import_at: datetime | None
    consumers: int
    enrolled: int
    webhooks_waiting: int
    ledger_lag_seconds: float
    in_doubt: int
    updates_not_understood: int
    sandbox_restarts: int
    failing: dict[str, str]


def read_health(runtime: Runtime) -> Health:
    """Ask the database and the sender how they are; no phone number and no name in the answer."""
    with runtime.db.read() as cursor:
        last_import_at, consumers, enrolled, waiting, oldest, in_doubt = cursor.execute(
            """SELECT (SELECT max(finished_at) FROM import_run),
                (SELECT coalesce(sum(consumers), 0) FROM coverage_cube), (SELECT coalesce(sum(enrolled), 0) FROM coverage_cube),
                (SELECT count(*) FROM webhook_raw WHERE raw_id > coalesce((SELECT raw_id FROM webhook_applied ORDER BY raw_id DESC LIMIT 1), 0)),
                (SELECT min(received_at) FROM webhook_raw WHERE raw_id > coalesce((SELECT raw_id FROM webhook_applied ORDER BY raw_id DESC LIMIT 1), 0)),
                (SELECT coalesce(sum(message_count), 0) FROM job_tally WHERE state = 'in_doubt')"""
        ).fetchall()[0]
        odd = count_odd(cursor)
    sender, waiting_for = _ask_sender(runtime)
    lag = (runtime.clock() - oldest).total_seconds() if oldest else 0.0
    trouble, failing = runtime.db.trouble, dict(runtime.failing)
    if runtime.applier and not runtime.applier.is_alive:
        failing["webhooks"] = "stopped"
    return Health(
        "degraded" if sender == "stopped" or trouble or failing else "ok", trouble or "ok", sender, waiting_for, runtime.sandbox is not None and runtime.sandbox.is_alive, runtime.is_demo,
        last_import_at, int(consumers), int(enrolled), int(waiting), max(lag, 0.0), int(in_doubt), odd,
        runtime.sandbox.restart_count if runtime.sandbox else 0, failing,
    )  # fmt: skip


def _ask_sender(runtime: Runtime) -> tuple[str, str | None]:
    """Return how the sender is, and what it waits for."""
    if runtime.dispatcher is None or not runtime.dispatcher.is_alive:
        return "stopped", None
    waiting_for = runtime.dispatcher.status().waiting_reason
    return ("waiting", waiting_for) if waiting_for else ("running", None)
