"""What a provider's bad day does to an answer: silence, a broken line, a gateway's page, half an answer."""

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any

from aiohttp import web

from dashboard.delivery.sandbox.knobs import Knobs

_SILENCE_SECONDS = 120.0
_GATEWAY_PAGE = "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"


def draw_fault(knobs: Knobs) -> str:
    """Return which fault meets the next message: timeout, reset, server_error, half_answer; empty for none."""
    draw = random.random()
    for name in ("timeout", "reset", "server_error", "half_answer"):
        draw -= getattr(knobs, f"{name}_rate")
        if draw < 0:
            return name
    return ""


async def answer_badly(
    request: web.Request, fault: str, knobs: Knobs, take: Callable[[], dict[str, Any]]
) -> web.StreamResponse:
    """Take the message or lose it, and give an answer from which nobody can tell. What `take` refuses is refused plainly."""
    answer = None if random.random() < knobs.lost_rate else take()
    if fault == "timeout":
        await asyncio.sleep(_SILENCE_SECONDS)
    if fault in ("timeout", "reset"):
        return _break_off(request)
    if fault == "server_error":
        return web.Response(status=502, text=_GATEWAY_PAGE, content_type="text/html")
    return await _answer_half(request, answer or {"messages": [{"id": "wamid.never"}]})


def _break_off(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response()  # nobody reads it


async def _answer_half(request: web.Request, answer: dict[str, Any]) -> web.StreamResponse:
    body = json.dumps(answer).encode()
    response = web.StreamResponse(
        headers={"Content-Type": "application/json", "Content-Length": str(len(body))}
    )
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport:
        request.transport.close()
    return response
