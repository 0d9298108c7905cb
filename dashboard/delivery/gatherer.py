"""Gathers the webhooks that come at the same time into one commit: each waits for the disk, all wait together."""

import asyncio
from contextlib import suppress
from datetime import datetime
from functools import partial

from dashboard.delivery.webhook import insert_bodies
from dashboard.errors import Unavailable
from dashboard.store.clock import Clock
from dashboard.store.database import Database

GATHER_SECONDS = 0.02  # from one commit to the next: a hundred bodies cost little more than one
ENOUGH = 16  # that wait: they are not kept waiting
MOST_BYTES = 64 * 1024 * 1024  # that wait for the disk at a time


class Gatherer:
    """Stores bodies from one event loop; while one commit is on its way to the disk, the next one gathers."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self._waiting: list[tuple[datetime, bytes]] = []
        self._byte_count = 0
        self._told: list[asyncio.Future[None]] = []  # of those whose bodies wait, done once these are on disk
        self._has_enough = asyncio.Event()
        self._next_at = 0.0
        self._work: asyncio.Task[None] | None = None

    async def store(self, body: bytes) -> None:
        """Return once the body is on disk. Raises Unavailable("webhooks_full"), or what the database raises."""
        if self._byte_count + len(body) > MOST_BYTES:
            raise Unavailable("webhooks_full")
        self._waiting.append((self._clock(), body))
        self._byte_count += len(body)
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._told.append(mine)
        if self._work is None or self._work.done():
            self._has_enough = asyncio.Event()  # one serves a single loop
            self._work = asyncio.create_task(self._commit_all())
        if len(self._told) >= ENOUGH:
            self._has_enough.set()
        await mine

    async def _wait_for_more(self) -> None:
        clock = asyncio.get_running_loop().time
        with suppress(TimeoutError):
            await asyncio.wait_for(self._has_enough.wait(), max(0.0, self._next_at - clock()))
        self._has_enough.clear()
        self._next_at = clock() + GATHER_SECONDS

    async def _commit_all(self) -> None:
        while self._told:
            await self._wait_for_more()
            bodies, told = self._waiting, self._told
            self._waiting, self._told = [], []
            try:
                change = partial(insert_bodies, bodies=bodies)
                await asyncio.wrap_future(
                    self._db.write_later(change, alters_pages=False, alters_accounts=False)
                )
                for one in told:
                    if not one.done():  # its caller has hung up
                        one.set_result(None)
            except Exception as error:  # noqa: BLE001 - handed to every caller that waits
                for one in told:
                    if not one.done():
                        one.set_exception(error)
            finally:
                self._byte_count -= sum(len(body) for _, body in bodies)
