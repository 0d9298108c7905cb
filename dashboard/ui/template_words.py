"""The names of templates and of the places in them: of those that ship from the catalogues, of the written ones their own."""

from collections.abc import Iterable

from dashboard.errors import BadInput
from dashboard.notices.templates import Template, get_template
from dashboard.ui.catalogue import has_words, say
from dashboard.ui.tables import escape_marks
from dashboard.ui.words import current_language


def title_of(name: str) -> str:
    """Return the title of a version in the session's language; an unknown one is shown by its name."""
    try:
        return say_title(get_template(name), current_language())
    except BadInput:
        return name


def titles_of(names: Iterable[str]) -> dict[str, str]:
    """Return the titles of several versions, for the choices of a widget."""
    return {name: title_of(name) for name in names}


def say_title(template: Template, language: str) -> str:
    """Return a template's title in one language."""
    if own := template.titles.get(language):
        return own
    key = f"template.{template.family}"
    return say(language, key) if has_words(key) else template.name


def label_of(template: Template, name: str) -> str:
    """Return what a place of the text is called in the session's language, for Markdown."""
    return escape_marks(say_label(template, name, current_language()))


def say_label(template: Template, name: str, language: str) -> str:
    """Return what a place of the text is called in one language; an unknown one is shown by its name."""
    own = next((one.labels.get(language) for one in template.variables if one.name == name), None)
    if own:
        return own
    key = f"variable.{name}"
    return say(language, key) if has_words(key) else name


def say_places(template: Template, text: str, language: str) -> str:
    """Return a text whose open places stand there by their names in brackets."""
    for variable in template.variables:
        text = text.replace(f"{{{variable.name}}}", f"[{say_label(template, variable.name, language)}]")
    return text
