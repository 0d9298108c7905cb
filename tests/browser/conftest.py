"""A real installation for the browser: its own data folder and ports, the demonstration, Debian's Chromium."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, StorageState, TimeoutError, expect, sync_playwright

from dashboard.config import PROJECT_DIR
from dashboard.ui.catalogue import say
from dashboard.ui.sign_in import COOKIE_NAME

_START_SECONDS = 420  # on a busy machine; a quiet one needs about 30
expect.set_options(timeout=90_000)  # milliseconds; a busy machine is slow, not wrong
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


@dataclass(frozen=True)
class Installation:
    """A running application: its addresses and the accounts that `make run` printed."""

    url: str
    sandbox_url: str
    accounts: dict[str, tuple[str, str]]  # name → password, office
    data_dir: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("installation")
    port, sandbox_port = _free_port(), _free_port()
    environment = os.environ | {
        "SETU_DATA_DIR": str(folder / "data"), "SETU_PORT": str(port), "SETU_SANDBOX_PORT": str(sandbox_port), "SETU_DEMO_CONSUMERS": "12000", "SETU_BRIEF_HOUR": "24",
    }  # fmt: skip
    log = (folder / "run.log").open("w+", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "run"],
        cwd=PROJECT_DIR,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_until_up(f"http://127.0.0.1:{port}/_stcore/health", process, log.name)
        text = Path(log.name).read_text(encoding="utf-8")
        found = re.findall(r"^  (\w+) +(\S+-\d{4}) +\w+ +(\S+)$", text, re.MULTILINE)
        accounts = {name: (password, office) for name, password, office in found}
        made = Installation(
            f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}", accounts, folder / "data"
        )
        _leave_nothing_to_chance(made)
        yield made
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(90)
        log.close()


def _leave_nothing_to_chance(installation: Installation) -> None:
    """Have every message delivered and read, soon: what a report must come to is then known."""
    knobs = {
        "failed_rate": 0.0, "delivered_rate": 1.0, "read_rate": 1.0, "delivered_delay": 0.3, "read_delay": 0.6,
    }  # fmt: skip
    request = urllib.request.Request(
        f"{installation.sandbox_url}/sandbox/knobs", json.dumps(knobs).encode(), {"Content-Type": "application/json"}
    )  # fmt: skip
    urllib.request.urlopen(request, timeout=60).close()


def _wait_until_up(url: str, process: "subprocess.Popen[bytes]", log: str) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)
    raise AssertionError("the application did not start:\n" + Path(log).read_text(encoding="utf-8")[-3000:])


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists() and os.environ.get("CI") != "true":
        pytest.skip("the browser tests need Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
        )
        yield chromium
        chromium.close()


def _wait_for_cookie(page: Page) -> None:
    """The browser gets its cookie a moment after the page: without it a new address would ask to sign in again."""
    for _ in range(600):
        if any(cookie.get("name") == COOKIE_NAME for cookie in page.context.cookies()):
            return
        page.wait_for_timeout(100)
    raise AssertionError("signing in set no cookie")


SignIn = Callable[..., Page]
Cookies = dict[str, StorageState]


@pytest.fixture(scope="module")
def cookies() -> Cookies:
    """What the browser of each person keeps once they have signed in."""
    return {}


@pytest.fixture
def sign_in(installation: Installation, browser: Browser, cookies: Cookies) -> Iterator[SignIn]:
    """Sign a person in and return their page: `sign_in(name, language, width)`; the second time their cookie does it."""
    contexts = []

    def enter(name: str, language: str = "hi", width: int = 1440) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 950}, locale="en-IN", timezone_id="Asia/Kolkata", storage_state=cookies.get(name)
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(90_000)
        page.goto(installation.url)
        if name not in cookies:
            _type_password(page, name, installation.accounts[name][0])
        page.locator(".st-key-page_account").wait_for()
        _choose_language(page, language)
        _wait_for_cookie(page)
        cookies[name] = context.storage_state()
        return page

    yield enter
    for context in contexts:
        context.close()


def _choose_language(page: Page, language: str) -> None:
    """Choose the language, which is remembered from the last time; a press on what is just drawn anew is lost: a person tries again."""
    heading = page.get_by_role("heading", name=say(language, "page.coverage"), level=1).first
    for attempt in range(3):
        page.locator(".st-key-page_language").get_by_text("English" if language == "en" else "हिन्दी").click()
        try:
            heading.wait_for(timeout=30_000)
            return
        except TimeoutError:
            if attempt == 2:
                raise


def _type_password(page: Page, name: str, password: str) -> None:
    """Fill the form in; one that is drawn anew while one types takes nothing in: a person tries again."""
    for attempt in range(3):
        page.locator(".st-key-sign_in_username input").fill(name)
        page.locator(".st-key-sign_in_password input").fill(password)
        page.locator(".st-key-sign_in_submit button").click()
        try:
            page.locator(".st-key-page_account").wait_for(timeout=30_000)
            return
        except TimeoutError:
            if attempt == 2:
                raise
