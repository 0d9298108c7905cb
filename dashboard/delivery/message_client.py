"""The client of the Cloud API for messages, at full rate."""

import logging
from types import TracebackType
from typing import Self

import aiohttp

from dashboard.delivery.credentials import Account
from dashboard.delivery.wire import Answer, judge_answer

_log = logging.getLogger(__name__)
_CONNECT_SECONDS = 5.0


class WhatsAppClient:
    """Sends messages over kept-alive connections; `async with` opens and closes them. Never repeats a
    call."""

    def __init__(self, account: Account, connections: int) -> None:
        self._url = account.messages_url
        self._headers = {"Authorization": f"Bearer {account.token}", "Content-Type": "application/json"}
        self._timeout = aiohttp.ClientTimeout(total=account.timeout_seconds, sock_connect=_CONNECT_SECONDS)
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=15)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=self._timeout, headers=self._headers
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session:
            await self._session.close()

    async def send(self, payload: bytes) -> Answer:
        """Make one call and say what became of the message; a vendor's error never leaves this function."""
        assert self._session, "use `async with`"
        try:
            async with self._session.post(self._url, data=payload, allow_redirects=False) as response:
                return judge_answer(response.status, await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL):
            return Answer("not_sent")  # no connection came about, so nothing was written
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.info("no answer: %s", type(error).__name__)  # the text of the error may hold the address
            return Answer("in_doubt")
