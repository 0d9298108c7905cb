"""The one door to the DuckDB file: a fresh cursor for each read, one writer with group commit for changes."""

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from dashboard.errors import Unavailable
from dashboard.store.clock import utc_now
from dashboard.store.connection import (
    Config,
    Cursor,
    connect,
    has_lost_its_file,
    is_committed,
    is_disk_trouble,
    reopen,
)
from dashboard.store.facts import keep_fact
from dashboard.store.memory import Memory

T = TypeVar("T")
_STOP, _WAKE = object(), object()
_GROUP_SIZE = 256
_MEND_SECONDS = 1.0  # between attempts to open or to write again


@dataclass(frozen=True)
class _Waiting:
    """A change that waits for the writer, what it may alter of what is kept in memory, and where its result goes."""

    change: Callable[[Cursor], Any]
    alters_pages: bool
    alters_accounts: bool
    done: "Future[Any]"


class Database(Memory):
    """One open DuckDB file, and what is kept of it in memory (`recall` and its like).

    Reads: `with database.read() as cursor`. Changes: `database.write(change)`, where `change(cursor)` runs inside a
    transaction together with other waiting changes; it must neither sleep nor use the network.

    `trouble` is the error code that says why nothing can be written at the moment, None where it can: a full disk is waited for, a
    file that DuckDB gave up is opened again.
    """

    def __init__(self, connection: Cursor, path: Path, config: Config) -> None:
        super().__init__()
        self.path, self._config = path, config
        self.trouble: str | None = None
        self._connection = connection
        self._is_broken = False
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._closed = False
        self._alone: list[int] = []  # callers of the blocks that do without DuckDB's helpers
        self._alone_lock = threading.Lock()
        self._writer = threading.Thread(target=self._run_writer, name="database-writer", daemon=True)
        self._writer.start()

    @contextmanager
    def read(self) -> Iterator[Cursor]:
        """Lend a fresh cursor on a consistent snapshot; fetch all results inside the block.

        Raises Unavailable("database_failed") where the file must be opened again first: that happens by itself.
        """
        connection = self._connection
        try:
            cursor = connection.cursor()
        except duckdb.ConnectionException as error:
            raise Unavailable("database_closed" if self._closed else "database_failed") from error
        try:
            yield cursor
        except duckdb.Error as error:
            if not has_lost_its_file(error):
                raise
            if connection is self._connection:
                self._is_broken = True
                self._queue.put(_WAKE)
            raise Unavailable("database_failed") from error
        finally:
            cursor.close()

    def write(
        self, change: Callable[[Cursor], T], *, alters_pages: bool = True, alters_accounts: bool = True
    ) -> T:
        """Run `change` in the writer's next commit and return its result once it is on disk.

        `alters_pages=False` promises that the change touches nothing that is kept: offices,
        consumers, coverage. `alters_accounts=False` beside it: nor any account; for what delivery writes down many times a second.
        Raises what `change` raises; then nothing of this change is kept, while its neighbours' changes are.
        Raises Unavailable("database_unwritable") or ("database_failed") where the disk fails.
        """
        return self.write_later(change, alters_pages=alters_pages, alters_accounts=alters_accounts).result()

    def write_later(
        self, change: Callable[[Cursor], T], *, alters_pages: bool = True, alters_accounts: bool = True
    ) -> Future[T]:
        """Put `change` into the writer's next commit without waiting for it: as `write`, the result comes in the future."""
        if self._closed:
            raise Unavailable("database_closed")
        done: Future[T] = Future()
        self._queue.put(_Waiting(change, alters_pages, alters_accounts, done))
        return done

    @contextmanager
    def bulk(self) -> Iterator[Cursor]:
        """Lend a cursor for long preparation (staging tables); the caller commits its own short steps."""
        try:
            with self.read() as cursor:
                yield cursor
        finally:
            self.count_commit()

    @contextmanager
    def each_alone(self, callers: int) -> Iterator[None]:
        """Let so many threads compute their own queries, without DuckDB's helpers, as long as the block lasts.

        Where a helper takes a query that cannot be divided, its caller has nothing to do, and asks without a pause whether it is done
        (DuckDB's Python client, CompletePendingQuery).
        """
        try:
            self._set_helpers(self._alone.append, callers)
            yield
        finally:
            with suppress(Unavailable):  # a file that is opened again has its helpers back by itself
                self._set_helpers(self._alone.remove, callers)

    def _set_helpers(self, change: Callable[[int], None], callers: int) -> None:
        """Note that a block begins or ends, and leave DuckDB the helpers that the one of the most callers leaves it."""
        with self._alone_lock:
            change(callers)
            threads = min(max(self._alone, default=1), int(str(self._config["threads"])))
            with self.read() as cursor:
                cursor.execute(f"SET external_threads = {threads}")

    def close(self) -> None:
        """Finish the waiting changes, checkpoint and close the file."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(_STOP)
        self._writer.join()
        self._connection.close()

    def _run_writer(self) -> None:
        cursor: Cursor | None = self._connection.cursor()
        stopping = False
        while cursor is not None and not stopping:
            group, stopping = self._next_group()
            if group:
                self._commit_group(cursor, group)
            if self._is_broken and not stopping:
                cursor.close()
                cursor = self._open_again()
        if cursor is not None:
            cursor.close()

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        try:
            group = [self._queue.get(timeout=_MEND_SECONDS if self.trouble else None)]
        except queue.Empty:  # nobody has written since the disk failed: see whether it is well again
            return [_Waiting(_write_probe, False, False, Future[None]())], False
        while len(group) < _GROUP_SIZE and not self._queue.empty():
            group.append(self._queue.get())
        stopping = any(item is _STOP for item in group)
        return _wanted(group), stopping

    def _open_again(self) -> Cursor | None:
        """Open the file that DuckDB has given up, as soon as the disk lets us; None: we are asked to stop meanwhile.

        What waits to be written is refused at once, so that a webhook is not answered before it is stored.
        """
        self.trouble = "database_failed"
        self._connection.close()
        while True:
            try:
                self._connection = reopen(self.path, self._config)
            except (duckdb.Error, Unavailable):
                if self._refuse_waiting():
                    return None
                continue
            self._is_broken, self.trouble = False, None
            self.count_commit()
            return self._connection.cursor()

    def _refuse_waiting(self) -> bool:
        """Refuse what comes for a while; return whether we are to stop."""
        try:
            items = [self._queue.get(timeout=_MEND_SECONDS)]
        except queue.Empty:
            return False
        while not self._queue.empty():
            items.append(self._queue.get())
        for item in _wanted(items):
            item.done.set_exception(Unavailable("database_failed"))
        return any(item is _STOP for item in items)

    def _commit_group(self, cursor: Cursor, group: list[_Waiting]) -> None:
        """Commit all changes at once; where one fails, roll back and commit each alone."""
        try:
            results = self._in_transaction(cursor, [one.change for one in group])
        except BaseException as error:  # noqa: BLE001 - handed to the callers that wait
            self._refuse(cursor, group, error)
            return
        if not self._is_broken:
            self.trouble = None
        self.count_commit(any(one.alters_pages for one in group), any(one.alters_accounts for one in group))
        for one, result in zip(group, results, strict=True):
            one.done.set_result(result)

    def _refuse(self, cursor: Cursor, group: list[_Waiting], error: BaseException) -> None:
        """Tell those who wait what went wrong; neighbours of a change that failed are committed each alone."""
        if has_lost_its_file(error):
            self._is_broken, self.trouble = True, "database_failed"
        elif is_disk_trouble(error):
            self.trouble = "database_unwritable"
        if len(group) > 1 and not self._is_broken:
            for item in group:
                self._commit_group(cursor, [item])
            return
        for one in group:
            one.done.set_exception(_as_ours(error))

    def _in_transaction(self, cursor: Cursor, changes: list[Callable[[Cursor], Any]]) -> list[Any]:
        cursor.execute("BEGIN")
        try:
            results = [change(cursor) for change in changes]
            cursor.execute("COMMIT")
        except BaseException as error:
            if is_committed(error):  # it is on disk; only what DuckDB does behind a commit has failed
                self._is_broken = True
                return results
            _roll_back(cursor)
            raise
        return results


def _wanted(items: list[Any]) -> list[_Waiting]:
    """Return the changes among what was in the queue; those whose callers have given them up meanwhile are not made."""
    changes = [item for item in items if item is not _STOP and item is not _WAKE]
    return [one for one in changes if one.done.set_running_or_notify_cancel()]


def _as_ours(error: BaseException) -> BaseException:
    """Return what the caller is told: of a disk that fails our own error, in words that say what to do."""
    code = "database_failed" if has_lost_its_file(error) else "database_unwritable"
    if not has_lost_its_file(error) and not is_disk_trouble(error):
        return error
    ours = Unavailable(code)
    ours.__cause__ = error
    return ours


def _write_probe(cursor: Cursor) -> None:
    """Write something that the disk must hold."""
    keep_fact(cursor, "written_at", utc_now().isoformat())


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
    config: Config = {
        "memory_limit": memory_limit,
        "threads": str(threads),
        "temp_directory": str(path.parent / "tmp"),
        "preserve_insertion_order": "false",
    }
    connection = connect(path, config)
    migrate(connection, path)
    return Database(connection, path, config)
