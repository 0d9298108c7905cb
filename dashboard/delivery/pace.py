"""How many messages a second really go, while any wait: fewer than the numbers may where WhatsApp slows them down. No I/O."""

from collections import deque

_WINDOW_SECONDS = 30.0  # a rate that is halved and won back in turns is told by its mean
_LEAST_SECONDS = 5.0
_GAP_SECONDS = 10.0  # after so long without a message it is measured anew


class PaceMeter:
    """Counts messages that were taken; times are monotonic seconds, given by the caller. Used by one thread, read by any."""

    def __init__(self) -> None:
        self.per_second: float | None = None  # None while too little was seen
        self._seconds: deque[tuple[float, int]] = (
            deque()
        )  # when it was looked at, how many were taken until then
        self._taken = 0

    def note(self, now: float) -> None:
        """Count one message that was taken."""
        if self._seconds and now - self._seconds[-1][0] > _GAP_SECONDS:
            self.rest()
        self._taken += 1
        if not self._seconds or now - self._seconds[-1][0] >= 1.0:
            self._look(now)

    def rest(self) -> None:
        """Forget what was seen: nothing waits, so that nothing is told by how little goes."""
        self._seconds.clear()
        self._taken, self.per_second = 0, None

    def _look(self, now: float) -> None:
        self._seconds.append((now, self._taken))
        while now - self._seconds[0][0] > _WINDOW_SECONDS:
            self._seconds.popleft()
        since, before = self._seconds[0]
        if now - since >= _LEAST_SECONDS:
            self.per_second = (self._taken - before) / (now - since)
