"""DuckDB's file as it is opened, and what its errors mean for it: a disk that is full, a file that must be opened again."""

from pathlib import Path

import duckdb

from dashboard.errors import Unavailable
from dashboard.store.disk import is_full

Cursor = duckdb.DuckDBPyConnection
Config = dict[str, str | bool | int | float | list[str]]


def connect(path: Path, config: Config) -> Cursor:
    """Open the file. Raises Unavailable("database_locked"), ("disk_no_room") or ("database_unreadable")."""
    try:
        return duckdb.connect(str(path), config=config)
    except duckdb.Error as error:  # its own assertions among them: a log that does not fit the file
        raise Unavailable(_say_why(error), path=str(path)) from error


def _say_why(error: duckdb.Error) -> str:
    if is_full(error):
        return "disk_no_room"
    locked = "Could not set lock on file" in str(error)  # "block" is what it says of a damaged one
    return "database_locked" if locked else "database_unreadable"


def reopen(path: Path, config: Config) -> Cursor:
    """Open a file anew that DuckDB has given up in this process. Raises what still stands in the way.

    While anybody holds a cursor of before, DuckDB hands out the same broken instance again: that is seen by asking it.
    """
    connection = connect(path, config)
    try:
        connection.execute("SELECT count(*) FROM schema_version").fetchall()
    except duckdb.Error:
        connection.close()
        raise
    return connection


def has_lost_its_file(error: BaseException) -> bool:
    """Whether DuckDB refuses everything from now on until the file is opened again: a checkpoint failed half-way."""
    return isinstance(error, duckdb.FatalException) or (
        isinstance(error, duckdb.Error) and "has been invalidated" in str(error)
    )


def is_committed(error: BaseException) -> bool:
    """Whether a commit that raised is on disk all the same: repeating it would do it twice."""
    return isinstance(error, duckdb.FatalException) and "COMMIT succeeded" in str(error)


def is_disk_trouble(error: BaseException) -> bool:
    """Whether the disk is full or does not answer: nothing was changed, and it may be tried again."""
    if isinstance(error, duckdb.IOException):
        return True
    return isinstance(error, duckdb.TransactionException) and "write" in str(error) and "file" in str(error)
