"""`kill -9` again and again on a provider's bad day: nobody twice, nobody skipped, and every doubt has its reason.

The provider counts by recipient and shares no code with the sandbox. `SETU_CRASH_SEED` repeats a run: the seed is printed.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from dashboard.config import PROJECT_DIR
from dashboard.delivery import ledger
from dashboard.delivery.applier import Ears, apply_waiting
from dashboard.delivery.claims import mark_lost_claims
from dashboard.store.clock import utc_now
from dashboard.store.database import Database, open_database

from .conftest import add_job, mobiles, settle_doubts, wait_for
from .storm_server import SECRET, StormServer

COUNT, KILLS_EACH = 20_000, 25
TAKEN_STATES = {"accepted", "sent", "delivered", "read"}


@dataclass
class Victim:
    """The application that is killed and started again; `kills` counts by whom it hit."""

    folder: Path
    server: StormServer
    dice: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    process_id: int = 0

    def __post_init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.server.webhook_url = f"http://127.0.0.1:{port}/webhooks/whatsapp"
        settings = {
            "DATA_DIR": self.folder, "PORT": port, "GRAPH_URL": self.server.url, "WHATSAPP_TOKEN": "token", "WABA_ID": 2,
            "PHONE_NUMBER_ID": 1, "APP_SECRET": SECRET, "VERIFY_TOKEN": "word", "RATE_PER_SECOND": 1500, "SEND_BATCH": 60,
            "REQUEST_TIMEOUT_SECONDS": 0.5, "MAX_ATTEMPTS": 9, "MEMORY_LIMIT": "1GB",
        }  # fmt: skip
        environment = {**os.environ, **{f"SETU_{name}": str(value) for name, value in settings.items()}}
        self.mother = subprocess.Popen(
            [sys.executable, "-m", "tests.delivery.headless"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=PROJECT_DIR, env=environment,
        )  # fmt: skip

    @property
    def path(self) -> Path:
        return self.folder / "setu.duckdb"

    @property
    def is_finished(self) -> bool:
        return (self.folder / "finished").exists()

    def start(self) -> None:
        (self.folder / "finished").unlink(missing_ok=True)
        self.mother.stdin.write("start\n")
        self.mother.stdin.flush()
        self.process_id = int(self.mother.stdout.readline())

    def kill_application(self) -> None:
        os.kill(self.process_id, signal.SIGKILL)
        assert self.mother.stdout.readline() == "dead\n"
        self.process_id = 0

    def kill_sender(self) -> None:
        """Kill the one child that the application has; where none is up yet, wait for it."""
        wait_for(self._children, what="a sender")
        for child in self._children():
            os.kill(child, signal.SIGKILL)

    def _children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process_id}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text().split()]

    def strike(self, whom: str) -> None:
        """Let it send for a random while, then kill."""
        wanted = self.server.calls + self.dice.randint(1, COUNT // (3 * KILLS_EACH))
        hasty = self.dice.random() < 0.2  # in the middle of its start, perhaps
        until = time.monotonic() + (self.dice.random() * 0.5 if hasty else 20)
        while self.server.calls < wanted and time.monotonic() < until and not self.is_finished:
            time.sleep(0.002)
        if self.is_finished:
            return
        self.kills[whom] += 1
        if whom == "sender":
            self.kill_sender()
        else:
            self.kill_application()
            self.start()

    def end(self) -> None:
        if self.process_id:
            self.kill_application()
        self.mother.stdin.close()
        self.mother.wait(60)
        self.mother.stdout.close()


def come_to_rest(victim: Victim) -> Database:
    """Wait until the job has ended and every report is stored; kill the application and open what it left."""
    wait_for(lambda: victim.is_finished and not victim.server.has_reports, 300, "the end of the job")
    victim.kill_application()
    db = open_database(victim.path, memory_limit="1GB", threads=2)
    db.write(lambda cursor: mark_lost_claims(cursor, utc_now()))
    while apply_waiting(db, utc_now, Ears(lambda messages: {})).bodies:
        pass
    return db


def read_states(db: Database, job_id: int) -> dict[str, str]:
    with db.read() as cursor:
        rows = cursor.execute("SELECT mobile, state FROM message_state(?)", [job_id]).fetchall()
    return {f"+91{mobile}": state for mobile, state in rows}


def check_all(db: Database, job_id: int, server: StormServer, *, all_reported: bool) -> None:
    """Nobody twice, nobody skipped, the sums are the server's, every doubt is explained."""
    states = read_states(db, job_id)
    with db.read() as cursor:
        counted = ledger.tally(cursor, job_id)
    assert max(server.taken.values()) == 1
    assert len(states) == counted.total == COUNT
    doubtful = {to for to, state in states.items() if state == "in_doubt"}
    known = {to for to, state in states.items() if state in TAKEN_STATES}
    failed = {to for to, state in states.items() if state == "failed"}
    taken, lost = set(server.taken), {to for to, end in server.ends.items() if end == "failed"}
    assert known <= taken <= known | doubtful | failed
    assert failed <= server.refused | lost
    assert set(states) == known | doubtful | failed
    assert counted.in_doubt == len(doubtful) and counted.failed == len(failed)
    if all_reported:
        assert not doubtful & taken  # what is still in doubt never came to the server
        assert failed == server.refused - doubtful | lost  # of some refusals the answer died with the sender
        assert states == {to: server.ends.get(to, "failed" if to in failed else "in_doubt") for to in states}


def send_doubtful_again(db: Database, job_id: int) -> int:
    count = settle_doubts(db, job_id, False, utc_now())
    db.close()
    return count


@pytest.fixture
def seed() -> int:
    chosen = int(os.environ.get("SETU_CRASH_SEED") or random.randrange(10**6))
    print(f"SETU_CRASH_SEED={chosen}")
    return chosen


def test_fifty_kills_and_every_fault_send_nobody_two_and_skip_nobody(tmp_path, seed: int) -> None:
    dice = random.Random(seed)
    strikes = ["application", "sender"] * KILLS_EACH
    dice.shuffle(strikes)
    db = open_database(tmp_path / "setu.duckdb", memory_limit="1GB", threads=2)
    job_id = add_job(db, COUNT)
    db.close()
    with StormServer(seed=seed, keeps_back=True) as server:
        victim = Victim(tmp_path, server, dice)
        try:
            doubtful, rounds = send_until_done(victim, strikes, job_id)
        finally:
            victim.end()
        print(
            f"kills {dict(victim.kills)}, rounds {rounds}, in doubt at the end of each {doubtful}, calls {server.calls}"
        )
    assert victim.kills == {"application": KILLS_EACH, "sender": KILLS_EACH}
    assert doubtful[0] > 0 and doubtful[-1] == 0
    assert set(server.taken) | server.refused == {f"+91{mobile}" for mobile in mobiles(COUNT)}


def send_until_done(victim: Victim, strikes: list[str], job_id: int) -> tuple[list[int], int]:
    """Send, kill, settle the doubt as a person would, again until nothing is in doubt."""
    doubtful: list[int] = []
    while True:
        victim.start()
        while strikes and not victim.is_finished:
            before = victim.kills.total()
            victim.strike(strikes[-1])
            if victim.kills.total() > before:
                strikes.pop()
        if victim.server.keeps_back:  # some of the doubtful were taken, some not
            db = come_to_rest(victim)
            check_all(db, job_id, victim.server, all_reported=False)
            db.close()
            victim.server.keeps_back = False
            victim.start()
        db = come_to_rest(victim)
        check_all(db, job_id, victim.server, all_reported=True)
        doubtful.append(send_doubtful_again(db, job_id))
        if not doubtful[-1]:
            return doubtful, len(doubtful)
