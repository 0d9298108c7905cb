"""Every visible string of the pages comes through `t`: the catalogue's words in the language of this session."""

import threading
from collections.abc import Iterable
from typing import Any

import streamlit as st

from dashboard.ui.catalogue import LANGUAGES, has_words, say

LANGUAGE_NAMES = {"hi": "हिन्दी", "en": "English"}
_SESSION_KEY = "language"
_run = threading.local()  # every session runs on threads of its own


def begin_run() -> None:
    """Read the session's language once for all the words of this run."""
    _run.language = None
    _run.language = current_language()


def current_language() -> str:
    """Return the language of this session; Hindi until someone chooses."""
    if of_this_run := getattr(_run, "language", None):
        return str(of_this_run)
    language = st.session_state.get(_SESSION_KEY, LANGUAGES[0])
    return language if language in LANGUAGES else LANGUAGES[0]


def choose_language(language: str) -> None:
    """Set the language of this session."""
    _run.language = st.session_state[_SESSION_KEY] = language if language in LANGUAGES else LANGUAGES[0]


def t(key: str, **values: Any) -> str:
    """Return the words of a key in the session's language, its places filled."""
    return say(current_language(), key, **values)


def t_each(prefix: str, codes: Iterable[str]) -> dict[str, str]:
    """Return the words of several codes (`prefix` + code), for the choices of a widget."""
    return {code: t(f"{prefix}{code}") for code in codes}


def t_or_code(group: str, code: str) -> str:
    """Return the words of a code that comes from the data (`group.code`); an unknown code is shown as it is."""
    key = f"{group}.{code.replace(' ', '_').replace(chr(39), '')}"
    return t(key) if has_words(key) else code
