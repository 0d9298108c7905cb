"""The sandbox's templates as the provider keeps them: reviewed, approved, paused, disabled, dearer than asked for."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from dashboard.delivery.sandbox.knobs import Knobs
from dashboard.delivery.sandbox.templates import Rejected, Template, read_template

Tell = Callable[[str, dict[str, Any]], None]
STATUSES = ("PENDING", "APPROVED", "REJECTED", "PAUSED", "DISABLED")


@dataclass
class Shelf:
    """All templates by name and language; `tell` sends news to the webhook."""

    tell: Tell
    templates: dict[tuple[str, str], Template] = field(default_factory=dict)

    def find_approved(self, name: str, language: str) -> Template:
        """Return a template that may be sent. Raises Rejected: 132001, 132015 paused, 132016 disabled."""
        template = self.templates.get((name, language))
        if template is not None and template.status == "PAUSED":
            raise Rejected(132015, "template is paused because of its quality")
        if template is not None and template.status == "DISABLED":
            raise Rejected(132016, "template is disabled")
        if template is None or template.status != "APPROVED":
            raise Rejected(132001, "template does not exist in this language or is not approved", status=404)
        return template

    def add(self, payload: dict[str, Any], knobs: Knobs) -> Template:
        """Take in a template; its review ends at once or after the knob's seconds. Raises Rejected."""
        template = read_template(payload, str(secrets.randbelow(10**15)), "PENDING")
        key = (template.name, template.language)
        if key in self.templates:
            raise Rejected(100, "there is already a template of this name in this language")
        asked = template.category
        if knobs.marketing_templates and asked == "UTILITY":
            template = replace(template, category="MARKETING")
        self.templates[key] = template
        if asked != template.category:
            self._tell_category(template, asked)
        if knobs.review_seconds:
            asyncio.get_running_loop().call_later(knobs.review_seconds, self._review, key, knobs)
        else:
            self._review(key, knobs)
        return self.templates[key]

    def _review(self, key: tuple[str, str], knobs: Knobs) -> None:
        if not knobs.approve_templates and not knobs.reject_templates:
            self._tell_status(self.templates[key])
            return
        self.set_status(key, "REJECTED" if knobs.reject_templates else "APPROVED")

    def set_status(self, key: tuple[str, str], status: str) -> None:
        """Give a template another status and tell the application."""
        template = self.templates.get(key)
        if template is None or template.status == status:
            return
        self.templates[key] = replace(template, status=status)
        self._tell_status(self.templates[key])

    def set_all(self, status: str, only_from: str) -> None:
        """Give every template of one status another one."""
        for key in [key for key, template in self.templates.items() if template.status == only_from]:
            self.set_status(key, status)

    def follow(self, before: Knobs, after: Knobs) -> None:
        """Pause, disable or free all templates as the knobs were turned; a pause ends by itself."""
        if after.templates_paused and not before.templates_paused:
            self.set_all("PAUSED", "APPROVED")
            asyncio.get_running_loop().call_later(after.pause_seconds, self.set_all, "APPROVED", "PAUSED")
        elif before.templates_paused and not after.templates_paused:
            self.set_all("APPROVED", "PAUSED")
        if after.templates_disabled and not before.templates_disabled:
            self.set_all("DISABLED", "APPROVED")
        elif before.templates_disabled and not after.templates_disabled:
            self.set_all("APPROVED", "DISABLED")
        if after.approve_templates and not before.approve_templates:
            self.set_all("APPROVED", "PENDING")

    def set_category(self, key: tuple[str, str], category: str) -> None:
        """Give a template another category, as Meta does of its own accord, and tell the application."""
        template = self.templates.get(key)
        if template is not None and template.category != category:
            self.templates[key] = replace(template, category=category)
            self._tell_category(self.templates[key], template.category)

    def set_quality(self, key: tuple[str, str], quality: str) -> None:
        """Give a template another quality and tell the application."""
        template = self.templates.get(key)
        if template is None or template.quality == quality:
            return
        self.templates[key] = replace(template, quality=quality)
        news = {"previous_quality_score": template.quality, "new_quality_score": quality}
        self.tell("message_template_quality_update", {**_about(template), **news})

    def find_keys(self, name: str, language: str) -> Iterator[tuple[str, str]]:
        """Return the templates of a name and language; an empty one stands for all."""
        return (key for key in list(self.templates) if name in ("", key[0]) and language in ("", key[1]))

    def _tell_status(self, template: Template) -> None:
        reason = "NONE" if template.status != "REJECTED" else "INVALID_FORMAT"
        self.tell(
            "message_template_status_update", {"event": template.status, **_about(template), "reason": reason}
        )

    def _tell_category(self, template: Template, before: str) -> None:
        news = {"previous_category": before, "new_category": template.category}
        self.tell("template_category_update", {**_about(template), **news})


def _about(template: Template) -> dict[str, Any]:
    return {
        "message_template_id": int(template.template_id), "message_template_name": template.name,
        "message_template_language": template.language,
    }  # fmt: skip
