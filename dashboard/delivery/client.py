"""The client of the Cloud API for everything rare; messages go through `message_client`."""

from dataclasses import dataclass
from typing import Any

import requests

from dashboard.delivery.credentials import Account
from dashboard.delivery.errors_table import Action, rule_for
from dashboard.delivery.json_parts import code_of, dicts_of, part_of, text_of
from dashboard.errors import Unavailable

_MANAGEMENT_TIMEOUT = (5.0, 30.0)  # connect, read
_HEALTH_FIELDS = "display_phone_number,whatsapp_business_manager_messaging_limit,throughput,quality_rating"
_LONGEST_REASON = 300
_TEMPLATE_FIELDS = "name,status,category,language,quality_score,rejected_reason"


@dataclass(frozen=True)
class TemplateStatus:
    """One template in one language as the provider knows it."""

    name: str
    language: str
    status: str  # PENDING, APPROVED, REJECTED, PAUSED, DISABLED …
    category: str  # may differ from the one asked for: compare before a send
    quality: str = ""  # GREEN, YELLOW, RED, UNKNOWN
    rejected_reason: str = ""  # empty: none


@dataclass(frozen=True)
class PhoneHealth:
    """What the provider says of the sending number; empty text where it says nothing."""

    quality_rating: str
    messaging_limit: str
    throughput: str
    display_phone_number: str = ""


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
        return PhoneHealth(
            quality_rating=text_of(found, "quality_rating"),
            messaging_limit=text_of(found, "whatsapp_business_manager_messaging_limit"),
            throughput=text_of(part_of(found, "throughput"), "level"),
            display_phone_number=text_of(found, "display_phone_number"),
        )

    def list_templates(self) -> list[TemplateStatus]:
        """Return all templates of the account, walking its pages."""
        found: list[TemplateStatus] = []
        params = {"fields": _TEMPLATE_FIELDS, "limit": "100"}
        while True:
            page = self._call("GET", self._account.templates_url, params=params)
            if not isinstance(page.get("data"), list):
                raise Unavailable("provider_down")
            found += [_template_status(entry) for entry in dicts_of(page["data"])]
            paging = part_of(page, "paging")
            if not paging.get("next"):
                return found
            after = text_of(part_of(paging, "cursors"), "after")
            if after in ("", params.get("after")):  # the same page for ever
                raise Unavailable("provider_down")
            params["after"] = after

    def ensure_templates(self, payloads: list[dict[str, Any]]) -> list[TemplateStatus]:
        """Post the templates that the account lacks, by name and language; return all that it has then.

        One that is refused on the spot comes back as REJECTED with the reason, and the others are posted all the same.
        """
        known = self.list_templates()
        names = {(template.name, template.language) for template in known}
        missing = [payload for payload in payloads if (payload["name"], payload["language"]) not in names]
        refused = [one for payload in missing if (one := self._post_template(payload)) is not None]
        return self.list_templates() + refused if missing else known

    def _post_template(self, payload: dict[str, Any]) -> TemplateStatus | None:
        """Post one template; return how it was refused on the spot, None where it was taken in."""
        try:
            self._call("POST", self._account.templates_url, json=payload)
        except Unavailable as error:
            code = error.values.get("provider_code")
            if not isinstance(code, int) or rule_for(code).action is not Action.FAIL_ALIKE:
                raise
            reason = str(error.values["details"])[:_LONGEST_REASON]
            return TemplateStatus(
                payload["name"], payload["language"], "REJECTED", payload["category"], rejected_reason=reason
            )
        return None

    def _call(self, method: str, url: str, **arguments: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._account.token}"}
        try:
            response = self._session.request(
                method, url, headers=headers, timeout=_MANAGEMENT_TIMEOUT, allow_redirects=False, **arguments
            )
            content = response.json()
        except (requests.RequestException, RecursionError) as error:
            raise Unavailable("provider_down") from error
        told = part_of(content, "error") if isinstance(content, dict) else {}
        if response.status_code >= 300 or told:
            code = code_of(told.get("code"))
            details = text_of({**told, **part_of(told, "error_data")}, "error_user_msg", "details", "message")
            raise Unavailable(
                "provider_refused", provider_code=code, reason=rule_for(code).words, details=details
            )
        if not isinstance(content, dict):
            raise Unavailable("provider_down")
        return content


def _template_status(entry: dict[str, Any]) -> TemplateStatus:
    reason = text_of(entry, "rejected_reason")
    return TemplateStatus(
        name=text_of(entry, "name"),
        language=text_of(entry, "language"),
        status=text_of(entry, "status"),
        category=text_of(entry, "category"),
        quality=text_of(part_of(entry, "quality_score"), "score"),
        rejected_reason="" if reason == "NONE" else reason,
    )
