"""The sandbox's own routes on loopback: the practice phone, and the page on which its behaviour is set."""

import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from aiohttp import web

from dashboard.config import PROJECT_DIR
from dashboard.delivery.sandbox.graph import PROVIDER, read_json
from dashboard.delivery.sandbox.knobs import QUALITIES, turn
from dashboard.delivery.sandbox.presets import PRESETS, name_of, preset
from dashboard.delivery.sandbox.provider import Provider
from dashboard.delivery.sandbox.shelf import STATUSES
from dashboard.delivery.sandbox.templates import CATEGORIES, Rejected

_FILES = {
    "/": ("page.html", "text/html"),
    "/knobs": ("knobs.html", "text/html"),
    "/sandbox.css": ("sandbox.css", "text/css"),
    "/common.js": ("common.js", "text/javascript"),
    "/knobs.js": ("knobs.js", "text/javascript"),
}
_FONTS_DIR = PROJECT_DIR / "dashboard" / "static" / "fonts"
_FONTS = frozenset(
    f"noto-sans-{script}-{weight}-normal.woff2" for script in ("latin", "devanagari") for weight in (400, 600)
)
_LOCALES_DIR = PROJECT_DIR / "dashboard" / "locales"
_OWN_HOSTS = ("127.0.0.1", "localhost", "[::1]", "::1")
_RECENT = 30
_PAGE_POLICY = (
    "default-src 'none'; font-src 'self'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)


def list_routes() -> list[web.RouteDef]:
    return [
        *(web.get(path, _file) for path in _FILES),
        web.get("/fonts/{name}", _font),
        web.get("/sandbox/words", _words),
        web.get("/sandbox/state", _state),
        web.get("/sandbox/messages", _messages),
        web.get("/sandbox/templates", _templates),
        web.post("/sandbox/inbound", _inbound),
        web.post("/sandbox/preference", _preference),
        web.post("/sandbox/templates", _set_templates),
        web.post("/sandbox/knobs", _knobs),
        web.post("/sandbox/preset", _preset),
    ]


def _own_page_only(request: web.Request) -> Provider:
    """Refuse a foreign host name: no web page elsewhere may reach the sandbox under a name of its own."""
    host = request.host.rsplit(":", 1)[0] if request.host.count(":") != 0 else request.host
    if host not in _OWN_HOSTS:
        raise Rejected(100, "host", status=403)
    return request.app[PROVIDER]


async def _file(request: web.Request) -> web.Response:
    _own_page_only(request)
    name, content_type = _FILES[request.path]
    headers = {"Content-Security-Policy": _PAGE_POLICY, "X-Content-Type-Options": "nosniff"}
    text = Path(__file__).with_name(name).read_text(encoding="utf-8")
    return web.Response(text=text, content_type=content_type, headers=headers)


async def _font(request: web.Request) -> web.StreamResponse:
    """The page's letters: many a server has no Devanagari of its own."""
    _own_page_only(request)
    path = _FONTS_DIR / request.match_info["name"]
    if path.name not in _FONTS:
        raise web.HTTPNotFound
    return web.FileResponse(path, headers={"Cache-Control": "max-age=86400"})


async def _words(request: web.Request) -> web.Response:
    """The page's words in both languages, from the product's catalogues."""
    _own_page_only(request)
    files = {language: _LOCALES_DIR / language / "sandbox.toml" for language in ("hi", "en")}
    return web.json_response(
        {language: tomllib.loads(file.read_text(encoding="utf-8")) for language, file in files.items()}
    )


async def _state(request: web.Request) -> web.Response:
    provider = _own_page_only(request)
    reporter = provider.reporter
    counts = {
        "accepted": provider.accepted_count, "reported": reporter.reported_count, "waiting": reporter.waiting_count(),
        "dropped": reporter.dropped_count, "templates": len(provider.shelf.templates),
    }  # fmt: skip
    numbers = provider.people.conversations.recent_numbers(_RECENT)
    days = {"preset": name_of(provider.knobs), "presets": list(PRESETS)}
    return web.json_response({"knobs": asdict(provider.knobs), "counts": counts, "numbers": numbers, **days})


async def _messages(request: web.Request) -> web.Response:
    provider = _own_page_only(request)
    number = "".join(character for character in request.query.get("to", "") if character.isdigit())
    lines = provider.people.conversations.lines_of(f"91{number}" if len(number) == 10 else number)
    return web.json_response([line.as_json() for line in lines])


async def _inbound(request: web.Request) -> web.Response:
    provider = _own_page_only(request)
    return web.json_response(provider.people.write(await read_json(request), provider.knobs).as_json())


async def _preference(request: web.Request) -> web.Response:
    provider = _own_page_only(request)
    return web.json_response(
        {"value": provider.people.set_preference(await read_json(request), provider.knobs)}
    )


async def _templates(request: web.Request) -> web.Response:
    provider = _own_page_only(request)
    names = ("name", "language", "status", "category", "quality")
    shown = [{name: getattr(one, name) for name in names} for one in provider.shelf.templates.values()]
    return web.json_response(shown)


async def _set_templates(request: web.Request) -> web.Response:
    """Give templates (of a name, of a language; else all) another status, category or quality."""
    provider, payload = _own_page_only(request), await read_json(request)
    shelf, keys = provider.shelf, _read_keys(provider, payload)
    deeds = (("status", STATUSES, shelf.set_status), ("category", CATEGORIES, shelf.set_category), ("quality", QUALITIES, shelf.set_quality))  # fmt: skip
    for name, allowed, change in deeds:
        value = payload.get(name)
        if value is None:
            continue
        if value not in allowed:
            raise Rejected(100, name)
        for key in keys:
            change(key, str(value))
    return web.json_response({"changed": len(keys)})


def _read_keys(provider: Provider, payload: dict[str, Any]) -> list[tuple[str, str]]:
    return list(provider.shelf.find_keys(str(payload.get("name", "")), str(payload.get("language", ""))))


async def _knobs(request: web.Request) -> web.Response:
    provider = _own_page_only(request)
    provider.turn_to(turn(provider.knobs, await read_json(request)))
    return web.json_response(asdict(provider.knobs))


async def _preset(request: web.Request) -> web.Response:
    provider = _own_page_only(request)
    provider.turn_to(preset(str((await read_json(request)).get("name"))))
    return web.json_response(asdict(provider.knobs))
