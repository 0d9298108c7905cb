"""What happens by the clock: a step that fails is told, and holds up neither the others nor the next tick."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from dashboard import housekeeper
from dashboard.access.scope import Scope
from dashboard.config import Settings
from dashboard.delivery import ledger
from dashboard.errors import Unavailable
from dashboard.health import read_health
from dashboard.housekeeper import Housekeeper, InboxWatcher, verify_reached
from dashboard.registry.import_jobs import ImportJobs
from dashboard.registry.import_log import NOTHING, ImportResult
from dashboard.registry.import_work import Progress
from dashboard.registry.sources import Upload
from dashboard.runtime import Runtime
from dashboard.store.database import Cursor, Database
from dashboard.store.facts import read_fact
from tests.conftest import NOON


@pytest.fixture
def keeper(db: Database, tmp_path: Path) -> Housekeeper:
    return Housekeeper(Runtime(Settings(data_dir=tmp_path), db, lambda: NOON))


def test_the_drop_folder_waits_while_a_person_imports_and_that_is_no_failure(
    db: Database, tmp_path: Path, administrator: Scope
) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "night.csv").write_text("x", encoding="utf-8")
    runtime = Runtime(Settings(data_dir=tmp_path, inbox_quiet_seconds=0), db, lambda: NOON)
    go_on = threading.Event()

    def run(scope: Scope, uploads: Sequence[Upload], tell: Progress) -> ImportResult:
        assert go_on.wait(60)
        return NOTHING

    runtime.imports = ImportJobs(run, tmp_path / "importing")
    runtime.imports.start(administrator, [])
    watcher = InboxWatcher(runtime)
    watcher.look()
    assert runtime.failing == {}
    assert (tmp_path / "inbox" / "night.csv").exists()
    go_on.set()
    runtime.imports.stop()
    watcher.look()
    assert not (tmp_path / "inbox" / "night.csv").exists()  # it has had its turn


def fail_with(error: Exception) -> None:
    raise error


def test_each_step_stands_alone_and_what_fails_is_told_until_it_works(
    keeper: Housekeeper, caplog: pytest.LogCaptureFixture
) -> None:
    runtime, done = keeper._runtime, []
    errors = [KeyError("9812345210"), duckdb.OutOfMemoryException("9812345210"), Unavailable("webhooks_full")]
    steps = {str(place): lambda error=error: fail_with(error) for place, error in enumerate(errors)}
    for _ in range(3):
        keeper.do({**steps, "last": lambda: done.append(1)})
    assert done == [1, 1, 1]
    assert runtime.failing == {"0": "KeyError", "1": "OutOfMemoryException", "2": "webhooks_full"}
    health = read_health(runtime)
    assert health.failing == runtime.failing and health.status == "degraded"
    assert len([one for one in caplog.records if one.name == "dashboard.housekeeper"]) == 3
    assert "9812345210" not in "".join(one.getMessage() for one in caplog.records)
    keeper.do({name: lambda: None for name in steps})
    assert read_health(runtime).failing == {}


def test_the_steps_are_all_that_is_due(keeper: Housekeeper) -> None:
    keeper.do(keeper.list_often())
    keeper.do(keeper.list_seldom())
    keeper.do(keeper.list_rarely())
    assert keeper._runtime.failing == {}


def test_a_failing_step_does_not_end_the_clockwork(
    keeper: Housekeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeper, "_TICK_SECONDS", 0.01)
    calls, went_on = [], threading.Event()

    def work() -> None:
        calls.append(1)
        if len(calls) > 2:
            went_on.set()
        raise RecursionError

    monkeypatch.setattr(keeper, "list_often", lambda: {"often": work})
    keeper.start()
    try:
        assert went_on.wait(10)
    finally:
        keeper.stop()


def test_who_wrote_and_who_was_reached_have_proved_their_numbers_once(db: Database) -> None:
    writer, reached, sent = 9_812_345_210, 9_812_345_211, 9_812_345_212
    rows = pa.table({"account_no": [None, None], "mobile": [reached, sent], "parameters": [["x"], ["x"]]})

    def prepare(cursor: Cursor) -> None:
        cursor.execute("INSERT INTO inbound_message VALUES ('w', ?, ?, 'JOIN', 'join', '')", [writer, NOON])
        job_id = ledger.stage(
            cursor, NOON, kind="text", template="", language="", parameter_names=["text"], rows=rows
        )
        for message_no, status in ((1, "delivered"), (1, "read"), (2, "sent")):
            cursor.execute(
                "INSERT INTO status_event (job_id, message_no, wamid, status, status_at, received_at) VALUES (?, ?, 'w', ?, ?, ?)",
                [job_id, message_no, status, NOON, NOON],
            )

    db.write(prepare)
    assert verify_reached(db, lambda: NOON) == 2
    with db.read() as cursor:
        assert cursor.execute("SELECT mobile FROM verified_number ORDER BY ALL").fetchall() == [
            (writer,),
            (reached,),
        ]
    assert verify_reached(db, lambda: NOON) == 0


def test_the_look_for_proven_numbers_goes_on_from_where_it_was_though_nobody_is_new(db: Database) -> None:
    verify_reached(db, lambda: NOON)
    verify_reached(db, lambda: NOON + timedelta(minutes=5))  # soon after: the mark may wait
    assert _looked_until(db) == NOON.isoformat()
    version, later = db.version, NOON + timedelta(minutes=11)
    verify_reached(db, lambda: later)
    assert _looked_until(db) == later.isoformat()
    assert db.version == version  # no page has anything new to show


def _looked_until(db: Database) -> str | None:
    with db.read() as cursor:
        return read_fact(cursor, "verified_until")
