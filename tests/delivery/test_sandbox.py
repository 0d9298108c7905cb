"""The sandbox: a real process that speaks the provider's language, and the whole way there and back."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from aiohttp import web

from dashboard.config import PROJECT_DIR
from dashboard.delivery.account import account_of, complete_settings
from dashboard.delivery.applier import WebhookApplier
from dashboard.delivery.client import ManagementClient
from dashboard.delivery.sandbox.main import SandboxConfig
from dashboard.delivery.sandbox.process import SandboxProcess
from dashboard.delivery.unreached import list_unreached
from dashboard.delivery.webhook import receive
from dashboard.store.clock import utc_now

from .conftest import (
    FIRST_MOBILE,
    PATIENCE,
    add_job,
    make_settings,
    read_job,
    read_tally,
    wait_for,
    wait_for_state,
)

FAST = {
    "sent_delay": 0.05, "delivered_delay": 0.1, "read_delay": 0.2,
    "failed_rate": 0.0, "delivered_rate": 1.0, "read_rate": 1.0,  # nothing is left to chance
}  # fmt: skip
TEMPLATE = {
    "name": "bill_due", "category": "UTILITY", "language": "hi", "parameter_format": "named",
    "components": [
        {"type": "BODY", "text": "प्रिय उपभोक्ता, {{division}}: माह {{month}} का बिल।"},
        {"type": "FOOTER", "text": "रोकने के लिए STOP लिखें"},
    ],
}  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Application:
    """The webhook's end of an application: receives, applies, answers what consumers write."""

    def __init__(self, db, settings) -> None:
        self.heard: list[str] = []
        self._db, self._settings = db, settings
        self.applier = WebhookApplier(db, utc_now, on_inbound=self._answer)
        self._loop = asyncio.new_event_loop()

    def _answer(self, messages) -> dict[str, str]:
        self.heard += [message.text for message in messages]
        return {message.wamid: f"आपने लिखा: {message.text}" for message in messages}

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        status = await asyncio.to_thread(
            receive, self._db, self._settings, utc_now, dict(request.headers), body
        )
        self.applier.wake()
        return web.Response(status=status)

    async def _start(self) -> None:
        app = web.Application(client_max_size=4 * 1024 * 1024)
        app.router.add_post("/webhooks/whatsapp", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._settings.port).start()

    def start(self) -> None:
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        self.applier.start()

    def stop(self) -> None:
        self.applier.stop()
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)


def config_for(settings, **knobs) -> SandboxConfig:
    return SandboxConfig(
        port=settings.sandbox_port, webhook_url=settings.webhook_url, app_secret=settings.app_secret,
        token=settings.whatsapp_token, phone_number_id=settings.phone_number_id, waba_id=settings.waba_id,
        knobs={**FAST, **knobs},
    )  # fmt: skip


@pytest.fixture
def settings(db):
    blank = {"whatsapp_token": "", "phone_number_id": "", "waba_id": "", "app_secret": "", "verify_token": ""}
    wanted = make_settings("", sandbox_port=free_port(), port=free_port(), rate_per_second=300.0, **blank)
    return complete_settings(db, wanted)


@pytest.fixture
def sandbox(settings) -> Iterator[SandboxProcess]:
    running = SandboxProcess(config_for(settings))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def application(db, settings) -> Iterator[Application]:
    running = Application(db, settings)
    running.start()
    yield running
    running.stop()


def at(settings, path: str) -> str:
    return f"http://127.0.0.1:{settings.sandbox_port}{path}"


def turn(settings, **knobs) -> None:
    assert requests.post(at(settings, "/sandbox/knobs"), json=knobs, timeout=PATIENCE).status_code == 200


def test_notice_goes_out_and_every_report_comes_back(
    db, settings, sandbox, application, make_dispatcher
) -> None:
    turn(settings, delivered_rate=1.0, read_rate=0.5, duplicate_rate=0.3, shuffle=True)
    client = ManagementClient(account_of(db, settings))
    (status,) = client.ensure_templates([TEMPLATE])
    assert (status.name, status.language, status.status, status.category) == (
        "bill_due",
        "hi",
        "APPROVED",
        "UTILITY",
    )
    job_id = add_job(db, 400)
    make_dispatcher(settings)
    wait_for_state(db, job_id, "finished")
    wait_for(lambda: read_tally(db, job_id).delivered_or_beyond == 400, what="all reports")
    wait_for(
        lambda: (
            requests.get(at(settings, "/sandbox/state"), timeout=PATIENCE).json()["counts"]["waiting"] == 0
        )
    )
    wait_for(lambda: read_tally(db, job_id).read > 100)
    seen = requests.get(
        at(settings, "/sandbox/messages"), params={"to": str(FIRST_MOBILE)}, timeout=PATIENCE
    ).json()
    assert [line["text"] for line in seen] == [
        "प्रिय उपभोक्ता, गोमती नगर: माह 0 का बिल।\n\nरोकने के लिए STOP लिखें"
    ]


def test_consumer_writes_and_is_answered(db, settings, sandbox, application, make_dispatcher) -> None:
    make_dispatcher(settings)
    written = {"from": "98000 00001", "text": "जोड़ें ०१२३"}
    assert requests.post(at(settings, "/sandbox/inbound"), json=written, timeout=PATIENCE).status_code == 200

    def chat() -> list[tuple[str, str]]:
        lines = requests.get(
            at(settings, "/sandbox/messages"), params={"to": "9800000001"}, timeout=PATIENCE
        ).json()
        return [(line["direction"], line["text"]) for line in lines]

    wait_for(lambda: len(chat()) == 2, what="the answer")
    assert chat() == [("in", "जोड़ें ०१२३"), ("out", "आपने लिखा: जोड़ें ०१२३")]


def test_failures_reported_later_reach_the_tally_and_the_registry(
    db, settings, sandbox, application, make_dispatcher
) -> None:
    ManagementClient(account_of(db, settings)).ensure_templates([TEMPLATE])
    turn(settings, failed_rate=1.0)
    job_id = add_job(db, 20)
    make_dispatcher(settings)
    wait_for(lambda: read_tally(db, job_id).failed == 20)
    with db.read() as cursor:
        assert len(list_unreached(cursor)) == 20


def test_who_has_written_is_never_reported_as_not_on_whatsapp(
    db, settings, sandbox, application, make_dispatcher
) -> None:
    ManagementClient(account_of(db, settings)).ensure_templates([TEMPLATE])
    turn(settings, failed_rate=1.0, delivered_rate=1.0, read_rate=0.0)
    written = {"from": str(FIRST_MOBILE), "text": "JOIN 0000000013"}
    requests.post(at(settings, "/sandbox/inbound"), json=written, timeout=PATIENCE)
    wait_for(lambda: application.heard)
    job_id = add_job(db, 2)
    make_dispatcher(settings)
    wait_for(lambda: read_tally(db, job_id).failed == 1 and read_tally(db, job_id).delivered == 1)
    with db.read() as cursor:
        assert [*list_unreached(cursor)] == [FIRST_MOBILE + 1]


# a knob, and the reason for which the job pauses
@pytest.mark.parametrize(
    ("knobs", "reason"),
    [({"token_expired": True}, "token_expired"), ({"outage": True}, "provider_unavailable")],
)
def test_sandbox_in_trouble_pauses_the_job_and_loses_nobody(
    db, settings, sandbox, make_dispatcher, knobs, reason
) -> None:
    ManagementClient(account_of(db, settings)).ensure_templates([TEMPLATE])
    turn(settings, **knobs)
    job_id = add_job(db, 200)
    make_dispatcher(settings)
    wait_for_state(db, job_id, "paused")
    wait_for(lambda: read_tally(db, job_id).in_flight == 0)
    assert (read_job(db, job_id).pause_reason, read_tally(db, job_id).waiting) == (reason, 200)


def test_template_that_nobody_posted_is_unknown(db, settings, sandbox, make_dispatcher) -> None:
    job_id = add_job(db, 5)
    make_dispatcher(settings)
    wait_for_state(db, job_id, "paused")
    assert read_job(db, job_id).pause_reason == "template_missing"


def test_a_sandbox_that_dies_is_started_again(db) -> None:
    settings = make_settings("", sandbox_port=free_port(), port=free_port())
    restarted = threading.Event()
    running = SandboxProcess(config_for(settings), restarted.set)
    running.start()
    try:
        os.kill(running.process_id, signal.SIGKILL)
        assert restarted.wait(20)
        assert (running.is_alive, running.restart_count) == (True, 1)
        assert requests.get(at(settings, "/sandbox/state"), timeout=PATIENCE).status_code == 200
    finally:
        running.stop()
    assert not running.is_alive


def test_no_child_outlives_a_killed_application(tmp_path) -> None:
    """`kill -9` of the application: sandbox and sender go with it."""
    script = textwrap.dedent(
        f"""
        import sys, time
        from pathlib import Path
        from dashboard.config import Settings
        from dashboard.delivery.account import complete_settings
        from dashboard.delivery.dispatcher import Dispatcher
        from dashboard.delivery.sandbox.main import SandboxConfig
        from dashboard.delivery.sandbox.process import SandboxProcess
        from dashboard.store.clock import utc_now
        from dashboard.store.database import open_database
        db = open_database(Path({str(tmp_path)!r}) / "setu.duckdb")
        settings = complete_settings(db, Settings(graph_url="", sandbox_port={free_port()}))
        sandbox = SandboxProcess(SandboxConfig(settings.sandbox_port, settings.webhook_url, "s", "t", "1", "2"))
        sandbox.start()
        dispatcher = Dispatcher(db, settings, utc_now, lambda cursor, numbers: set())
        dispatcher.start()
        while dispatcher.sender_process_id is None:
            time.sleep(0.01)
        print(dispatcher.sender_process_id, sandbox.process_id, flush=True)
        time.sleep(60)
        """
    )
    application = subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT_DIR, stdout=subprocess.PIPE, text=True
    )
    children = [int(word) for word in application.stdout.readline().split()]
    assert len(children) == 2
    application.send_signal(signal.SIGKILL)
    application.wait()
    application.stdout.close()
    wait_for(lambda: not any(_is_running(process) for process in children), PATIENCE, "both children to go")


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
        return stat.rsplit(")", 1)[1].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
