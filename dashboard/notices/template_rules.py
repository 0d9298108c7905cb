"""What Meta and this product ask of a template, checked while it is written: plain rules, no database.

Source: Meta, "Template components" and "Template guidelines" (lengths, places of variables, buttons).
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from dashboard.notices.draft import Problem
from dashboard.notices.templates import (
    BODY_LIMIT,
    BUTTON_KINDS,
    KINDS,
    LANGUAGES,
    PURPOSES,
    SOURCES,
    Button,
    Template,
    Variable,
    find_variables,
)

LINE_LIMIT = 60  # header and footer
BUTTON_LIMIT = 25
TARGET_LIMIT = 2000
MOST_BUTTONS = 10
NAME_LIMIT = 60  # Meta allows 512; ours also stands in tables
TITLE_LIMIT = 60
SAMPLE_LIMIT = 60
CATEGORIES = ("UTILITY", "MARKETING")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_VERSION = re.compile(r"_v\d+$")
_PLACE = re.compile(r"\{[a-z0-9_]+\}")
_BRACE = re.compile(r"[{}]")
_WEB = re.compile(r"https://[^\s{}]+\.[^\s{}]+")
_PHONE = re.compile(r"\+91\d{10}|\+91\d{4,9}|1\d{2,4}")


def check_template(template: Template) -> list[Problem]:
    """Return every breach, one sentence each; `field` is the language or the variable concerned, '' for the whole."""
    problems = [*check_head(template)]
    for language in LANGUAGES:
        problems += check_texts(template, language)
    problems += _check_alike(template)
    for variable in template.variables:
        problems += check_variable(variable)
    return problems


def check_head(template: Template) -> Iterator[Problem]:
    """Check what is the same in both languages: name, titles, purpose, category."""
    if not _NAME.fullmatch(template.family) or len(template.name) > NAME_LIMIT:
        yield Problem("template_name_form", "", {"limit": NAME_LIMIT})
    elif _VERSION.search(template.family):
        yield Problem("template_name_version")
    for language in LANGUAGES:
        title = template.titles.get(language, "").strip()
        if not title or len(title) > TITLE_LIMIT or _is_broken(title):
            yield _in(language, "template_title", limit=TITLE_LIMIT)
    if template.purpose not in PURPOSES:
        yield Problem("template_purpose")
    if template.category not in CATEGORIES:
        yield Problem("template_category")


def check_texts(template: Template, language: str) -> Iterator[Problem]:
    """Check header, body, footer and buttons of one language."""
    yield from _check_body(template.bodies.get(language, ""), language)
    for part, texts in (("header", template.headers), ("footer", template.footers)):
        text = texts.get(language, "")
        if len(text) > LINE_LIMIT:
            yield _in(language, f"template_{part}_long", length=len(text), limit=LINE_LIMIT)
        if _BRACE.search(text) or _is_broken(text):
            yield _in(language, f"template_{part}_plain")
    buttons = template.buttons.get(language, ())
    if len(buttons) > MOST_BUTTONS:
        yield _in(language, "template_buttons_many", limit=MOST_BUTTONS)
    if len({button.label for button in buttons}) < len(buttons):
        yield _in(language, "template_button_twice")
    for button in buttons:
        yield from _check_button(button, language)


def _check_body(body: str, language: str) -> Iterator[Problem]:
    text = body.strip()
    if not text:
        yield _in(language, "template_body_empty")
        return
    if len(body) > BODY_LIMIT:
        yield _in(language, "template_body_long", length=len(body), limit=BODY_LIMIT)
    if _BRACE.search(_PLACE.sub("", text)):
        yield _in(language, "template_braces")
    places = list(_PLACE.finditer(text))
    if places and places[0].start() == 0:
        yield _in(language, "template_variable_first", name=places[0][0])
    if places and places[-1].end() == len(text):
        yield _in(language, "template_variable_last", name=places[-1][0])
    for left, right in pairwise(places):
        if not text[left.end() : right.start()].strip():
            yield _in(language, "template_variable_together", name=left[0], other=right[0])


def _check_button(button: Button, language: str) -> Iterator[Problem]:
    if not button.label.strip() or len(button.label) > BUTTON_LIMIT:
        yield _in(language, "template_button_long", length=len(button.label), limit=BUTTON_LIMIT)
    if _BRACE.search(button.label) or _is_broken(button.label) or button.kind not in BUTTON_KINDS:
        yield _in(language, "template_button_plain")
    if button.kind == "url" and not (_WEB.fullmatch(button.target) and len(button.target) <= TARGET_LIMIT):
        yield _in(language, "template_button_url")
    if button.kind == "phone" and not _PHONE.fullmatch(button.target):
        yield _in(language, "template_button_phone")


def _check_alike(template: Template) -> Iterator[Problem]:
    """Both languages must have the same variables and the same buttons: a notice is one thing in two languages."""
    hindi, english = (set(find_variables(template.bodies.get(language, ""))) for language in LANGUAGES)
    if hindi != english:
        names = ", ".join(f"{{{name}}}" for name in sorted(hindi ^ english))
        yield Problem("template_variables_differ", "", {"names": names})
    first, second = ([one.kind for one in template.buttons.get(language, ())] for language in LANGUAGES)
    if first != second:
        yield Problem("template_buttons_differ")


def check_variable(variable: Variable) -> Iterator[Problem]:
    """Check what is said of one place: its source, and in both languages its label, its sample and its fallback."""
    if variable.source not in SOURCES or variable.kind not in KINDS:
        yield Problem("template_source", variable.name, {"name": variable.name})
    for language in LANGUAGES:
        sample, label = variable.examples.get(language, ""), variable.labels.get(language, "")
        if not label.strip() or len(label) > SAMPLE_LIMIT or _is_broken(label):
            yield _in(language, "template_label", name=variable.name)
        if not sample.strip() or len(sample) > SAMPLE_LIMIT or _is_broken(sample):
            yield _in(language, "template_sample", name=variable.name)
        if len(variable.fallbacks.get(language, "")) > SAMPLE_LIMIT or _is_broken(
            variable.fallbacks.get(language, "")
        ):
            yield _in(language, "template_fallback", name=variable.name, limit=SAMPLE_LIMIT)
    given = [bool(variable.fallbacks.get(language, "").strip()) for language in LANGUAGES]
    if not variable.is_typed and any(given) and not all(given):
        yield Problem("template_fallback_one", variable.name, {"name": variable.name})


def _in(language: str, code: str, **values: object) -> Problem:
    return Problem(code, language, {"spoken": language, **values})


def _is_broken(text: str) -> bool:
    """Tell whether a line holds what Meta takes on no line: a line break, a tab, half a character, runs of blanks."""
    kinds = {unicodedata.category(character) for character in text}
    return bool(kinds & {"Cc", "Cs", "Zl", "Zp"}) or bool(re.search(r"\s{5,}", text))
