"""The pipe to a sender."""

import os
import queue
import signal
import threading

import pytest

from dashboard.delivery.claims import Batch, ClaimedMessage
from dashboard.delivery.credentials import Account
from dashboard.delivery.link import ChildEnded, SenderLink
from dashboard.delivery.wire import MessageHead

ACCOUNT = Account("http://127.0.0.1:1", "v23.0", "token", "1", "2", 20.0, True)


def test_a_sender_that_reads_no_more_is_killed_and_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.delivery.link._PATIENCE", 0.3, raising=False)
    events: queue.SimpleQueue[object] = queue.SimpleQueue()
    link = SenderLink(ACCOUNT, 80.0, "", events)
    try:
        os.kill(link.process_id, signal.SIGSTOP)
        message = ClaimedMessage(1, 9_800_000_001, ("क" * 1_000_000,))  # more than any pipe holds
        batch = Batch(1, 1, 1, MessageHead("text", "", "", ("text",)), (message,))
        writing = threading.Thread(target=link.send, args=(1, batch), daemon=True)
        writing.start()
        writing.join(20)
        assert not writing.is_alive()
        assert events.get(timeout=60) == ChildEnded(link)
    finally:
        link.kill()
        link.end()
