"""What a consumer's message means: joining, leaving, or something else. Plain rules, no I/O."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_JOIN_WORDS = "join|जोड़ें|जोड़े|जोडें|जोडे|जोड़ो|जोडो|जोड़|जोड|जुड़ें|जुडें"
_JOIN = re.compile(
    rf"^\W*(?:{unicodedata.normalize('NFC', _JOIN_WORDS)})(?:[^\w\u0900-\u0963]+|(?=\d))(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_STOP_WORDS = (
    "stop stopall unsubscribe optout cancel end quit band roken rokein roko "
    "रोकें रोके रोको रोक रोकिए रोकिये बंद बन्द"
)
_STOP_COMPANIONS = (  # what people write around the command; any other word makes it a sentence about something else
    "please pls plz all sms message messages msg msgs notices notifications updates promotions alerts whatsapp sending me this these it now "
    "kar karo karen kare karein kr kro kardo krdo do dijiye kijiye kariye bhejna mujhe ye yeh sab "
    "कृपया करें करे करो कर दो करदो दें दे दीजिए दीजिये कीजिए कीजिये करिए करिये भेजना भेजने मुझे ये यह संदेश संदेशों मैसेज मेसेज सूचनाएँ सूचनाएं "
    "सब सभी जी"
)
_STOP_PHRASES = (  # the same command in more than one word
    "opt out", "do not send", "don t send", "dont send", "mat bhejo", "mat bheje", "mat bhejen", "mat bhejiye",
    "मत भेजो", "मत भेजें", "मत भेजे", "मत भेजिए", "मत भेजिये", "मत भेजना",
)  # fmt: skip
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")


@dataclass(frozen=True)
class Meaning:
    """`kind` join, stop or other; for join the account numbers as written; `language` by the script of the message."""

    kind: str
    accounts: tuple[str, ...]
    language: str


def _fold(text: str) -> str:
    """Compose letters alike (a nukta may be its own mark, a letter full width), drop invisible marks, write all digits in ASCII."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()
    return "".join(str(unicodedata.digit(mark)) if mark.isdigit() else mark for mark in plain)


def understand(text: str) -> Meaning:
    """Return what a message means. STOP counts only as the message's own command: "please don't stop supply" is no opt-out."""
    plain = _fold(text)
    language = "hi" if _DEVANAGARI.search(plain) else "en"
    if _is_stop(plain):
        return Meaning("stop", (), language)
    joined = _JOIN.match(plain)
    if joined:
        return Meaning(
            "join", tuple(dict.fromkeys(re.findall(r"\d{6,16}", _close_gaps(joined[1])))), language
        )
    return Meaning("other", (), language)


def choose_text(text: str, payload: str) -> str:
    """Return what a pressed button says: its payload where that is a command, else its words."""
    return payload if payload and understand(payload).kind != "other" else text


@cache
def _stop_words() -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(_fold(_STOP_WORDS).split()), frozenset(_fold(_STOP_COMPANIONS).split())


def _is_stop(plain: str) -> bool:
    """A stop word, and beside it only words that go with the command, or account numbers."""
    commands, companions = _stop_words()
    text = re.sub(r"[^\w\s\u0900-\u0963]|_", " ", plain).lower()
    text = f" {' '.join(text.split())} "
    for phrase in _STOP_PHRASES:
        text = text.replace(f" {_fold(phrase)} ", " stop ")
    words = [word for word in text.split() if not word.isdigit()]
    return any(word in commands for word in words) and all(word in commands | companions for word in words)


def _close_gaps(text: str) -> str:
    """Join groups of one number written apart ("0012 345 678"); a comma or a word separates two numbers."""
    return re.sub(r"(?<=\d)[ \-](?=\d{1,9}\b)", "", text) if not re.search(r"\d{10,}", text) else text
