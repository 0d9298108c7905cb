"""What happens by the clock goes on after the database has failed once."""

import threading
from pathlib import Path

import duckdb
import pytest

from dashboard import runtime
from dashboard.config import Settings
from dashboard.store.database import Database
from tests.conftest import NOON


def test_one_failure_of_the_database_does_not_end_the_clockwork(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "_TICK_SECONDS", 0.01)
    keeper = runtime.Housekeeper(runtime.Runtime(Settings(data_dir=tmp_path), db, lambda: NOON))
    calls, went_on = [], threading.Event()

    def work() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise duckdb.OutOfMemoryException("9812345210")
        went_on.set()

    monkeypatch.setattr(keeper, "work", work)
    keeper.start()
    try:
        assert went_on.wait(10)
    finally:
        keeper.stop()
