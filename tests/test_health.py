"""What an operator sees at `/health` and `/metrics`."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.requests import Request

from dashboard import runtime
from dashboard.config import Settings
from dashboard.delivery.dispatcher import DispatcherStatus
from dashboard.runtime import Runtime
from dashboard.web import show_health, show_metrics
from tests.conftest import NOON


class _Dispatcher:
    """A sender in a state of the test's choice."""

    def __init__(self, is_alive: bool = True, waiting_for: str | None = None) -> None:
        self.is_alive, self._waiting_for = is_alive, waiting_for

    def status(self) -> DispatcherStatus:
        return DispatcherStatus(80.0, 0, self._waiting_for)


@pytest.fixture
def rt(tmp_path: Path) -> Iterator[Runtime]:
    running = runtime.open_registry(Settings(data_dir=tmp_path), lambda: NOON)
    runtime.install(running)
    yield running
    running.dispatcher = None
    runtime.stop(running)


def _ask(route: Any) -> tuple[int, str]:
    answer = asyncio.run(route(Request({"type": "http"})))
    return answer.status_code, answer.body.decode()


@pytest.mark.parametrize(
    ("dispatcher", "code", "sender", "waiting_for"),
    [
        (_Dispatcher(), 200, "running", None),
        (_Dispatcher(waiting_for="provider_down"), 200, "waiting", "provider_down"),
        (_Dispatcher(is_alive=False), 503, "stopped", None),
        (None, 503, "stopped", None),
    ],
)
def test_health_tells_how_the_sender_is(
    rt: Runtime, dispatcher: _Dispatcher | None, code: int, sender: str, waiting_for: str
) -> None:
    rt.dispatcher = cast(Any, dispatcher)
    status, body = _ask(show_health)
    answer = json.loads(body)
    assert (status, answer["sender"], answer["waiting_for"]) == (code, sender, waiting_for)
    assert f"setu_sender_alive {int(sender != 'stopped')}" in _ask(show_metrics)[1]


def test_before_the_start_health_says_so() -> None:
    status, body = _ask(show_health)
    assert (status, json.loads(body)["code"]) == (503, "not_started")
