"""What the delivery tests share: a real temporary database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.store.database import Database, open_database


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "setu.duckdb", memory_limit="1GB", threads=2)
    yield database
    database.close()
