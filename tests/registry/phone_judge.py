"""A second opinion on phone cells, in plain Python upon `phonenumbers`, and dirt to try both on."""

import random
import re
import unicodedata

import phonenumbers

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\"'`]")
_BLANKS = " \t\n\r\f\v\u00a0"
_SCIENTIFIC = re.compile(r"\+?([0-9])(?:\.([0-9]*))?[eE]\+?(0?[0-9]{1,2})")
_PREFIXES = {f"{front}{zero}" for front in ("91", "+91", "091", "0091", "+0091") for zero in ("", "0")}
_FRONT = r"(?:(?:\+|00|\+00|0)?91\s*)?(?:0\s*)?"
_RUNS = ("01234567890123456789", "98765432109876543210")


def judge_cell(raw: str) -> tuple[int | None, str]:
    """Return the number chosen and the verdict."""
    unabbreviated = re.sub("(?<=[\u0900-\u0963])०", "", raw)
    text = "".join(_ascii_digit(mark) for mark in unabbreviated)
    text = re.sub(r"^([^.]*)\.0+$", r"\1", _INVISIBLE.sub("", text.strip(_BLANKS)).strip(_BLANKS))
    has_digits = re.search("[1-9]", text) is not None
    is_prefix = re.sub(r"[\s().-]", "", text, flags=re.ASCII) in _PREFIXES
    if scientific := _SCIENTIFIC.fullmatch(text):
        whole, fraction, power = scientific[1], scientific[2] or "", int(scientific[3])
        if len(fraction) < power:
            return None, "cut" if has_digits else "missing"
        text = str(int(whole + fraction[:power]))
    tens = [ten for part in _parts(text) if (ten := _ten(part))]
    if tens:
        best = next((ten for ten in tens if _kind(ten) == "ok"), tens[0])
        return int(best), _kind(best)
    digits = re.sub("[^0-9]", "", text)
    return None, "missing" if is_prefix or (not has_digits and len(digits) < 10) else "malformed"


def _ascii_digit(mark: str) -> str:
    if mark == "＋":
        return "+"
    name = unicodedata.name(mark, "")
    scripts = [
        "DEVANAGARI",
        "BENGALI",
        "GURMUKHI",
        "GUJARATI",
        "ORIYA",
        "TAMIL",
        "TELUGU",
        "KANNADA",
        "MALAYALAM",
        "ARABIC-INDIC",
        "EXTENDED",
        "FULLWIDTH",
    ]
    if unicodedata.category(mark) == "Nd" and name.split()[0] in scripts:
        return str(unicodedata.digit(mark))
    return mark


def _bare(text: str) -> str:
    """Without the extension behind a number, or the commas within one; of an amount remains nothing."""
    if re.fullmatch(r"\+?[0-9]+\.[0-9]{1,2}", text):
        return ""
    groups = text.split(",")
    first, *middle, last = map(len, groups) if len(groups) > 1 else (0, 0)
    is_grouped = 2 <= len(middle) <= 4 and 1 <= first <= 3 and last == 3 and set(middle) <= {2, 3}
    if is_grouped and all(map(_is_digits, groups)):
        return "".join(groups)
    extension = r"(?<=[0-9])[ \t\n\r\f().,-]*(?:extension|extn|ext|x)[ \t\n\r\f.:-]*[0-9]{1,4}(?![0-9])"
    unlisted = re.sub(r"([0-9]{10})\.0+(?![0-9])", r"\1", text)
    unlisted = re.sub(r"(?<![0-9])[1-9](?:[):]|\. ) *(?=[6-9][0-9]{9})", "/", unlisted)
    return re.sub(extension, "/", unlisted, flags=re.IGNORECASE | re.ASCII)


def _is_digits(text: str) -> bool:
    return re.fullmatch("[0-9]+", text) is not None


def _parts(text: str) -> list[str]:
    """Parts by separators and before plus signs; what crowded parts hold afterwards."""
    marked = re.sub(
        r"[/,;|&\n\r\t\\]+|[\s]+(?:or|and|या)[\s]+", "/", _bare(text), flags=re.IGNORECASE | re.ASCII
    )
    parts = marked.replace("+", "/+").split("/")
    kept = [re.sub(r"[^0-9+ \f\r\v]", "", part) for part in parts]
    crowded = any(len(re.sub("[^0-9]", "", part)) > 13 for part in kept)
    return [re.sub(r"\s", "", part) for part in kept] + (_crowded_parts(parts, kept) if crowded else [])


def _crowded_parts(parts: list[str], kept: list[str]) -> list[str]:
    """Tens only, where a part is nothing else (94150 12345-80046 42302); else pieces between blanks.

    Where some pieces are no number by themselves, only the first may have a sign within.
    """
    groups = [re.findall(r"\+?[0-9]+|\+", part) for part in parts]
    if any(len(_tens_of(words) or []) > 1 for words in groups):
        return [ten for words in groups for ten in _tens_of(words) or []]
    if any(3 <= len(piece) <= 5 and piece.isdigit() for part in kept for piece in part.split()):
        first = [found[1] for part in kept if (found := re.match(rf"\s*{_FRONT}([1-9][0-9]{{9}})\s", part))]
        return first + [half for words in groups for piece in words for half in _halves(piece)]
    return [half for part in kept for piece in part.split() for half in _halves(piece)]


def _tens_of(words: list[str]) -> list[str] | None:
    """Return the tens of which a part's groups of digits are made up, each with or without a prefix; None where they are not."""
    if not words:
        return []
    for count in range(1, len(words) + 1):
        found = re.fullmatch(rf"{_FRONT}([1-9][0-9]{{9}})", "".join(words[:count]))
        rest = _tens_of(words[count:]) if found else None
        if found and rest is not None:
            return [found[1], *rest]
    return None


def _halves(piece: str) -> list[str]:
    if re.fullmatch("[6-9][0-9]{9}[6-9][0-9]{9}", piece):
        return [piece[:10], piece[10:]]
    return [piece]


def _ten(part: str) -> str | None:
    """Take off what a caller in India dials before ten digits; what the library reads as another country's is none."""
    digits = part.lstrip("+")
    if part.startswith("+") or (digits.startswith("00") and len(digits) > 11):
        digits = digits.removeprefix("00")
        if not digits.startswith("91"):
            return None
        digits = (
            digits.removeprefix("91").removeprefix("0") if len(digits) > 12 else digits.removeprefix("91")
        )
        return digits if len(digits) == 10 and (digits[0] != "0" or not digits.strip("0")) else None
    rest = digits.removeprefix("0") if len(digits) > 11 and digits.startswith("091") else digits
    if len(rest) > 11 and rest.startswith("91"):
        rest = rest[2:]
    if len(rest) == 11 and rest.startswith("0"):
        rest = rest[1:]
    return rest if len(rest) == 10 and (rest[0] != "0" or rest == "0" * 10) else None


def _kind(ten: str) -> str:
    if len(set(ten[2:])) == 1 or ten == ten[:2] * 5 or any(ten in run for run in _RUNS):
        return "dummy"
    number = phonenumbers.parse("+91" + ten)
    kind = phonenumbers.number_type(number)
    if kind in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return "ok"
    return "landline" if kind == phonenumbers.PhoneNumberType.FIXED_LINE else "malformed"


# ── dirt ────────────────────────────────────────────────────────────────────────────────────

_SCRIPT_ZEROS = (0x966, 0x9E6, 0x660, 0x6F0, 0xFF10)
_NOISE = "0123456789 +-./,;|&()eExX'\"\u200b\u00a0abz\tकया"


def make_cells(count: int, seed: int) -> list[str]:
    """Return dirty cells: good and bad numbers in every writing, two in a cell, mutations, and noise."""
    draw = random.Random(seed)
    return [_cell(draw) for _ in range(count)]


def _cell(draw: random.Random) -> str:
    way = draw.random()
    if way < 0.12:
        return "".join(draw.choice(_NOISE) for _ in range(draw.randrange(24)))
    if way < 0.3:
        gap = draw.choice(
            ["/", ", ", " ", ";", " or ", " AND ", " या ", "", "-", "\n", " / ", "&", "+", " 2) ", " 2. "]
        )
        return draw.choice(["", "", "", "1) ", "मो० "]) + _written(draw) + gap + _written(draw)
    cell = _written(draw)
    return _mutated(draw, cell) if way > 0.7 else cell


def _number(draw: random.Random) -> str:
    way = draw.random()
    if way < 0.7:
        return draw.choice("6789") + "".join(draw.choices("0123456789", k=9))
    if way < 0.8:
        return draw.choice("0123456789") * draw.choice([9, 10, 11]) + draw.choice(["", "1"])
    return "".join(draw.choices("0123456789", k=draw.randrange(1, 16)))


def _written(draw: random.Random) -> str:
    number = _number(draw) if draw.random() < 0.97 else ""  # now and then nothing behind the prefix
    way = draw.randrange(11) if number else -1
    if way == 0:
        number = f"{number[:5]} {number[5:]}"
    elif way == 1:
        number = f"{number[:4]}-{number[4:]}"
    elif way == 2:
        zero = draw.choice(_SCRIPT_ZEROS)
        number = "".join(chr(zero + int(digit)) for digit in number)
    elif way == 3:
        number = f"{float(number):.{draw.randrange(3, 12)}E}"
    elif way == 5:
        number += draw.choice([" ext 2", "x12", " Extn. 345", " ext. 9/"])
    elif way == 6:
        number = f"{int(number):,}"
    elif way == 7:
        point = draw.randrange(len(number))
        number = f"{number[:point]}.{number[point:]}"
    elif way == 4:
        number += draw.choice([".0", ".00", ".", ".6", ".25", " ", "\u00a0", "\u200b"])
    front = draw.choice(
        ["", "", "", "+91", "+91 ", "91", "0", "0091", "+91-", "+910", "091", "'", "(+91) ", "00", "+", "+65"]
    )
    return front + number


def _mutated(draw: random.Random, cell: str) -> str:
    place = draw.randrange(len(cell) + 1)
    return cell[:place] + draw.choice([*_NOISE, ""]) + cell[place + draw.randrange(2) :]
