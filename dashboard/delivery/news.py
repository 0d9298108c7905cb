"""What WhatsApp says of our own account, templates and number: about whom, in one word, and whether a person should know."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dashboard.delivery.json_parts import part_of, text_of

PHONE_QUALITY = "phone_quality"  # found by asking; webhooks no longer carry the colour
UNREADABLE = "webhook_unreadable"  # a signed body that is no JSON

# field → (where the subject stands, where the word stands, the words that a person should know of; None: all of them)
_FIELDS: dict[str, tuple[tuple[str, ...], tuple[str, ...], frozenset[str] | None]] = {
    "message_template_status_update": (
        ("message_template_name",), ("event",),
        frozenset({"REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "FLAGGED", "LOCKED", "LIMIT_EXCEEDED", "PENDING_DELETION", "DELETED"}),
    ),
    "message_template_quality_update": (("message_template_name",), ("new_quality_score",), frozenset({"YELLOW", "RED"})),
    "template_category_update": (("message_template_name",), ("new_category", "correct_category"), frozenset({"MARKETING"})),
    "phone_number_quality_update": (
        ("display_phone_number",), ("event",), frozenset({"FLAGGED", "DOWNGRADE"}),
    ),
    PHONE_QUALITY: (("display_phone_number",), ("quality_rating",), frozenset({"YELLOW", "RED"})),
    "phone_number_name_update": (("display_phone_number",), ("decision",), frozenset({"REJECTED", "DECLINED"})),
    "business_capability_update": (
        (), ("max_daily_conversations_per_business", "max_daily_conversation_per_phone"), None,
    ),
    "account_update": (
        ("phone_number",), ("event",),
        frozenset({"DISABLED_UPDATE", "ACCOUNT_VIOLATION", "ACCOUNT_RESTRICTION", "ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED"}),
    ),
    "account_alerts": (("entity_type",), ("alert_type",), None),
    "account_review_update": ((), ("decision",), frozenset({"REJECTED"})),
    UNREADABLE: ((), ("value",), None),
}  # fmt: skip
NEWS_FIELDS = frozenset(_FIELDS) - {PHONE_QUALITY, UNREADABLE}  # those that webhooks bring
_LONGEST_NAME, _LONGEST_WORD = 512, 60


@dataclass(frozen=True)
class News:
    """One piece of news; `detail` is WhatsApp's own JSON, `tone` bad where a person should know."""

    field: str
    subject: str
    language: str
    value: str
    tone: str
    detail: str
    happened_at: datetime


def read_news(field: str, value: dict[str, Any], happened_at: datetime) -> News:
    """Return what one change of a field says: those of `NEWS_FIELDS`, and our own two."""
    subject_names, word_names, bad = _FIELDS[field]
    flat = {**part_of(value, "alert_info"), **value}
    word = text_of(flat, *word_names).upper()[:_LONGEST_WORD]
    return News(
        field=field,
        subject=text_of(flat, *subject_names)[:_LONGEST_NAME],
        language=text_of(value, "message_template_language")[:_LONGEST_WORD],
        value=word,
        tone="bad" if bad is None or word in bad else "note",
        detail=_to_json(value),
        happened_at=happened_at,
    )


def _to_json(value: dict[str, Any]) -> str:
    """Return JSON that any reader takes: no halves of characters, no NaN."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        return "{}"  # the whole stands in webhook_raw
    return text.encode("utf-8", "replace").decode()


def bad_words() -> list[tuple[str, str]]:
    """Return every (field, word) that comes to a banner, the word empty where any does, to keep the catalogues complete."""
    return [(name, word) for name, (_, _, bad) in _FIELDS.items() for word in sorted(bad or {""})]
