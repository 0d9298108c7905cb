"""The sandbox's way back: what it has to report, when it is due, and the signed webhooks that carry it."""

import asyncio
import hashlib
import heapq
import hmac
import itertools
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from dashboard.delivery.sandbox.conversations import Line
from dashboard.delivery.sandbox.knobs import Knobs

_UPDATES_A_POST = 500
_WAITING_LIMIT = 2_000_000
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 30.0
_IDLE_SECONDS = 0.05


@dataclass(order=True)
class _Due:
    due_at: float
    place: int
    kind: str = field(compare=False)
    value: dict[str, Any] = field(compare=False)
    line: Line | None = field(compare=False, default=None)


class Reporter:
    """Keeps what is due and posts it to the application's webhook, again and again until that answers 200."""

    def __init__(self, webhook_url: str, app_secret: str, phone_number_id: str, waba_id: str) -> None:
        self._url = webhook_url
        self._secret = app_secret.encode()
        self._phone_number_id = phone_number_id
        self._waba_id = waba_id
        self._due: list[_Due] = []
        self._places = itertools.count()
        self.reported_count = 0
        self.dropped_count = 0

    def plan(
        self, field_name: str, value: dict[str, Any], delay: float = 0.0, line: Line | None = None
    ) -> None:
        """Put one report down to be posted `delay` seconds from now."""
        if len(self._due) >= _WAITING_LIMIT:
            self.dropped_count += 1
            return
        heapq.heappush(self._due, _Due(time.monotonic() + delay, next(self._places), field_name, value, line))

    def waiting_count(self) -> int:
        return len(self._due)

    async def run(self, knobs: Callable[[], Knobs]) -> None:
        """Post what is due, for ever."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            while True:
                batch = self._take_due()
                if not batch:
                    await asyncio.sleep(_IDLE_SECONDS)
                    continue
                if knobs().shuffle:
                    random.shuffle(batch)
                repeated = [due for due in batch if random.random() < knobs().duplicate_rate]
                await self._post_until_taken(session, batch + repeated)

    def _take_due(self) -> list[_Due]:
        now = time.monotonic()
        batch: list[_Due] = []
        while self._due and self._due[0].due_at <= now and len(batch) < _UPDATES_A_POST:
            batch.append(heapq.heappop(self._due))
        return batch

    async def _post_until_taken(self, session: aiohttp.ClientSession, batch: list[_Due]) -> None:
        body = json.dumps(self._envelope(batch), ensure_ascii=False).encode()
        pause = _FIRST_PAUSE_SECONDS
        while not await self._post(session, body):
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
        self.reported_count += len(batch)
        for due in batch:
            if due.line and "status" in due.value:
                due.line.status = advance(due.line.status, str(due.value["status"]))

    async def _post(self, session: aiohttp.ClientSession, body: bytes) -> bool:
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signature}"}
        try:
            async with session.post(self._url, data=body, headers=headers, allow_redirects=False) as response:
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    def _envelope(self, batch: list[_Due]) -> dict[str, Any]:
        changes = [
            self._change(due.kind, due.value) for due in batch if due.kind not in ("statuses", "messages")
        ]
        for name in ("statuses", "messages"):
            values = [due.value for due in batch if due.kind == name]
            if values:
                changes.append(
                    self._change(
                        "messages",
                        {"messaging_product": "whatsapp", "metadata": self._metadata, name: values},
                    )
                )
        return {"object": "whatsapp_business_account", "entry": [{"id": self._waba_id, "changes": changes}]}

    def _change(self, field_name: str, value: dict[str, Any]) -> dict[str, Any]:
        return {"field": field_name, "value": value}

    @property
    def _metadata(self) -> dict[str, str]:
        return {"phone_number_id": self._phone_number_id}


def advance(known: str, reported: str) -> str:
    """Return the status that a chat shows: reports that come out of order never put it back."""
    steps = ("accepted", "sent", "delivered", "read")
    return (
        known
        if known in steps and reported in steps and steps.index(reported) < steps.index(known)
        else reported
    )
