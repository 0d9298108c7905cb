"""What a webhook's body says, read without any I/O. What we do not know is counted, never an error."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dashboard.delivery.reference import read_reference

_NEWS = frozenset(
    {
        "message_template_status_update", "message_template_quality_update", "template_category_update",
        "phone_number_quality_update", "business_capability_update", "account_update", "account_alerts",
        "account_review_update", "phone_number_name_update",
    }
)  # fmt: skip
_INDIA = "91"


@dataclass(frozen=True)
class StatusReport:
    """One report on one message; job 0 where it does not carry our reference."""

    job_id: int
    message_no: int
    wamid: str
    status: str
    status_at: datetime
    code: int | None
    category: str | None
    billable: bool | None


@dataclass(frozen=True)
class InboundText:
    """What a consumer wrote; the text is empty where it was a picture or the like."""

    wamid: str
    mobile: int = field(repr=False)
    text: str = field(repr=False)
    sent_at: datetime


@dataclass
class Updates:
    """All that one body says."""

    statuses: list[StatusReport] = field(default_factory=list)
    inbound: list[InboundText] = field(default_factory=list)
    news: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    unknown_count: int = 0
    is_readable: bool = True

    @property
    def note(self) -> str | None:
        """What an operator should know of this body, None where all of it was understood."""
        if not self.is_readable:
            return "unreadable"
        return f"unknown: {self.unknown_count}" if self.unknown_count else None


def read_updates(body: bytes, prefix: str, received_at: datetime) -> Updates:
    """Return what a body says; `received_at` stands in where an update brings no time of its own."""
    found = Updates()
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return Updates(is_readable=False)
    for name, value in _walk_changes(content):
        if name == "messages":
            _read_messages(value, prefix, received_at, found)
        elif name in _NEWS:
            found.news.append((name, value))
        else:
            found.unknown_count += 1
    return found


def _walk_changes(content: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for entry in _dicts(content.get("entry") if isinstance(content, dict) else None):
        for change in _dicts(entry.get("changes")):
            value = change.get("value")
            yield str(change.get("field")), value if isinstance(value, dict) else {}


def _read_messages(value: dict[str, Any], prefix: str, received_at: datetime, found: Updates) -> None:
    known = False
    for entry in _dicts(value.get("statuses")):
        known = True
        status = _read_status(entry, prefix, received_at)
        if status:
            found.statuses.append(status)
        else:
            found.unknown_count += 1
    for entry in _dicts(value.get("messages")):
        known = True
        inbound = _read_inbound(entry, received_at)
        if inbound:
            found.inbound.append(inbound)
        else:
            found.unknown_count += 1
    found.unknown_count += 0 if known else 1


def _read_status(entry: dict[str, Any], prefix: str, received_at: datetime) -> StatusReport | None:
    wamid, status = entry.get("id"), entry.get("status")
    if not isinstance(wamid, str) or not isinstance(status, str):
        return None
    job_id, message_no = read_reference(prefix, entry.get("biz_opaque_callback_data")) or (0, 0)
    pricing = entry.get("pricing")
    pricing = pricing if isinstance(pricing, dict) else {}
    category, billable = pricing.get("category"), pricing.get("billable")
    return StatusReport(
        job_id=job_id,
        message_no=message_no,
        wamid=_clean(wamid),
        status=_clean(status),
        status_at=_read_time(entry.get("timestamp"), received_at),
        code=_read_code(entry.get("errors")),
        category=_clean(category) if isinstance(category, str) else None,
        billable=billable if isinstance(billable, bool) else None,
    )


def _read_code(errors: Any) -> int | None:
    codes = [error.get("code") for error in _dicts(errors)]
    return next((code for code in codes if isinstance(code, int) and abs(code) < 2**31), None)


def _read_inbound(entry: dict[str, Any], received_at: datetime) -> InboundText | None:
    """Return what a consumer wrote; None for system notes and for senders without an Indian mobile number."""
    wamid, mobile = entry.get("id"), read_mobile(entry.get("from"))
    if (
        not isinstance(wamid, str)
        or mobile is None
        or entry.get("type") in ("system", "reaction", "unsupported")
    ):
        return None
    return InboundText(
        _clean(wamid), mobile, _clean(_read_text(entry)), _read_time(entry.get("timestamp"), received_at)
    )


def _read_text(entry: dict[str, Any]) -> str:
    reply = _part(_part(entry, "interactive"), "button_reply")
    texts = (_part(entry, "text").get("body"), _part(entry, "button").get("text"), reply.get("title"))
    return next((text for text in texts if isinstance(text, str)), "")


def read_mobile(value: Any) -> int | None:
    """Return the ten digits of an Indian mobile number as WhatsApp writes it, else None."""
    digits = value.removeprefix("+") if isinstance(value, str) else ""
    if not digits.isascii() or not digits.isdigit() or len(digits) != 12 or not digits.startswith(_INDIA):
        return None
    return int(digits[2:]) if digits[2] in "6789" else None


def _read_time(value: Any, otherwise: datetime) -> datetime:
    try:
        return datetime.fromtimestamp(int(value), UTC).replace(tzinfo=None)
    except (TypeError, ValueError, OverflowError, OSError):
        return otherwise


def _clean(text: str) -> str:
    """Return a text that can be stored: JSON may smuggle in half a character."""
    return text.encode("utf-8", "replace").decode()


def _part(entry: dict[str, Any], name: str) -> dict[str, Any]:
    part = entry.get(name)
    return part if isinstance(part, dict) else {}


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
