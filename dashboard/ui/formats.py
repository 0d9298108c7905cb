"""Numbers, dates and money as they are written in India: lakh and crore, DD-MM-YYYY, Asia/Kolkata."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from math import ceil

from dashboard.store.clock import INDIA_OFFSET

DASH = "–"
_LAKH = 100_000
_CRORE = 10_000_000
_UNITS = {"hi": {_LAKH: "लाख", _CRORE: "करोड़"}, "en": {_LAKH: "lakh", _CRORE: "crore"}}
_DURATIONS = {"hi": ("सेकंड", "मिनट", "घंटे", "दिन"), "en": ("s", "min", "h", "days")}
_ONE = {"days": "day"}


def group_digits(number: int) -> str:
    """Return a whole number grouped the Indian way: 32200000 becomes 3,22,00,000."""
    sign, digits = ("−" if number < 0 else ""), str(abs(int(number)))
    head, tail = digits[:-3], digits[-3:]
    while head:
        head, tail = head[:-2], f"{head[-2:]},{tail}"
    return sign + tail


def shorten(number: int, language: str) -> str:
    """Return a number as it is spoken: 3.22 crore, 4.05 lakh; below one lakh in full."""
    for unit in (_CRORE, _LAKH):
        if abs(number) >= unit:
            return f"{_round(Decimal(int(number)) / unit, 2)} {_UNITS[language][unit]}"
    return group_digits(number)


def percent(rate: float | None, places: int = 1) -> str:
    """Return a share (0 to 1) in per cent; a dash where there is none."""
    return DASH if rate is None else f"{_round(Decimal(str(rate)) * 100, places)}%"


def share(part: int, whole: int) -> float | None:
    """Return part of whole as 0 to 1; None where the whole is nothing."""
    return part / whole if whole else None


def rupees(amount: float | Decimal) -> str:
    """Return an amount in rupees and paise: ₹1,23,456.70."""
    value = _round(Decimal(str(amount)), 2)
    whole, _, paise = str(abs(value)).partition(".")
    return f"{'−' if value < 0 else ''}₹{group_digits(int(whole))}.{paise}"


def day(value: date | None) -> str:
    """Return a date as DD-MM-YYYY."""
    return value.strftime("%d-%m-%Y") if _is_there(value) and value else DASH


def moment(value: datetime | None) -> str:
    """Return a stored moment (naive UTC) as date and time in Asia/Kolkata."""
    return (value + INDIA_OFFSET).strftime("%d-%m-%Y %H:%M") if _is_there(value) and value else DASH


def from_india(value: datetime) -> datetime:
    """Return a moment typed in Asia/Kolkata as it is stored: naive UTC."""
    return value - INDIA_OFFSET


def mask_number(mobile: int | str | None) -> str:
    """Return a mobile number with its middle hidden: 98xxxxx210."""
    digits = str(mobile or "")[-10:]
    return f"{digits[:2]}xxxxx{digits[-3:]}" if len(digits) == 10 else DASH


def mask_cell(cell: str) -> str:
    """Return a number as a billing file has it, whatever it looks like, with the middle half of its digits hidden."""
    places = [place for place, letter in enumerate(cell) if letter.isdigit()]
    hidden = places[len(places) // 4 : len(places) - len(places) // 4] if len(places) >= 4 else []
    return "".join("x" if place in hidden else letter for place, letter in enumerate(cell))


def duration(seconds: float, language: str) -> str:
    """Return a span of time in the two largest fitting units, a begun second counted in full: 2 h 5 min."""
    total = max(ceil(seconds), 0)
    sizes = (1, 60, 3600, 86_400)
    parts = []
    for size, unit in reversed(list(zip(sizes, _DURATIONS[language], strict=True))):
        count, total = divmod(total, size)
        if count:
            parts.append(f"{group_digits(count)} {_ONE.get(unit, unit) if count == 1 else unit}")
    return " ".join(parts[:2]) or f"0 {_DURATIONS[language][0]}"


def _round(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _is_there(value: object) -> bool:
    return value is not None and value == value  # pandas' NaT is not equal to itself


def signed(number: int) -> str:
    """Return a change with its sign, grouped: +1,20,000, −42, 0."""
    return f"+{group_digits(number)}" if number > 0 else group_digits(number)


def points(rate: float | None) -> str:
    """Return a change of a share in percentage points with its sign: +1.4; a dash where there is none."""
    if rate is None:
        return DASH
    value = _round(Decimal(str(rate)) * 100, 1)
    return f"+{value}" if value > 0 else f"−{-value}" if value < 0 else "0.0"
