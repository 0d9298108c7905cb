"""The one door to the DuckDB file: a fresh cursor for each read, one writer with group commit for changes."""

import queue
import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from dashboard.errors import Unavailable
from dashboard.store.shelf import Eased, Shelf

Cursor = duckdb.DuckDBPyConnection
T = TypeVar("T")
_STOP = object()
_GROUP_SIZE = 256


class Database:
    """One open DuckDB file.

    Reads: `with database.read() as cursor`. Changes: `database.write(change)`, where `change(cursor)` runs inside a
    transaction together with other waiting changes; it must neither sleep nor use the network.

    `version` counts the commits that may have altered what `recall` keeps in memory.
    """

    def __init__(self, connection: Cursor, path: Path) -> None:
        self.path = path
        self._connection = connection
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._closed = False
        self.version = self.commit_count = 0
        self._version_lock = threading.Lock()
        self._shelf = Shelf()
        self._eased = Eased()
        self._writer = threading.Thread(target=self._run_writer, name="database-writer", daemon=True)
        self._writer.start()

    @contextmanager
    def read(self) -> Iterator[Cursor]:
        """Lend a fresh cursor on a consistent snapshot; fetch all results inside the block."""
        cursor = self._connection.cursor()
        try:
            yield cursor
        finally:
            cursor.close()

    def recall(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` gave for this key since the data last changed; make it where that is not known.

        What comes back is shared: do not change it. A caller checks the right before, or has it in the key.
        """
        return self._shelf.get(self.version, key, make)

    def ease(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` gives; where that takes over a second, what it gave serves everyone for ten times as long.

        For what a running delivery moves all the time. A caller checks the right before.
        """
        return self._eased.get(key, make)

    def write(self, change: Callable[[Cursor], T], *, alters_pages: bool = True) -> T:
        """Run `change` in the writer's next commit and return its result once it is on disk.

        `alters_pages=False` promises that the change touches nothing that is kept: offices,
        consumers, coverage.
        Raises what `change` raises; then nothing of this change is kept, while its neighbours' changes are.
        """
        return self.write_later(change, alters_pages=alters_pages).result()

    def write_later(self, change: Callable[[Cursor], T], *, alters_pages: bool = True) -> Future[T]:
        """Put `change` into the writer's next commit without waiting for it: as `write`, the result comes in the future."""
        if self._closed:
            raise Unavailable("database_closed")
        done: Future[T] = Future()
        self._queue.put((change, alters_pages, done))
        return done

    @contextmanager
    def bulk(self) -> Iterator[Cursor]:
        """Lend a cursor for long preparation (staging tables); the caller commits its own short steps."""
        try:
            with self.read() as cursor:
                yield cursor
        finally:
            self._count_version()

    def close(self) -> None:
        """Finish the waiting changes, checkpoint and close the file."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(_STOP)
        self._writer.join()
        self._connection.close()

    def _run_writer(self) -> None:
        cursor = self._connection.cursor()
        stopping = False
        while not stopping:
            group, stopping = self._next_group()
            if group:
                self._commit_group(cursor, group)
        cursor.close()

    def _next_group(self) -> tuple[list[Any], bool]:
        group = [self._queue.get()]
        while len(group) < _GROUP_SIZE and not self._queue.empty():
            group.append(self._queue.get())
        stopping = any(item is _STOP for item in group)
        return [item for item in group if item is not _STOP], stopping

    def _count_version(self) -> None:
        with self._version_lock:
            self.version += 1

    def _commit_group(self, cursor: Cursor, group: list[Any]) -> None:
        """Commit all changes at once; where one fails, roll back and commit each alone."""
        try:
            results = _in_transaction(cursor, [change for change, _, _ in group])
        except BaseException as error:  # noqa: BLE001 - handed to the caller that waits
            if len(group) == 1:
                group[0][2].set_exception(error)
                return
            for item in group:
                self._commit_group(cursor, [item])
            return
        self.commit_count += 1
        if any(alters_pages for _, alters_pages, _ in group):
            self._count_version()  # after the commit: what was read before it is never kept under the new number
        for (_, _, done), result in zip(group, results, strict=True):
            done.set_result(result)


def _in_transaction(cursor: Cursor, changes: list[Callable[[Cursor], Any]]) -> list[Any]:
    cursor.execute("BEGIN")
    try:
        results = [change(cursor) for change in changes]
        cursor.execute("COMMIT")
    except BaseException:
        _roll_back(cursor)
        raise
    return results


def _roll_back(cursor: Cursor) -> None:
    try:
        cursor.execute("ROLLBACK")
    except duckdb.Error:
        return  # DuckDB has already ended the transaction itself


def open_database(path: Path, *, memory_limit: str = "6GB", threads: int = 2) -> Database:
    """Open (or create) the file and bring its tables up to date.

    Raises Unavailable("database_locked") where another process holds the file, ("database_unreadable") where it is not ours.
    """
    from dashboard.store.migrate import migrate

    path.parent.mkdir(parents=True, exist_ok=True)
    connection = _connect(
        path,
        {
            "memory_limit": memory_limit,
            "threads": str(threads),
            "temp_directory": str(path.parent / "tmp"),
            "preserve_insertion_order": "false",
        },
    )
    migrate(connection, path)
    return Database(connection, path)


def _connect(path: Path, config: dict[str, str | bool | int | float | list[str]]) -> Cursor:
    try:
        return duckdb.connect(str(path), config=config)
    except duckdb.IOException as error:
        locked = "lock" in str(error).lower()
        raise Unavailable("database_locked" if locked else "database_unreadable", path=str(path)) from error
