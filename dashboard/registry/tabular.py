"""Reads the rows of a report as text, whatever it was saved as, and accounts for every row of it."""

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook

from dashboard.errors import BadInput
from dashboard.registry.headers import count_known, map_columns

_LONGEST_CELL = 10_000  # characters; a longer one is a broken file, not an address
_LONGEST_RAW = 100_000  # characters kept of a refused row
HEADER_ROWS = 30  # rows among which the header is looked for
_DELIMITERS = (",", ";", "\t", "|")
csv.field_size_limit(256 * 1024 * 1024)

Row = tuple[int, list[str]]


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot be used: the file's own row number (first row = 1), the reason's code, the row as it came."""

    row_no: int
    reason: str
    raw: str


@dataclass
class TableReader:
    """One opened report: its columns, the place of each field, and a stream of its rows.

    While `rows` is consumed, `refused` and `not_rows` (repeated header, totals) fill up.
    """

    columns: list[str]
    places: dict[str, int]
    rows: Iterator[Row]
    encoding: str
    refused: list[RefusedRow] = field(default_factory=list)
    not_rows: dict[str, int] = field(default_factory=dict)

    def usable_rows(self) -> Iterator[Row]:
        """Yield (row number, cells) of each row that has what the header promises."""
        for row_no, row in self.rows:
            if self._is_usable(row_no, row):
                yield row_no, row

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield (row number, text by field) of each usable row."""
        for row_no, row in self.usable_rows():
            yield row_no, {name: row[place].strip() for name, place in self.places.items()}

    def refuse(self, row_no: int, reason: str, row: Sequence[str]) -> None:
        """Keep a row that the caller cannot use, with the reason's code."""
        self._refuse(row_no, reason, row)

    def _is_usable(self, row_no: int, row: list[str]) -> bool:
        if not any(cell.strip() for cell in row):
            return False
        if [cell.strip() for cell in row] == self.columns:
            return self._count_aside("repeated_header")
        if row[0].strip().upper() in ("TOTAL", "GRAND TOTAL", "कुल", "योग"):
            return self._count_aside("totals")
        width = len(self.columns)
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            return self._refuse(row_no, "ragged_row", row)
        if max(map(len, row)) > _LONGEST_CELL:
            return self._refuse(row_no, "cell_too_long", row)
        return True

    def _count_aside(self, what: str) -> bool:
        self.not_rows[what] = self.not_rows.get(what, 0) + 1
        return False

    def _refuse(self, row_no: int, reason: str, row: Sequence[str]) -> bool:
        self.refused.append(RefusedRow(row_no, reason, raw_text(row)))
        return False


@dataclass(frozen=True)
class RawTable:
    """A whole report as text: a column for each known field, and `row_no`."""

    columns: list[str]
    rows: pd.DataFrame
    refused: list[RefusedRow]


def raw_text(row: Sequence[str]) -> str:
    """Return a row as one line of CSV, to be kept beside the reason of its refusal."""
    line = io.StringIO()
    csv.writer(line).writerow([cell[:_LONGEST_CELL] for cell in row])
    return line.getvalue().strip()[:_LONGEST_RAW]


def open_table(path: Path, kind: str) -> TableReader:
    """Open a CSV or XLSX report of a kind (`export`, `consent`).

    Raises BadInput with a code: file_empty, not_text, not_a_spreadsheet, no_account_column, two_account_columns, no_rows.
    """
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise BadInput("file_empty", file=path.name)
    is_book = (
        start.startswith(b"PK")
        or start.startswith(b"\xd0\xcf\x11\xe0")
        or path.suffix.lower() in (".xlsx", ".xls", ".ods")
    )
    if is_book:
        return _find_sheet(path, kind)
    encoding = _find_encoding(path)
    return _find_table(_text_rows(path, encoding, kind), kind, encoding, path.name)


def read_table(path: Path, kind: str) -> RawTable:
    """Read a whole report into memory; for files of thousands of rows, not of crores. Errors as `open_table`."""
    reader = open_table(path, kind)
    records = [{"row_no": row_no, **record} for row_no, record in reader.records()]
    frame = pd.DataFrame(records, columns=["row_no", *reader.places])
    return RawTable(reader.columns, frame, reader.refused)


def _find_table(rows: Iterator[Row], kind: str, encoding: str, name: str) -> TableReader:
    """Find the header among the first rows: the row with most known headers."""
    first: list[Row] = []
    for row in rows:
        first.append(row)
        if len(first) == HEADER_ROWS:
            break
    if not any(any(cell.strip() for cell in row) for _, row in first):
        raise BadInput("file_empty", file=name)
    best = max(range(len(first)), key=lambda place: (count_known(first[place][1], kind), -place))
    columns = [cell.strip().strip("\ufeff") for cell in first[best][1]]
    while columns and not columns[-1]:
        columns.pop()
    return TableReader(columns, map_columns(columns, kind), chain(first[best + 1 :], rows), encoding)


# ── text ────────────────────────────────────────────────────────────────────────────────────


def _find_encoding(path: Path) -> str:
    """Return utf-8-sig, utf-16 or cp1252; every file decodes as the last. Raises BadInput("not_text") for bytes that are no text."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if b"\x00" in head:
        raise BadInput("not_text", file=path.name)
    try:
        with path.open(encoding="utf-8-sig") as text:
            while text.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _text_rows(path: Path, encoding: str, kind: str) -> Iterator[Row]:
    errors = "strict" if encoding == "utf-8-sig" else "replace"
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        delimiter = find_delimiter(file, kind)
        file.seek(0)
        lines = (line.replace("\x00", "") for line in file)
        yield from enumerate(csv.reader(lines, delimiter=delimiter), 1)


def find_delimiter(file: Any, kind: str) -> str:
    head = [file.readline(1 << 16) for _ in range(HEADER_ROWS)]
    scores = {
        mark: max(
            (count_known(next(csv.reader([line], delimiter=mark), []), kind) for line in head), default=0
        )
        for mark in _DELIMITERS
    }
    return max(_DELIMITERS, key=lambda mark: scores[mark])


# ── spreadsheets ────────────────────────────────────────────────────────────────────────────


def _find_sheet(path: Path, kind: str) -> TableReader:
    """Open the first sheet that has an account column; a book without one is refused for that reason."""
    refusal: BadInput | None = None
    for rows in _sheets(path):
        try:
            return _find_table(((row_no, row) for row_no, row in rows), kind, "xlsx", path.name)
        except BadInput as error:
            if refusal is None or refusal.code == "file_empty":
                refusal = error
    raise refusal or BadInput("file_empty", file=path.name)


def _sheets(path: Path) -> Iterator[Iterator[Row]]:
    try:
        book = CalamineWorkbook.from_path(path)
        sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise BadInput("not_a_spreadsheet", file=path.name) from error
    for sheet in sheets:
        yield ((row_no, [_cell_text(cell) for cell in row]) for row_no, row in enumerate(sheet, 1))


def _cell_text(cell: Any) -> str:
    """Return a spreadsheet's cell as the text a CSV would have: whole floats without `.0`, days as ISO dates."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)
