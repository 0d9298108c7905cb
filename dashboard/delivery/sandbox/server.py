"""The sandbox's server: the Cloud API's routes and its own, and the reporter that runs beside them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from dashboard.delivery.sandbox import desk, graph
from dashboard.delivery.sandbox.graph import PROVIDER
from dashboard.delivery.sandbox.provider import Provider
from dashboard.delivery.sandbox.templates import Rejected
from dashboard.errors import BadInput

_LONGEST_BODY = 3 * 1024 * 1024


def make_app(provider: Provider) -> web.Application:
    """Return the server; its reporter runs as long as the server does."""
    app = web.Application(middlewares=[_answer_rejections], client_max_size=_LONGEST_BODY)
    app[PROVIDER] = provider
    app.cleanup_ctx.append(_run_reporter)
    app.add_routes([*graph.list_routes(), *desk.list_routes()])
    return app


async def _run_reporter(app: web.Application) -> Any:
    provider = app[PROVIDER]
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
        return graph.answer_rejection(refusal)
    except BadInput as error:
        return web.json_response({"error": {"code": 100, "message": str(error)}}, status=400)
