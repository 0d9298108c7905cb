"""Which numbers of a spreadsheet show zeros in front, by a format of as many zeros as an account number has digits.

Such a cell holds 13 and Excel shows 0000000013: nothing of the account is lost. The reader of its cells tells no formats.
"""

import re
import zipfile
from pathlib import Path
from typing import IO

from dashboard.registry.book_hidden import list_parts
from dashboard.registry.book_tags import attribute, number, tags
from dashboard.registry.book_widths import ZEROS, Widths, note_width
from dashboard.registry.book_zeros_ods import find_zeros_in_ods
from dashboard.registry.book_zeros_xls import find_zeros_in_xls

_FORMAT = re.compile(rb"<(?:\w+:)?numFmt\s[^>]*>")
_STYLES = re.compile(rb"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", re.DOTALL)
_STYLE = re.compile(rb"<(?:\w+:)?xf\b[^>]*>")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def find_zeros(path: Path) -> dict[str, Widths]:
    """Return by sheet where numbers are shown with zeros in front. Raises zipfile.BadZipFile."""
    if not zipfile.is_zipfile(path):
        return find_zeros_in_xls(path)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "content.xml" in names:
            return find_zeros_in_ods(archive)
        if not {"xl/workbook.xml", "xl/styles.xml"} <= names:
            return {}
        styles = _widths_of_styles(archive.read("xl/styles.xml"))
        found: dict[str, Widths] = {}
        for sheet, part in list_parts(archive).items() if styles else ():
            if part in names:
                with archive.open(part) as file:
                    found[sheet] = _zeros_of_sheet(file, styles)
        return found


def _widths_of_styles(styles: bytes) -> dict[int, int]:
    """Return how many digits the cells of a style show, by the style's number."""
    codes = {number(tag, "numFmtId"): attribute(tag, "formatCode") for tag in _FORMAT.findall(styles)}
    widths = {key: len(code) for key, code in codes.items() if re.fullmatch(ZEROS, code)}
    used = _STYLE.findall(b"".join(_STYLES.findall(styles)))
    formats = [number(tag, "numFmtId") for tag in used]
    return {style: widths[key] for style, key in enumerate(formats) if key in widths}


def _zeros_of_sheet(file: IO[bytes], styles: dict[int, int]) -> Widths:
    found: Widths = {}
    numbers = "|".join(map(str, styles)).encode()
    for tag in tags(file, re.compile(rb"<(?:\w+:)?c\b[^>]*\ss=\"(?:" + numbers + rb")\"[^>]*>")):
        place = _PLACE.fullmatch(attribute(tag, "r"))
        if place:
            note_width(found, int(place[2]) - 1, _column_no(place[1]), styles[number(tag, "s")])
    return found


def _column_no(letters: str) -> int:
    """Return a column's number from its letters: A is 0, AA is 26."""
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - ord("A") + 1
    return found - 1
