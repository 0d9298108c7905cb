"""A provider on a bad day: every fault at random, and reports that come twice, out of order, and again until they are taken."""

import asyncio
import hashlib
import hmac
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from .counting_server import ACCEPT, HALF, HELD, LOST, RESET, SILENT, CountingServer

SECRET = "secret"
_FAULTS = [SILENT, RESET, HALF, LOST, HELD, (502, None), (500, 131000), (500, 131016), (503, 2), (400, 131056), (400, 131057)]  # fmt: skip
_FAULT_RATE, _STORM_RATE, _STORM_CALLS = 0.02, 0.0002, 60
_LATEST_SECONDS = 0.5
_UPDATES_A_BODY = 300
_ENDS = [("delivered", None), ("read", None), ("sent", None), ("failed", 131049)]
_END_WEIGHTS = [60, 30, 8, 2]


@dataclass
class StormServer(CountingServer):
    """`refused` are the numbers refused for good; `ends` is where each taken message got to in the end.

    Reports go to `webhook_url`; while `keeps_back` stands, half of all messages' reports wait.
    """

    seed: int = 0
    webhook_url: str = ""
    refused: set[str] = field(default_factory=set)
    ends: dict[str, str] = field(default_factory=dict)
    keeps_back: bool = False
    _updates: list[tuple[float, str, dict[str, Any]]] = field(default_factory=list)  # due at, to whom, what
    _storm_until: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self.behave = self._choose

    def __enter__(self) -> "StormServer":
        super().__enter__()
        self._reporter = asyncio.run_coroutine_threadsafe(self._report(), self._loop)
        return self

    def __exit__(self, *_: object) -> None:
        self._reporter.cancel()
        super().__exit__()

    @property
    def has_reports(self) -> bool:
        """Whether any report is still to be brought, those kept back left aside."""
        return any(not self._is_kept(to) for _, to, _ in list(self._updates)) or self._is_posting

    _is_posting = False

    def _choose(self, number: int, body: dict[str, Any]) -> str | tuple[int, int | None]:
        if body["to"] in self.refused or (body["to"] not in self.taken and self._random.random() < 0.01):
            self.refused.add(body["to"])
            return (400, 131026)
        if self._random.random() < _STORM_RATE:
            self._storm_until = number + _STORM_CALLS
        if number < self._storm_until:
            return (429, 130429)
        return self._random.choice(_FAULTS) if self._random.random() < _FAULT_RATE else ACCEPT

    def on_taken(self, wamid: str, body: dict[str, Any]) -> None:
        end, code = self._random.choices(_ENDS, _END_WEIGHTS)[0]
        self.ends[body["to"]] = end
        course = {"sent": ["sent"], "failed": ["failed"], "delivered": ["sent", "delivered"]}
        for status in course.get(end, ["sent", "delivered", "read"]):
            update: dict[str, Any] = {"id": wamid, "status": status, "timestamp": str(int(time.time()))}
            if status != "sent" or end == "sent" or self._random.random() < 0.9:
                update["biz_opaque_callback_data"] = body["biz_opaque_callback_data"]
            if self._random.random() < 0.5:
                update["recipient_id"] = body["to"].lstrip("+")
            if status == "failed":
                update["errors"] = [{"code": code, "title": "words"}]
            for _ in range(self._random.choice([1, 2])):  # half of them come twice, all in any order
                due_at = time.monotonic() + self._random.random() * _LATEST_SECONDS
                self._updates.append((due_at, body["to"], update))

    def _is_kept(self, to: str) -> bool:
        return self.keeps_back and int(to[-1]) % 2 == 0

    async def _report(self) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while True:
                await asyncio.sleep(0.05)
                now = time.monotonic()
                due = [one for one in self._updates if one[0] <= now and not self._is_kept(one[1])]
                if due and self.webhook_url:
                    self._is_posting = True
                    due = self._random.sample(due, min(len(due), _UPDATES_A_BODY))
                    if await self._post(session, [update for _, _, update in due]):
                        brought = {id(one) for one in due}
                        self._updates = [one for one in self._updates if id(one) not in brought]
                    self._is_posting = False

    async def _post(self, session: aiohttp.ClientSession, updates: list[dict[str, Any]]) -> bool:
        value = {"messaging_product": "whatsapp", "statuses": updates}
        content = {"object": "whatsapp_business_account", "entry": [{"id": "2", "changes": [{"field": "messages", "value": value}]}]}  # fmt: skip
        body = json.dumps(content).encode()
        signature = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        try:
            async with session.post(self.webhook_url, data=body, headers={"X-Hub-Signature-256": signature}) as response:  # fmt: skip
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False  # the application is dead at the moment: it comes again
