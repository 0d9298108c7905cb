"""Learns which letters follow each other in Kruti Dev and hardly in Latin; run by hand when much new text ships with the product.

python -m tests.registry.kruti_dev_letters > dashboard/registry/kruti_dev.csv
"""

import csv
import math
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise

from hinlegacy.decoder.engines.krutidev import unicode_to_krutidev

from dashboard.config import PROJECT_DIR, SHIPPED_DATA_DIR
from dashboard.registry.kruti_dev import pairs_of

_LEAST_SHARE = 0.0002  # of all pairs of letters that makes a pair known of Kruti Dev
_DOTTED = {"ड़": "M+", "ढ़": "<+", "ज़": "t+", "फ़": "Q+", "क़": "d+", "ख़": "[k+", "ग़": "x+"}


def write_letters() -> None:
    """Write kind (pair, inside, start), letters and score."""
    rows = [("pair", letters, f"{score:.4f}") for letters, score in _learn().items()]
    rows += [("inside", letters, "1") for letters in _found_in_kruti_alone(_inner_pairs)]
    rows += [("start", letters, "1") for letters in _found_in_kruti_alone(_starts)]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["kind", "letters", "score"])
    writer.writerows(sorted(rows))


def encode(text: str) -> str:
    """Return Devanagari as Kruti Dev; what the letters were learnt from."""
    for letter, keys in _DOTTED.items():
        text = text.replace(f"{letter}ि", f"f{keys}").replace(letter, keys)
    return unicode_to_krutidev(text)


def _found_in_kruti_alone(parts: Callable[[str], list[str]]) -> list[str]:
    latin = {part for word in _latin_words() for part in parts(word)}
    kruti = Counter(part for word in _kruti_words() for part in parts(word))
    least = kruti.total() * _LEAST_SHARE
    return [part for part, count in kruti.items() if count >= least and part not in latin]


def _inner_pairs(word: str) -> list[str]:
    return [pair for pair in map("".join, pairwise(word)) if any(map(str.islower, pair))]


def _starts(word: str) -> list[str]:
    return [word[:2]] if len(word) > 1 and word.isascii() and word[:2].isalpha() else []


def _learn() -> dict[str, float]:
    """Return for each pair of letters how much likelier it is in Kruti Dev than in Latin (natural logarithm)."""
    latin, kruti = _count_pairs(_latin_words()), _count_pairs(_kruti_words())
    pairs = set(latin) | set(kruti)
    of_latin, of_kruti = latin.total() + len(pairs) / 2, kruti.total() + len(pairs) / 2
    return {
        pair: math.log((kruti[pair] + 0.5) / of_kruti) - math.log((latin[pair] + 0.5) / of_latin)
        for pair in pairs
    }


def _count_pairs(words: Iterable[str]) -> "Counter[str]":
    return Counter(pair for word in words for pair in pairs_of(word))


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


if __name__ == "__main__":
    write_letters()
