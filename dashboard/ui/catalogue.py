"""The words of the product in Hindi and English: one TOML file a subject and language under `dashboard/locales/`.

This module knows no Streamlit, so that the command line can speak from the same catalogues.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from dashboard.errors import SetuError

LANGUAGES = ("hi", "en")
LOCALES_DIR = Path(__file__).resolve().parent.parent / "locales"


def say(language: str, key: str, **values: Any) -> str:
    """Return the words of a key (`subject.name`) in one language, its places filled.

    Where `count` is 1 and the catalogue has `<key>_one`, that form is taken. Raises KeyError for an unknown key.
    """
    words = load_catalogue(language)
    if values.get("count") in (1, "1") and f"{key}_one" in words:
        key = f"{key}_one"
    return words[key].format(**values)


def has_words(key: str) -> bool:
    """Tell whether the catalogues know a key."""
    return key in load_catalogue(LANGUAGES[0])


def say_error(language: str, error: SetuError) -> str:
    """Return the sentence of an error's code, for a terminal."""
    key, values = f"error.{error.code}", dict(error.values)
    if "level" in values and has_words(f"level.{values['level']}"):
        values["level"] = say(language, f"level.{values['level']}")
    return say(language, key, **values) if has_words(key) else f"This did not work: {error}"


@cache
def load_catalogue(language: str) -> dict[str, str]:
    """Return all words of one language, keyed `subject.name`; the subject is the file's name."""
    words: dict[str, str] = {}
    for file in sorted((LOCALES_DIR / language).glob("*.toml")):
        content = tomllib.loads(file.read_text(encoding="utf-8"))
        words.update({f"{file.stem}.{name}": text for name, text in content.items()})
    return words
