"""Posts prepared bodies over many connections as fast as they are taken, and costs next to nothing itself: what is measured is who answers.

An HTTP client of Python's costs as much for a request as the door that answers it, on the same two cores. Here a request is bytes made
beforehand, and of an answer only the status and its end are looked for; the answers have no body.
"""

import asyncio
import time
from collections.abc import Iterator
from typing import cast
from urllib.parse import urlsplit

import uvloop

from dashboard.delivery.webhook import sign

_END = b"\r\n\r\n"


class _Connection(asyncio.Protocol):
    """Sends one request after the other, each when the one before is answered."""

    def __init__(self, requests: Iterator[bytes], seconds: list[float], answers: dict[int, int]) -> None:
        self._requests, self._seconds, self._answers = requests, seconds, answers
        self._read = b""
        self._began = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send_next()

    def data_received(self, data: bytes) -> None:
        self._read += data
        if not self._read.endswith(_END):
            return
        status = int(self._read[9:12])
        self._answers[status] = self._answers.get(status, 0) + 1
        self._seconds.append(time.perf_counter() - self._began)
        self._read = b""
        self._send_next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server hung up"))

    def _send_next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._began = time.perf_counter()
        self._transport.write(request)


def post_all(
    url: str, bodies: list[bytes], connections: int, secret: str
) -> tuple[float, list[float], dict[int, int]]:
    """Post signed bodies; return the seconds, how long each answer took, and the answers by status."""
    place = urlsplit(url)
    requests = iter([_write_request(place.path, place.netloc, body, secret) for body in bodies])
    seconds: list[float] = []
    answers: dict[int, int] = {}

    async def run() -> float:
        loop = asyncio.get_running_loop()
        began = time.perf_counter()
        opened = [
            await loop.create_connection(
                lambda: _Connection(requests, seconds, answers), place.hostname, place.port
            )
            for _ in range(connections)
        ]
        await asyncio.gather(*(connection.done for _, connection in opened))
        return time.perf_counter() - began

    return uvloop.run(run()), seconds, answers


def _write_request(path: str, host: str, body: bytes, secret: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: facebookexternalua\r\naccept: */*\r\ncontent-type: application/json\r\n"
        f"x-hub-signature-256: {sign(secret, body)}\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
