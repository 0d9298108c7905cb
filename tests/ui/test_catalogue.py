"""The two catalogues say the same things, and say everything the code asks for."""

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from dashboard.delivery.errors_table import RULES, message_words
from dashboard.ui.catalogue import LANGUAGES, LOCALES_DIR, load_catalogue, say

PROJECT = Path(__file__).resolve().parents[2]
DASHBOARD = PROJECT / "dashboard"
_USED = re.compile(r"""\bt\(\s*["']([a-z_]+\.[a-z_]+)["']""")
_RAISED = re.compile(r"""(?:Refused|BadInput|IllegalChange|Unavailable|SetuError)\(\s*["']([a-z_]+)["']""")
_OF_A_FILE = re.compile(r"""BadInput\(\s*["']([a-z_]+)["'][^\n]*\bfile=""")
_PLAIN_LATIN = re.compile(r"[A-Za-z]{3,}")


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _sources() -> list[Path]:
    return list(DASHBOARD.rglob("*.py"))


def test_both_languages_have_the_same_keys() -> None:
    hindi, english = (set(load_catalogue(language)) for language in LANGUAGES)
    assert hindi == english


def test_both_languages_fill_the_same_places() -> None:
    hindi, english = (load_catalogue(language) for language in LANGUAGES)
    different = {key for key in hindi if _places(hindi[key]) != _places(english[key])}
    assert not different


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_words_are_empty(language: str) -> None:
    assert not [key for key, text in load_catalogue(language).items() if not text.strip()]


def test_hindi_is_written_in_hindi() -> None:
    latin_only = [
        key
        for key, text in load_catalogue("hi").items()
        if not re.search(r"[\u0900-\u097f]", text) and _PLAIN_LATIN.search(_strip_places(text))
    ]
    assert not latin_only


def _strip_places(text: str) -> str:
    return re.sub(r"\{[a-z_]+\}", "", text)


def test_every_key_that_code_asks_for_exists() -> None:
    known = load_catalogue("hi")
    asked = {key for file in _sources() for key in _USED.findall(file.read_text(encoding="utf-8"))}
    assert asked, "the pattern finds no use at all"
    assert not sorted(asked - set(known))


def test_every_error_that_code_raises_has_words() -> None:
    known = load_catalogue("hi")
    raised = {code for file in _sources() for code in _RAISED.findall(file.read_text(encoding="utf-8"))}
    assert raised
    assert not sorted(code for code in raised if f"error.{code}" not in known)


def test_every_reason_that_the_provider_gives_has_words() -> None:
    given = {rule.words for rule in RULES.values()} | message_words()
    assert not sorted(words for words in given if f"provider.{words}" not in load_catalogue("hi"))


@pytest.mark.parametrize("language", ["hi", "en"])
def test_an_error_of_a_file_names_it(language: str) -> None:
    """Of many files, or a ZIP of many, one is broken: the sentence says which."""
    raised = {code for file in _sources() for code in _OF_A_FILE.findall(file.read_text(encoding="utf-8"))}
    assert {"no_account_column", "packed_broken"} <= raised
    assert not sorted(code for code in raised if "{file}" not in load_catalogue(language)[f"error.{code}"])


def test_no_file_holds_a_key_twice() -> None:
    for file in LOCALES_DIR.rglob("*.toml"):
        tomllib.loads(file.read_text(encoding="utf-8"))  # TOML itself refuses a key that stands twice


def test_one_message_is_not_said_as_many() -> None:
    assert say("en", "notices.send", count="1") == "Send 1 message now"
    assert say("en", "notices.send", count="1,234") == "Send 1,234 messages now"


def test_an_unknown_key_is_an_error_and_not_an_empty_place() -> None:
    with pytest.raises(KeyError):
        say("en", "page.no_such_words")


def test_a_word_is_spelt_one_way_in_hindi() -> None:
    """The dot of फ़ाइल and फ़ोल्डर is left out, as in most of the words."""
    dotted = [
        key
        for key, words in load_catalogue("hi").items()
        if re.search("फ\u093c(ाइल|ोल्डर)|\u095e(ाइल|ोल्डर)", words)
    ]
    assert dotted == []
