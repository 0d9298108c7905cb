"""The notices' texts: templates with named variables, as WhatsApp has to approve them word by word."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from dashboard.config import SHIPPED_DATA_DIR
from dashboard.errors import BadInput

LANGUAGES = ("hi", "en")
BODY_LIMIT = 1024  # characters of the filled-in text (Meta, template components)
TYPED = "typed"
OFFICE_SOURCES = ("discom", "division", "subdivision", "substation", "feeder")
_VARIABLE = re.compile(r"\{([a-z0-9_]+)\}")
_TEMPLATES_FILE = SHIPPED_DATA_DIR / "templates" / "notices.json"


@dataclass(frozen=True)
class Variable:
    """One place in a text; its label is `variable.<name>` in the catalogues.

    `source` is 'typed' (the author fills it) or the level of the recipient's office whose name stands there;
    `kind` hints at the input: text, date, time, month; `examples` go to Meta with the template, by language.
    """

    name: str
    source: str
    kind: str
    examples: Mapping[str, str]

    @property
    def is_typed(self) -> bool:
        return self.source == TYPED


@dataclass(frozen=True)
class Template:
    """One notice in all its languages; its title is `template.<name>` in the catalogues.

    `category` is what Meta is asked for (UTILITY or MARKETING) and decides the price; `ttl_seconds` is how long
    WhatsApp tries to deliver, None for Meta's own default. Bodies carry variables as `{name}`.
    """

    name: str
    purpose: str
    category: str
    ttl_seconds: int | None
    bodies: Mapping[str, str]
    footers: Mapping[str, str]
    variables: tuple[Variable, ...]

    @property
    def typed_variables(self) -> tuple[Variable, ...]:
        return tuple(variable for variable in self.variables if variable.is_typed)

    def variable_names(self, language: str) -> tuple[str, ...]:
        """Return the names in the order in which the text of one language first uses them."""
        return tuple(dict.fromkeys(find_variables(self.bodies[language])))


def list_templates() -> tuple[Template, ...]:
    """Return every template that ships, in the order of the file."""
    return tuple(_load_templates().values())


def get_template(name: str) -> Template:
    """Return one template. Raises BadInput("template_unknown")."""
    try:
        return _load_templates()[name]
    except KeyError as error:
        raise BadInput("template_unknown", name=name) from error


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
    body: dict[str, Any] = {"type": "BODY", "text": _VARIABLE.sub(r"{{\1}}", template.bodies[language])}
    examples = {variable.name: variable.examples[language] for variable in template.variables}
    named = [{"param_name": name, "example": examples[name]} for name in template.variable_names(language)]
    if named:
        body["example"] = {"body_text_named_params": named}
    payload = {
        "name": template.name,
        "category": template.category,
        "language": language,
        "parameter_format": "named",
        "components": [body, {"type": "FOOTER", "text": template.footers[language]}],
    }
    return (
        payload
        if template.ttl_seconds is None
        else payload | {"message_send_ttl_seconds": template.ttl_seconds}
    )


@cache
def _load_templates() -> dict[str, Template]:
    content = json.loads(_TEMPLATES_FILE.read_text(encoding="utf-8"))
    return {entry["name"]: _read_template(entry, content["footer"]) for entry in content["templates"]}


def _read_template(entry: dict[str, Any], footers: dict[str, str]) -> Template:
    return Template(
        name=entry["name"],
        purpose=entry["purpose"],
        category=entry["category"],
        ttl_seconds=entry["ttl_seconds"],
        bodies={language: entry[language] for language in LANGUAGES},
        footers=footers,
        variables=tuple(
            Variable(item["name"], item["source"], item["kind"], item["example"])
            for item in entry["variables"]
        ),
    )
