"""Numbers that WhatsApp does not reach, told one by one while a notice goes out, written down together.

Each writing looks through the registry for the numbers' accounts and makes every page compute its figures anew: as many come as
messages fail, some a second in a large send.
"""

import threading
from datetime import datetime, timedelta

from dashboard.enrolment.consent import mark_undeliverable
from dashboard.enrolment.inbound import numbers_heard
from dashboard.registry.states import Refresh
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

_CLOCKS_DIFFER = timedelta(minutes=1)  # a message carries WhatsApp's time


class Undeliverable:
    """Gathers what answers and reports tell, from any thread, until `write`. System function.

    A crash forgets what has not been written: it is told again with the next message to the number.
    """

    def __init__(self, db: Database, clock: Clock, refresh: Refresh) -> None:
        self._db, self._clock, self._refresh = db, clock, refresh
        self._told: dict[int, datetime] = {}  # when each number was told
        self._lock = threading.Lock()

    def tell(self, mobiles: list[int]) -> None:
        """Take notice that these numbers are not reached."""
        with self._lock:
            self._told |= dict.fromkeys(mobiles, self._clock())

    def write(self) -> int:
        """Mark what was told since the last time and return how many numbers that is; who has written to us meanwhile is reached."""
        with self._lock:
            told, self._told = self._told, {}
        if not told:
            return 0
        try:
            return self._db.write(lambda cursor: self._mark(cursor, told))
        except BaseException:
            with self._lock:
                self._told = told | self._told
            raise

    def _mark(self, cursor: Cursor, told: dict[int, datetime]) -> int:
        heard = set(numbers_heard(cursor, min(told.values()) - _CLOCKS_DIFFER).column("mobile").to_pylist())
        silent = [mobile for mobile in told if mobile not in heard]
        mark_undeliverable(cursor, silent, self._clock(), self._refresh)
        return len(silent)
