"""The routes beside the pages: health, metrics, and the webhook that WhatsApp calls."""

import asyncio
import gc
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import duckdb
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard import runtime
from dashboard.config import Settings
from dashboard.delivery.webhook import LONGEST_BODY, WebhookCounts, answer_handshake, judge_body, judge_head
from dashboard.errors import SetuError
from dashboard.health import Health, read_health
from dashboard.housekeeper import Housekeeper, InboxWatcher
from dashboard.logs import keep_data_out

_log = logging.getLogger(__name__)
_JUDGED = (b"x-hub-signature-256", b"content-length")  # the server brings names in lower case
_EMPTY = [(b"content-length", b"0"), (b"content-type", b"text/plain; charset=utf-8")]
_HANG_UP = [(b"connection", b"close")]  # a body that was given up may go on for ever
_NO_BODY = {"type": "http.response.body", "body": b""}
WEBHOOK_PATH = "/webhooks/whatsapp"
_READ_SECONDS = 20.0  # for a body to come in
_MOST_BYTES_READ = 256 * 1024 * 1024  # of bodies that have not come to their end
_SWITCH_SECONDS = 0.0005


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Start the installation with the server and end it with the server. Raises SetuError where it cannot start."""
    keep_data_out()
    rt = await run_in_threadpool(runtime.start, Settings())
    keeper = Housekeeper(rt)
    keeper.start()
    inbox = InboxWatcher(rt)
    inbox.start()
    _settle_down()
    try:
        yield {}
    finally:
        gc.enable()
        await run_in_threadpool(inbox.stop)
        await run_in_threadpool(keeper.stop)
        await run_in_threadpool(runtime.stop, rt)


def _settle_down() -> None:
    """Set Python up for many short runs of pages beside one event loop.

    Whoever wants to go on waits half a millisecond for the thread that computes, not five: the event loop, which starts and
    feeds every page, is not stuck behind them. What stands after the start stays and is left out of garbage collection, which
    only the housekeeper does, between runs: by itself it would fall into every run and cost a third of the processor.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.disable()


async def show_health(request: Request) -> Response:
    """`GET /health`: database, sender, last import, ledger lag; 503 where the application cannot work."""
    try:
        health = await run_in_threadpool(read_health, runtime.current())
    except SetuError as error:
        return JSONResponse({"status": "down", "code": error.code}, status_code=503)
    except duckdb.Error as error:
        return JSONResponse({"status": "down", "code": type(error).__name__}, status_code=503)
    return JSONResponse(
        json.loads(json.dumps(vars(health), default=_to_text)),
        status_code=200 if health.status == "ok" else 503,
    )


async def show_metrics(request: Request) -> Response:
    """`GET /metrics`: the same in Prometheus' text."""
    rt = runtime.current()
    health = await run_in_threadpool(read_health, rt)
    text = _to_prometheus(health) + _count_webhooks(rt.webhooks)
    return PlainTextResponse(text, media_type="text/plain; version=0.0.4")


async def shake_hands(request: Request) -> Response:
    """`GET /webhooks/whatsapp`: Meta's handshake; the bare challenge where the verify token is right."""
    challenge = answer_handshake(runtime.current().settings, dict(request.query_params))
    return PlainTextResponse(challenge) if challenge is not None else PlainTextResponse("", status_code=403)


async def take_webhook(request: Request) -> Response:
    """`POST /webhooks/whatsapp`: verified on the raw body and stored before the 200."""
    status = await _judge_and_keep(request.scope, request.receive)
    return PlainTextResponse("", status_code=status)


async def _judge_and_keep(scope: Scope, receive: Receive) -> int:
    """Return the HTTP status that a webhook is answered with; 200 once its body is on disk. Thousands may come in a second."""
    rt = runtime.current()
    head = {name.decode(): value.decode("latin-1") for name, value in scope["headers"] if name in _JUDGED}
    status = judge_head(rt.settings, head)
    if status == 200:
        body = await _read_body(receive, rt.webhooks)
        status = 503 if body is None else judge_body(rt.settings, head, body)
        if status == 200 and body is not None:
            status = await _keep(rt, body)
    rt.webhooks.note(status)
    return status


async def _keep(rt: runtime.Runtime, body: bytes) -> int:
    try:
        await rt.keep_webhook(body)
    except (SetuError, duckdb.Error) as error:
        if getattr(error, "code", "") != "database_closed":  # while we close, the 503 says it: it comes again
            _log.error("a webhook was not stored: %s", type(error).__name__)
        return 503  # WhatsApp brings it again
    return 200


async def _read_body(receive: Receive, counts: WebhookCounts) -> bytes | None:
    """Return the body, or a little more than the limit of one that is longer: what nobody reads costs no memory. None: the caller
    has hung up before its end or does not come to it, or too much is being read already."""
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_READ_SECONDS):
            while size <= LONGEST_BODY:
                message = await receive()
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                counts.being_read += len(parts[-1])
                if message["type"] == "http.disconnect" or counts.being_read > _MOST_BYTES_READ:
                    return None
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        return None
    finally:
        counts.being_read -= size
    return parts[0] if len(parts) == 1 else b"".join(parts)


ROUTES = [
    Route("/health", show_health),
    Route("/metrics", show_metrics),
    Route(WEBHOOK_PATH, shake_hands, methods=["GET"]),
    Route(WEBHOOK_PATH, take_webhook, methods=["POST"]),
]


class WebhookDoor:
    """Takes webhooks past everything that only pages need (sessions, compression): thousands may come in a second."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == WEBHOOK_PATH:
            status = await _judge_and_keep(scope, receive)
            headers = _EMPTY if status != 503 else _EMPTY + _HANG_UP
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send(_NO_BODY)
        else:
            await self._app(scope, receive, send)


MIDDLEWARE = [Middleware(WebhookDoor)]


def _to_text(value: Any) -> str:
    return value.isoformat() + "Z" if isinstance(value, datetime) else str(value)


def _to_prometheus(health: Health) -> str:
    figures = {
        "setu_up": int(health.status == "ok"),
        "setu_consumers": health.consumers,
        "setu_enrolled": health.enrolled,
        "setu_webhooks_waiting": health.webhooks_waiting,
        "setu_updates_not_understood": health.updates_not_understood,
        "setu_messages_in_doubt": health.in_doubt,
        "setu_sender_alive": int(health.sender != "stopped"),
    }
    return "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in figures.items())


def _count_webhooks(counts: WebhookCounts) -> str:
    figures = {
        "setu_webhooks_stored_total": counts.stored,
        "setu_webhooks_forged_total": counts.forged,
        "setu_webhooks_too_long_total": counts.too_long,
        "setu_webhooks_turned_away_total": counts.turned_away,
    }
    return "".join(f"# TYPE {name} counter\n{name} {value}\n" for name, value in figures.items())
