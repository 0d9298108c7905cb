"""Who gets nothing any more, asked right before each batch goes, without going through crores of consents each time."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dashboard.enrolment.consent import queries, suppressed_numbers
from dashboard.store.database import Cursor, Database


class OptedOut:
    """Keeps the numbers that ever said STOP or were taken off an account by a person, eight bytes each, and asks the consents for these
    alone. System function.

    Nobody else can be out: consent ends by a STOP of its number, or where its number is put right. Both kinds of facts are only ever
    appended, so that those since the last `renew` are the rows behind it.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._numbers: NDArray[np.int64] = np.empty(0, np.int64)  # in their order
        self._last = (-1, -1)  # the last fact of consent, and the last change of a number

    def renew(self) -> int:
        """Take in what was said since the last time and return how many numbers it knows; beside the writer."""
        numbers, (before_said, before_put) = self._numbers, self._last
        with self._db.read() as cursor:
            said, put = int(queries.last_event(cursor)), int(queries.last_number_fact(cursor))
            stopped = cursor.execute(queries.stopped_between.sql, {"after": before_said, "last": said})
            fresh = [stopped.to_arrow_table().column("mobile").to_numpy()]
            taken_off = cursor.execute(queries.taken_off_between.sql, {"after": before_put, "last": put})
            fresh.append(taken_off.to_arrow_table().column("mobile").to_numpy())
        found = np.unique(np.concatenate(fresh))
        found = found[~_are_among(numbers, found)]
        if len(found):
            numbers = np.sort(np.concatenate([numbers, found]), kind="stable")
        self._numbers, self._last = numbers, (said, put)
        return len(numbers)

    def among(self, cursor: Cursor, mobiles: Sequence[int]) -> set[int]:
        """Return those of the numbers that have opted out and joined with no other account since, or that a person has taken off every
        account with which they joined; inside a change too."""
        (said, put), numbers = self._last, self._numbers  # in this order: what is in neither would be missed
        asked = np.array(mobiles, np.int64)
        named = set(asked[_are_among(numbers, asked)].tolist())
        named |= {mobile for (mobile,) in queries.stopped_since(cursor, after=said)}
        named |= {mobile for (mobile,) in queries.taken_off_since(cursor, after=put)}
        return suppressed_numbers(cursor, [mobile for mobile in mobiles if mobile in named])


def _are_among(numbers: NDArray[np.int64], asked: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of each number that is asked whether it is among others, which stand in their order."""
    return np.searchsorted(numbers, asked, "left") < np.searchsorted(numbers, asked, "right")
