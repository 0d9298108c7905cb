"""While much goes out or comes in, DuckDB's helper threads rest.

At full rate some hundred small queries a second are asked beside the pages. A query as small as that cannot be divided: where a
helper takes it, its caller asks without a pause whether it is done, and takes Python's lock from the pages each time.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack

from dashboard.runtime import Runtime

MANY_MESSAGES, MANY_WEBHOOKS = 50, 10  # on their way; since the last look, a second ago
REST_SECONDS = 10.0
_CALLERS = 8  # writer, dispatcher, applier, pages: more than DuckDB has threads


class FullRate:
    """Looked at each second; the helpers come back once little has gone out and come in for ten seconds."""

    def __init__(self, runtime: Runtime, now: Callable[[], float] = time.monotonic) -> None:
        self._runtime, self._now = runtime, now
        self._alone = ExitStack()
        self._is_full, self._until, self._stored = False, 0.0, runtime.webhooks.stored

    def look(self) -> bool:
        """See whether much goes out or comes in, let the helpers rest or come back, and return whether it is so."""
        if self._is_much():
            self._until = self._now() + REST_SECONDS
        is_full = self._now() < self._until
        if is_full and not self._is_full:
            self._alone.enter_context(self._runtime.db.each_alone(_CALLERS))
        elif self._is_full and not is_full:
            self._alone.close()
        self._is_full = is_full
        return is_full

    def end(self) -> None:
        """Let the helpers come back."""
        self._alone.close()

    def _is_much(self) -> bool:
        before, self._stored = self._stored, self._runtime.webhooks.stored
        dispatcher = self._runtime.dispatcher
        on_their_way = dispatcher.status().in_flight if dispatcher else 0
        return on_their_way >= MANY_MESSAGES or self._stored - before >= MANY_WEBHOOKS
