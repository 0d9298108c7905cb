"""The product as it runs, for measuring: a demonstration, many people, `python -m dashboard run` in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard import runtime
from dashboard.access.scope import Role
from dashboard.access.users import add_user
from dashboard.commands.demonstration import make_demonstration
from dashboard.config import PROJECT_DIR, Settings
from dashboard.store.clock import utc_now

PASSWORD = "neem-ganga-mango-4711"  # of made-up people on a made-up registry
SECRET = "bench-secret"
_START_SECONDS = 60
_LEVELS = (("state", 3), ("discom", 5), ("circle", 12), ("division", 20))  # how many people look from where


@dataclass(frozen=True)
class Running:
    """A running application: its address, its process, its people."""

    url: str
    process: "subprocess.Popen[bytes]"
    people: tuple[str, ...]
    settings: Settings

    def processor_seconds(self) -> float:
        """Return how long its process has computed so far, of both cores together."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_installation(folder: Path, consumers: int) -> tuple[str, ...]:
    """Make a demonstration with people of every role at every level; return their names, all with PASSWORD."""
    os.environ["SETU_DEMO_CONSUMERS"] = str(consumers)
    settings = Settings(data_dir=folder)
    if not settings.database_path.exists():
        make_demonstration(settings)
    rt = runtime.open_registry(settings)
    try:
        return tuple(_add_people(rt))
    finally:
        runtime.stop(rt)


def _add_people(rt: runtime.Runtime) -> Iterator[str]:
    with rt.db.read() as cursor:
        known = {name for (name,) in cursor.execute("SELECT username FROM app_user").fetchall()}
        offices = {
            level: cursor.execute(
                """SELECT office.code FROM office JOIN coverage_cube AS cube ON cube.office_no BETWEEN office.office_no AND last_no
                WHERE level = ? GROUP BY office.code ORDER BY sum(consumers) DESC, office.code LIMIT ?""",
                [level, count],
            ).fetchall()
            for level, count in _LEVELS
        }
    for level, count in _LEVELS:
        for number in range(count):
            office = offices[level][number % len(offices[level])][0]
            role = (Role.VIEWER, Role.COMPOSER, Role.APPROVER)[number % 3]
            name = f"{level}{number}"
            if name not in known:
                add_user(
                    rt.db, utc_now, username=name, full_name=f"{level} {number}", role=role, office_code=office,
                    password=PASSWORD, language=("hi", "en")[number % 2], by=None,
                )  # fmt: skip
            yield name


@contextmanager
def run_application(folder: Path, people: tuple[str, ...], **settings: object) -> Iterator[Running]:
    """Run the product on a folder; `settings` are those of `dashboard.config`."""
    values = {
        "data_dir": folder,
        "port": free_port(),
        "sandbox_port": free_port(),
        "app_secret": SECRET,
    } | settings
    environment = os.environ | {f"SETU_{name.upper()}": str(value) for name, value in values.items()}
    log = (folder / "run.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "dashboard", "run"], cwd=PROJECT_DIR, env=environment, stdout=log, stderr=log
    )
    url = f"http://127.0.0.1:{values['port']}"
    try:
        _wait_until_up(f"{url}/_stcore/health", process)
        yield Running(url, process, people, Settings.model_validate(values))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)
        log.close()


def _wait_until_up(url: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise AssertionError("the application did not start")
