"""WhatsApp's side of the wire for measuring, in processes of their own: takes every message at once, and computes as little as it can.

WhatsApp computes elsewhere; here it shares two cores with what is measured, so that its own work would be counted as ours.
"""

import asyncio
import os
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import httptools
import uvloop


class _Taker(asyncio.Protocol):
    """One connection: each request whole, then its answer."""

    count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        _Taker.count += 1
        body = b'{"messages":[{"id":"wamid.%d"}]}' % _Taker.count
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)  # type: ignore[attr-defined]


def take_messages(pipe: Connection) -> None:
    """Answer every call on loopback with an id of its own; the port goes into the pipe."""

    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_Taker, "127.0.0.1", 0, backlog=2048)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(run())


def give_way(process: BaseProcess) -> None:
    """Let a stand-in compute only when nothing of ours does: it stands for machines that we do not take a core from."""
    os.sched_setscheduler(process.pid or 0, os.SCHED_IDLE, os.sched_param(0))
