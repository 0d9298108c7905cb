"""The sending numbers at work together: a lane for each, which of them are stopped, and what they have in flight."""

import queue
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dashboard.config import Settings
from dashboard.delivery import numbers
from dashboard.delivery.account import account_of
from dashboard.delivery.governor import Governor, Pause
from dashboard.delivery.lane import Lane
from dashboard.delivery.link import SenderLink
from dashboard.delivery.numbers import FIRST_NO, SendingNumber
from dashboard.delivery.reference import read_prefix
from dashboard.delivery.verdict import PAIR_UNITS
from dashboard.store.database import Database

_LOOK_SECONDS = 1.0  # how often it is looked at which numbers there are


class Fleet:
    """Used by the dispatcher's thread; what it says of itself may be read from any."""

    def __init__(
        self, db: Database, settings: Settings, events: "queue.SimpleQueue[Any]", pause_unit: float
    ) -> None:
        self.lanes: dict[int, Lane] = {}  # by number
        self.stopped: Mapping[int, str] = {}  # numbers that send nothing, and why
        self._db, self._settings, self._events = db, settings, events
        self._pause_unit = pause_unit
        self._look_at = 0.0

    def begin(self) -> None:
        """Learn whose numbers they are. Raises Refused("demo_loopback_only")."""
        self._account = account_of(self._db, self._settings)
        self._prefix = read_prefix(self._db)

    def __iter__(self) -> Iterator[Lane]:
        return iter(list(self.lanes.values()))

    @property
    def jobs(self) -> frozenset[int]:
        """The jobs of which any message is with a sender."""
        return frozenset[int]().union(*(lane.jobs for lane in self))

    @property
    def open_count(self) -> int:
        """How many messages are with the senders."""
        return sum(lane.open_count for lane in self)

    @property
    def rates(self) -> dict[int, float]:
        """Messages a second, by number."""
        return {lane.number_no: lane.governor.rate for lane in self}

    @property
    def first_link(self) -> SenderLink | None:
        """The first number's sender."""
        first = self.lanes.get(FIRST_NO)
        return first.link if first else None

    def lane_of_batch(self, batch_id: int) -> Lane | None:
        """Return the lane that has a batch in flight, None where none has."""
        return next((lane for lane in self if batch_id in lane.in_flight), None)

    def lane_of_link(self, link: SenderLink) -> Lane | None:
        """Return the lane whose sender this is, None where that lane has another by now."""
        return next((lane for lane in self if lane.link is link), None)

    def look(self) -> bool:
        """See which numbers there are and may send, once a second; return whether it was looked."""
        if time.monotonic() < self._look_at:
            return False
        with self._db.read() as cursor:
            found = numbers.list_numbers(cursor)
        self.stopped = {one.number_no: one.stop_reason or numbers.PERSON for one in found if not one.is_open}
        for number in found:
            if number.number_no not in self.lanes:
                self.lanes[number.number_no] = self._make_lane(number)
        self.lanes[FIRST_NO].mind_the_child()
        self._look_at = time.monotonic() + min(_LOOK_SECONDS, self._pause_unit)
        return True

    def look_anew(self) -> None:
        """Have the next look see what has changed, also where it is not due yet."""
        self._look_at = 0.0

    def _make_lane(self, number: SendingNumber) -> Lane:
        governor = Governor(number.rate, self._settings.max_attempts, self._pause_unit, number.number_no)
        account = replace(self._account, phone_number_id=number.phone_number_id)
        return Lane(
            governor, account, self._prefix, self._events, most_a_batch=self._settings.send_batch,
            pair_seconds=PAIR_UNITS * self._pause_unit,
        )  # fmt: skip

    def mind(self) -> None:
        """Have each sender do what the answers ask of it: give back what must wait, go slower or faster."""
        for lane in self:
            if lane.governor.hold_reason(time.monotonic()) and lane.in_flight:
                lane.ask_back(None)
            lane.tell_rate()
            lane.mind_silence()

    def heed(self, pause: Pause) -> None:
        """Have what pauses given back untried, and forget what let it pause."""
        for lane in self:
            if pause.number_no in (None, lane.number_no):
                lane.governor.forget()
                lane.ask_back(pause.job_id)
        if pause.number_no is not None:
            self.look_anew()  # the stop stands in the table of numbers

    def ask_back(self) -> None:
        """Have all that is not begun given back untried."""
        for lane in self:
            lane.ask_back(None)

    def end(self) -> None:
        """End all senders at once."""
        for lane in self:
            lane.end()
