"""The words of the audit trail: actors that are no persons, and the details that came with a deed."""

import json

from dashboard.ui.catalogue import has_words
from dashboard.ui.words import t

_LONGEST_HASH = 12  # enough to compare two lines by eye


def name_actor(username: str) -> str:
    """Return a user name, or the words of an actor that is none: the command line, the clock."""
    key = f"audit.by_{username.replace(' ', '_')}"
    return t(key) if has_words(key) else username


def describe_detail(detail: str) -> str:
    """Return the details of a deed (a JSON object) as one line in the reader's language; empty ones are left out."""
    parts = [
        f"{_name_key(key)}: {_name_value(key, value)}"
        for key, value in json.loads(detail).items()
        if value not in (None, "")
    ]
    return " · ".join(parts)


def _name_key(key: str) -> str:
    return t(f"audit.key_{key}") if has_words(f"audit.key_{key}") else key


def _name_value(key: str, value: object) -> str:
    if isinstance(value, bool):
        return t("audit.yes" if value else "audit.no")
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return (
        text[:_LONGEST_HASH] if key == "hash" else ", ".join(_name_one(key, one) for one in text.split(", "))
    )


def _name_one(key: str, text: str) -> str:
    words = {
        "role": f"page.role_{text}",
        "verdict": f"reason.{text.replace(' ', '_')}",
        "field": f"consumer.field_{text}",
        "purpose": f"purpose.{text}",
        "reason": f"purpose.{text}",  # quiet hours overridden: the notice's purpose is the reason
        "approvals": f"level.{text}",
        "steps": f"level.{text}",
        "widest": f"level.{text}",
        "category": f"library.category_{text.lower()}",
        "language": f"brief.language_{text}",
    }.get(key, "")
    return t(words) if has_words(words) else text
