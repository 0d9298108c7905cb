"""What a webhook's body says, read without any I/O. What we do not know is kept by name and counted, never an error."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashboard.delivery.inbound import (
    HiddenText,
    InboundText,
    NumberChange,
    Preference,
    read_contacts,
    read_message,
    read_preference,
)
from dashboard.delivery.json_parts import clean, dicts_of, part_of, text_of, time_of, word_of
from dashboard.delivery.news import NEWS_FIELDS, UNREADABLE, News, read_news
from dashboard.delivery.status_report import KNOWN_STATUSES, StatusReport, read_status


@dataclass
class Updates:
    """All that one body says; `odd` counts what was not understood by its kind and name."""

    statuses: list[StatusReport] = field(default_factory=list)
    inbound: list[InboundText] = field(default_factory=list)
    hidden: list[HiddenText] = field(default_factory=list)
    changes: list[NumberChange] = field(default_factory=list)
    preferences: list[Preference] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    users: dict[str, int] = field(default_factory=dict)
    odd: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def note(self) -> str | None:
        """What an operator should know of this body, None where all of it was understood."""
        if ("body", "unreadable") in self.odd:
            return "unreadable"
        return f"unknown: {self.odd.total()}" if self.odd else None


def read_updates(body: bytes, prefix: str, received_at: datetime) -> Updates:
    """Return what a body says; `received_at` stands in where an update brings no time of its own."""
    found = Updates()
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        found.odd["body", "unreadable"] += 1
        found.news.append(read_news(UNREADABLE, {"value": "UNREADABLE"}, received_at))
        return found
    for name, value, at in _walk_changes(content, received_at):
        if name in ("messages", "user_preferences"):
            _read_people(value, prefix, at, found)
        elif name in NEWS_FIELDS:
            found.news.append(read_news(name, value, at))
        else:
            found.odd["field", word_of(name)] += 1
    return found


def _walk_changes(content: Any, received_at: datetime) -> Iterator[tuple[str, dict[str, Any], datetime]]:
    for entry in dicts_of(content.get("entry") if isinstance(content, dict) else None):
        at = time_of(entry.get("time"), received_at)
        for change in dicts_of(entry.get("changes")):
            value = change.get("value")
            yield str(change.get("field")), value if isinstance(value, dict) else {}, min(at, received_at)


def _read_people(value: dict[str, Any], prefix: str, received_at: datetime, found: Updates) -> None:
    contacts, heard_by = read_contacts(value), text_of(part_of(value, "metadata"), "phone_number_id")
    found.users.update(contacts)
    for entry in dicts_of(value.get("statuses")):
        _add_status(read_status(entry, prefix, received_at), found)
    for entry in dicts_of(value.get("messages")):
        _add_message(read_message(entry, contacts, received_at, heard_by), entry, found)
    for entry in dicts_of(value.get("user_preferences")):
        preference = read_preference(entry, contacts, received_at)
        if preference:
            found.preferences.append(preference)
        else:
            found.odd["message", "user_preferences"] += 1
    for error in dicts_of(value.get("errors")):
        found.odd["errors", clean(str(error.get("code")))[:12]] += 1
    if not {"statuses", "messages", "user_preferences", "errors"} & value.keys():
        found.odd["field", "messages"] += 1


def _add_status(status: StatusReport | None, found: Updates) -> None:
    if status is None:
        found.odd["status", "unreadable"] += 1
        return
    found.statuses.append(status)
    if status.status not in KNOWN_STATUSES:
        found.odd["status", word_of(status.status)] += 1


def _add_message(
    message: InboundText | HiddenText | NumberChange | None, entry: dict[str, Any], found: Updates
) -> None:
    if isinstance(message, InboundText):
        found.inbound.append(message)
    elif isinstance(message, HiddenText):
        found.hidden.append(message)
    elif isinstance(message, NumberChange):
        found.changes.append(message)
    else:
        found.odd["message", word_of(entry.get("type"))] += 1
