"""Cells as a spreadsheet's file holds them: text stays text, numbers are numbers, nothing is a formula."""

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache

from xlsxwriter.utility import xl_col_to_name

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_BEGINNING = date(1899, 12, 30)  # Excel counts days from here; source: ECMA-376, part 1, 18.17.4.1
_LONGEST = 32_767  # characters Excel allows in a cell
_SPECIAL = re.compile("[&<>\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def disarm(value: object) -> object:
    """Return a cell that no spreadsheet takes for a formula: text that begins like one gets a leading apostrophe.

    Numbers pass. Source: OWASP, CSV injection.
    """
    if not isinstance(value, str):
        return "" if value is None else value
    text = value.replace("\x00", "")
    return (
        "'" + text
        if text.lstrip(" \u00a0\u200b\u200c\u200d\ufeff").startswith(_FORMULA_STARTS)
        or text.startswith(_FORMULA_STARTS)
        else text
    )


def make_row(number: int, row: Sequence[object], day_style: int = 0) -> str:
    """Return one row as a sheet's XML has it; text that begins like a formula is disarmed, a day is a number in the style of days.

    Source: ECMA-376, part 1: 18.3.1.4 (cells), 22.9.2.19 (characters that XML has no place for).
    """
    cells = "".join(
        _make_cell(f"{_name_column(place)}{number}", cell, day_style) for place, cell in enumerate(row)
    )
    return f'<row r="{number}">{cells}</row>'


def _make_cell(name: str, value: object, day_style: int) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return f'<c r="{name}" s="{day_style}"><v>{(value - _BEGINNING).days}</v></c>'
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f'<c r="{name}"><v>{value!r}</v></c>' if math.isfinite(value) else ""
    text = str(disarm(value))[:_LONGEST]
    if not text:
        return ""
    space = ' xml:space="preserve"' if text[0].isspace() or text[-1].isspace() else ""
    return f'<c r="{name}" t="inlineStr"><is><t{space}>{_escape(text)}</t></is></c>'


def _escape(text: str) -> str:
    return _SPECIAL.sub(_write_special, text) if _SPECIAL.search(text) else text


def _write_special(found: re.Match[str]) -> str:
    mark = found[0]
    if len(mark) > 1:  # what looks like such an escape is no escape
        return f"_x005F{mark}"
    return _ENTITIES.get(mark) or f"_x{ord(mark):04X}_"


@cache
def _name_column(place: int) -> str:
    return str(xl_col_to_name(place))
