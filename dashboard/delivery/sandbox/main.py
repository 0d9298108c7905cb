"""Runs the sandbox: alone from the command line, or as a child of the application."""

import asyncio
import json
import signal
import sys
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from dashboard.delivery.child import die_with_parent, give_way, open_stdin
from dashboard.delivery.sandbox.knobs import Knobs, turn
from dashboard.delivery.sandbox.provider import Provider
from dashboard.delivery.sandbox.reports import Reporter
from dashboard.delivery.sandbox.server import make_app
from dashboard.errors import Unavailable

_HOST = "127.0.0.1"  # never anything else: the sandbox trusts whoever reaches it
READY = b"ready"
PORT_BUSY = b"port_busy"


@dataclass(frozen=True)
class SandboxConfig:
    """What the sandbox must know of the application: where its webhook is, and the account that both
    pretend."""

    port: int
    webhook_url: str
    app_secret: str = field(repr=False)
    token: str = field(repr=False)
    phone_number_id: str
    waba_id: str
    knobs: dict[str, Any] = field(default_factory=dict)


def run_sandbox(config: SandboxConfig) -> None:
    """Serve until interrupted or terminated. Raises Unavailable("port_busy", port=…)."""
    asyncio.run(_serve(config, watch_stdin=False))


def run_as_child() -> None:
    """Serve as a child of the application: the configuration comes as the first line, the pipe's end is
    the end."""
    die_with_parent()
    give_way()
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group: the parent says when to end
    config = SandboxConfig(**json.loads(sys.stdin.readline()))
    try:
        asyncio.run(_serve(config, watch_stdin=True))
    except Unavailable:
        _say(PORT_BUSY)


async def _serve(config: SandboxConfig, watch_stdin: bool) -> None:
    reporter = Reporter(config.webhook_url, config.app_secret, config.phone_number_id, config.waba_id)
    knobs = turn(Knobs(), config.knobs)
    provider = Provider(config.token, config.phone_number_id, config.waba_id, reporter, knobs)
    runner = web.AppRunner(make_app(provider), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, _HOST, config.port, backlog=1024).start()
    except OSError as error:
        await runner.cleanup()
        raise Unavailable("port_busy", port=config.port) from error
    if watch_stdin:
        _say(READY)
    await _wait_for_the_end(watch_stdin)
    await runner.cleanup()


async def _wait_for_the_end(watch_stdin: bool) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    if not watch_stdin:
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, ended.set)
    waits = [asyncio.create_task(ended.wait())]
    if watch_stdin:
        reader = await open_stdin()
        waits.append(asyncio.create_task(reader.read()))  # type: ignore[arg-type]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)


def _say(word: bytes) -> None:
    sys.stdout.buffer.write(word + b"\n")
    sys.stdout.buffer.flush()
