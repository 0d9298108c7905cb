"""Which cells of an ODS spreadsheet are merged: the reader of its cells says so of XLSX and XLS only."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from dashboard.registry.book_tags import attribute, number, tags

_SPANNING = re.compile(rb"table:number-rows-spanned=\"(?:[2-9]|\d\d)")
_PART = re.compile(
    rb"<table:table\s[^>]*>|<table:table-row\b[^>]*>|<table:(?:covered-)?table-cell\b[^>]*>",
)

Range = tuple[tuple[int, int], tuple[int, int]]  # first and last (row, column)


def find_spans(path: Path) -> dict[str, list[Range]]:
    """Return by sheet the ranges of cells merged downwards. Raises zipfile.BadZipFile."""
    if not zipfile.is_zipfile(path):
        return {}
    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist():
            return {}
        with archive.open("content.xml") as file:  # most books have none, and cells are many
            if next(tags(file, _SPANNING), None) is None:
                return {}
        with archive.open("content.xml") as file:
            return _spans_of(file)


def _spans_of(file: IO[bytes]) -> dict[str, list[Range]]:
    found: dict[str, list[Range]] = {}
    sheet: list[Range] = []
    row = next_row = column = 0
    for tag in tags(file, _PART):
        if tag.startswith(b"<table:table "):
            sheet = found.setdefault(attribute(tag, "table:name"), [])
            next_row = 0
        elif tag.startswith(b"<table:table-row"):
            row, column = next_row, 0
            next_row += number(tag, "table:number-rows-repeated") or 1
        else:
            sheet.extend(_span(tag, row, column))
            column += number(tag, "table:number-columns-repeated") or 1
    return found


def _span(tag: bytes, row: int, column: int) -> Iterator[Range]:
    height = number(tag, "table:number-rows-spanned")
    if height > 1:
        width = max(1, number(tag, "table:number-columns-spanned"))
        yield (row, column), (row + height - 1, column + width - 1)
