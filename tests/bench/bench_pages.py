"""Coverage and its neighbours under the hands of many people, through Streamlit's own WebSocket.

`python -m pytest tests/bench/bench_pages.py -o addopts= -q -s`. SETU_BENCH_PEOPLE (200), SETU_BENCH_PAUSE (5 s between clicks),
SETU_BENCH_SECONDS (60), SETU_BENCH_PAGE_CONSUMERS (2,00,000), SETU_BENCH_DIR (an installation to use again). The generator computes
on the same cores as the application.
"""

import asyncio
import os
from pathlib import Path

import pytest

from tests.bench.crowd import PAUSE_SECONDS, PEOPLE, Crowd, Tally, describe, quantile
from tests.bench.installation import Running, make_installation, run_application

SECONDS = float(os.environ.get("SETU_BENCH_SECONDS", "60"))
CONSUMERS = int(os.environ.get("SETU_BENCH_PAGE_CONSUMERS", "200000"))
CLICK_BAR, LOAD_BAR = 0.3, 1.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(os.environ.get("SETU_BENCH_DIR") or tmp_path_factory.mktemp("installation"))


async def measure(running: Running) -> Tally:
    crowd = Crowd(running)
    try:
        await crowd.sign_in_all(a_second=2 if len(running.people) > 99 else 3)
        await crowd.arrive(seconds=15)
        crowd.tally.clear_clicks()
        computed = running.processor_seconds()
        await asyncio.sleep(SECONDS)
        computed = running.processor_seconds() - computed
        tally = crowd.tally.clear_clicks()
        clicks = max(len(tally.all_clicks()), 1)
        print(
            f"\n{PEOPLE} people, {PAUSE_SECONDS:g} s between clicks, {SECONDS:g} s, {CONSUMERS:,} consumers"
        )
        print(describe("sign-in (connection, form, password, page)", tally.sign_ins))
        print(describe("first load (connection with a cookie, page)", tally.loads))
        print(describe("all clicks", tally.all_clicks()))
        for kind, values in sorted(tally.clicks.items()):
            print("  " + describe(kind, values))
        print(
            f"{max(clicks, 1) / SECONDS:.1f} clicks/s, {tally.element_count / clicks:.0f} elements and {tally.byte_count / clicks / 1000:.0f} kB"
            f" a click, {1000 * computed / clicks:.1f} ms of processor a click, {sum(tally.errors.values())} errors"
        )
        return tally
    finally:
        await crowd.stop()


def test_two_hundred_people_are_answered_in_time(folder: Path) -> None:
    people = make_installation(folder, CONSUMERS)
    with run_application(folder, people) as running:
        tally = asyncio.run(measure(running))
    assert not tally.errors, tally.errors.most_common(5)
    assert quantile(tally.loads, 0.95) <= LOAD_BAR
    assert quantile(tally.sign_ins, 0.95) <= LOAD_BAR
    assert quantile(tally.all_clicks(), 0.95) <= CLICK_BAR
