"""The webhook's door under fire: what is forged or too long is refused, counted, and costs neither disk nor memory."""

import asyncio
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.requests import Request

from dashboard import runtime
from dashboard.config import Settings
from dashboard.delivery.applier import WebhookApplier, count_waiting
from dashboard.delivery.gatherer import Gatherer
from dashboard.delivery.webhook import LONGEST_BODY, sign
from dashboard.runtime import Runtime
from dashboard.web import show_health, show_metrics, take_webhook
from tests.conftest import NOON
from tests.full_disk import full_disk

FORGED = {"x-hub-signature-256": "sha256=" + "0" * 64}


@pytest.fixture
def rt(tmp_path: Path) -> Iterator[Runtime]:
    settings = Settings(data_dir=tmp_path, graph_url="http://127.0.0.1:1", app_secret="secret")
    running = runtime.open_registry(settings, lambda: NOON)
    running.gatherer = Gatherer(running.db, running.clock)
    running.applier = WebhookApplier(running.db, running.clock, on_inbound=lambda messages: {})
    runtime.install(running)
    yield running
    runtime.stop(running)


async def post(headers: dict[str, str], body: bytes, parts: int = 1) -> tuple[int, int]:
    """Post a body in parts; return the status and how many parts were read."""
    size = max(1, -(-len(body) // parts))
    chunks = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
    read = 0

    async def receive() -> dict[str, object]:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": chunks[read - 1], "more_body": read < len(chunks)}

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    answer = await take_webhook(Request({"type": "http", "method": "POST", "headers": raw}, receive))
    return answer.status_code, read


def signed(body: bytes, **more: str) -> dict[str, str]:
    return {"x-hub-signature-256": sign("secret", body), **more}


# what comes, the answer, and how many of its four parts are read
DOOR = [
    ({}, b"{}  ", 401, 0),  # no signature at all: not worth reading
    ({"x-hub-signature-256": "sha256=short"}, b"{}  ", 401, 0),
    (FORGED, b"{}  ", 401, 4),
    (signed(b"{}  "), b"{}  ", 200, 4),
    (signed(b"{}  ", **{"content-length": str(LONGEST_BODY + 1)}), b"{}  ", 413, 0),
    (signed(b"{}  ", **{"content-length": "many"}), b"{}  ", 200, 4),
    (signed(b" " * LONGEST_BODY), b" " * LONGEST_BODY, 200, 4),
    (signed(b" " * (LONGEST_BODY + 4)), b" " * (LONGEST_BODY + 4), 413, 4),  # longer than it said
    (signed(b" " * (2 * LONGEST_BODY)), b" " * (2 * LONGEST_BODY), 413, 3),  # the rest is not read
]


@pytest.mark.parametrize(("headers", "body", "status", "read"), DOOR)
def test_the_door(rt: Runtime, headers: dict[str, str], body: bytes, status: int, read: int) -> None:
    assert asyncio.run(post(headers, body, parts=4)) == (status, read)
    assert count_waiting(rt.db) == (1 if status == 200 else 0)
    counts = rt.webhooks
    assert (counts.stored, counts.forged, counts.too_long) == (status == 200, status == 401, status == 413)


def test_a_flood_of_forged_webhooks_leaves_nothing_but_a_count(rt: Runtime) -> None:
    body = b'{"entry":[]}' * 100

    async def flood(count: int) -> None:
        for _ in range(count):
            await post(FORGED, body)

    asyncio.run(flood(200))
    tracemalloc.start()
    asyncio.run(flood(3_000))
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left < 200_000
    assert count_waiting(rt.db) == 0
    metrics = asyncio.run(show_metrics(Request({"type": "http"}))).body.decode()
    assert "setu_webhooks_forged_total 3200\n" in metrics
    assert "setu_webhooks_stored_total 0\n" in metrics


def test_a_disk_that_does_not_keep_up_turns_away(rt: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.delivery.gatherer.MOST_BYTES", 1)
    assert asyncio.run(post(signed(b"{}"), b"{}"))[0] == 503
    assert rt.webhooks.turned_away == 1


def test_a_full_disk_is_never_answered_with_200_and_health_says_so(rt: Runtime) -> None:
    body = b'{"entry":[]}' * 1000

    async def flood(count: int) -> list[int]:
        return [(await post(signed(body), body))[0] for _ in range(count)]

    with full_disk(rt.db.path):
        answers = asyncio.run(flood(30))
        health = asyncio.run(show_health(Request({"type": "http"})))
    assert answers[-1] == 503 and set(answers) <= {200, 503}
    assert count_waiting(rt.db) == answers.count(200)
    assert (rt.webhooks.stored, rt.webhooks.turned_away) == (answers.count(200), answers.count(503))
    assert health.status_code == 503 and b'"database":"database_unwritable"' in health.body
    assert asyncio.run(flood(1)) == [200]
    assert rt.db.trouble is None


def test_bodies_that_never_end_are_given_up_and_hold_no_memory(
    rt: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.web._MOST_BYTES_READ", 4_000_000)
    monkeypatch.setattr("dashboard.web._READ_SECONDS", 0.5)

    async def drip() -> int:
        """Send a million bytes, then nothing more."""
        pieces = iter([{"type": "http.request", "body": bytes(1_000_000), "more_body": True}])

        async def receive() -> dict[str, object]:
            if piece := next(pieces, None):
                return piece
            await asyncio.sleep(30)
            raise AssertionError("nobody waits so long")

        raw = [(name.encode(), value.encode()) for name, value in FORGED.items()]
        answer = await take_webhook(Request({"type": "http", "method": "POST", "headers": raw}, receive))
        return answer.status_code

    async def besiege() -> list[int]:
        return await asyncio.gather(*(drip() for _ in range(100)))

    tracemalloc.start()
    try:
        assert set(asyncio.run(asyncio.wait_for(besiege(), 90))) == {503}
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert rt.webhooks.turned_away == 100
    assert asyncio.run(post(signed(b"{}"), b"{}"))[0] == 200  # who comes after them is heard
