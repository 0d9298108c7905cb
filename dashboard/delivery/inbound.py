"""What comes from people: what they write, what they set in WhatsApp, and that their number has changed."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dashboard.delivery.json_parts import clean, dicts_of, mobile_of, part_of, text_of, time_of

_NO_WORDS = ("system", "reaction", "unsupported")
_CAPTIONED = ("image", "video", "document")


@dataclass(frozen=True)
class InboundText:
    """What a consumer wrote; the text is empty where it was a picture or the like without words under it.

    `payload` is what a pressed button stands for, `reply_to` WhatsApp's id of the message that it answers, `heard_by` the id of
    the number of ours that it was written to: the one that may answer in free words.
    """

    wamid: str
    mobile: int = field(repr=False)
    text: str = field(repr=False)
    sent_at: datetime
    payload: str = field(default="", repr=False)
    reply_to: str = ""
    heard_by: str = ""


@dataclass(frozen=True)
class HiddenText:
    """What somebody wrote who hides the number: it is theirs once the id is known."""

    user_id: str = field(repr=False)
    text: InboundText  # its number is 0

    def said_by(self, mobile: int) -> InboundText:
        return replace(self.text, mobile=mobile)


@dataclass(frozen=True)
class NumberChange:
    """WhatsApp says that a person has another number now; `wamid` names the note."""

    wamid: str
    old_mobile: int = field(repr=False)
    new_mobile: int = field(repr=False)
    said_at: datetime


@dataclass(frozen=True)
class Preference:
    """A person's switch for marketing in WhatsApp itself: stop, resume or signup."""

    mobile: int = field(repr=False)
    value: str
    said_at: datetime


def read_contacts(value: dict[str, Any]) -> dict[str, int]:
    """Return the numbers of those contacts that come with both an id and a number, by id."""
    pairs = [
        (text_of(contact, "user_id"), mobile_of(contact.get("wa_id")))
        for contact in dicts_of(value.get("contacts"))
    ]
    return {user_id: mobile for user_id, mobile in pairs if user_id and mobile}


def read_message(
    entry: dict[str, Any], contacts: dict[str, int], received_at: datetime, heard_by: str = ""
) -> InboundText | HiddenText | NumberChange | None:
    """Return what one entry of `messages` says; None for other notes and for senders without an Indian mobile number."""
    wamid = entry.get("id")
    if not isinstance(wamid, str) or not wamid:
        return None
    if entry.get("type") == "system":
        return _read_change(entry, clean(wamid), received_at)
    if entry.get("type") in _NO_WORDS:
        return None
    user_id = text_of(entry, "from_user_id", "user_id")
    mobile = mobile_of(entry.get("from")) or contacts.get(user_id)
    text = InboundText(
        wamid=clean(wamid), mobile=mobile or 0, text=_read_text(entry), sent_at=time_of(entry.get("timestamp"), received_at),
        payload=_read_payload(entry), reply_to=text_of(part_of(entry, "context"), "id"), heard_by=heard_by,
    )  # fmt: skip
    if mobile:
        return text
    return HiddenText(user_id, text) if user_id and not entry.get("from") else None


def _read_change(entry: dict[str, Any], wamid: str, received_at: datetime) -> NumberChange | None:
    system = part_of(entry, "system")
    old, new = mobile_of(entry.get("from")), mobile_of(system.get("wa_id") or system.get("new_wa_id"))
    if system.get("type") not in ("user_changed_number", "customer_changed_number") or not old or not new:
        return None
    return NumberChange(wamid, old, new, time_of(entry.get("timestamp"), received_at))


def read_preference(
    entry: dict[str, Any], contacts: dict[str, int], received_at: datetime
) -> Preference | None:
    """Return one entry of `user_preferences`; None where it names nobody or no switch."""
    mobile = mobile_of(entry.get("wa_id")) or contacts.get(text_of(entry, "user_id"))
    value = text_of(entry, "value").lower()
    if not mobile or value not in ("stop", "resume", "signup"):
        return None
    return Preference(mobile, value, time_of(entry.get("timestamp"), received_at))


def _read_text(entry: dict[str, Any]) -> str:
    reply = _read_reply(entry)
    texts = (
        part_of(entry, "text").get("body"), part_of(entry, "button").get("text"), reply.get("title"),
        *(part_of(entry, kind).get("caption") for kind in _CAPTIONED),
    )  # fmt: skip
    return next((clean(text) for text in texts if isinstance(text, str)), "")


def _read_payload(entry: dict[str, Any]) -> str:
    return text_of(part_of(entry, "button"), "payload") or text_of(_read_reply(entry), "id")


def _read_reply(entry: dict[str, Any]) -> dict[str, Any]:
    interactive = part_of(entry, "interactive")
    return part_of(interactive, "button_reply") or part_of(interactive, "list_reply")
