"""What the delivery tests share: a real temporary database, a counting server, a dispatcher pointed at it."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pandas as pd
import pytest

from dashboard.config import Settings
from dashboard.delivery import doubts, ledger
from dashboard.delivery.dispatcher import Dispatcher
from dashboard.store.clock import utc_now
from dashboard.store.database import Database

from .counting_server import CountingServer

FIRST_MOBILE = 9_800_000_001
PATIENCE = 90.0  # seconds: a busy machine is slow, not wrong; what holds at once is not waited for


@pytest.fixture
def server() -> Iterator[CountingServer]:
    with CountingServer() as running:
        yield running


def make_settings(graph_url: str, **changes: object) -> Settings:
    wanted = {
        "graph_url": graph_url, "whatsapp_token": "token", "phone_number_id": "1", "waba_id": "2",
        "app_secret": "secret", "verify_token": "word", "rate_per_second": 2000.0, "request_timeout_seconds": 20.0,
    }  # fmt: skip
    return Settings(**{**wanted, **changes})


def make_rows(count: int) -> pd.DataFrame:
    numbers = range(count)
    return pd.DataFrame(
        {
            "account_no": [f"{number + 1:010d}" for number in numbers],
            "mobile": [FIRST_MOBILE + number for number in numbers],
            "parameters": [["गोमती नगर", f"{number}"] for number in numbers],
        }
    )


def mobiles(count: int) -> list[int]:
    return [FIRST_MOBILE + number for number in range(count)]


def add_job(db: Database, count: int, *, state: str = "running") -> int:
    """Stage a job of `count` messages and let it run."""

    def change(cursor) -> int:
        job_id = ledger.stage(
            cursor, utc_now(), kind="template", template="bill_due", language="hi",
            parameter_names=["division", "month"], rows=make_rows(count),
        )  # fmt: skip
        if state == "running":
            ledger.release(cursor, job_id, utc_now())
        return job_id

    return db.write(change)


def read_job(db: Database, job_id: int) -> ledger.Job:
    with db.read() as cursor:
        return ledger.get_job(cursor, job_id)


def read_tally(db: Database, job_id: int) -> ledger.Tally:
    with db.read() as cursor:
        return ledger.tally(cursor, job_id)


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE, what: str = "it") -> None:
    """Wait until something holds; fail where it does not come to hold."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what}"
        time.sleep(0.02)


def wait_for_state(db: Database, job_id: int, state: str, seconds: float = PATIENCE) -> None:
    wait_for(lambda: read_job(db, job_id).state == state, seconds, f"job to be {state}")


@pytest.fixture
def make_dispatcher(db: Database) -> Iterator[Callable[..., Dispatcher]]:
    """Make dispatchers with short pauses; all are stopped in the end."""
    made: list[Dispatcher] = []

    def make(settings: Settings, *, suppressed=lambda cursor, numbers: set(), **changes) -> Dispatcher:
        clock: Callable[[], datetime] = changes.pop("clock", utc_now)
        changes.setdefault("pause_unit", 0.05)
        made.append(Dispatcher(db, settings, clock, suppressed, **changes))
        made[-1].start()
        return made[-1]

    yield make
    for dispatcher in made:
        dispatcher.stop()


def settle_doubts(
    db: Database, job_id: int, as_sent: bool, now: datetime, grace: timedelta = timedelta()
) -> int:
    """Settle what is in doubt for longer than `grace`, and return how many messages that is."""
    with db.read() as cursor:
        lots = doubts.choose_ripe(cursor, job_id, now - grace)
    return sum(db.write(lambda cursor, lot=lot: doubts.settle(cursor, lot, as_sent, now)) for lot in lots)
