"""Webhooks a second through real HTTP into the running application: signed, on disk before the 200.

`python -m pytest tests/bench/bench_webhook.py -o addopts= -q -s`. A process of its own posts SETU_BENCH_STATUSES (20,000) statuses, once with one
a body and once with a hundred, over SETU_BENCH_CONNECTIONS (256) connections; then it is measured how fast they are applied. In the
same run: the same bodies into a bare DuckDB table by one insert and commit each.
"""

import asyncio
import json
import multiprocessing
import os
import time
from pathlib import Path

import aiohttp
import duckdb
import pytest

from dashboard.delivery.reference import make_reference, read_prefix
from dashboard.store.database import open_database
from tests.bench.installation import SECRET, Running, run_application
from tests.bench.poster import post_all

STATUSES = int(os.environ.get("SETU_BENCH_STATUSES", "20000"))
CONNECTIONS = int(os.environ.get("SETU_BENCH_CONNECTIONS", "256"))
STORED_BAR = 3_000
_BARE_BODIES = 500


def make_bodies(prefix: str, count: int, size: int, first: int = 1, job_id: int = 1) -> list[bytes]:
    """Return bodies as Meta writes them, of `size` delivered-reports each."""
    statuses = [
        {
            "id": f"wamid.{number:040d}", "status": "delivered", "timestamp": "1795497600",
            "recipient_id": "919800000001", "biz_opaque_callback_data": make_reference(prefix, job_id, number),
            "pricing": {"billable": True, "category": "utility"},
        }
        for number in range(first, first + count)
    ]  # fmt: skip
    chunks = [statuses[start : start + size] for start in range(0, count, size)]
    return [
        json.dumps({"entry": [{"changes": [{"field": "messages", "value": {"statuses": chunk}}]}]}).encode()
        for chunk in chunks
    ]


def measure_bare(path: Path, bodies: list[bytes]) -> float:
    """Return how many bodies a second go into a bare table by one insert and commit each."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE raw (body BLOB)")
        began = time.perf_counter()
        for body in bodies:
            connection.execute("INSERT INTO raw VALUES (?)", [body])
        return len(bodies) / (time.perf_counter() - began)


def wait_until_applied(running: Running) -> float:
    """Return the seconds until `/health` knows of no waiting webhook."""

    async def run() -> float:
        began = time.perf_counter()
        async with aiohttp.ClientSession() as http:
            while True:
                async with http.get(f"{running.url}/health") as answer:
                    if (await answer.json())["webhooks_waiting"] == 0:
                        return time.perf_counter() - began
                await asyncio.sleep(0.1)

    return asyncio.run(run())


@pytest.mark.parametrize("size", [1, 100])
def test_statuses_are_stored_in_time(tmp_path: Path, size: int) -> None:
    db = open_database(tmp_path / "setu.duckdb")
    bodies = make_bodies(read_prefix(db), STATUSES, size)
    db.close()
    bare = measure_bare(tmp_path / "bare.duckdb", bodies[:_BARE_BODIES])
    with run_application(
        tmp_path, (), graph_url="http://127.0.0.1:1", whatsapp_token="t", phone_number_id="1", waba_id="2"
    ) as running:
        began = time.perf_counter()
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            url = f"{running.url}/webhooks/whatsapp"
            pool.apply(post_all, (url, make_bodies("warm", 200, 1), 4, SECRET))
            computed = running.processor_seconds()
            began = time.perf_counter()
            seconds, taken, answers = pool.apply(post_all, (url, bodies, CONNECTIONS, SECRET))
            computed = running.processor_seconds() - computed
        lag = wait_until_applied(running)
        applied = STATUSES / (time.perf_counter() - began)
    db = open_database(tmp_path / "setu.duckdb")
    with db.read() as cursor:
        kept = cursor.execute(
            "SELECT count(DISTINCT body) FROM webhook_raw WHERE body::VARCHAR NOT LIKE '%warm%'"
        ).fetchall()[0][0]
        reports = cursor.execute("SELECT count(*) FROM status_event WHERE job_id = 1").fetchall()[0][0]
    db.close()
    taken.sort()
    print(
        f"\n{size} a body, {CONNECTIONS} connections: stored {STATUSES / seconds:,.0f} statuses/s ({len(bodies) / seconds:,.0f} POSTs/s), answered in"
        f" p50 {1000 * taken[len(taken) // 2]:.0f} ms, p95 {1000 * taken[int(len(taken) * 0.95)]:.0f} ms, {1000 * computed / len(bodies):.2f} ms of processor a POST;"
        f" applied {applied:,.0f} statuses/s, the last {lag:.1f} s after the last answer; bare insert and commit {bare:,.0f} bodies/s"
    )
    assert answers == {200: len(bodies)}
    assert kept == len(bodies)
    assert reports == STATUSES
    assert STATUSES / seconds >= STORED_BAR
