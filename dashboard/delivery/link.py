"""The application's end of the pipe to the sender."""

import json
import queue
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from dashboard.delivery.child import end_child, hand_over, start_child
from dashboard.delivery.claims import Batch
from dashboard.delivery.credentials import Account
from dashboard.delivery.reference import make_reference
from dashboard.delivery.wire import Answer

_MODULE = "dashboard.delivery.sender"
_PATIENCE = 30.0  # seconds in which a sender reads on: it does little else
_FEWEST_CONNECTIONS, _MOST_CONNECTIONS = 8, 512


@dataclass(frozen=True)
class Result:
    """What the sender says of one message."""

    batch_id: int
    message_no: int
    answer: Answer


@dataclass(frozen=True)
class ChildEnded:
    """The sender is gone; `link` says which, as a new one may be at work already."""

    link: "SenderLink"


Event = list[Result] | ChildEnded


class SenderLink:
    """One sender, started at once; what it says arrives in `events`."""

    def __init__(self, account: Account, rate: float, prefix: str, events: "queue.SimpleQueue[Any]") -> None:
        connections = min(max(int(rate), _FEWEST_CONNECTIONS), _MOST_CONNECTIONS)
        first = {"account": asdict(account), "rate": rate, "connections": connections}
        self._prefix = prefix
        self._events = events
        self._handed_count = 0
        self._begun_count = 0  # written by the reading thread alone
        self._child = start_child(_MODULE, json.dumps(first).encode())
        threading.Thread(target=self._read, name="sender-results", daemon=True).start()

    def send(self, batch_id: int, batch: Batch) -> None:
        """Hand over a batch; where the sender is gone, `ChildEnded` tells."""
        rows = [
            [
                one.message_no,
                one.mobile,
                one.parameters,
                make_reference(self._prefix, batch.job_id, one.message_no),
            ]
            for one in batch.messages
        ]
        self._handed_count += len(rows)
        self._write({"batch": batch_id, "job": batch.job_id, "head": asdict(batch.head), "messages": rows})

    def set_rate(self, rate: float) -> None:
        self._write({"rate": rate})

    def drop(self, job_id: int | None) -> None:
        """Ask for the messages of a job (None: of all) that are not begun; they come back as 'returned'."""
        self._write({"drop": job_id})

    def end(self) -> None:
        """End the sender at once; calls that it has in flight are lost."""
        end_child(self._child)

    def kill(self) -> None:
        """Kill the sender, also one that has been stopped; `ChildEnded` tells."""
        self._child.kill()

    @property
    def waiting_count(self) -> int:
        """How many messages the sender has not begun yet, as far as we know: all of these a crash puts in
        doubt."""
        return self._handed_count - self._begun_count

    @property
    def process_id(self) -> int:
        return self._child.pid

    def _write(self, order: dict[str, Any]) -> None:
        try:
            hand_over(self._child, json.dumps(order, ensure_ascii=False).encode() + b"\n", _PATIENCE)
        except (
            BrokenPipeError,
            ValueError,
        ):  # the reader thread reports the end and the dispatcher acts on it
            return

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            if line.endswith(b"\n"):  # half a line means that the sender died while it wrote
                self._events.put(self._read_line(line))
        self._events.put(ChildEnded(self))

    def _read_line(self, line: bytes) -> list[Result]:
        said = json.loads(line)
        self._begun_count = said["begun"]
        rows: Sequence[Any] = said["results"]
        return [
            Result(batch, number, Answer(result, wamid, code)) for batch, number, result, wamid, code in rows
        ]
