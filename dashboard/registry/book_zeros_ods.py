"""Which numbers of an ODS sheet show zeros in front: beside each number stands the text that a person sees."""

import re
import zipfile
from typing import IO

from dashboard.registry.book_tags import attribute, number, tags
from dashboard.registry.book_widths import Widths, note_width

_SHOWN = re.compile(rb"(?<![^>])0[0-9]{9,11}</text:p>")
_PART = re.compile(
    rb"<table:table\s[^>]*>|<table:table-row\b[^>]*>|<table:(?:covered-)?table-cell\b[^>]*>|" + _SHOWN.pattern
)


def find_zeros_in_ods(archive: zipfile.ZipFile) -> dict[str, Widths]:
    """Return by sheet where numbers are shown with zeros in front, ten to twelve digits wide."""
    with archive.open("content.xml") as file:  # most books have none, and cells are many
        if next(tags(file, _SHOWN), None) is None:
            return {}
    with archive.open("content.xml") as file:
        return _zeros_of(file)


def _zeros_of(file: IO[bytes]) -> dict[str, Widths]:
    found: dict[str, Widths] = {}
    sheet: Widths = {}
    row = rows = column = columns = 0
    value = ""
    for tag in tags(file, _PART):
        if tag.startswith(b"<table:table "):
            sheet = found.setdefault(attribute(tag, "table:name"), {})
            row = rows = 0
        elif tag.startswith(b"<table:table-row"):
            row, column, columns = row + rows, 0, 0
            rows = number(tag, "table:number-rows-repeated") or 1
        elif tag.startswith(b"<table:"):
            column += columns
            columns = number(tag, "table:number-columns-repeated") or 1
            value = attribute(tag, "office:value")
        else:
            shown = tag.removesuffix(b"</text:p>").decode()
            if shown.lstrip("0") == value:
                for place in range(column, column + columns):
                    note_width(sheet, row, place, len(shown), rows)
    return found
