"""The sandbox's side of the Cloud API: judges calls by the provider's rules and plans what consumers do
then."""

import random
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from dashboard.delivery.sandbox.conversations import Conversations, Line
from dashboard.delivery.sandbox.knobs import Knobs
from dashboard.delivery.sandbox.reports import Reporter, status_report
from dashboard.delivery.sandbox.templates import Rejected, Template, fill_in, read_template

_NUMBER = re.compile(r"\+?(\d{7,15})")
_TEXT_LIMIT = 4096
_NOT_ON_WHATSAPP = 131026


@dataclass
class Provider:
    """All that the sandbox knows; lives in memory only."""

    token: str
    phone_number_id: str
    waba_id: str
    reporter: Reporter
    knobs: Knobs = field(default_factory=Knobs)
    templates: dict[tuple[str, str], Template] = field(default_factory=dict)
    conversations: Conversations = field(default_factory=Conversations)
    accepted_count: int = 0

    def check_access(self, authorization: str, object_id: str, wanted_id: str) -> None:
        """Raise Rejected for a wrong or expired token, an outage, or somebody else's number or account."""
        if self.knobs.outage:
            raise Rejected(131016, "the sandbox plays an outage", status=503)
        if self.knobs.token_expired or not secrets.compare_digest(authorization, f"Bearer {self.token}"):
            raise Rejected(190, "access token invalid or expired", status=401)
        if object_id != wanted_id:
            raise Rejected(33, "no such number or account", status=404)

    def take_message(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Accept one message and plan its reports. Raises Rejected."""
        number = _read_number(payload.get("to"))
        text, template = self._read_text(payload)
        if random.random() < self.knobs.refuse_rate:
            raise Rejected(self.knobs.refuse_code, "the sandbox's knob", status=429)
        held = random.random() < self.knobs.held_rate
        line = Line(_make_wamid(), "out", text, time.time(), "accepted", template)
        self.conversations.add(number, line)
        self.accepted_count += 1
        self._plan_reports(line, number, payload.get("biz_opaque_callback_data"))
        message = {"id": line.wamid, "message_status": "held_for_quality_assessment" if held else "accepted"}
        contact = {"input": payload["to"], "wa_id": number}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}

    def _read_text(self, payload: dict[str, Any]) -> tuple[str, str]:
        if payload.get("messaging_product") != "whatsapp":
            raise Rejected(100, "messaging_product")
        part = payload.get(str(payload.get("type")))
        if payload.get("type") == "template" and isinstance(part, dict):
            return self._fill_template(part), str(part.get("name"))
        if payload.get("type") == "text" and isinstance(part, dict):
            text = part.get("body")
            if isinstance(text, str) and 0 < len(text) <= _TEXT_LIMIT:
                return text, ""
        raise Rejected(100, "type or content")

    def _fill_template(self, part: dict[str, Any]) -> str:
        language = part.get("language")
        code = str(language.get("code")) if isinstance(language, dict) else ""
        template = self.templates.get((str(part.get("name")), code))
        if template is None or template.status != "APPROVED":
            raise Rejected(132001, "template does not exist in this language or is not approved", status=404)
        components = part.get("components", [])
        bodies = [
            entry
            for entry in components
            if isinstance(entry, dict) and str(entry.get("type")).lower() == "body"
        ]
        text = fill_in(template, bodies[0].get("parameters", []) if bodies else [])
        return f"{text}\n\n{template.footer}" if template.footer else text

    def _plan_reports(self, line: Line, number: str, reference: str | None) -> None:
        knobs, start = self.knobs, time.time()

        def plan(status: str, delay: float, code: int | None = None) -> None:
            report = status_report(line, number, status, reference, start + delay, code)
            self.reporter.plan("statuses", report, delay, line)

        if random.random() < knobs.failed_rate and not self._disproves(number, knobs.failed_code):
            plan("failed", knobs.sent_delay, knobs.failed_code)
            return
        plan("sent", knobs.sent_delay)
        if random.random() < knobs.delivered_rate:
            plan("delivered", knobs.delivered_delay)
            if random.random() < knobs.read_rate:
                plan("read", knobs.read_delay)

    def _disproves(self, number: str, code: int) -> bool:
        """Whether a number has written to us and so is on WhatsApp, whatever the dice say."""
        return code == _NOT_ON_WHATSAPP and any(
            line.direction == "in" for line in self.conversations.lines_of(number)
        )

    def take_inbound(self, number_text: Any, text: Any) -> Line:
        """Play a consumer who writes to the department. Raises Rejected."""
        number = _read_number(number_text)
        if len(number) == 10:
            number = "91" + number
        if not isinstance(text, str) or not 0 < len(text.strip()) <= _TEXT_LIMIT:
            raise Rejected(100, "text")
        line = Line(_make_wamid(), "in", text, time.time(), "received")
        self.conversations.add(number, line)
        head = {"id": line.wamid, "from": number, "timestamp": str(int(line.at))}
        self.reporter.plan("messages", {**head, "type": "text", "text": {"body": text}})
        return line

    def take_template(self, payload: dict[str, Any]) -> Template:
        """Take in a template; it is approved at once unless the knob says otherwise. Raises Rejected."""
        status = "APPROVED" if self.knobs.approve_templates else "PENDING"
        template = read_template(payload, str(secrets.randbelow(10**15)), status)
        key = (template.name, template.language)
        if key in self.templates:
            raise Rejected(100, "there is already a template of this name in this language")
        self.templates[key] = template
        news = {
            "event": status,
            "message_template_name": template.name,
            "message_template_language": template.language,
        }
        self.reporter.plan("message_template_status_update", news)
        return template


def _read_number(value: Any) -> str:
    match = _NUMBER.fullmatch(re.sub(r"[ \-]", "", value)) if isinstance(value, str) else None
    if match is None:
        raise Rejected(131009, "number")
    return match.group(1)


def _make_wamid() -> str:
    return f"wamid.{secrets.token_urlsafe(24)}"
