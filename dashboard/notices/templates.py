"""The notices' texts: templates with named variables, as WhatsApp has to approve them word by word."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from dashboard.config import SHIPPED_DATA_DIR
from dashboard.errors import BadInput

LANGUAGES = ("hi", "en")
BODY_LIMIT = 1024  # characters of the filled-in text (Meta, template components)
TYPED = "typed"
OFFICE_SOURCES = ("discom", "zone", "circle", "division", "subdivision", "substation", "feeder")
PHONE_SOURCES = tuple(f"{level}_phone" for level in OFFICE_SOURCES[:-1])  # the telephone of such an office
# What stands in a consumer's row; audience.sql: audience_member says how each is written.
CONSUMER_SOURCES = (
    "consumer_name", "account_no", "amount_payable", "due_date", "bill_date", "last_pay_amount", "last_pay_date", "meter_no",
    "load_kw", "category",
)  # fmt: skip
AMOUNT_SOURCES = frozenset({"amount_payable", "last_pay_amount"})  # what a person owes or paid
SOURCES = (TYPED, *CONSUMER_SOURCES, *OFFICE_SOURCES, *PHONE_SOURCES)
PURPOSES = ("outage", "billing", "scheme", "service", "safety", "recovery", "kyc", "fraud")
KINDS = ("text", "date", "time", "month")
BUTTON_KINDS = ("reply", "url", "phone")
_META_BUTTONS = {
    "reply": ("QUICK_REPLY", ""),
    "url": ("URL", "url"),
    "phone": ("PHONE_NUMBER", "phone_number"),
}
_VARIABLE = re.compile(r"\{([a-z0-9_]+)\}")
_TEMPLATES_FILE = SHIPPED_DATA_DIR / "templates" / "notices.json"


@dataclass(frozen=True)
class Variable:
    """One place in a text; its label is in `labels` by language, of the shipped ones `variable.<name>` in the catalogues.

    `source` is 'typed' (the author fills it), a field of the recipient's row, or the level of the recipient's office
    whose name (or, with `_phone`, telephone) stands there; `kind` hints at the input: text, date, time, month; `examples` go to Meta with the
    template, by language. `fallbacks` are the words, by language, that stand where a row has nothing; without them
    such a recipient is left out.
    """

    name: str
    source: str
    kind: str
    examples: Mapping[str, str]
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_typed(self) -> bool:
        return self.source == TYPED


@dataclass(frozen=True)
class Button:
    """One button below a text: `reply` (answers with its label), `url` or `phone`, which open `target`."""

    kind: str
    label: str
    target: str = ""


@dataclass(frozen=True)
class Template:
    """One version of a notice in all its languages; of the shipped ones the title is `template.<name>` in the catalogues.

    `category` is what Meta is asked for (UTILITY or MARKETING) and decides the price; `ttl_seconds` is how long
    WhatsApp tries to deliver, None for Meta's own default. Bodies carry variables as `{name}`; headers, footers and
    buttons carry none. Versions of one `family` are templates of their own at Meta (`name`, `name_v2` …), so that a
    notice keeps the words it was approved with.
    """

    name: str
    purpose: str
    category: str
    ttl_seconds: int | None
    bodies: Mapping[str, str]
    footers: Mapping[str, str]
    variables: tuple[Variable, ...]
    titles: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    buttons: Mapping[str, tuple[Button, ...]] = field(default_factory=dict)
    family: str = ""
    version_no: int = 1

    @property
    def typed_variables(self) -> tuple[Variable, ...]:
        return tuple(variable for variable in self.variables if variable.is_typed)

    def variable_names(self, language: str) -> tuple[str, ...]:
        """Return the names in the order in which the text of one language first uses them."""
        return tuple(dict.fromkeys(find_variables(self.bodies[language])))


# What was written here and submitted. A process owns one database, and a submitted version never changes.
_written: dict[str, Template] = {}


def remember(templates: Iterable[Template]) -> None:
    """Make the submitted templates of this installation known, in place of those known before (`template_store`)."""
    fresh = {template.name: template for template in templates}
    _written.update(fresh)
    for name in set(_written) - set(fresh):
        del _written[name]


def list_templates() -> tuple[Template, ...]:
    """Return every version that may be known to WhatsApp: those that ship, in the order of the file, then the written ones."""
    return (*_load_templates().values(), *_written.values())


def list_shipped() -> tuple[Template, ...]:
    """Return every template that ships, in the order of the file."""
    return tuple(_load_templates().values())


def get_template(name: str) -> Template:
    """Return one version of a template. Raises BadInput("template_unknown")."""
    found = _load_templates().get(name) or _written.get(name)
    if found is None:
        raise BadInput("template_unknown", name=name)
    return found


def require_language(language: str) -> None:
    """Raise BadInput("language_unknown") for a language in which no template is written."""
    if language not in LANGUAGES:
        raise BadInput("language_unknown", language=language)


def find_variables(body: str) -> list[str]:
    """Return the variables of a text in order, one that stands twice twice."""
    return _VARIABLE.findall(body)


def fill(body: str, values: Mapping[str, str]) -> str:
    """Put values into a text in one pass, so that braces inside a value stay what they are."""
    return _VARIABLE.sub(lambda place: values.get(place[1], place[0]), body)


def to_meta(template: Template, language: str) -> dict[str, Any]:
    """Return the payload of `POST /{WABA_ID}/message_templates` with named parameters and their examples."""
    require_language(language)
    components = [_meta_body(template, language)]
    if header := template.headers.get(language):
        components.insert(0, {"type": "HEADER", "format": "TEXT", "text": header})
    if footer := template.footers.get(language):
        components.append({"type": "FOOTER", "text": footer})
    if buttons := template.buttons.get(language):
        components.append({"type": "BUTTONS", "buttons": [_meta_button(button) for button in buttons]})
    payload = {
        "name": template.name,
        "category": template.category,
        "language": language,
        "parameter_format": "named",
        "components": components,
    }
    return (
        payload
        if template.ttl_seconds is None
        else payload | {"message_send_ttl_seconds": template.ttl_seconds}
    )


def _meta_body(template: Template, language: str) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "BODY", "text": _VARIABLE.sub(r"{{\1}}", template.bodies[language])}
    examples = {variable.name: variable.examples[language] for variable in template.variables}
    named = [{"param_name": name, "example": examples[name]} for name in template.variable_names(language)]
    return body | {"example": {"body_text_named_params": named}} if named else body


def _meta_button(button: Button) -> dict[str, str]:
    kind, target = _META_BUTTONS[button.kind]
    return {"type": kind, "text": button.label} | ({target: button.target} if target else {})


@cache
def _load_templates() -> dict[str, Template]:
    content = json.loads(_TEMPLATES_FILE.read_text(encoding="utf-8"))
    return {
        entry["name"]: read_template({"footers": content["footer"], **entry})
        for entry in content["templates"]
    }


def read_template(entry: Mapping[str, Any]) -> Template:
    """Return a template from its fields as the file and the database hold them."""
    return Template(
        name=entry["name"],
        purpose=entry["purpose"],
        category=entry["category"],
        ttl_seconds=entry["ttl_seconds"],
        bodies={language: entry[language] for language in LANGUAGES},
        footers=entry["footers"],
        variables=tuple(_read_variable(item) for item in entry["variables"]),
        titles=entry.get("titles", {}),
        headers=entry.get("headers", {}),
        buttons={
            language: tuple(Button(*one) for one in buttons)
            for language, buttons in entry.get("buttons", {}).items()
        },
        family=entry.get("family", entry["name"]),
        version_no=entry.get("version_no", 1),
    )


def _read_variable(item: Mapping[str, Any]) -> Variable:
    return Variable(
        item["name"],
        item["source"],
        item["kind"],
        item["example"],
        item.get("fallbacks", {}),
        item.get("labels", {}),
    )


def to_fields(template: Template) -> dict[str, Any]:
    """Return the fields from which `read_template` makes the template again (JSON)."""
    variables = [
        {
            "name": one.name, "source": one.source, "kind": one.kind, "example": dict(one.examples),
            "fallbacks": dict(one.fallbacks), "labels": dict(one.labels),
        }
        for one in template.variables
    ]  # fmt: skip
    buttons = {
        language: [(one.kind, one.label, one.target) for one in given]
        for language, given in template.buttons.items()
    }
    return {
        "name": template.name, "family": template.family, "version_no": template.version_no, "purpose": template.purpose,
        "category": template.category, "ttl_seconds": template.ttl_seconds, **template.bodies, "titles": dict(template.titles),
        "headers": dict(template.headers), "footers": dict(template.footers), "buttons": buttons, "variables": variables,
    }  # fmt: skip
