"""One entry of a webhook's `statuses`: what became of one of our messages."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashboard.delivery.json_parts import clean, code_of, dicts_of, part_of, text_of, time_of
from dashboard.delivery.reference import read_reference

KNOWN_STATUSES = frozenset({"sent", "delivered", "read", "failed", "played"})
_CHARGED = {
    "regular": True,
    "free_customer_service": False,
    "free_entry_point": False,
}  # Meta, "pricing.type"


@dataclass(frozen=True)
class StatusReport:
    """One report on one message; job 0 where it does not carry our reference. `user_id` names who hides the number."""

    job_id: int
    message_no: int
    wamid: str
    status: str
    status_at: datetime
    code: int | None
    category: str | None
    billable: bool | None
    user_id: str | None = field(default=None, repr=False)


def read_status(entry: dict[str, Any], prefix: str, received_at: datetime) -> StatusReport | None:
    """Return a report; None for what names no message or no status."""
    wamid, status = entry.get("id"), entry.get("status")
    if not isinstance(wamid, str) or not isinstance(status, str):
        return None
    job_id, message_no = read_reference(prefix, entry.get("biz_opaque_callback_data")) or (0, 0)
    pricing = part_of(entry, "pricing")
    category = pricing.get("category")
    return StatusReport(
        job_id=job_id,
        message_no=message_no,
        wamid=clean(wamid),
        status=clean(status),
        status_at=time_of(entry.get("timestamp"), received_at),
        code=_read_code(entry.get("errors")),
        category=clean(category).lower() if isinstance(category, str) else None,
        billable=_read_billable(pricing),
        user_id=text_of(entry, "recipient_user_id", "user_id") or None,
    )


def _read_code(errors: Any) -> int | None:
    codes = [code_of(error.get("code")) for error in dicts_of(errors)]
    return next((code for code in codes if code is not None), None)


def _read_billable(pricing: dict[str, Any]) -> bool | None:
    """Return whether a message is charged: as `billable` says, else by its type; None where neither tells."""
    told = pricing.get("billable")
    return told if isinstance(told, bool) else _CHARGED.get(text_of(pricing, "type").lower())
