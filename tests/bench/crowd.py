"""Many people at once: each signs in, then clicks at random on what a person clicks, some seconds apart.

A click counts from the message until the script run that it caused has finished and the page has been received whole. Where a
click has a visible end (another office, another page) the page must show it; else the run counts as an error.
"""

import asyncio
import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field

import aiohttp

from tests.bench.browser_session import BrowserSession, PageBroke, sign_in
from tests.bench.installation import PASSWORD, Running

PEOPLE = int(os.environ.get("SETU_BENCH_PEOPLE", "200"))
PAUSE_SECONDS = float(os.environ.get("SETU_BENCH_PAUSE", "5"))
_PAGES = ("missing", "notices", "cases")
_KINDS = {"down": 30, "bar": 10, "row": 10, "up": 20, "level": 8, "order": 7, "page": 15}


@dataclass
class Tally:
    """What was measured, seconds: `sign_ins` from the connection to the page, the password included; `loads` from the
    connection of someone with a cookie; `clicks` by kind."""

    sign_ins: list[float] = field(default_factory=list)
    loads: list[float] = field(default_factory=list)
    clicks: dict[str, list[float]] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    element_count: int = 0
    byte_count: int = 0

    def all_clicks(self) -> list[float]:
        return [seconds for kind in self.clicks.values() for seconds in kind]

    def clear_clicks(self) -> "Tally":
        """Return what was clicked until now and begin anew."""
        past = Tally(self.sign_ins, self.loads, self.clicks, self.errors, self.element_count, self.byte_count)
        self.clicks, self.errors = {}, Counter()
        self.element_count = self.byte_count = 0
        return past


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


def describe(name: str, values: list[float]) -> str:
    p50, p95, most = (1000 * quantile(values, share) for share in (0.5, 0.95, 1.0))
    return f"{name}: {len(values):,} runs, p50 {p50:.0f} ms, p95 {p95:.0f} ms, max {most:.0f} ms"


class Crowd:
    """People at work until `stop`; `tally` fills meanwhile."""

    def __init__(
        self, running: Running, people: int = PEOPLE, pause: float = PAUSE_SECONDS, seed: int = 7
    ) -> None:
        self._running, self._people, self._pause = running, people, pause
        self._dice = random.Random(seed)
        self._tasks: list[asyncio.Task[None]] = []
        self._http: aiohttp.ClientSession | None = None
        self.cookies: dict[str, str] = {}
        self.tally = Tally()

    async def sign_in_all(self, a_second: float) -> None:
        """Sign every account in for real, so many a second, and keep the cookies."""
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        tasks = []
        for name in self._running.people:
            tasks.append(asyncio.create_task(self._sign_in(name)))
            await asyncio.sleep(1 / a_second)
        await asyncio.gather(*tasks)

    async def come_back(self, cookies: dict[str, str]) -> None:
        """Work with the cookies of an earlier sign-in."""
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        self.cookies = cookies

    async def _sign_in(self, name: str) -> None:
        session = BrowserSession(self._session(), self._running.url)
        began = time.perf_counter()
        try:
            await session.open()
            self.cookies[name] = await sign_in(session, name, PASSWORD)
            self.tally.sign_ins.append(time.perf_counter() - began)
        except PageBroke as error:
            self.tally.errors[f"sign-in: {error}"] += 1
        await session.close()

    async def arrive(self, seconds: float) -> None:
        """Let all come within so many seconds, each with a cookie, and begin to click."""
        names = list(self.cookies)
        for number in range(self._people):
            dice = random.Random(self._dice.random())
            self._tasks.append(asyncio.create_task(self._work(names[number % len(names)], dice)))
            await asyncio.sleep(seconds / self._people)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()

    def _session(self) -> aiohttp.ClientSession:
        assert self._http is not None, "sign_in_all comes first"
        return self._http

    async def _work(self, name: str, dice: random.Random) -> None:
        session = await self._load(name)
        while True:
            await asyncio.sleep(dice.expovariate(1 / self._pause))
            kind = dice.choices(list(_KINDS), weights=list(_KINDS.values()))[0]
            before = session.byte_count
            began = time.perf_counter()
            try:
                done = await click(session, kind, dice)
            except PageBroke as error:
                self.tally.errors[f"{kind}: {error}"] += 1
                await session.close()
                session = await self._load(name)
                continue
            if done:
                self.tally.clicks.setdefault(done, []).append(time.perf_counter() - began)
                self.tally.element_count += session.screen.element_count
                self.tally.byte_count += session.byte_count - before

    async def _load(self, name: str) -> BrowserSession:
        session = BrowserSession(self._session(), self._running.url, self.cookies[name])
        began = time.perf_counter()
        try:
            await session.open()
            if session.screen.find("button", "page_sign_out") is None:
                raise PageBroke("the cookie did not let in")
            self.tally.loads.append(time.perf_counter() - began)
        except PageBroke as error:
            self.tally.errors[f"load: {error}"] += 1
        return session


async def click(session: BrowserSession, kind: str, dice: random.Random) -> str:
    """Do one click of a kind; where the page does not offer it, go up or to the coverage page; return what was done."""
    screen = session.screen
    opened = next(
        (
            one
            for name in ("coverage", "missing", "cases")
            if (one := screen.find("selectbox", f"{name}_open"))
        ),
        None,
    )
    if kind == "down" and opened is not None and opened.options:
        option = dice.choice(list(opened.options))
        await session.choose(opened, option)
        _require(session, f"**{option}**")
        return kind
    chart, table = screen.find("plotly_chart", "coverage_chart"), screen.find("dataframe", "coverage_table")
    if kind == "bar" and chart is not None:
        query = session.query
        await session.pick_bar(chart, 0)
        _require_moved(session, query)
        return kind
    if kind == "row" and table is not None:
        query = session.query
        await session.pick_row(table, 0)
        _require_moved(session, query)
        return kind
    for name, key in (("level", "coverage_level"), ("order", "coverage_order")):
        choices = screen.find("button_group", key)
        if kind == name and choices is not None:
            await session.choose(choices, dice.choice(choices.options).content)
            return kind
    pages = [page for page in _PAGES if page in session.pages]
    if kind == "page" and pages:
        await session.go_to(
            session.pages[dice.choice(pages)], session.query if "notice" not in session.query else ""
        )
        return kind
    return await _go_up(session)


async def _go_up(session: BrowserSession) -> str:
    """Go up in the tree; where there is nothing above, back to the coverage page of one's own office."""
    above = next(
        (
            one
            for name in ("coverage", "missing", "cases")
            if (one := session.screen.find("button", f"{name}_path_"))
        ),
        None,
    )
    if above is not None:
        await session.press(above)
        return "up"
    await session.go_to(session.pages[""])
    return "coverage"


def _require(session: BrowserSession, text: str) -> None:
    if text not in session.screen.texts:
        raise PageBroke(f"the page does not show {text}")


def _require_moved(session: BrowserSession, query: str) -> None:
    if session.query == query:
        raise PageBroke("the click led nowhere")
