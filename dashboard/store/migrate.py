"""Brings the tables of an opened file up to date: numbered SQL files, each in one transaction, after a backup."""

import shutil
from pathlib import Path

import duckdb

from dashboard.store.clock import utc_now

_MIGRATIONS_DIR = Path(__file__).parent / "migrations"


def migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Apply the migrations that the file has not seen; a file with content is copied beside itself first."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, applied_at TIMESTAMP NOT NULL)"
    )
    seen = {version for (version,) in connection.execute("SELECT version FROM schema_version").fetchall()}
    waiting = [file for file in sorted(_MIGRATIONS_DIR.glob("*.sql")) if int(file.name[:4]) not in seen]
    if waiting and seen:
        connection.execute("CHECKPOINT")
        shutil.copy2(path, path.with_suffix(f".before-{waiting[0].name[:4]}.duckdb"))
    for file in waiting:
        _apply(connection, file)


def _apply(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    connection.execute("BEGIN")
    try:
        connection.execute(file.read_text(encoding="utf-8"))
        connection.execute("INSERT INTO schema_version VALUES (?, ?)", [int(file.name[:4]), utc_now()])
        connection.execute("COMMIT")
    except duckdb.Error:
        connection.execute("ROLLBACK")
        raise
