"""The two clients of the Cloud API: one for sending, at full rate, one for everything rare."""

import logging
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
import requests

from dashboard.delivery.account import Account
from dashboard.delivery.errors_table import rule_for
from dashboard.delivery.wire import Answer, judge_answer
from dashboard.errors import Unavailable

_log = logging.getLogger(__name__)
_CONNECT_SECONDS = 5.0
_MANAGEMENT_TIMEOUT = (5.0, 30.0)  # connect, read
_HEALTH_FIELDS = "whatsapp_business_manager_messaging_limit,throughput,quality_rating"
_TEMPLATE_FIELDS = "name,status,category,language,quality_score"


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


@dataclass(frozen=True)
class TemplateStatus:
    """One template in one language as the provider knows it."""

    name: str
    language: str
    status: str  # PENDING, APPROVED, REJECTED, PAUSED, DISABLED …
    category: str  # may differ from the one asked for: compare before a send


@dataclass(frozen=True)
class PhoneHealth:
    """What the provider says of the sending number; empty text where it says nothing."""

    quality_rating: str
    messaging_limit: str
    throughput: str


class ManagementClient:
    """Templates and the number's health. Raises Unavailable("provider_down" | "provider_refused")."""

    def __init__(self, account: Account, session: requests.Session | None = None) -> None:
        self._account = account
        self._session = session or requests.Session()
        self._session.trust_env = (
            False  # no proxy of the environment between us and the address that was checked
        )

    def phone_health(self) -> PhoneHealth:
        """Ask for the number's quality, limit and throughput."""
        found = self._call("GET", self._account.phone_url, params={"fields": _HEALTH_FIELDS})
        throughput = found.get("throughput")
        return PhoneHealth(
            quality_rating=str(found.get("quality_rating", "")),
            messaging_limit=str(found.get("whatsapp_business_manager_messaging_limit", "")),
            throughput=str(throughput.get("level", "")) if isinstance(throughput, dict) else "",
        )

    def list_templates(self) -> list[TemplateStatus]:
        """Return all templates of the account, walking its pages."""
        found: list[TemplateStatus] = []
        params = {"fields": _TEMPLATE_FIELDS, "limit": "100"}
        while True:
            page = self._call("GET", self._account.templates_url, params=params)
            found += [_template_status(entry) for entry in page.get("data", [])]
            paging = page.get("paging", {})
            if not paging.get("next"):
                return found
            params["after"] = paging["cursors"]["after"]

    def ensure_templates(self, payloads: list[dict[str, Any]]) -> list[TemplateStatus]:
        """Post the templates that the account lacks, by name and language; return all that it has then."""
        known = self.list_templates()
        names = {(template.name, template.language) for template in known}
        missing = [payload for payload in payloads if (payload["name"], payload["language"]) not in names]
        for payload in missing:
            self._call("POST", self._account.templates_url, json=payload)
        return self.list_templates() if missing else known

    def _call(self, method: str, url: str, **arguments: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._account.token}"}
        try:
            response = self._session.request(
                method, url, headers=headers, timeout=_MANAGEMENT_TIMEOUT, allow_redirects=False, **arguments
            )
            content = response.json()
        except requests.RequestException as error:
            raise Unavailable("provider_down") from error
        if response.status_code >= 300:
            code = content.get("error", {}).get("code") if isinstance(content, dict) else None
            raise Unavailable("provider_refused", provider_code=code, reason=rule_for(code).words)
        return content


def _template_status(entry: dict[str, Any]) -> TemplateStatus:
    fields = ("name", "language", "status", "category")
    return TemplateStatus(*(str(entry.get(field, "")) for field in fields))
