"""The people of the sandbox: what they write, press and set, and under which id they hide their numbers."""

import hashlib
import re
import secrets
import time
from typing import Any

from dashboard.delivery.sandbox.conversations import Conversations, Line
from dashboard.delivery.sandbox.knobs import Knobs
from dashboard.delivery.sandbox.reports import Reporter
from dashboard.delivery.sandbox.templates import Rejected

_NUMBER = re.compile(r"\+?(\d{7,15})")
TEXT_LIMIT = 4096
_PREFERENCES = ("stop", "resume", "signup")


class People:
    """Plays those who have a phone; their chats are kept in memory."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self.conversations = Conversations()

    def write(self, payload: dict[str, Any], knobs: Knobs) -> Line:
        """Play a person who writes (`text`), presses a button (`payload`) or has a new number (`moved_to`). Raises Rejected."""
        number = read_number(payload.get("from"), fill=True)
        text = payload.get("text")
        if not isinstance(text, str) or not 0 < len(text.strip()) <= TEXT_LIMIT:
            raise Rejected(100, "text")
        line = Line(make_wamid(), "in", text, time.time(), "received")
        self.conversations.add(number, line)
        head = {"id": line.wamid, "timestamp": str(int(line.at)), **name_person(number, "from", knobs)}
        self._reporter.plan("messages", {**head, **_content(payload, text)})
        return line

    def set_preference(self, payload: dict[str, Any], knobs: Knobs) -> str:
        """Play a person who switches marketing off or on in WhatsApp. Raises Rejected."""
        number, value = read_number(payload.get("from"), fill=True), payload.get("value")
        if value not in _PREFERENCES:
            raise Rejected(100, "value")
        entry = {
            **name_person(number, "wa_id", knobs), "category": "marketing_messages", "value": value,
            "timestamp": str(int(time.time())),
        }  # fmt: skip
        self._reporter.plan(
            "user_preferences", {"messaging_product": "whatsapp", "user_preferences": [entry]}
        )
        return str(value)

    def has_written(self, number: str) -> bool:
        """Whether a number has written to us and so is on WhatsApp, whatever the dice say."""
        return any(line.direction == "in" for line in self.conversations.lines_of(number))


def _content(payload: dict[str, Any], text: str) -> dict[str, Any]:
    if payload.get("moved_to"):
        system = {
            "type": "user_changed_number",
            "wa_id": read_number(payload["moved_to"], fill=True),
            "body": text,
        }
        return {"type": "system", "system": system}
    if isinstance(payload.get("payload"), str):
        return {"type": "button", "button": {"payload": payload["payload"], "text": text}}
    return {"type": "text", "text": {"body": text}}


def name_person(number: str, key: str, knobs: Knobs) -> dict[str, str]:
    """Return how a webhook names a person: by the number under `key`, or by the id of those who hide it."""
    user_id = f"IN.{int(hashlib.sha256(number.encode()).hexdigest()[:12], 16)}"
    if not knobs.hide_numbers:
        return {key: number}
    return {{"from": "from_user_id", "recipient_id": "recipient_user_id", "wa_id": "user_id"}[key]: user_id}


def read_number(value: Any, fill: bool = False) -> str:
    """Return a number's digits; `fill` puts India's code before ten digits. Raises Rejected(131009)."""
    match = _NUMBER.fullmatch(re.sub(r"[ \-]", "", value)) if isinstance(value, str) else None
    if match is None:
        raise Rejected(131009, "number")
    return f"91{match[1]}" if fill and len(match[1]) == 10 else match[1]


def make_wamid() -> str:
    return f"wamid.{secrets.token_urlsafe(24)}"
