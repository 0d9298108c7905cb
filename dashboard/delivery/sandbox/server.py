"""The sandbox's routes: the Cloud API's as Meta has them, and its own for the page on which one plays the
consumer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from dashboard.config import PROJECT_DIR
from dashboard.delivery.sandbox.knobs import turn
from dashboard.delivery.sandbox.provider import Provider
from dashboard.delivery.sandbox.templates import Rejected
from dashboard.errors import BadInput

_PAGE = Path(__file__).with_name("page.html")
_FONTS_DIR = PROJECT_DIR / "dashboard" / "static" / "fonts"
_FONTS = frozenset(
    f"noto-sans-{script}-{weight}-normal.woff2" for script in ("latin", "devanagari") for weight in (400, 600)
)
_PROVIDER = web.AppKey("provider", Provider)
_OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")
_RECENT = 30
_VERSION = r"{version:v\d+\.\d+}"
_PAGE_POLICY = (
    "default-src 'none'; font-src 'self'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'"
)


def make_app(provider: Provider) -> web.Application:
    """Return the server; its reporter runs as long as the server does."""
    app = web.Application(middlewares=[_answer_rejections], client_max_size=3 * 1024 * 1024)
    app[_PROVIDER] = provider
    app.cleanup_ctx.append(_run_reporter)
    app.add_routes(
        [
            web.post(f"/{_VERSION}/{{object_id}}/messages", _post_message),
            web.get(f"/{_VERSION}/{{object_id}}/message_templates", _list_templates),
            web.post(f"/{_VERSION}/{{object_id}}/message_templates", _post_template),
            web.get(f"/{_VERSION}/{{object_id}}", _phone_health),
            web.get("/", _page),
            web.get("/fonts/{name}", _font),
            web.get("/sandbox/state", _state),
            web.get("/sandbox/messages", _messages),
            web.post("/sandbox/inbound", _inbound),
            web.post("/sandbox/knobs", _knobs),
        ]
    )
    return app


async def _run_reporter(app: web.Application) -> Any:
    provider = app[_PROVIDER]
    task = asyncio.create_task(provider.reporter.run(lambda: provider.knobs))
    yield
    task.cancel()


@web.middleware
async def _answer_rejections(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except Rejected as refusal:
        return _error_answer(refusal)
    except BadInput as error:
        return web.json_response({"error": {"code": 100, "message": str(error)}}, status=400)


def _error_answer(refusal: Rejected) -> web.Response:
    error = {
        "message": f"(#{refusal.code}) {refusal.details}", "type": "OAuthException", "code": refusal.code,
        "error_data": {"messaging_product": "whatsapp", "details": refusal.details}, "fbtrace_id": "sandbox",
    }  # fmt: skip
    return web.json_response({"error": error}, status=refusal.status)


def _open_gate(request: web.Request, wanted_id: Callable[[Provider], str]) -> Provider:
    provider = request.app[_PROVIDER]
    authorization = request.headers.get("Authorization", "")
    provider.check_access(authorization, request.match_info["object_id"], wanted_id(provider))
    return provider


async def _read_json(request: web.Request) -> dict[str, Any]:
    """Return the JSON object of a call; another content type is refused, so that no foreign page can post."""
    if request.content_type != "application/json":
        raise Rejected(100, "content type")
    try:
        payload = await request.json()
    except ValueError as error:
        raise Rejected(100, "not JSON") from error
    if not isinstance(payload, dict):
        raise Rejected(100, "not a JSON object")
    return payload


async def _post_message(request: web.Request) -> web.Response:
    provider = _open_gate(request, lambda it: it.phone_number_id)
    payload = await _read_json(request)
    if provider.knobs.latency:
        await asyncio.sleep(provider.knobs.latency)
    return web.json_response(provider.take_message(payload))


async def _list_templates(request: web.Request) -> web.Response:
    provider = _open_gate(request, lambda it: it.waba_id)
    templates = list(provider.templates.values())
    start, size = int(request.query.get("after", "0") or 0), max(1, int(request.query.get("limit", "25")))
    paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + size)}}
    if start + size < len(templates):
        paging["next"] = str(request.url.update_query(after=str(start + size)))
    return web.json_response(
        {"data": [item.as_json() for item in templates[start : start + size]], "paging": paging}
    )


async def _post_template(request: web.Request) -> web.Response:
    provider = _open_gate(request, lambda it: it.waba_id)
    template = provider.take_template(await _read_json(request))
    return web.json_response({"id": template.template_id, "status": "PENDING", "category": template.category})


async def _phone_health(request: web.Request) -> web.Response:
    provider = _open_gate(request, lambda it: it.phone_number_id)
    return web.json_response(
        {
            "id": provider.phone_number_id, "quality_rating": "GREEN", "throughput": {"level": "STANDARD"},
            "whatsapp_business_manager_messaging_limit": "TIER_100K",
        }
    )  # fmt: skip


def _own_page_only(request: web.Request) -> Provider:
    """Refuse a foreign host name: no web page elsewhere may reach the sandbox under a name of its own."""
    host = request.host.rsplit(":", 1)[0] if request.host.count(":") != 0 else request.host
    if host not in _OWN_HOSTS:
        raise Rejected(100, "host", status=403)
    return request.app[_PROVIDER]


async def _page(request: web.Request) -> web.Response:
    _own_page_only(request)
    headers = {"Content-Security-Policy": _PAGE_POLICY, "X-Content-Type-Options": "nosniff"}
    return web.Response(text=_PAGE.read_text(encoding="utf-8"), content_type="text/html", headers=headers)


async def _font(request: web.Request) -> web.StreamResponse:
    """The page's letters: many a server has no Devanagari of its own."""
    _own_page_only(request)
    path = _FONTS_DIR / request.match_info["name"]
    if path.name not in _FONTS:
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "max-age=86400"})


async def _state(request: web.Request) -> web.Response:
    provider = _own_page_only(request)
    reporter = provider.reporter
    counts = {
        "accepted": provider.accepted_count, "reported": reporter.reported_count,
        "waiting": reporter.waiting_count(), "dropped": reporter.dropped_count, "templates": len(provider.templates),
    }  # fmt: skip
    numbers = provider.conversations.recent_numbers(_RECENT)
    return web.json_response({"knobs": asdict(provider.knobs), "counts": counts, "numbers": numbers})


async def _messages(request: web.Request) -> web.Response:
    provider = _own_page_only(request)
    number = "".join(character for character in request.query.get("to", "") if character.isdigit())
    lines = provider.conversations.lines_of(f"91{number}" if len(number) == 10 else number)
    return web.json_response([line.as_json() for line in lines])


async def _inbound(request: web.Request) -> web.Response:
    provider = _own_page_only(request)
    payload = await _read_json(request)
    return web.json_response(provider.take_inbound(payload.get("from"), payload.get("text")).as_json())


async def _knobs(request: web.Request) -> web.Response:
    provider = _own_page_only(request)
    provider.knobs = turn(provider.knobs, await _read_json(request))
    return web.json_response(asdict(provider.knobs))
