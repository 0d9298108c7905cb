"""What is kept in memory as long as the data stands: many people look at the same offices and figures."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")
MOST_ENTRIES = 1000
_NOTHING = object()


class Shelf:
    """Answers that belong to one version of the data; safe among threads, the least used thrown out first.

    What is kept is shared: nobody may change it in place.
    """

    def __init__(self, most: int = MOST_ENTRIES) -> None:
        self._most = most
        self._version = 0
        self._entries: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, version: int, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is kept under a key for this version; make it where there is nothing. What raises is not kept."""
        with self._lock:
            self._turn_to(version)
            found = self._entries.get(key, _NOTHING) if version == self._version else _NOTHING
            if found is not _NOTHING:
                self._entries.move_to_end(key)
                return cast(T, found)
        made = make()
        with self._lock:
            self._turn_to(version)
            if version == self._version:
                self._entries[key] = made
                while len(self._entries) > self._most:
                    self._entries.popitem(last=False)
        return made

    def _turn_to(self, version: int) -> None:
        """Forget everything once the data has moved on; who still asks for an older version keeps nothing."""
        if version > self._version:
            self._version = version
            self._entries.clear()
