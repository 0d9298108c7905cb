"""Webhooks that come together share a commit; none is answered before it is on disk."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from dashboard.config import PROJECT_DIR
from dashboard.delivery import gatherer as gatherer_module
from dashboard.delivery.gatherer import ENOUGH, GATHER_SECONDS, Gatherer
from dashboard.delivery.webhook import sign
from dashboard.errors import Unavailable
from dashboard.store.clock import utc_now
from dashboard.store.database import Database, open_database

from .conftest import PATIENCE, wait_for
from .test_sandbox import free_port


def stored(db: Database) -> list[tuple[int, bytes]]:
    with db.read() as cursor:
        return [(number, bytes(body)) for number, body in cursor.execute(BODIES).fetchall()]


BODIES = "SELECT raw_id, body FROM webhook_raw ORDER BY raw_id"


def test_all_that_come_at_once_are_stored_in_their_order(db: Database) -> None:
    bodies = [f"body {number}".encode() for number in range(300)]

    async def bring() -> None:
        gatherer = Gatherer(db, utc_now)
        await asyncio.gather(*(gatherer.store(body) for body in bodies))

    asyncio.run(bring())
    asyncio.run(bring())
    assert stored(db) == list(enumerate(bodies + bodies, 1))


def test_a_gatherer_goes_on_in_another_event_loop(db: Database) -> None:
    """Its event had belonged to the first loop that waited on it: within the gap the next one was never answered."""
    gatherer = Gatherer(db, utc_now)

    async def bring() -> None:
        await asyncio.wait_for(asyncio.gather(gatherer.store(b"{}"), gatherer.store(b"{}")), PATIENCE)
        await asyncio.wait_for(gatherer.store(b"{}"), PATIENCE)

    for _ in range(3):
        asyncio.run(bring())
    assert len(stored(db)) == 9


def test_many_share_a_commit(db: Database) -> None:
    before = db.commit_count

    async def bring() -> None:
        gatherer = Gatherer(db, utc_now)
        await asyncio.gather(*(gatherer.store(b"{}") for _ in range(500)))

    asyncio.run(bring())
    assert len(stored(db)) == 500
    assert db.commit_count - before < 10


def test_those_that_come_one_after_the_other_share_commits(db: Database) -> None:
    before = db.commit_count

    async def bring() -> float:
        gatherer = Gatherer(db, utc_now)
        clock = asyncio.get_running_loop().time
        began, under_way = clock(), []
        for _ in range(60):
            under_way.append(asyncio.create_task(gatherer.store(b"{}")))
            await asyncio.sleep(0.005)
        await asyncio.gather(*under_way)
        return clock() - began

    seconds = asyncio.run(bring())
    assert len(stored(db)) == 60
    assert db.commit_count - before <= seconds / GATHER_SECONDS + 2


def test_many_are_not_kept_waiting_for_more(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatherer_module, "GATHER_SECONDS", 3600.0)

    async def bring() -> None:
        gatherer = Gatherer(db, utc_now)
        await gatherer.store(b"alone")
        await asyncio.gather(*(gatherer.store(b"{}") for _ in range(ENOUGH)))

    asyncio.run(asyncio.wait_for(bring(), PATIENCE))
    assert len(stored(db)) == 1 + ENOUGH


def test_what_comes_is_kept_to_the_byte(db: Database) -> None:
    bodies = [bytes(range(256)), b"", b"\\x41", "हिन्दी".encode(), b"[1,2]", b"NULL", b"'"]

    async def bring() -> None:
        gatherer = Gatherer(db, utc_now)
        await asyncio.gather(*(gatherer.store(body) for body in bodies))

    asyncio.run(bring())
    assert stored(db) == list(enumerate(bodies, 1))


def test_a_database_that_cannot_write_is_told_to_every_caller(db: Database) -> None:
    db.close()

    async def bring() -> list[object]:
        gatherer = Gatherer(db, utc_now)
        return await asyncio.gather(*(gatherer.store(b"{}") for _ in range(3)), return_exceptions=True)

    answers = asyncio.run(bring())
    assert [type(answer) for answer in answers] == [Unavailable] * 3


def test_what_waits_is_bounded(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatherer_module, "MOST_BYTES", 10)

    async def bring() -> list[object]:
        gatherer = Gatherer(db, utc_now)
        answers = await asyncio.gather(
            *(gatherer.store(b"12345678") for _ in range(2)), return_exceptions=True
        )
        await gatherer.store(b"afterwards")
        return answers

    answers = asyncio.run(bring())
    assert answers[0] is None
    assert isinstance(answers[1], Unavailable)
    assert [body for _, body in stored(db)] == [b"12345678", b"afterwards"]


def test_killed_while_posts_come_in_nothing_answered_is_lost(tmp_path: Path) -> None:
    """The real application, `kill -9` in full flight, twice over; what was answered 200 is in the file."""
    answered: set[bytes] = set()
    for round_no in range(2):
        port = free_port()
        application = start_application(tmp_path, port)
        try:
            new = post_until_killed(application, port, round_no)
        finally:
            application.kill()
            application.wait()
        assert len(new) > 60
        answered |= new
    db = open_database(tmp_path / "setu.duckdb")
    kept = [body for _, body in stored(db)]
    db.close()
    assert answered <= set(kept)
    assert len(kept) == len(set(kept))


def start_application(folder: Path, port: int) -> "subprocess.Popen[bytes]":
    open_database(folder / "setu.duckdb").close()
    environment = os.environ | {
        "SETU_DATA_DIR": str(folder), "SETU_PORT": str(port), "SETU_GRAPH_URL": "http://127.0.0.1:1", "SETU_APP_SECRET": "secret",
        "SETU_WHATSAPP_TOKEN": "t", "SETU_PHONE_NUMBER_ID": "1", "SETU_WABA_ID": "2",
    }  # fmt: skip
    application = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "run"], cwd=PROJECT_DIR, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(lambda: is_up(port), 300, "the application")
    except AssertionError:
        application.kill()
        raise
    return application


def is_up(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/_stcore/health", timeout=10).status_code == 200
    except requests.RequestException:
        return False


def post_until_killed(application: "subprocess.Popen[bytes]", port: int, round_no: int) -> set[bytes]:
    """Post from eight threads, kill the application after half a second; return the bodies that were answered 200."""
    answered: set[bytes] = set()
    ended = threading.Event()

    def work(place: int) -> None:
        with requests.Session() as session:
            number = 0
            while not ended.is_set():
                body = f'{{"entry":[],"mark":"{round_no}.{place}.{number}"}}'.encode()
                headers = {"X-Hub-Signature-256": sign("secret", body)}
                try:
                    answer = session.post(
                        f"http://127.0.0.1:{port}/webhooks/whatsapp",
                        data=body,
                        headers=headers,
                        timeout=PATIENCE,
                    )
                except requests.RequestException:
                    return
                if answer.status_code == 200:
                    answered.add(body)
                number += 1

    with ThreadPoolExecutor(8) as pool:
        workers = [pool.submit(work, place) for place in range(8)]
        wait_for(lambda: len(answered) > 60 + 170 * round_no, PATIENCE, "answers")
        application.send_signal(signal.SIGKILL)
        ended.set()
        for worker in workers:
            worker.result()
    return answered
