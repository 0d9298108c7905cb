"""What is kept in memory of the data: until it changes, until an account changes, until any commit, until a table changes."""

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any, TypeVar

from dashboard.store.connection import Cursor
from dashboard.store.shelf import Eased, Shelf

T = TypeVar("T")


class Memory(ABC):
    """Answers kept by the commits that may alter them.

    `commit_count` counts all commits, `version` those that may have altered what `recall` keeps, `account_version` those that may
    have altered an account. What comes back is shared: nobody may change it.
    """

    def __init__(self) -> None:
        self.version = self.account_version = self.commit_count = 0
        self._version_lock = threading.Lock()
        self._shelf, self._strict_shelf, self._brief_shelf = Shelf(), Shelf(), Shelf()
        self._last_read: dict[Hashable, tuple[Any, Any]] = {}
        self._last_read_lock = threading.Lock()
        self._eased = Eased()

    @abstractmethod
    def read(self) -> AbstractContextManager[Cursor]:
        """Lend a fresh cursor; the database says how."""

    def count_commit(self, pages: bool = True, accounts: bool = True) -> None:
        """Note a commit, after it is done: what was read before it is never kept under the new number."""
        with self._version_lock:
            self.commit_count += 1
            self.version += pages
            self.account_version += accounts

    def recall(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` gave for this key since the data last changed; make it where that is not known.

        What comes back is shared: do not change it. A caller checks the right before, or has it in the key.
        """
        return self._shelf.get(self.version, key, make)

    def recall_to_the_letter(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` gave for this key since the last commit that may have altered an account: for what must never be a
        moment old."""
        return self._strict_shelf.get(self.account_version, key, make)

    def recall_until_commit(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` gave for this key since the last commit of any kind: for what anything may alter, asked again and again."""
        return self._brief_shelf.get(self.commit_count, key, make)

    def recall_table(
        self,
        key: Hashable,
        stamp: Callable[[Cursor], Any],
        read: Callable[[Cursor], T],
        day: date | None = None,
    ) -> T:
        """Return what `read` gave for this key as long as `stamp`, asked after each commit that may have altered it, says the same;
        on another `day` anew.

        For whole tables that most commits leave alone; of many who ask after a commit, one reads. As `recall`: shared, not to be changed.
        """

        def stands(cursor: Cursor) -> Any:
            return day, stamp(cursor)

        with self._last_read_lock:
            return self.recall((key, day), lambda: self._read_if_new(key, stands, read))

    def _read_if_new(self, key: Hashable, stamp: Callable[[Cursor], Any], read: Callable[[Cursor], T]) -> T:
        with self.read() as cursor:
            cursor.execute("BEGIN")  # the stamp and the rows of one moment
            stands = stamp(cursor)
            before = self._last_read.get(key)
            if before is None or before[0] != stands:
                self._last_read[key] = before = (stands, read(cursor))
            cursor.execute("COMMIT")
        found: T = before[1]
        return found

    def ease(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` gives; where that takes over a second, what it gave serves everyone for ten times as long.

        For what a running delivery moves all the time. A caller checks the right before.
        """
        return self._eased.get(key, make)
