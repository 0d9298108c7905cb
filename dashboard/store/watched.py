"""A long statement watched while it runs: how far it is, and an end to it when somebody gives it up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from dashboard.store.connection import Cursor

T = TypeVar("T")
Tell = Callable[[float], None]  # share done, 0 to 1; raises to give up
_TELL_SECONDS = 0.3


def run_watched(cursor: Cursor, statement: Callable[[Cursor], T], tell: Tell) -> T:
    """Run a statement on a thread beside and return what it returns; what `tell` raises interrupts it and comes out."""
    cursor.execute("SET enable_progress_bar = true")
    cursor.execute("SET enable_progress_bar_print = false")
    with ThreadPoolExecutor(1, "watched") as pool:
        running = pool.submit(statement, cursor)
        try:
            while not wait([running], _TELL_SECONDS).done:
                tell(max(0.0, min(cursor.query_progress() / 100, 1.0)))
            tell(1.0)
        except BaseException:
            while not running.done():
                cursor.interrupt()
                wait([running], _TELL_SECONDS)
            raise
        return running.result()


def part_of(tell: Tell, begins: float, ends: float) -> Tell:
    """Return what tells the share of a step as a share of the whole."""
    return lambda share: tell(begins + (ends - begins) * share)
