"""Rows with cells too many because their address has commas and no quotes around it: it is put together again."""

import re
from collections.abc import Mapping, Sequence

_MOBILE = re.compile(r"[^A-Za-z\u0904-\u0939]*\d[^A-Za-z\u0904-\u0939]*")
_DAY = re.compile(r"\d{1,4}([-/. ])\w{1,9}\1\d{2,4}.*")
_NUMBER = re.compile(r"[-(]?\s*(rs\.?|₹)?\s*[\d.]*\d[\d.]*\D{0,6}", re.IGNORECASE)
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9/_-]{2,15}")
_TARIFF = re.compile(r"(LMV|HV).*", re.IGNORECASE)
# How the cells of a field look; other fields may hold anything.
_LOOKS = {
    "mobile_raw": _MOBILE, "agent_mobile": _MOBILE, "tariff": _TARIFF, "bill_date": _DAY, "due_date": _DAY, "last_pay_date": _DAY,
    "load": _NUMBER, "last_pay_amount": _NUMBER, "amount_payable": _NUMBER, "latitude": _NUMBER, "longitude": _NUMBER,
    "zone_code": _CODE, "circle_code": _CODE, "division_code": _CODE, "subdivision_code": _CODE,
}  # fmt: skip
_LEAST = 2  # cells that must look as they should


def join_address(row: Sequence[str], width: int, places: Mapping[str, int]) -> list[str] | None:
    """Return a row of `width` cells; None unless the cells behind its address fit once that is joined, and do not as they stand."""
    if "address" not in places or len(row) <= width:
        return None
    first = places["address"]
    behind = first + len(row) - width + 1
    address = ", ".join(cell.strip() for cell in row[first:behind])
    joined = [*row[:first], address, *row[behind:]]
    later = {field: place for field, place in places.items() if place > first and field in _LOOKS}
    return joined if _fit(joined, later) and not _fit(row, later) else None


def look_right(row: Sequence[str], places: Mapping[str, int]) -> bool:
    """Return whether all cells of fields that have a look of their own have it, as far as they say anything."""
    return all(
        look.fullmatch(row[places[field]].strip())
        for field, look in _LOOKS.items()
        if field in places and row[places[field]].strip()
    )


def _fit(row: Sequence[str], places: Mapping[str, int]) -> bool:
    """Return whether cells look as they should: all that say anything, and enough of them."""
    cells = {field: row[place].strip() for field, place in places.items()}
    looks = [bool(_LOOKS[field].fullmatch(cell)) for field, cell in cells.items() if cell]
    return len(looks) >= _LEAST and all(looks)
