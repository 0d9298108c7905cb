"""Reads the rows of a report as text, whatever it was saved as, and accounts for every row of it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import pandas as pd

from dashboard.errors import BadInput
from dashboard.registry.account_no import is_account, judge_account
from dashboard.registry.book_rows import START_BYTES, is_book, open_sheets
from dashboard.registry.headers import Headers, count_known, find_field, fold_header, map_columns
from dashboard.registry.loose_commas import join_address, look_right
from dashboard.registry.text_rows import (
    HEADER_ROWS,
    BrokenQuotes,
    Row,
    find_encoding,
    text_rows,
    trim_cells,
)
from dashboard.registry.web_rows import web_rows

BOOK, WEB = "xlsx", "html"  # instead of an encoding
_SPANNING = (BOOK, WEB)  # where one header may be merged over two columns
NO_MOBILE = "no_mobile"  # the note of a table without a column of phone numbers
_LONGEST_CELL = 10_000  # characters; a longer one is a broken file, not an address
_LONGEST_RAW = 100_000  # characters kept of a refused row
_END_MARK = "\x1a"  # how CP/M and some mainframes end a text
_MOBILE_DIGITS = 10
_LEAST_HEADERS = 3  # known headers that make a line in the middle of a file a header
_TOTALS = re.compile(
    r"\W*((GRAND|SUB|PAGE|SHEET)?\W*TOTALS?\b|((कुल|महा|उप|सर्व|सकल|समस्त)\W*)?(योग|कुल)(\W|$))", re.IGNORECASE
)


@dataclass(frozen=True)
class RefusedRow:
    """A row that cannot be used: the file's own row number (first row = 1), the reason's code, the row as it came.

    `sheet` where a book has several that were read.
    """

    row_no: int
    reason: str
    raw: str
    sheet: str = ""


@dataclass
class TableReader:
    """One opened table: its columns, the place of each field, and a stream of its rows.

    While `rows` is consumed, `refused` and `not_rows` (repeated header, totals) fill up. `notes` counts what a person should
    know of the table and is no row: hidden rows, merged cells, sheets that were left out, addresses put together again.
    """

    columns: list[str]
    places: dict[str, int]
    rows: Iterator[Row]
    encoding: str
    headers: Headers
    name: str = ""
    sheet: str = ""
    refused: list[RefusedRow] = field(default_factory=list)
    not_rows: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)

    def usable_rows(self) -> Iterator[Row]:
        """Yield (row number, cells) of each row that has what the header promises.

        Raises BadInput("header_changes") at a header in the middle that orders its columns in another way.
        """
        for row_no, row in self.rows:
            if self._is_usable(row_no, row):
                yield row_no, row

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Yield (row number, text by field) of each usable row."""
        for row_no, row in self.usable_rows():
            yield row_no, {name: row[place].strip() for name, place in self.places.items()}

    def goes_on(self, rows: Sequence[Sequence[str]]) -> bool:
        """Return whether the rows that begin another sheet are more of this table.

        The first has an account in its place, nothing beyond the columns, and cells that look like what they would be taken for;
        where phone numbers would be, one at least is as long as a number.
        """
        width, account = len(self.columns), self.places["account_no"]
        first = trim_cells(rows[0]) if rows else []
        if not account < len(first) <= width or not is_account(first[account]):
            return False
        if not look_right([*first, *[""] * (width - len(first))], self.places):
            return False
        mobile = self.places.get("mobile_raw", width)
        digits = [sum(map(str.isdecimal, row[mobile])) for row in rows if mobile < len(row)]
        return not any(digits) or max(digits) >= _MOBILE_DIGITS

    def following(self, rows: Iterator[Row], sheet: str) -> "TableReader":
        """Return the sheet that goes on with this table's columns, since it has no header of its own."""
        width = len(self.columns)
        padded = ((row_no, [*row, *[""] * (width - len(row))]) for row_no, row in rows)
        return TableReader(
            self.columns,
            self.places,
            padded,
            self.encoding,
            self.headers,
            self.name,
            sheet,
            notes={"going_on": 1},
        )

    def consumers(self) -> Iterator[Row]:
        """Yield usable rows whose account number can be one, undressed; keep the others with the reason."""
        place = self.places["account_no"]
        for row_no, row in self.usable_rows():
            row[place], fault = judge_account(row[place])
            if fault:
                self._refuse(row_no, fault, row)
            else:
                yield row_no, row

    def _is_usable(self, row_no: int, row: list[str]) -> bool:
        if isinstance(row, BrokenQuotes):
            return self._refuse(row_no, "broken_quotes", row)
        account = self.places["account_no"]
        if not (account < len(row) and len(row[account]) >= 10 and row[account][:10].isdigit()):
            if not any(cell.strip().strip(_END_MARK) for cell in row):
                return False
            if self._is_header(row_no, row):
                return self._count_aside("repeated_header")
            if self._is_totals(row):
                return self._count_aside("totals")
        width = len(self.columns)
        if any(cell.strip() for cell in row[width:]):
            joined = None if self.encoding in _SPANNING else join_address(trim_cells(row), width, self.places)
            if joined is None:
                return self._refuse(row_no, "ragged_row", row)
            row[:] = joined
            self.notes["loose_commas"] = self.notes.get("loose_commas", 0) + 1
        if len(row) < width:
            return self._refuse(row_no, "ragged_row", row)
        if max(map(len, row)) > _LONGEST_CELL:
            return self._refuse(row_no, "cell_too_long", row)
        return True

    def _is_header(self, row_no: int, row: list[str]) -> bool:
        columns = trim_cells(row)
        if columns == self.columns or columns == [str(number) for number in range(1, len(self.columns) + 1)]:
            return True
        folded = [fold_header(cell) for cell in columns]
        if folded == [fold_header(column) for column in self.columns]:
            return True
        if (
            "account_no" not in [find_field(cell, self.headers) for cell in columns]
            or count_known(row, self.headers) < _LEAST_HEADERS
        ):
            return False
        places = map_columns(columns, self.headers, self.name, can_span=self.encoding in _SPANNING)
        if not places.items() <= self.places.items():
            raise BadInput("header_changes", file=self.name, row=row_no)
        return True  # the same columns in the other language

    def _is_totals(self, row: list[str]) -> bool:
        first = next((cell for cell in row if cell.strip()), "")
        account = self.places["account_no"]
        return bool(_TOTALS.match(first)) and not (account < len(row) and is_account(row[account]))

    def _count_aside(self, what: str) -> bool:
        self.not_rows[what] = self.not_rows.get(what, 0) + 1
        return False

    def _refuse(self, row_no: int, reason: str, row: Sequence[str]) -> bool:
        self.refused.append(RefusedRow(row_no, reason, raw_text(row), self.sheet))
        return False


@dataclass(frozen=True)
class RawTable:
    """A whole report as text: a column for each known field, and `row_no`."""

    rows: pd.DataFrame
    refused: list[RefusedRow]


def raw_text(row: Sequence[str]) -> str:
    """Return a row as one line of CSV, to be kept beside the reason of its refusal."""
    if isinstance(row, BrokenQuotes):
        return row[0][:_LONGEST_RAW]
    line = io.StringIO()
    csv.writer(line).writerow([cell[:_LONGEST_CELL] for cell in row])
    return line.getvalue().strip()[:_LONGEST_RAW]


def told_of(places: Mapping[str, int]) -> dict[str, int]:
    """Return what is to be told of a table's columns before its rows: that none is understood as a phone number."""
    return {} if "mobile_raw" in places or "mobile" in places else {NO_MOBILE: 1}


def open_tables(path: Path, headers: Headers, name: str) -> list[TableReader]:
    """Open a report: a text has one table, a book one for each sheet with an account column.

    The last table's `notes` tell of sheets without one. Raises BadInput with a code: file_empty, not_text, web_page,
    not_a_spreadsheet, password, no_account_column, no_header, two_account_columns.
    """
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    if not start:
        raise BadInput("file_empty", file=name)
    if is_book(path, start):
        return _open_book(path, headers, name)
    encoding = find_encoding(path, name)
    if start.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00")[:1] == b"<":
        return [_open_web_page(path, headers, encoding, name)]
    return [_find_table(text_rows(path, encoding, headers), headers, encoding, name)]


def read_table(path: Path, headers: Headers, name: str) -> RawTable:
    """Read a whole report into memory; for files of thousands of rows, not of crores. Errors as `open_tables`."""
    frames, refused = [], []
    for reader in open_tables(path, headers, name):
        records = [{"row_no": row_no, **record} for row_no, record in reader.records()]
        frames.append(pd.DataFrame(records, columns=["row_no", *reader.places]))
        refused += reader.refused
    return RawTable(pd.concat(frames, ignore_index=True).fillna(""), refused)


def _find_table(rows: Iterator[Row], headers: Headers, encoding: str, name: str) -> TableReader:
    """Find the header among the first rows that are not blank: the row with most known headers."""
    filled = ((row_no, row) for row_no, row in rows if any(cell.strip() for cell in row))
    first = list(islice(filled, HEADER_ROWS))
    if not first:
        raise BadInput("file_empty", file=name)
    best = max(range(len(first)), key=lambda place: (count_known(first[place][1], headers), -place))
    columns = trim_cells(first[best][1])
    places = map_columns(columns, headers, name, can_span=encoding in _SPANNING)
    return TableReader(
        columns, places, chain(first[best + 1 :], rows), encoding, headers, name, notes=told_of(places)
    )


def _open_web_page(path: Path, headers: Headers, encoding: str, name: str) -> TableReader:
    """Open a web page as a report, if a table of it is one."""
    try:
        return _find_table(web_rows(path, encoding), headers, WEB, name)
    except BadInput as error:
        if error.code == "two_account_columns":
            raise
        raise BadInput("web_page", file=name) from error


def _open_book(path: Path, headers: Headers, name: str) -> list[TableReader]:
    tables: list[TableReader] = []
    left_out: Counter[str] = Counter()
    refusal: BadInput | None = None
    for sheet in open_sheets(path, name):
        filled = ((row_no, row) for row_no, row in sheet.rows if any(cell.strip() for cell in row))
        first = list(islice(filled, HEADER_ROWS))
        rows = chain(first, filled)
        if tables and tables[-1].goes_on([row for _, row in first]):
            tables.append(tables[-1].following(rows, sheet.name))
            tables[-1].notes |= dict(sheet.notes)
            continue
        try:
            table = _find_table(rows, headers, BOOK, name)
        except BadInput as error:
            left_out["empty_sheets" if error.code == "file_empty" else "cover_sheets"] += 1
            if refusal is None or refusal.code == "file_empty":
                refusal = error
            if error.code == "two_account_columns":
                raise
            continue
        table.sheet = sheet.name
        table.notes |= dict(sheet.notes)
        tables.append(table)
    if not tables:
        raise refusal or BadInput("file_empty", file=name)
    if len(tables) == 1:
        tables[0].sheet = ""
    tables[-1].notes |= left_out
    return tables
