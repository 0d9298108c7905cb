"""One sending number at work: its rate, its sender process, and what it has in flight."""

import logging
import queue
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from dashboard.delivery.claims import Batch, ClaimedMessage
from dashboard.delivery.credentials import Account
from dashboard.delivery.governor import Governor
from dashboard.delivery.link import SenderLink

_log = logging.getLogger(__name__)
_BATCH_SECONDS, _QUEUE_SECONDS = 0.2, 0.4  # of sending: a batch, and all that waits in the sender
_DEATHS, _DEATH_SECONDS = 3, 60.0  # a sender that dies so often puts too much in doubt to be started again
_SPARE_SILENCE = 30.0  # seconds beyond the longest call for which a sender that has work may say nothing
_LONGEST_LOOK = 1.0  # of silence that one look counts: we may have stood still ourselves


@dataclass
class InFlight:
    """A batch that the sender has, and those of its messages that are not answered."""

    batch: Batch
    open: dict[int, ClaimedMessage]


class Lane:
    """What belongs to one number. Used by the dispatcher's thread alone; its sender starts with its first work."""

    def __init__(
        self,
        governor: Governor,
        account: Account,
        prefix: str,
        events: "queue.SimpleQueue[Any]",
        *,
        most_a_batch: int,
        pair_seconds: float,
    ) -> None:
        self.governor = governor
        self.in_flight: dict[int, InFlight] = {}
        self.unproven: set[int] = set()  # jobs whose first batch is out
        self.link: SenderLink | None = None
        self._account, self._prefix, self._events = account, prefix, events
        self._most_a_batch, self._pair_seconds = most_a_batch, pair_seconds
        self._dropped: set[int] = set()  # jobs whose rest was asked back
        self._out: set[int] = set()  # people who have a message on its way
        self._recent: dict[
            int, float
        ] = {}  # when a person's last message was answered, monotonic, the longest ago first
        self._deaths: deque[float] = deque(maxlen=_DEATHS)
        self._vain_deaths = 0  # one after the other, each with work and without one answer between
        self._restart_at = 0.0
        self._told_rate = governor.rate
        self._silent_for, self._looked_at = 0.0, time.monotonic()

    @property
    def number_no(self) -> int:
        return self.governor.number_no

    @property
    def open_count(self) -> int:
        return sum(len(entry.open) for entry in list(self.in_flight.values()))

    @property
    def jobs(self) -> frozenset[int]:
        return frozenset(entry.batch.job_id for entry in list(self.in_flight.values()))

    @property
    def batch_size(self) -> int:
        if self.governor.is_probing:
            return 1
        return max(1, min(self._most_a_batch, int(self.governor.rate * _BATCH_SECONDS)))

    @property
    def has_room(self) -> bool:
        """Keep little waiting in the sender: whatever waits there when it dies is in doubt."""
        waiting, size = self.link.waiting_count if self.link else 0, self.batch_size
        return waiting + size <= max(2 * size, int(self.governor.rate * _QUEUE_SECONDS))

    def spare(self, messages: tuple[ClaimedMessage, ...]) -> tuple[ClaimedMessage, ...]:
        """Return those of the messages whose recipients were written to only just: they must wait their turn.

        One message per 6 s to a person from a number (Meta's pair rate).
        """
        self._forget_rested()
        early = []
        for message in messages:
            if message.mobile in self._out or message.mobile in self._recent:
                early.append(message)
            else:
                self._out.add(message.mobile)
        return tuple(early)

    def _forget_rested(self) -> None:
        before = time.monotonic() - self._pair_seconds
        while self._recent and next(iter(self._recent.values())) <= before:
            del self._recent[next(iter(self._recent))]

    def hand_over(self, batch_id: int, batch: Batch) -> None:
        """Give a batch to the sender."""
        assert self.link, "claims are made only while a sender is there"
        self.in_flight[batch_id] = InFlight(batch, {one.message_no: one for one in batch.messages})
        if batch.is_first:
            self.unproven.add(batch.job_id)
        self._dropped.discard(batch.job_id)
        self.link.send(batch_id, batch)

    def close_answered(self, batch_id: int, mobile: int) -> None:
        """Take note that a person's message is answered; forget a batch all of whose messages are."""
        self._silent_for, self._vain_deaths = 0.0, 0
        self._note_answered(mobile)
        entry = self.in_flight[batch_id]
        if not entry.open:
            del self.in_flight[batch_id]
            self.unproven.discard(entry.batch.job_id)

    def _note_answered(self, mobile: int) -> None:
        self._out.discard(mobile)
        self._recent.pop(mobile, None)
        self._recent[mobile] = time.monotonic()

    def ask_back(self, job_id: int | None) -> None:
        """Have what is not begun of a job (None: of all) given back untried."""
        if self.link:
            self.link.drop(job_id)

    def ask_back_what_stopped(self, running: frozenset[int]) -> None:
        """Have the rest of paused and cancelled jobs given back untried."""
        for job_id in self.jobs - running - self._dropped:
            self._dropped.add(job_id)
            self.ask_back(job_id)

    def tell_rate(self) -> None:
        if self.governor.rate != self._told_rate and self.link:
            self._told_rate = self.governor.rate
            self.link.set_rate(self._told_rate)

    def mind_the_child(self) -> None:
        """Start a sender where there is none, not at once where one has just died."""
        if self.link is None and time.monotonic() >= self._restart_at:
            self._told_rate = self.governor.rate
            self.link = SenderLink(self._account, self._told_rate, self._prefix, self._events)

    def mind_silence(self) -> None:
        """Kill a sender that has work and stands still: every call ends within its time, and is told at once."""
        now = time.monotonic()
        self._silent_for += min(now - self._looked_at, _LONGEST_LOOK) if self.in_flight else -self._silent_for
        self._looked_at = now
        longest = self._account.timeout_seconds + 2 / self.governor.rate + _SPARE_SILENCE
        if self.link and self._silent_for > longest:
            _log.error("the sender stands still")
            self.link.kill()  # its end is told as any other
            self._silent_for = 0.0

    def bury_child(self, pause_unit: float) -> tuple[list[InFlight], bool]:
        """The sender died. Return what it had, as nobody knows how far it came, and whether it dies too often."""
        lost = list(self.in_flight.values())
        _log.error("the sender ended; %d messages are in doubt", self.open_count)
        self._recent = dict.fromkeys([*self._recent, *self._out], time.monotonic())
        self._out.clear()
        self.in_flight.clear()
        self.unproven.clear()
        self.end()
        self._deaths.append(time.monotonic())
        self._restart_at = time.monotonic() + pause_unit * len(self._deaths)
        self._vain_deaths += 1 if lost else 0
        is_soon = len(self._deaths) == _DEATHS and self._deaths[-1] - self._deaths[0] < _DEATH_SECONDS
        too_often = is_soon or self._vain_deaths == _DEATHS
        if too_often:
            self._deaths.clear()
            self._vain_deaths = 0
        return lost, too_often

    def end(self) -> None:
        """End the sender at once."""
        if self.link:
            self.link.end()
            self.link = None
