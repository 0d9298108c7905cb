"""Who has opted out, asked right before each batch goes, without going through crores of consents each time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.enrolment.consent import queries, suppressed_numbers
from dashboard.store.database import Cursor, Database


class OptedOut:
    """Keeps the numbers that ever said STOP, eight bytes each, and asks the consents for these alone. System function.

    Nobody else can have opted out: consent ends by a STOP of its number. Facts of consent are only ever appended, so that those since
    the last `renew` are the rows behind it.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: tuple[NDArray[np.int64], int] = (
            np.empty(0, np.int64),
            -1,
        )  # in their order; the last fact

    def renew(self) -> int:
        """Take in what was said since the last time and return how many numbers it knows; beside the writer."""
        numbers, before = self._known
        with self._db.read() as cursor:
            last = int(queries.last_event(cursor))
            span = {"after": before, "last": last}
            found = cursor.execute(queries.stopped_between.sql, span).to_arrow_table()
        fresh = found.column("mobile").to_numpy()
        fresh = fresh[~_are_among(numbers, fresh)]
        if len(fresh):
            numbers = np.sort(np.concatenate([numbers, fresh]), kind="stable")
        self._known = (numbers, last)
        return len(numbers)

    def among(self, cursor: Cursor, mobiles: Sequence[int]) -> set[int]:
        """Return those of the numbers that have opted out and joined with no other account since, inside a change too."""
        numbers, last = self._known
        asked = np.array(mobiles, np.int64)
        with_stop = set(asked[_are_among(numbers, asked)].tolist())
        with_stop |= {mobile for (mobile,) in queries.stopped_since(cursor, after=last)}
        return suppressed_numbers(cursor, [mobile for mobile in mobiles if mobile in with_stop])


def _are_among(numbers: NDArray[np.int64], asked: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of each number that is asked whether it is among others, which stand in their order."""
    return np.searchsorted(numbers, asked, "left") < np.searchsorted(numbers, asked, "right")
