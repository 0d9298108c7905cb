"""The sandbox's side of the Cloud API: judges calls by the provider's rules and plans what becomes of messages."""

import random
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from dashboard.delivery.sandbox.conversations import Line
from dashboard.delivery.sandbox.knobs import Knobs, code_of_ending
from dashboard.delivery.sandbox.limits import Limits, tier_of
from dashboard.delivery.sandbox.people import TEXT_LIMIT, People, make_wamid, name_person, read_number
from dashboard.delivery.sandbox.reports import Reporter
from dashboard.delivery.sandbox.shelf import Shelf
from dashboard.delivery.sandbox.templates import Rejected, fill_in

_NOT_ON_WHATSAPP, _PAUSED = 131026, 132015
_OWN_DIGITS = 2  # numbers of one account differ in so many last digits: each is a sending number of its own
_DISPLAY_NUMBER = "15550000001"


@dataclass
class Provider:
    """All that the sandbox knows; lives in memory only."""

    token: str
    phone_number_id: str
    waba_id: str
    reporter: Reporter
    knobs: Knobs = field(default_factory=Knobs)
    limits: Limits = field(default_factory=Limits)
    accepted_count: int = 0
    people: People = field(init=False)
    shelf: Shelf = field(init=False)

    def __post_init__(self) -> None:
        self.people, self.shelf = People(self.reporter), Shelf(self.reporter.plan)

    def check_access(self, authorization: str, is_known: bool) -> None:
        """Raise Rejected for a wrong or expired token, an outage, or somebody else's number or account."""
        if self.knobs.outage:
            raise Rejected(131016, "the sandbox plays an outage", status=503)
        if self.knobs.token_expired or not secrets.compare_digest(
            authorization.encode(), f"Bearer {self.token}".encode()
        ):
            raise Rejected(190, "access token invalid or expired", status=401)
        if not is_known:
            raise Rejected(33, "no such number or account", status=404)

    def is_own_number(self, phone_number_id: str) -> bool:
        """Whether an id is one of the account's sending numbers."""
        own = self.phone_number_id
        return phone_number_id == own or (
            len(own) > 10 and len(phone_number_id) == len(own) and phone_number_id[:-_OWN_DIGITS] == own[:-_OWN_DIGITS]
        )  # fmt: skip

    def turn_to(self, knobs: Knobs) -> None:
        """Behave by other knobs from now on; what WhatsApp would tell about that is told."""
        before, self.knobs = self.knobs, knobs
        self.shelf.follow(before, knobs)
        if before.quality != knobs.quality:
            event = "UNFLAGGED" if knobs.quality == "GREEN" else "FLAGGED"
            news = {
                "display_phone_number": _DISPLAY_NUMBER,
                "event": event,
                "current_limit": tier_of(knobs.daily_limit),
            }
            self.reporter.plan("phone_number_quality_update", news)

    def take_message(self, payload: dict[str, Any], sender: str) -> dict[str, Any]:
        """Accept one message and plan its reports. Raises Rejected."""
        number = read_number(payload.get("to"))
        text, template, category = self._read_text(payload)
        if random.random() < self.knobs.refuse_rate:
            raise Rejected(self.knobs.refuse_code, "the sandbox's knob", status=429)
        if (code := code_of_ending(self.knobs.refuse_endings, number)) is not None:
            raise Rejected(code, "the sandbox's knob for these last digits", status=400)
        self.limits.take_message(self.knobs, sender, number, time.monotonic())
        is_held = random.random() < self.knobs.held_rate
        line = Line(make_wamid(), "out", text, time.time(), "accepted", template)
        self.people.conversations.add(number, line)
        self.accepted_count += 1
        self._plan_reports(line, number, payload.get("biz_opaque_callback_data"), category, is_held)
        message = {
            "id": line.wamid,
            "message_status": "held_for_quality_assessment" if is_held else "accepted",
        }
        contact = {"input": payload["to"], **name_person(number, "wa_id", self.knobs)}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}

    def _read_text(self, payload: dict[str, Any]) -> tuple[str, str, str]:
        """Return the text that the person reads, the template's name and the category that is billed."""
        if payload.get("messaging_product") != "whatsapp":
            raise Rejected(100, "messaging_product")
        part = payload.get(str(payload.get("type")))
        if payload.get("type") == "template" and isinstance(part, dict):
            return self._fill_template(part)
        if payload.get("type") == "text" and isinstance(part, dict):
            text = part.get("body")
            if isinstance(text, str) and 0 < len(text) <= TEXT_LIMIT:
                return text, "", "service"
        raise Rejected(100, "type or content")

    def _fill_template(self, part: dict[str, Any]) -> tuple[str, str, str]:
        language = part.get("language")
        code = str(language.get("code")) if isinstance(language, dict) else ""
        template = self.shelf.find_approved(str(part.get("name")), code)
        components = part.get("components", [])
        bodies = [
            entry
            for entry in components
            if isinstance(entry, dict) and str(entry.get("type")).lower() == "body"
        ]
        text = fill_in(template, bodies[0].get("parameters", []) if bodies else [])
        return template.show(text), template.name, template.category.lower()

    def _plan_reports(
        self, line: Line, number: str, reference: str | None, category: str, is_held: bool
    ) -> None:
        knobs = self.knobs
        wait = knobs.held_seconds if is_held else 0.0
        outcome = self._draw_outcome(number, is_held)
        if isinstance(outcome, int):
            self._plan(line, number, reference, "failed", wait + knobs.sent_delay, outcome, category)
            return
        delays = {"sent": knobs.sent_delay, "delivered": knobs.delivered_delay, "read": knobs.read_delay}
        for status in outcome:
            self._plan(line, number, reference, status, wait + delays[status], None, category)

    def _draw_outcome(self, number: str, is_held: bool) -> int | list[str]:
        """Return the code of a failure, or the statuses that a message reaches."""
        knobs = self.knobs
        if is_held and random.random() < knobs.held_drop_rate:
            return _PAUSED
        code = code_of_ending(knobs.fail_endings, number)
        if code is None and random.random() < knobs.failed_rate:
            code = knobs.failed_code
        if code is not None and not (code == _NOT_ON_WHATSAPP and self.people.has_written(number)):
            return code
        if random.random() >= knobs.delivered_rate:
            return ["sent"]
        return ["sent", "delivered", "read"] if random.random() < knobs.read_rate else ["sent", "delivered"]

    def _plan(
        self, line: Line, number: str, reference: str | None, status: str, delay: float, code: int | None, category: str
    ) -> None:  # fmt: skip
        """Put one report down as Meta writes it."""
        delay += random.random() * self.knobs.delay_spread
        report: dict[str, Any] = {
            "id": line.wamid, "status": status, "timestamp": str(int(time.time() + delay)),
            **name_person(number, "recipient_id", self.knobs),
        }  # fmt: skip
        if code is None:
            is_free = category == "service"
            report["pricing"] = {
                "billable": status in ("delivered", "read") and not is_free, "pricing_model": "PMP",
                "type": "free_customer_service" if is_free else "regular", "category": category,
            }  # fmt: skip
        else:
            details = {"details": "made by the sandbox"}
            report["errors"] = [{"code": code, "title": "Message undeliverable", "error_data": details}]
        if reference is not None:
            report["biz_opaque_callback_data"] = reference
        self.reporter.plan("statuses", report, delay, line)
        if random.random() < self.knobs.odd_rate:
            self.reporter.plan("statuses", {**report, "status": "warehoused"}, delay)

    def describe_number(self, phone_number_id: str) -> dict[str, Any]:
        """Return all fields of a sending number."""
        return {
            "id": phone_number_id, "display_phone_number": _DISPLAY_NUMBER[:-2] + phone_number_id[-2:],
            "verified_name": "Upbhokta Setu (sandbox)", "name_status": "APPROVED", "status": "CONNECTED",
            "quality_rating": self.knobs.quality, "throughput": {"level": "STANDARD"},
            "whatsapp_business_manager_messaging_limit": tier_of(self.knobs.daily_limit),
        }  # fmt: skip
