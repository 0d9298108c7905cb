"""Messages a second through ledger, dispatcher and sender, against a bare aiohttp loop in the same run.

`python -m pytest tests/bench/bench_sender.py -o addopts= -q -s`: a server in a process of its own answers at once; the ledger lies on
disk. SETU_BENCH_MESSAGES (24,000). Prints both speeds and their ratio.
"""

import asyncio
import multiprocessing
import os
import statistics
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
import pyarrow as pa
import uvloop
from aiohttp import web

from dashboard.config import Settings
from dashboard.delivery import ledger
from dashboard.delivery.dispatcher import Dispatcher
from dashboard.delivery.wire import MessageHead, build_payload
from dashboard.store.clock import utc_now
from dashboard.store.database import Database, open_database

ROUNDS = 3
CONNECTIONS = 512
HEAD = MessageHead("template", "bill_due", "hi", ("division", "month"))
VALUES = ["गोमती नगर", "जून 2026"]


def serve(pipe: Connection) -> None:
    """Answer every call at once with an id of its own."""
    counted = 0

    async def take(request: web.Request) -> web.Response:
        nonlocal counted
        counted += 1
        await request.read()
        return web.json_response({"messages": [{"id": f"wamid.{counted}"}]})

    async def run() -> None:
        app = web.Application()
        app.router.add_post("/v23.0/1/messages", take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, backlog=2048)
        await site.start()
        pipe.send(site._server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    uvloop.run(run())


async def run_bare_loop(url: str, count: int) -> float:
    """Send `count` ready payloads with nothing else to do; return messages a second."""
    slots = asyncio.Semaphore(CONNECTIONS)
    payload = build_payload(HEAD, 9_800_000_001, VALUES, "x" * 24)

    async def one(session: aiohttp.ClientSession) -> None:
        async with slots, session.post(f"{url}/v23.0/1/messages", data=payload) as response:
            await response.json()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        begun = time.perf_counter()
        await asyncio.gather(*(one(session) for _ in range(count)))
        return count / (time.perf_counter() - begun)


def stage(db: Database, count: int) -> int:
    rows = pa.table(
        {
            "account_no": [f"{number:010d}" for number in range(count)],
            "mobile": pa.array([9_800_000_001 + number for number in range(count)], pa.int64()),
            "parameters": [VALUES] * count,
        }
    )

    def change(cursor) -> int:
        job_id = ledger.stage(
            cursor, utc_now(), kind="template", template="bill_due", language="hi",
            parameter_names=HEAD.parameter_names, rows=rows,
        )  # fmt: skip
        ledger.release(cursor, job_id, utc_now())
        return job_id

    return db.write(change)


def run_product(url: str, count: int) -> float:
    """Send `count` messages through the product; return messages a second, from start to finished job."""
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(Path(folder) / "setu.duckdb", memory_limit="2GB", threads=2)
        job_id = stage(db, count)
        settings = Settings(
            graph_url=url, whatsapp_token="t", phone_number_id="1", rate_per_second=20_000, send_batch=1000,
            daily_limit=10**9,
        )  # fmt: skip
        dispatcher = Dispatcher(db, settings, utc_now, lambda cursor, numbers: set())
        dispatcher.start()
        begun = time.perf_counter()
        state = ""
        while state != "finished":
            time.sleep(0.1)
            with db.read() as cursor:
                state = ledger.get_job(cursor, job_id).state
        seconds = time.perf_counter() - begun
        with db.read() as cursor:
            counted = ledger.tally(cursor, job_id)
        dispatcher.stop()
        db.close()
    assert counted.accepted == count, counted
    return count / seconds


def test_sending_keeps_up_with_a_bare_loop() -> None:
    count = int(os.environ.get("SETU_BENCH_MESSAGES", "24000"))
    mine, theirs = multiprocessing.get_context("spawn").Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    url = f"http://127.0.0.1:{mine.recv()}"
    bare, product = [], []
    for _ in range(ROUNDS):  # in turns, so that both see the same machine
        bare.append(uvloop.run(run_bare_loop(url, count)))
        product.append(run_product(url, count))
    server.terminate()
    fast, ours = statistics.median(bare), statistics.median(product)
    print(
        f"\nbare aiohttp loop: {fast:,.0f} messages/s; ledger, dispatcher and sender: {ours:,.0f} messages/s"
    )
    print(f"ratio: {ours / fast:.2f} (median of {ROUNDS}, {count} messages each)")
    assert ours >= 1_000
    assert ours / fast >= 0.70
