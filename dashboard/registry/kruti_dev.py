"""Hindi kept as Latin letters for the font Kruti Dev: which cells are that, and what they say.

`jke dqekj` is राम कुमार. Two tests must both say so before a cell is decoded: its letters follow each other as they do in
Kruti Dev rather than in Latin names (`kruti_dev.csv`, learnt once by `tests/registry/kruti_dev_letters.py` from the names, places and
sentences that ship with the product), and what comes out is sound Devanagari. A Latin name is never touched in doubt.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

from hinlegacy.decoder.engines.krutidev import krutidev_to_unicode

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


def decode(text: str) -> str:
    """Return Kruti Dev text as Devanagari. The library's slips are mended: ि and र् go round whole clusters, चौ stays चौ."""
    out = text.replace("bZ", "Ã").replace("b±", "Ãa").replace("±", "Za").replace("pkS", "चkS")
    out = krutidev_to_unicode(out.replace("f", _SHORT_I).replace("Z", _REPH))
    out = re.sub(f"{_SHORT_I}({_CLUSTER})", r"\1ि", out)
    out = re.sub(f"({_CLUSTER}{_MATRAS}){_REPH}", r"र्\1", out)
    for slip, right in _MENDED:
        out = out.replace(slip, right)
    return unicodedata.normalize("NFC", out)


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
    scores = _pair_scores()
    doubt = _ODD_VOWEL * len(_VOWEL_INSIDE.findall(decoded))
    return decoded, sum(scores.get(pair, 0.0) for pair in pairs_of(word)) - doubt


def _read_letters() -> dict[tuple[str, str], float]:
    with Path(__file__).with_name("kruti_dev.csv").open(encoding="utf-8", newline="") as file:
        return {(row["kind"], row["letters"]): float(row["score"]) for row in csv.DictReader(file)}


@cache
def _pair_scores() -> dict[str, float]:
    """Return for each pair of letters how much likelier it is in Kruti Dev than in Latin (natural logarithm)."""
    return {letters: score for (kind, letters), score in _read_letters().items() if kind == "pair"}


@cache
def suspicious_pattern() -> str:
    """Return a regular expression (RE2) that nearly all cells of Kruti Dev match and hardly a Latin one.

    It holds the pairs of letters, anywhere or at the beginning of a word, that no Latin name has.
    """
    fronts = {"inside": "", "start": r"\b"}
    return "|".join(
        sorted(fronts[kind] + re.escape(letters) for kind, letters in _read_letters() if kind in fronts)
    )


def pairs_of(word: str) -> Iterable[str]:
    """Return the letters of a word two by two, its beginning and end marked."""
    return map("".join, zip(f"^{word}", f"{word}$", strict=True))
