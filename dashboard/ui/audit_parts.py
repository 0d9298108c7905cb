"""The words of the audit trail: actors that are no persons, and the details that came with a deed."""

import json
from datetime import date

from dashboard.ui.catalogue import has_words
from dashboard.ui.formats import day, group_digits, percent
from dashboard.ui.template_words import title_of
from dashboard.ui.words import t

_LONGEST_HASH = 12  # enough to compare two lines by eye
_SERIAL = {
    "notice",
    "of",
    "case",
    "group",
    "repeat",
    "rule",
    "step",
    "day",
    "sending_number",
}  # told apart by, not counted


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
    if key == "share":
        return percent(float(str(value)))
    if isinstance(value, int) and key not in _SERIAL:
        return group_digits(value)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if key in ("hash", "first_hash"):
        return text[:_LONGEST_HASH]
    return ", ".join(_name_one(key, one) for one in text.split(", "))


def _name_one(key: str, text: str) -> str:
    if key in ("template", "about"):
        return title_of(text)
    if key == "by_day":
        return day(date.fromisoformat(text))
    words = {
        "role": f"page.role_{text}",
        "verdict": f"reason.{text.replace(' ', '_')}",
        "field": f"consumer.field_{text}",
        "purpose": f"purpose.{text}",
        "reason": f"purpose.{text}" if has_words(f"purpose.{text}") else f"audit.reason_{text}",
        "approvals": f"level.{text}",
        "steps": f"level.{text}",
        "widest": f"level.{text}",
        "category": f"library.category_{text.lower()}",
        "language": f"brief.language_{text}",
        "follow": f"audit.follow_{text}",
        "news": f"audit.news_{text}",
        "means": f"field.{text}",
        "group": f"report.group_{text}",
    }.get(key, "")
    return t(words) if has_words(words) else text
