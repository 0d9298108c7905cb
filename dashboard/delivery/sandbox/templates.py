"""The sandbox's templates: taken in by the provider's rules, and filled in as the provider fills them in."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

_NAME = re.compile(r"[a-z0-9_]{1,512}")
_PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")
_BODY_LIMIT = 1024
_LINE_LIMIT = 60
_BUTTON_LIMIT, _MOST_BUTTONS = 25, 10
_TARGETS = {"QUICK_REPLY": "", "URL": "url", "PHONE_NUMBER": "phone_number", "COPY_CODE": "example"}


class Rejected(Exception):
    """A call that the provider would answer with this error code; the text says why, never with a number."""

    def __init__(self, code: int, details: str, status: int = 400) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details
        self.status = status


@dataclass(frozen=True)
class Template:
    """One template in one language."""

    template_id: str
    name: str
    language: str
    category: str
    status: str
    body: str
    footer: str
    components: list[dict[str, Any]]
    quality: str = "UNKNOWN"

    @property
    def places(self) -> list[str]:
        return list(dict.fromkeys(_PLACE.findall(self.body)))

    def show(self, text: str) -> str:
        """Return a filled-in text with all that stands around it, as a person sees it."""
        parts = {
            str(part.get("type", "")).upper(): part for part in self.components if isinstance(part, dict)
        }
        buttons = [f"[{one['text']}]" for one in parts.get("BUTTONS", {}).get("buttons", [])]
        lines = [str(parts.get("HEADER", {}).get("text", "")), text, self.footer, "  ".join(buttons)]
        return "\n\n".join(line for line in lines if line)

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.template_id, "name": self.name, "language": self.language, "category": self.category,
            "status": self.status, "components": self.components, "quality_score": {"score": self.quality},
            "rejected_reason": "INVALID_FORMAT" if self.status == "REJECTED" else "NONE",
        }  # fmt: skip


def read_template(payload: dict[str, Any], template_id: str, status: str) -> Template:
    """Return the template of a `message_templates` payload. Raises Rejected(100) against Meta's rules."""
    name, language = str(payload.get("name", "")), str(payload.get("language", ""))
    components = payload.get("components")
    if not _NAME.fullmatch(name) or not re.fullmatch(r"[a-z]{2,3}(_[A-Z]{2})?", language):
        raise Rejected(100, "name or language")
    if payload.get("category") not in CATEGORIES or not isinstance(components, list):
        raise Rejected(100, "category or components")
    texts = {
        str(part.get("type", "")).upper(): str(part.get("text", ""))
        for part in components
        if isinstance(part, dict)
    }
    body, footer = texts.get("BODY", ""), texts.get("FOOTER", "")
    _check_body(body)
    if len(footer) > _LINE_LIMIT or len(texts.get("HEADER", "")) > _LINE_LIMIT:
        raise Rejected(100, "header or footer too long")
    if _PLACE.search(footer):
        raise Rejected(100, "a footer may hold no variable")
    for part in components:
        if isinstance(part, dict) and str(part.get("type", "")).upper() == "BUTTONS":
            _check_buttons(part.get("buttons"))
    return Template(template_id, name, language, str(payload["category"]), status, body, footer, components)


def _check_body(body: str) -> None:
    text = body.strip()
    if not text or len(text) > _BODY_LIMIT:
        raise Rejected(100, "body empty or longer than 1,024 characters")
    places = list(_PLACE.finditer(text))
    if places and (places[0].start() == 0 or places[-1].end() == len(text)):
        raise Rejected(100, "a variable may not stand first or last")
    for left, right in pairwise(places):
        if not text[left.end() : right.start()].strip():
            raise Rejected(100, "two variables may not stand side by side")


def _check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 0 < len(buttons) <= _MOST_BUTTONS:
        raise Rejected(100, "one to ten buttons")
    for button in buttons:
        if not isinstance(button, dict) or button.get("type") not in _TARGETS:
            raise Rejected(100, "type of a button")
        text, target = button.get("text"), _TARGETS[button["type"]]
        if not isinstance(text, str) or not 0 < len(text) <= _BUTTON_LIMIT or _PLACE.search(text):
            raise Rejected(100, "a button's text is empty, longer than 25 characters or holds a variable")
        if target and not button.get(target):
            raise Rejected(100, f"a button lacks its {target}")


def fill_in(template: Template, parameters: list[dict[str, Any]]) -> str:
    """Return the text that the consumer reads. Raises Rejected(132000, 132005, 132012 or 132018)."""
    places = template.places
    if len(parameters) != len(places):
        raise Rejected(132000, f"expected {len(places)} parameters, got {len(parameters)}")
    values: dict[str, str] = {}
    for place, parameter in zip(places, parameters, strict=True):
        name = str(parameter.get("parameter_name", place))
        if name not in places or name in values or parameter.get("type") != "text":
            raise Rejected(132012, "parameter name or type")
        values[name] = _check_value(parameter.get("text"))
    filled = _PLACE.sub(lambda match: values[match.group(1)], template.body)
    if len(filled) > _BODY_LIMIT:
        raise Rejected(132005, "filled-in text longer than 1,024 characters")
    return filled


def _check_value(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Rejected(132012, "empty parameter")
    if re.search(r"[\n\t]| {5}", value):
        raise Rejected(132018, "a parameter may hold no new line, tab or more than four blanks")
    return value
