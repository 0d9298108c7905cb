"""Reading JSON that others wrote: every part may be missing or of another kind, and nothing of that is an error."""

from datetime import datetime, timedelta
from typing import Any

_INDIA = "91"
_EPOCH = datetime(1970, 1, 1)
_LONGEST_WORD = 60


def dicts_of(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; nothing where it is none."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def part_of(entry: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the object of this name; an empty one where there is none."""
    part = entry.get(name)
    return part if isinstance(part, dict) else {}


def text_of(entry: dict[str, Any], *names: str) -> str:
    """Return the first text among these names; numbers are read as text; empty where there is none."""
    for name in names:
        value = entry.get(name)
        if isinstance(value, str) and value:
            return clean(value)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
            return str(value)
    return ""


def code_of(value: Any) -> int | None:
    """Return an error code, None for what is none or cannot be kept as one (32 bits)."""
    return value if type(value) is int and abs(value) < 2**31 else None


def word_of(value: Any) -> str:
    """Return an unknown word as it may be kept: short, and without digits that could be somebody's number."""
    text = clean(value) if isinstance(value, str) else type(value).__name__
    return "".join("#" if mark.isdigit() else mark for mark in text[:_LONGEST_WORD])


def time_of(value: Any, otherwise: datetime) -> datetime:
    """Return seconds since 1970 as UTC; `otherwise` where they are none."""
    try:
        return _EPOCH + timedelta(seconds=int(value))
    except (TypeError, ValueError, OverflowError):
        return otherwise


def clean(text: str) -> str:
    """Return a text that can be stored: JSON may smuggle in half a character."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def mobile_of(value: Any) -> int | None:
    """Return the ten digits of an Indian mobile number as WhatsApp writes it, else None."""
    digits = value.removeprefix("+") if isinstance(value, str) else ""
    if not digits.isascii() or not digits.isdigit() or len(digits) != 12 or not digits.startswith(_INDIA):
        return None
    return int(digits[2:]) if digits[2] in "6789" else None
