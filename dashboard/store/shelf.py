"""What is kept in memory as long as the data stands: many people look at the same offices and figures."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

T = TypeVar("T")
MOST_ENTRIES = 10_000  # an office takes some ten, about 60 kB together
_NOTHING = object()
DEAR_SECONDS, REST_TIMES = 1.0, 10
MOST_DEAR = 100


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


class Eased:
    """Answers that move all the time and may be dear (a report on crores of messages): what took long rests ten times as long.

    So making it takes a tenth of one core at most, however many look. What is cheap is made each time.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._entries: OrderedDict[Hashable, tuple[float, Any]] = (
            OrderedDict()
        )  # until when it rests, what was made
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` gives for this key, or what it gave while that rests. What raises is not kept."""
        began = self._now()
        with self._lock:
            until, made = self._entries.get(key, (0.0, _NOTHING))
            if made is not _NOTHING:
                if began < until:
                    return cast(T, made)
                self._entries[key] = (
                    began + DEAR_SECONDS * REST_TIMES,
                    made,
                )  # one makes it anew, the others go by the old
        made = make()
        took = self._now() - began
        with self._lock:
            self._entries.pop(key, None)
            if took >= DEAR_SECONDS:
                self._entries[key] = (self._now() + REST_TIMES * took, made)
            while len(self._entries) > MOST_DEAR:
                self._entries.popitem(last=False)
        return made
