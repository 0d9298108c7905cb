"""What a consumer's message means: joining, leaving, or something else. Plain rules, no I/O."""

import re
import unicodedata
from dataclasses import dataclass

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_JOIN_WORDS = "join|जोड़ें|जोड़े|जोडें|जोडे|जोड़ो|जोडो|जोड़|जोड|जुड़ें|जुडें"
_JOIN = re.compile(
    rf"^\W*(?:{unicodedata.normalize('NFC', _JOIN_WORDS)})(?:[^\w\u0900-\u0963]+|(?=\d))(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_STOP_WORDS = {
    "stop", "stop all", "stopall", "unsubscribe", "cancel", "end", "quit", "रोकें", "रोके", "रोको", "रोक", "बंद", "बन्द", "बंद करें",
    "बन्द करें", "बंद करे", "बंद करो", "band", "band karo", "band karen", "roken", "roko",
}  # fmt: skip
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")


@dataclass(frozen=True)
class Meaning:
    """`kind` join, stop or other; for join the account numbers as written; `language` by the script of the message."""

    kind: str
    accounts: tuple[str, ...]
    language: str


def _fold(text: str) -> str:
    """Compose letters alike (a nukta may be its own mark), drop invisible marks, write all digits in ASCII."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).strip()
    return "".join(str(unicodedata.digit(mark)) if mark.isdigit() else mark for mark in plain)


def understand(text: str) -> Meaning:
    """Return what a message means. STOP counts only as the whole message: "please don't stop supply" is no opt-out."""
    plain = _fold(text)
    language = "hi" if _DEVANAGARI.search(plain) else "en"
    words = " ".join(re.sub(r"[^\w\s\u0900-\u0963]|_", " ", plain).lower().split())
    if words in {_fold(word) for word in _STOP_WORDS}:
        return Meaning("stop", (), language)
    joined = _JOIN.match(plain)
    if joined:
        return Meaning(
            "join", tuple(dict.fromkeys(re.findall(r"\d{6,16}", _close_gaps(joined[1])))), language
        )
    return Meaning("other", (), language)


def _close_gaps(text: str) -> str:
    """Join groups of one number written apart ("0012 345 678"); a comma or a word separates two numbers."""
    return re.sub(r"(?<=\d)[ \-](?=\d{1,9}\b)", "", text) if not re.search(r"\d{10,}", text) else text
