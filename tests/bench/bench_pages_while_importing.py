"""Pages at rest and pages while an export goes in by the drop folder, in one run.

`python -m pytest tests/bench/bench_pages_while_importing.py -o addopts= -q -s`. The settings of `bench_pages.py`, and SETU_BENCH_EXPORT (a folder of
billing files; empty: a demonstration of SETU_BENCH_ROWS, 80,00,000, is written first), SETU_BENCH_PEOPLE (20). The generator computes on the same cores.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.registry.demo import OFFICE_NAMES_FILE, write_demo
from tests.bench.bench_pages import CONSUMERS, SECONDS
from tests.bench.bench_pages_while_sending import PEOPLE, RATIO_BAR, sign_in_all, watch
from tests.bench.crowd import PAUSE_SECONDS, describe, quantile
from tests.bench.installation import make_installation, run_application

ROWS = int(os.environ.get("SETU_BENCH_ROWS", "8000000"))
_LONGEST_SECONDS = 1800


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(os.environ.get("SETU_BENCH_DIR") or tmp_path_factory.mktemp("installation"))


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    given = os.environ.get("SETU_BENCH_EXPORT")
    place = Path(given) if given else tmp_path_factory.mktemp("export")
    if not given:
        write_demo(ROWS, 7, place)
    yield sorted(path for path in place.glob("*.csv") if path.name != OFFICE_NAMES_FILE)


def drop(export: list[Path], inbox: Path) -> None:
    """Let the files lie in the drop folder, without copying them where the disk allows."""
    inbox.mkdir(parents=True, exist_ok=True)
    for path in export:
        try:
            os.link(path, inbox / path.name)
        except OSError:
            (inbox / path.name).write_bytes(path.read_bytes())


def wait_until(inbox: Path, is_there: bool, what: str) -> None:
    until = time.monotonic() + _LONGEST_SECONDS
    while any(inbox.glob("*.csv")) == is_there:
        assert time.monotonic() < until, what
        time.sleep(0.5)


def test_pages_stay_quick_while_an_export_goes_in(folder: Path, export: list[Path]) -> None:
    people = make_installation(folder, CONSUMERS)
    inbox = folder / "inbox"
    with run_application(folder, people, inbox_quiet_seconds=1) as running:
        cookies = asyncio.run(sign_in_all(running))
        idle, _, _ = asyncio.run(watch(running, cookies))
        began = time.monotonic()
        drop(export, inbox)
        time.sleep(8)  # the folder is looked at each five seconds
        busy, _, _ = asyncio.run(watch(running, cookies))
        was_under_way = any(inbox.glob("*.csv"))
        wait_until(inbox, is_there=True, what="the import")
        took = time.monotonic() - began
    assert not (inbox / "refused").exists()
    ratio = quantile(busy.all_clicks(), 0.95) / quantile(idle.all_clicks(), 0.95)
    print(f"\n{PEOPLE} people, {PAUSE_SECONDS:g} s between clicks, {SECONDS:g} s each")
    print(describe("clicks at rest", idle.all_clicks()))
    print(describe("clicks during the import", busy.all_clicks()))
    print(f"{len(export)} files took {took:.0f} s in all; p95 ratio {ratio:.2f}")
    assert was_under_way, "the export is too small for this many seconds"
    assert not (idle.errors + busy.errors), (idle.errors + busy.errors).most_common(5)
    assert ratio <= RATIO_BAR
