"""The sender: a child process with an event loop of its own, so that sending at full rate does not slow the
pages.

JSON lines on standard input: first the account with rate and connections, then `{"batch": 1, "job": 7,
"head": {…}, "messages": [[message_no, mobile, [parameters], reference], …]}`, `{"rate": 80.0}`, `{"drop":
7}` (a job's number, or null for all: what is not begun is given back untried). On standard output, as they
come: `{"results": [[batch, message_no, result, wamid, code], …], "begun": 1234}`, the latter counting all
that no longer waits here. The end of standard input ends it at once.
"""

import asyncio
import json
import logging
import signal
import sys
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import uvloop

from dashboard.delivery.child import die_with_parent, give_way, open_stdin
from dashboard.delivery.credentials import Account
from dashboard.delivery.message_client import WhatsAppClient
from dashboard.delivery.wire import Answer, MessageHead, build_payload

_log = logging.getLogger(__name__)
_FLUSH_SECONDS = 0.1
_CATCH_UP_SECONDS = 0.1  # a late wake-up may be made good for by at most this much
_SHORTEST_SLEEP = 0.002


@dataclass(frozen=True)
class _Task:
    batch: int
    job: int
    head: MessageHead
    message: list[Any]


class Sender:
    """Paces the calls, keeps up to `connections` in flight, and hands results back in chunks."""

    def __init__(self, client: WhatsAppClient, rate: float, connections: int) -> None:
        self._client = client
        self._rate = rate
        self._slots = asyncio.Semaphore(connections)
        self._waiting: deque[_Task] = deque()
        self._arrived = asyncio.Event()
        self._results: list[list[Any]] = []
        self._calls: set[asyncio.Task[None]] = set()
        self._next_at = 0.0
        self._begun_count = 0  # begun or given back: no longer waiting here

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Work until standard input ends."""
        helpers = [asyncio.create_task(self._pace()), asyncio.create_task(self._flush_often())]
        while line := await reader.readline():
            self._obey(json.loads(line))
        for task in (*helpers, *self._calls):
            task.cancel()

    def _obey(self, order: dict[str, Any]) -> None:
        if "rate" in order:
            self._rate = order["rate"]
        elif "drop" in order:
            self._drop(order["drop"])
        else:
            head = order["head"]
            head = MessageHead(
                head["kind"], head["template"], head["language"], tuple(head["parameter_names"])
            )
            self._waiting.extend(_Task(order["batch"], order["job"], head, row) for row in order["messages"])
            self._arrived.set()

    def _drop(self, job: int | None) -> None:
        kept: deque[_Task] = deque()
        for task in self._waiting:
            if job is None or task.job == job:
                self._begun_count += 1
                self._results.append([task.batch, task.message[0], "returned", None, None])
            else:
                kept.append(task)
        self._waiting = kept

    async def _pace(self) -> None:
        """Begin one call after the other, no faster than the rate."""
        while True:
            await self._arrived.wait()
            await self._slots.acquire()
            if not self._waiting:
                self._slots.release()
                self._arrived.clear()
                continue
            self._begun_count += 1
            call = asyncio.create_task(self._send(self._waiting.popleft()))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)
            await self._wait_for_turn()

    async def _wait_for_turn(self) -> None:
        now = time.monotonic()
        self._next_at = max(self._next_at, now - _CATCH_UP_SECONDS) + 1.0 / self._rate
        pause = self._next_at - now
        await asyncio.sleep(pause if pause > _SHORTEST_SLEEP else 0)

    async def _send(self, task: _Task) -> None:
        message_no, mobile, parameters, reference = task.message
        try:
            payload = build_payload(task.head, mobile, parameters, reference)
            answer = await self._client.send(payload)
        except Exception as error:  # noqa: BLE001 - whatever it is, the application must hear that nobody knows
            _log.error(
                "a call broke off: %s", type(error).__name__
            )  # the text of the error may hold the number
            answer = Answer("in_doubt")
        finally:
            self._slots.release()
        self._results.append([task.batch, message_no, answer.result, answer.wamid, answer.code])

    async def _flush_often(self) -> None:
        told = 0
        while True:
            await asyncio.sleep(_FLUSH_SECONDS)
            if self._results or told != self._begun_count:
                chunk, self._results, told = self._results, [], self._begun_count
                line = json.dumps({"results": chunk, "begun": told}).encode()
                sys.stdout.buffer.write(line + b"\n")
                sys.stdout.buffer.flush()


async def _main() -> None:
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, sys.exit, 0)
    reader = await open_stdin()
    order = json.loads(await reader.readline())
    connections = order["connections"]
    async with WhatsAppClient(Account(**order["account"]), connections) as client:
        await Sender(client, order["rate"], connections).run(reader)


if __name__ == "__main__":
    die_with_parent()
    give_way()
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group: the parent says when to end
    uvloop.run(_main())
