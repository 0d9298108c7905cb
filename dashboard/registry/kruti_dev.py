"""Hindi kept as Latin letters for the font Kruti Dev: which cells are that, and what they say.

`jke dqekj` is राम कुमार. Two tests must both say so before a cell is decoded: its letters follow each other as they do in
Kruti Dev rather than in Latin names (learnt from the names, places and sentences that ship with the product), and what comes
out is sound Devanagari. A Latin name is never touched in doubt.
"""

import csv
import math
import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from itertools import pairwise

from hinlegacy.decoder.engines.krutidev import krutidev_to_unicode, unicode_to_krutidev

from dashboard.config import PROJECT_DIR, SHIPPED_DATA_DIR

_SHORT_I, _REPH = (
    "\ue000",
    "\ue001",
)  # they stand before and after their letters; where they belong is known at the end
_LETTER = "[\u0915-\u0939\u0958-\u095f]\u093c?"  # क … ह, with or without the dot below
_CLUSTER = f"(?:{_LETTER}\u094d)*{_LETTER}"
_MATRAS = "[\u093e-\u094c\u0901-\u0903]*"
_SOUND_WORD = re.compile(
    f"(?:(?:[\u0905-\u0914]|{_CLUSTER})[\u093e-\u0943\u0945\u0947-\u0949\u094b\u094c]?[\u0901-\u0903]?)+\u094d?"
)
_VOWEL_INSIDE = re.compile(
    "(?<=[\u0915-\u0939\u093e-\u094c])[अइउ]"
)  # हुआ and भाई have आ and ई: these three hardly stand inside a word
_MENDED = (("््", "्"), ("अा", "आ"), ("अो", "ओ"), ("अौ", "औ"), ("ाे", "ो"), ("ाै", "ौ"), ("ाॅ", "ॉ"), ("एे", "ऐ"))
_DEVANAGARI = re.compile("[\u0900-\u097f]")
_BETWEEN = re.compile("[.,;:()/\\’‘“”?=+*&%\\-–।0-9०-९ ]+")
_LEAST_SCORE, _SURE_SCORE = 4.0, 13.0  # natural logarithms: e⁴ times likelier Kruti Dev than Latin
_ODD_VOWEL = 4.0
COMMON_LETTERS = "khsj"  # nineteen of twenty words have one of them, nearly every cell
_LEAST_SHARE = 0.0002  # of all pairs of letters that makes a pair known of Kruti Dev
_DOTTED = {"ड़": "M+", "ढ़": "<+", "ज़": "t+", "फ़": "Q+", "क़": "d+", "ख़": "[k+", "ग़": "x+"}


def decode(text: str) -> str:
    """Return Kruti Dev text as Devanagari. The library's slips are mended: ि and र् go round whole clusters, चौ stays चौ."""
    out = text.replace("bZ", "Ã").replace("b±", "Ãa").replace("±", "Za").replace("pkS", "चkS")
    out = krutidev_to_unicode(out.replace("f", _SHORT_I).replace("Z", _REPH))
    out = re.sub(f"{_SHORT_I}({_CLUSTER})", r"\1ि", out)
    out = re.sub(f"({_CLUSTER}{_MATRAS}){_REPH}", r"र्\1", out)
    for slip, right in _MENDED:
        out = out.replace(slip, right)
    return unicodedata.normalize("NFC", out)


def encode(text: str) -> str:
    """Return Devanagari as Kruti Dev; what the product learns from."""
    for letter, keys in _DOTTED.items():
        text = text.replace(f"{letter}ि", f"f{keys}").replace(letter, keys)
    return unicode_to_krutidev(text)


def read_cells(cells: Iterable[str]) -> dict[str, str]:
    """Return what those of a file's suspicious cells say that are Kruti Dev, by the cell.

    Short ones (`jke`) might be a firm's initials: they are believed where most cells of the file leave no doubt.
    """
    judged = {cell: judge_cell(cell) for cell in cells}
    sure = sum(score >= _SURE_SCORE for _, score in judged.values())
    least = _LEAST_SCORE if sure * 2 > len(judged) else _SURE_SCORE
    return {
        cell: decoded
        for cell, (decoded, score) in judged.items()
        if decoded is not None and score >= least and decoded != cell
    }


def judge_cell(cell: str) -> tuple[str | None, float]:
    """Return what a cell would say as Kruti Dev, None where that is nothing sound, and how much likelier than Latin it is that."""
    if _DEVANAGARI.search(cell) or (cell.isascii() and cell.upper() == cell):
        return None, 0.0
    judged = [_judge_word(word) for word in cell.split()]
    if any(decoded is None for decoded, _ in judged):
        return None, 0.0
    return " ".join(decoded or "" for decoded, _ in judged), sum(score for _, score in judged)


@lru_cache(maxsize=200_000)
def _judge_word(word: str) -> tuple[str | None, float]:
    if not any(letter.isalpha() for letter in word):
        return decode(word) if word.isascii() else word, 0.0
    decoded = decode(word)
    parts = [part for part in _BETWEEN.split(decoded) if part]
    if not all(map(_SOUND_WORD.fullmatch, parts)):
        return None, 0.0
    model = _learn()
    doubt = _ODD_VOWEL * len(_VOWEL_INSIDE.findall(decoded))
    return decoded, sum(model.get(pair, 0.0) for pair in _pairs(word)) - doubt


@cache
def suspicious_pattern() -> str:
    """Return a regular expression (RE2) that nearly all cells of Kruti Dev match and hardly a Latin one.

    It holds the pairs of letters, anywhere or at the beginning of a word, that no Latin name has.
    """
    anywhere = [re.escape(pair) for pair in _found_in_kruti_alone(_inner_pairs)]
    at_start = [rf"\b{re.escape(start)}" for start in _found_in_kruti_alone(_starts)]
    return "|".join(sorted(anywhere + at_start))


def _found_in_kruti_alone(parts: Callable[[str], list[str]]) -> list[str]:
    latin = {part for word in _latin_words() for part in parts(word)}
    kruti = Counter(part for word in _kruti_words() for part in parts(word))
    least = kruti.total() * _LEAST_SHARE
    return [part for part, count in kruti.items() if count >= least and part not in latin]


def _inner_pairs(word: str) -> list[str]:
    return [pair for pair in map("".join, pairwise(word)) if any(map(str.islower, pair))]


def _starts(word: str) -> list[str]:
    return [word[:2]] if len(word) > 1 and word.isascii() and word[:2].isalpha() else []


@cache
def _learn() -> dict[str, float]:
    """Return for each pair of letters how much likelier it is in Kruti Dev than in Latin (natural logarithm)."""
    latin, kruti = _count_pairs(_latin_words()), _count_pairs(_kruti_words())
    pairs = set(latin) | set(kruti)
    of_latin, of_kruti = latin.total() + len(pairs) / 2, kruti.total() + len(pairs) / 2
    return {
        pair: math.log((kruti[pair] + 0.5) / of_kruti) - math.log((latin[pair] + 0.5) / of_latin)
        for pair in pairs
    }


def _pairs(word: str) -> Iterable[str]:
    return map("".join, zip(f"^{word}", f"{word}$", strict=True))


def _count_pairs(words: Iterable[str]) -> "Counter[str]":
    return Counter(pair for word in words for pair in _pairs(word))


@cache
def _latin_words() -> tuple[str, ...]:
    """Names and places as people type them, and the English sentences of the pages."""
    texts = [*_shipped_texts("name", "district", "zone"), *_sentences("en")]
    words = {word for text in texts for word in re.findall("[A-Za-z]+", text)}
    return tuple(shape for word in sorted(words) for shape in {word.lower(), word.title()})


@cache
def _kruti_words() -> tuple[str, ...]:
    texts = [*_shipped_texts("name_hi", "district_hi", "zone_hi"), *_sentences("hi")]
    words = {word for text in texts for word in re.findall("[\u0900-\u097f]+", text)}
    return tuple(encode(word) for word in sorted(words))


def _shipped_texts(*columns: str) -> list[str]:
    texts: list[str] = []
    for folder in ("demo", "geo", "offices"):
        for path in sorted((SHIPPED_DATA_DIR / folder).glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                texts += [row[name] for row in csv.DictReader(file) for name in columns if row.get(name)]
    return texts


def _sentences(language: str) -> list[str]:
    texts: list[str] = []
    for path in sorted((PROJECT_DIR / "dashboard" / "locales" / language).glob("*.toml")):
        texts += _leaves(tomllib.loads(path.read_text(encoding="utf-8")))
    return texts


def _leaves(node: object) -> list[str]:
    if isinstance(node, dict):
        return [text for value in node.values() for text in _leaves(value)]
    return [re.sub(r"\{\w+\}", " ", node)] if isinstance(node, str) else []
