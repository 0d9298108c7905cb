"""The sheets of a book that is one XML file (SpreadsheetML of 2003): reporting programs write it and call it `.xls`."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, iterparse

from dashboard.errors import BadInput
from dashboard.registry.text_rows import Row

_SPACE = "{urn:schemas-microsoft-com:office:spreadsheet}"
_BOOK = re.compile(rb"<(\w+:)?Workbook[\s>]")
_SPACE_NAME = b"urn:schemas-microsoft-com:office:spreadsheet"
_MOST_COLUMNS = 16_384  # what a spreadsheet has
_HIDING = {"Row": "hidden_rows", "Column": "hidden_columns"}

_Open = dict[
    int, tuple[int, str]
]  # by column: in how many more rows a cell merged downwards stands, its text


def is_xml_book(start: bytes) -> bool:
    """Return whether a file that begins so is a book as XML, in whatever encoding."""
    plain = start.replace(b"\x00", b"")
    return _SPACE_NAME in plain and _BOOK.search(plain) is not None


def xml_sheets(path: Path, name: str) -> list[tuple[str, Iterator[Row], Counter[str]]]:
    """Return each sheet's name, its rows with the numbers a person sees, and counts of what is hidden or merged.

    Every row is as wide as its sheet. Merged cells are counted while rows are read. Raises BadInput("not_a_spreadsheet"), also from the rows.
    """
    sheets = _list_sheets(path, name)
    return [
        (sheet.title, _rows_of_sheet(path, name, place, sheet), sheet.notes)
        for place, sheet in enumerate(sheets)
    ]


@dataclass
class _Sheet:
    title: str
    width: int = 0  # columns
    notes: Counter[str] = field(default_factory=Counter)


def _elements(path: Path, name: str) -> Iterator[tuple[str, Element]]:
    try:
        yield from iterparse(path, events=("start", "end"))
    except (ParseError, ValueError) as error:
        raise BadInput("not_a_spreadsheet", file=name) from error


def _list_sheets(path: Path, name: str) -> list[_Sheet]:
    found: list[_Sheet] = []
    for event, element in _elements(path, name):
        tag = element.tag.removeprefix(_SPACE)
        if event == "start" and tag == "Worksheet":
            found.append(_Sheet(element.get(f"{_SPACE}Name", "")))
        elif not found:
            continue
        elif event == "start" and tag in _HIDING and element.get(f"{_SPACE}Hidden") == "1":
            found[-1].notes[_HIDING[tag]] += _number(element, "Span", 0) + 1
        elif event == "end" and tag == "Row":
            found[-1].width = max(found[-1].width, _width_of(element, name))
            element.clear()
        elif event == "end" and tag.endswith("}Visible") and (element.text or "").startswith("SheetHidden"):
            found[-1].notes["hidden_sheets"] = 1
    return found


def _width_of(row: Element, name: str) -> int:
    """Return the last column with a cell. Raises BadInput("not_a_spreadsheet") where no sheet is as wide."""
    column = 0
    for cell in row.iter(f"{_SPACE}Cell"):
        column = _number(cell, "Index", column + 1) + _number(cell, "MergeAcross", 0)
        if column > _MOST_COLUMNS:
            raise BadInput("not_a_spreadsheet", file=name)
    return column


def _rows_of_sheet(path: Path, name: str, wanted: int, sheet: _Sheet) -> Iterator[Row]:
    place, row_no, spans = -1, 0, _Open()
    table: Element | None = None
    for event, element in _elements(path, name):
        tag = element.tag.removeprefix(_SPACE)
        if event == "start" and tag == "Worksheet":
            place += 1
        elif event == "start" and tag == "Table":
            table = element
        elif event == "end" and tag == "Row":
            if place == wanted:
                row_no = _number(element, "Index", row_no + 1)
                cells = _cells_of(element, spans, sheet.notes)
                yield row_no, cells + [""] * (sheet.width - len(cells))
            if table is not None:
                table.clear()


def _cells_of(row: Element, spans: _Open, notes: Counter[str]) -> list[str]:
    cells: list[str] = []
    begun: _Open = {}
    for cell in row.iter(f"{_SPACE}Cell"):
        column = _number(cell, "Index", _next_free(len(cells) + 1, spans)) - 1
        cells += [""] * (column - len(cells))
        text = _text_of(cell)
        down = _number(cell, "MergeDown", 0)
        if down:
            begun[column] = (down, text)
            notes["merged_cells"] += 1
        cells[column:] = [text, *[""] * _number(cell, "MergeAcross", 0)]
    for column, (rows, text) in list(spans.items()):
        cells += [""] * (column + 1 - len(cells))
        cells[column] = cells[column] or text
        spans[column] = (rows - 1, text)
        if rows == 1:
            del spans[column]
    spans.update(begun)
    return cells


def _next_free(column: int, spans: _Open) -> int:
    """Return the next column, counted from 1, in which no cell from above stands."""
    while column - 1 in spans:
        column += 1
    return column


def _text_of(cell: Element) -> str:
    """Return a cell as the text a CSV would have: whole numbers without a point, days without their midnight."""
    data = cell.find(f"{_SPACE}Data")
    text = "".join(data.itertext()) if data is not None else ""
    kind = data.get(f"{_SPACE}Type") if data is not None else ""
    if kind == "DateTime":
        return re.sub(r"T00:00:00(\.0+)?$", "", text)
    if kind == "Number" and re.fullmatch(r"\d{1,15}(\.0+)?", text):
        return text.partition(".")[0]
    return text


def _number(element: Element, attribute: str, otherwise: int) -> int:
    text = element.get(f"{_SPACE}{attribute}", "")
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else otherwise
