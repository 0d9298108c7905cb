"""A small server that speaks just enough of the Cloud API to count who got what; none of the sandbox's code."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

# What the server does with a call: its running number and the body in, an answer out. The message counts as
# delivered to its recipient where the answer is ACCEPT or one of those after which it was taken.
ACCEPT = "accept"
HELD = "held"
SILENT = "silent"  # taken, never answered
RESET = "reset"  # taken, the connection breaks
HALF = "half"  # taken, half an answer
LOST = "lost"  # taken, a gateway answers 502
# Bytes are the answer as it goes out, after the message was taken.
Behaviour = Callable[[int, dict[str, Any]], str | bytes | tuple[int, int | None]]


@dataclass
class CountingServer:
    """Runs in a thread; `taken` counts the messages taken for each number, `calls` all calls."""

    behave: Behaviour = lambda number, body: ACCEPT
    taken: Counter[str] = field(default_factory=Counter)
    senders: dict[str, str] = field(default_factory=dict)  # from which number, by recipient
    times: dict[str, list[float]] = field(default_factory=dict)  # monotonic
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    calls: int = 0
    port: int = 0

    def __enter__(self) -> "CountingServer":
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(60)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(60)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_post("/{version}/{number}/messages", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port, backlog=1024)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]

    def on_taken(self, wamid: str, body: dict[str, Any]) -> None:
        """What else happens to a message that was taken."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.calls += 1
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        what = self.behave(self.calls, {**body, "from": request.match_info["number"]})
        if isinstance(what, tuple):
            status, code = what
            return web.json_response({"error": {"code": code}} if code is not None else {}, status=status)
        self.taken[body["to"]] += 1
        self.senders[body["to"]] = request.match_info["number"]
        self.times.setdefault(body["to"], []).append(time.monotonic())
        message = {"id": f"wamid.{self.calls}"}
        self.on_taken(message["id"], body)
        if isinstance(what, bytes):
            return web.Response(body=what)
        if what == SILENT:
            await asyncio.sleep(60)
        if what in (RESET, HALF):
            if what == HALF:
                request.transport.write(b'HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{"messages":[{')
            request.transport.close()
            return web.Response()
        if what == LOST:
            return web.Response(status=502, text="<html>bad gateway")
        if what == HELD:
            message["message_status"] = "held_for_quality_assessment"
        return web.json_response({"messaging_product": "whatsapp", "messages": [message]})


def wrong_recipients(server: CountingServer, wanted: list[int]) -> dict[str, int]:
    """Return who got other than exactly one message; empty: nobody twice, nobody skipped."""
    counts = Counter({f"+91{mobile}": 0 for mobile in wanted})
    counts.update(server.taken)
    return {number: count for number, count in counts.items() if count != 1}
