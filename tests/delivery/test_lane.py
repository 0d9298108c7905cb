"""A sender that stands still is told from one that has nothing to say; no process and no real second in it."""

import queue
import time
from typing import cast

import pytest

from dashboard.delivery.claims import Batch, ClaimedMessage
from dashboard.delivery.credentials import Account
from dashboard.delivery.governor import Governor
from dashboard.delivery.lane import Lane
from dashboard.delivery.link import SenderLink
from dashboard.delivery.wire import MessageHead

ACCOUNT = Account("http://127.0.0.1:1", "v23.0", "token", "1", "2", 20.0, True)
MOBILE = 9_800_000_001


class Link:
    """Takes what it is given and says nothing."""

    def __init__(self) -> None:
        self.is_killed = False

    def send(self, batch_id: int, batch: Batch) -> None:
        """Take a batch."""

    def kill(self) -> None:
        self.is_killed = True

    def end(self) -> None:
        """End."""


class Bench:
    """A lane with a clock that is moved by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rate: float) -> None:
        self.now = 1000.0
        monkeypatch.setattr(time, "monotonic", lambda: self.now)
        self.lane = Lane(
            Governor(rate, 3, 2.0), ACCOUNT, "", queue.SimpleQueue(), most_a_batch=60, pair_seconds=6.0
        )
        self._numbers = iter(range(1, 1000))
        self.begin()

    def begin(self) -> None:
        """Have a new sender and give it one message."""
        self.link = Link()
        self.lane.link = cast("SenderLink", self.link)
        self.hand_over()

    def hand_over(self) -> None:
        self.number = next(self._numbers)
        message = ClaimedMessage(self.number, MOBILE, ())
        head = MessageHead("template", "bill_due", "hi", ())
        self.lane.hand_over(self.number, Batch(1, 1, 1, head, (message,)))

    def answer(self) -> None:
        self.lane.in_flight[self.number].open.clear()
        self.lane.close_answered(self.number, MOBILE)

    def pass_time(self, seconds: float, step: float = 0.5) -> None:
        end = self.now + seconds
        while self.now < end and not self.link.is_killed:
            self.now += step
            self.lane.mind_silence()

    def die(self) -> bool:
        """Let the sender stand still until it is killed; return whether it dies too often."""
        self.pass_time(200)
        assert self.link.is_killed
        _, too_often = self.lane.bury_child(2.0)
        return too_often


def test_a_sender_of_a_message_a_minute_is_slow_by_order_and_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench(monkeypatch, 1 / 60)
    for _ in range(10):
        bench.pass_time(79)  # its turn, and a call that takes as long as it may
        bench.answer()
        bench.hand_over()
    assert not bench.link.is_killed
    bench.pass_time(180)
    assert bench.link.is_killed


def test_what_stood_still_together_with_us_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(monkeypatch, 80.0)
    bench.pass_time(5)
    bench.pass_time(3600, step=3600)  # the machine slept, or all of us were stopped
    bench.pass_time(30)
    assert not bench.link.is_killed
    bench.answer()
    bench.pass_time(3600)  # without work it has nothing to say
    assert not bench.link.is_killed


def test_senders_that_stand_still_one_after_the_other_are_not_fed_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench(monkeypatch, 80.0)
    died = [bench.die()]
    for _ in range(2):
        bench.begin()
        died.append(bench.die())
    assert died == [False, False, True]


def test_a_sender_that_answered_before_it_stood_still_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(monkeypatch, 80.0)
    for _ in range(4):
        bench.answer()
        bench.hand_over()
        assert not bench.die()
        bench.begin()
