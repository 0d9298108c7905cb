"""The routes of the Cloud API as Meta has them: messages, templates, the sending number."""

import asyncio
import time
from typing import Any

from aiohttp import web

from dashboard.delivery.sandbox.faults import answer_badly, draw_fault
from dashboard.delivery.sandbox.provider import Provider
from dashboard.delivery.sandbox.templates import Rejected

PROVIDER = web.AppKey("provider", Provider)
_VERSION = r"{version:v\d+\.\d+}"
_LONGEST_PAGE = 1000


def list_routes() -> list[web.RouteDef]:
    return [
        web.post(f"/{_VERSION}/{{object_id}}/messages", _post_message),
        web.get(f"/{_VERSION}/{{object_id}}/message_templates", _list_templates),
        web.post(f"/{_VERSION}/{{object_id}}/message_templates", _post_template),
        web.get(f"/{_VERSION}/{{object_id}}", _phone_health),
    ]


def answer_rejection(refusal: Rejected) -> web.Response:
    """Return a refusal as Meta writes it."""
    error = {
        "message": f"(#{refusal.code}) {refusal.details}", "type": "OAuthException", "code": refusal.code,
        "error_data": {"messaging_product": "whatsapp", "details": refusal.details}, "fbtrace_id": "sandbox",
    }  # fmt: skip
    return web.json_response({"error": error}, status=refusal.status)


async def read_json(request: web.Request) -> dict[str, Any]:
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


def _open_gate(request: web.Request, of_number: bool) -> Provider:
    provider, object_id = request.app[PROVIDER], request.match_info["object_id"]
    is_known = provider.is_own_number(object_id) if of_number else object_id == provider.waba_id
    provider.check_access(request.headers.get("Authorization", ""), is_known)
    return provider


def _open_management(request: web.Request, of_number: bool) -> Provider:
    provider = _open_gate(request, of_number)
    provider.limits.take_call(provider.knobs, time.monotonic())
    return provider


async def _post_message(request: web.Request) -> web.StreamResponse:
    provider = _open_gate(request, of_number=True)
    payload = await read_json(request)
    if provider.knobs.latency:
        await asyncio.sleep(provider.knobs.latency)

    def take() -> dict[str, Any]:
        return provider.take_message(payload, request.match_info["object_id"])

    fault = draw_fault(provider.knobs)
    return await answer_badly(request, fault, provider.knobs, take) if fault else web.json_response(take())


async def _list_templates(request: web.Request) -> web.Response:
    """`GET /{WABA}/message_templates`, filtered by name and status, page by page."""
    provider = _open_management(request, of_number=False)
    name, status = request.query.get("name", ""), request.query.get("status", "")
    templates = [
        template
        for template in provider.shelf.templates.values()
        if name in template.name and status in ("", template.status)
    ]
    start, size = _read_count(request, "after", 0), max(1, _read_count(request, "limit", 25))
    paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(start + size)}}
    if start + size < len(templates):
        paging["next"] = str(request.url.update_query(after=str(start + size)))
    found = [_choose(item.as_json(), request) for item in templates[start : start + size]]
    return web.json_response({"data": found, "paging": paging})


def _read_count(request: web.Request, name: str, otherwise: int) -> int:
    text = request.query.get(name, "")
    if not text:
        return otherwise
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise Rejected(100, name)
    return min(int(text), _LONGEST_PAGE) if name == "limit" else int(text)


def _choose(item: dict[str, Any], request: web.Request) -> dict[str, Any]:
    """Return the fields that were asked for, and the id; all of them where none were named."""
    wanted = [name for name in request.query.get("fields", "").split(",") if name]
    return {name: value for name, value in item.items() if not wanted or name in (*wanted, "id")}


async def _post_template(request: web.Request) -> web.Response:
    provider = _open_management(request, of_number=False)
    template = provider.shelf.add(await read_json(request), provider.knobs)
    return web.json_response({"id": template.template_id, "status": "PENDING", "category": template.category})


async def _phone_health(request: web.Request) -> web.Response:
    provider = _open_management(request, of_number=True)
    return web.json_response(_choose(provider.describe_number(request.match_info["object_id"]), request))
