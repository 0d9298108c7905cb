"""Errors as a person is told them: one sentence, what to do next, never a stack trace."""

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.errors import Refused, SetuError, Unavailable
from dashboard.ui.catalogue import has_words
from dashboard.ui.formats import group_digits
from dashboard.ui.words import t

_log = logging.getLogger(__name__)
_PLAIN = {"port", "provider_code", "code", "notice"}  # numbers that are names
_MARKUP = re.compile(r"([\\`*\[\]<>!$~|])")  # what makes links, pictures, emphasis and formulas


def explain(error: SetuError) -> str:
    """Return the sentence of an error's code (`error.<code>`) in the session's language, for Markdown.

    What a file or its name put into it is shown letter by letter: it is no instruction to the page.
    """
    key = f"error.{error.code}"
    if not has_words(key):
        _log.error("an error code has no words: %s", error.code)
        return t("error.unexplained", code=error.code)
    return t(key, **{name: _say_value(name, value) for name, value in error.values.items()})


def _say_value(name: str, value: object) -> object:
    """Put a value that is itself a code into words (a variable, a notice's state, a number's verdict); group a count."""
    if isinstance(value, int) and not isinstance(value, bool) and name not in _PLAIN:
        return group_digits(value)
    groups = {
        "label": "variable.",
        "state": "notices.state_",
        "level": "level.",
        "verdict": "reason.",
        "field": "field.",
        "spoken": "spoken.",
    }
    key = f"{groups.get(name, '')}{str(value).replace(' ', '_').replace(chr(39), '')}"
    if name in groups and has_words(key):
        return t(key)
    return _MARKUP.sub(r"\\\1", value) if isinstance(value, str) else value


def show_error(error: SetuError) -> None:
    """Show an error in the colour and with the icon of its kind."""
    if isinstance(error, Refused):
        st.warning(explain(error), icon=":material/lock:")
    elif isinstance(error, Unavailable):
        st.warning(explain(error), icon=":material/cloud_off:")
    else:
        st.error(explain(error), icon=":material/error:")


@contextmanager
def told() -> Iterator[None]:
    """Run a page or one of its actions; what fails is told in place, and what follows the block still runs."""
    try:
        yield
    except SetuError as error:
        show_error(error)
    except Exception as error:  # noqa: BLE001 - the last line before the person: logged in full, told in one sentence
        show_unknown(error)


def do_pressed(deed: Callable[[], object]) -> None:
    """Do what was pressed in a part that is drawn anew by itself, and draw the page; why it failed is told beside the page, where it
    stands for a while."""
    try:
        deed()
    except SetuError as error:
        st.toast(explain(error), icon=":material/error:", duration="long")
    else:
        st.rerun()


def show_unknown(error: Exception) -> bool:
    """Log an error nobody foresaw under a short mark and show the mark; True: Streamlit need not show it again."""
    mark = secrets.token_hex(3).upper()
    _log.error("error %s", mark, exc_info=error)
    st.error(t("error.unknown", mark=mark), icon=":material/error:")
    return True


def tell_script_error(error: Exception) -> bool:
    """Answer an error that reached Streamlit itself (`st.App(on_script_error=…)`), callbacks included."""
    if isinstance(error, SetuError):
        show_error(error)
        return True
    return show_unknown(error)
