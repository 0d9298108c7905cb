"""Only a few pages are computed at once: the rest wait their turn, and each is done sooner.

Python computes one thread at a time. With twenty pages under way, each hands the lock to nineteen others at every message and
every query, and all take as long as the slowest. In turns, each takes its own 20 ms. Whoever waits too long behind a long
piece of work (an import, a large download) goes ahead without a turn.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

AT_ONCE = 2
LONGEST_WAIT_SECONDS = 3.0
_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def a_turn() -> Iterator[None]:
    """Run the block in its turn, or after the longest wait without one."""
    has_turn = _turns.acquire(timeout=LONGEST_WAIT_SECONDS)
    try:
        yield
    finally:
        if has_turn:
            _turns.release()
