"""Only a few pages are computed at once: the rest wait their turn, and each is done sooner.

Python computes one thread at a time. With twenty pages under way, each hands the lock to nineteen others at every message and
every query, and all take as long as the slowest. In turns, each takes its own 20 ms. Whoever waits too long behind a long
piece of work (a large download) goes ahead beside it, a few at a time; nobody waits for ever.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE, LATE_AT_ONCE = 2, 4
LONGEST_WAIT_SECONDS, LONGEST_LATE_SECONDS = 3.0, 10.0
_turns = threading.BoundedSemaphore(AT_ONCE)
_late_turns = threading.BoundedSemaphore(LATE_AT_ONCE)


@contextmanager
def a_turn() -> Iterator[None]:
    """Run the block in its turn; after the longest wait among the late ones, and at the very last without a turn."""
    for turns, seconds in ((_turns, LONGEST_WAIT_SECONDS), (_late_turns, LONGEST_LATE_SECONDS)):
        if turns.acquire(timeout=seconds):
            try:
                yield
            finally:
                turns.release()
            return
    yield
