"""Pages at rest and pages while a big send goes out and signed status webhooks come in, in one run.

`python -m pytest tests/bench/bench_pages_while_sending.py -o addopts= -q -s`. The settings of `bench_pages.py`, and SETU_BENCH_RATE (1,000 messages a second),
SETU_BENCH_STATUS_RATE (3,000 statuses a second, a hundred a POST), SETU_BENCH_PEOPLE (20). The send goes through the product's dispatcher and sender to a
server on loopback. Generator, server and poster compute on the same cores; the last two stand for WhatsApp, which computes elsewhere: they compute
only while nothing else does (`stand_in.py`). The morning's briefs are left out, which are printed or not by the time of day.
"""

import asyncio
import multiprocessing
import os
import time
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
import pytest
import uvloop

from dashboard.delivery.reference import read_prefix
from dashboard.delivery.webhook import sign
from dashboard.store.clock import utc_now
from dashboard.store.database import open_database
from tests.bench.bench_pages import CONSUMERS, SECONDS
from tests.bench.bench_sender import stage
from tests.bench.bench_webhook import make_bodies
from tests.bench.crowd import PAUSE_SECONDS, Crowd, Tally, describe, quantile
from tests.bench.installation import SECRET, Running, make_installation, run_application
from tests.bench.stand_in import give_way, take_messages

RATE = int(os.environ.get("SETU_BENCH_RATE", "1000"))
STATUS_RATE = int(os.environ.get("SETU_BENCH_STATUS_RATE", "3000"))
RATIO_BAR = 1.5
PEOPLE = int(os.environ.get("SETU_BENCH_PEOPLE", "20"))  # two hundred wait in line at rest already
_ARRIVAL_SECONDS, _SPARE_SECONDS, _STATUSES_A_POST = 15, 45, 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(os.environ.get("SETU_BENCH_DIR") or tmp_path_factory.mktemp("installation"))


def post_steadily(url: str, prefix: str, job_id: int, pipe: Connection) -> None:
    """Post statuses at STATUS_RATE until told to stop; then say how many were answered 200."""

    async def run() -> int:
        taken, number, next_at = 0, 1, time.monotonic()
        under_way: set[asyncio.Task[None]] = set()

        async def post(http: aiohttp.ClientSession, body: bytes) -> None:
            nonlocal taken
            headers = {"X-Hub-Signature-256": sign(SECRET, body)}
            async with http.post(url, data=body, headers=headers) as answer:
                taken += _STATUSES_A_POST * (answer.status == 200)

        async with aiohttp.ClientSession() as http:
            while not pipe.poll():
                body = make_bodies(prefix, _STATUSES_A_POST, _STATUSES_A_POST, number, job_id)[0]
                task = asyncio.create_task(post(http, body))
                under_way.add(task)
                task.add_done_callback(under_way.discard)
                number += _STATUSES_A_POST
                next_at += _STATUSES_A_POST / STATUS_RATE
                await asyncio.sleep(max(next_at - time.monotonic(), 0))
            await asyncio.gather(*under_way)
        return taken

    pipe.send(uvloop.run(run()))


async def watch(running: Running, cookies: dict[str, str]) -> tuple[Tally, datetime, datetime]:
    """Let the people work; return what was measured and between which moments."""
    crowd = Crowd(running, PEOPLE)
    try:
        await crowd.come_back(cookies)
        await crowd.arrive(_ARRIVAL_SECONDS)
        crowd.tally.clear_clicks()
        began = utc_now()
        await asyncio.sleep(SECONDS)
        return crowd.tally.clear_clicks(), began, utc_now()
    finally:
        await crowd.stop()


async def sign_in_all(running: Running) -> dict[str, str]:
    crowd = Crowd(running, PEOPLE)
    try:
        await crowd.sign_in_all(a_second=2)
        return crowd.cookies
    finally:
        await crowd.stop()


def count_between(folder: Path, job_id: int, began: datetime, ended: datetime) -> tuple[int, int]:
    """Return how many messages were accepted and how many statuses stored between two moments."""
    db = open_database(folder / "setu.duckdb")
    with db.read() as cursor:
        sent, stored = cursor.execute(
            """SELECT (SELECT count(*) FROM outcome WHERE job_id = $1 AND result = 'accepted' AND answered_at BETWEEN $2 AND $3),
                (SELECT count(*) FROM status_event WHERE job_id = $1 AND received_at BETWEEN $2 AND $3)""",
            [job_id, began, ended],
        ).fetchall()[0]
    db.close()
    return int(sent), int(stored)


def tell(idle: Tally, busy: Tally) -> float:
    """Print the clicks at rest and meanwhile; return the ratio of their p95."""
    print(
        f"\n{PEOPLE} people, {PAUSE_SECONDS:g} s between clicks, {SECONDS:g} s each, {CONSUMERS:,} consumers"
    )
    print(describe("clicks at rest", idle.all_clicks()))
    print(describe("clicks while sending and receiving", busy.all_clicks()))
    return quantile(busy.all_clicks(), 0.95) / quantile(idle.all_clicks(), 0.95)


def test_pages_stay_quick_while_sending_and_receiving(folder: Path) -> None:
    people = make_installation(folder, CONSUMERS)
    spawn = multiprocessing.get_context("spawn")
    mine, theirs = spawn.Pipe()
    server = spawn.Process(target=take_messages, args=(theirs,), daemon=True)
    server.start()
    give_way(server)
    settings = {
        "graph_url": f"http://127.0.0.1:{mine.recv()}", "whatsapp_token": "t", "phone_number_id": "1", "waba_id": "2",
        "rate_per_second": RATE, "send_batch": 1000, "daily_limit": 10**9, "brief_hour": 24,
    }  # fmt: skip
    with run_application(folder, people, **settings) as running:
        cookies = asyncio.run(sign_in_all(running))
        idle, _, _ = asyncio.run(watch(running, cookies))
    db = open_database(folder / "setu.duckdb")
    prefix, job_id = read_prefix(db), stage(db, int(RATE * (SECONDS + _ARRIVAL_SECONDS + _SPARE_SECONDS)))
    db.close()
    with run_application(folder, people, **settings) as running:
        stopper, ear = spawn.Pipe()
        poster = spawn.Process(
            target=post_steadily, args=(f"{running.url}/webhooks/whatsapp", prefix, job_id, ear), daemon=True
        )
        poster.start()
        give_way(poster)
        busy, began, ended = asyncio.run(watch(running, cookies))
        stopper.send("stop")
        taken = stopper.recv()
    server.terminate()
    sent, stored = count_between(folder, job_id, began, ended)
    seconds = (ended - began).total_seconds()
    ratio = tell(idle, busy)
    print(
        f"meanwhile {sent / seconds:,.0f} messages/s sent, {stored / seconds:,.0f} statuses/s stored and applied; p95 ratio {ratio:.2f}"
    )
    assert taken > 0
    assert not (idle.errors + busy.errors), (idle.errors + busy.errors).most_common(5)
    assert stored / seconds >= 0.95 * STATUS_RATE
    assert sent / seconds >= 0.95 * RATE
    assert ratio <= RATIO_BAR
