"""The rows of a spreadsheet's sheets, as the text a CSV would have; what a person does not see in it is read and counted."""

import datetime as dt
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import olefile
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from dashboard.errors import BadInput
from dashboard.registry.book_hidden import find_hidden
from dashboard.registry.book_probe import can_be_opened
from dashboard.registry.book_spans import Range, find_spans
from dashboard.registry.book_widths import Widths
from dashboard.registry.book_xml import is_xml_book, xml_sheets
from dashboard.registry.book_zeros import find_zeros
from dashboard.registry.text_rows import Row
from dashboard.store.disk import is_machine_fault

_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".ods")
START_BYTES = 4096  # of a file: enough to see what it is
_MOST_CELLS = 1 << 28  # of a sheet: a stray cell in the last corner would fill the memory
_MOST_BYTES = 4 << 30  # of a book unpacked: no sheet of a million rows has as many

_Merged = dict[int, dict[int, int]]  # by row and column: the row where the value stands


@dataclass(frozen=True)
class SheetRows:
    """One sheet: its rows with the numbers a person sees, and counts of what is hidden or merged."""

    name: str
    rows: Iterator[Row]
    notes: "Counter[str]"


def is_book(path: Path, start: bytes) -> bool:
    """Return whether a file is a spreadsheet, by what it holds rather than by its name; what is called one and is no text is a broken one."""
    if start.startswith((b"PK", b"\xd0\xcf\x11\xe0")) or is_xml_book(start):
        return True
    return path.suffix.lower() in _SUFFIXES and b"\x00" in start


def open_sheets(path: Path, name: str) -> Iterator[SheetRows]:
    """Yield the sheets of a book. Raises BadInput("not_a_spreadsheet"), ("password"), ("book_too_large")."""
    with path.open("rb") as file:
        start = file.read(START_BYTES)
    if is_xml_book(start):
        yield from (SheetRows(*sheet) for sheet in xml_sheets(path, name))
        return
    try:
        _require_sound(path, name)
        book = CalamineWorkbook.from_path(path)
        hidden, spans, zeros = find_hidden(path), find_spans(path), find_zeros(path)
        for one in book.sheets_metadata:
            sheet = book.get_sheet_by_name(one.name)
            if sheet.total_height * sheet.total_width > _MOST_CELLS:
                raise BadInput("book_too_large", file=name)
            merged = _merged_downwards(sheet, spans.get(one.name, []))
            notes = Counter(hidden.get(one.name, {}))
            if merged:
                notes["merged_cells"] += len(
                    {(row, column) for rows in merged.values() for column, row in rows.items()}
                )
            if one.visible != SheetVisibleEnum.Visible:
                notes["hidden_sheets"] += 1
            yield SheetRows(one.name, _sheet_rows(sheet, merged, zeros.get(one.name, {})), notes)
    except BaseException as error:
        raise _refusal(error, name) from error


def _refusal(error: BaseException, name: str) -> BaseException:
    """Return what to say of a book that cannot be opened; the error itself where it is no fault of the book.

    The library gives up on some broken books by a panic, which is no Exception and has no class to import.
    """
    if is_machine_fault(error):
        return error
    if isinstance(error, PasswordError):
        return BadInput("password", file=name)
    is_fault = isinstance(
        error, CalamineError | zipfile.BadZipFile | OSError | ValueError | NotImplementedError | RuntimeError
    )
    if is_fault or type(error).__name__ == "PanicException":
        return BadInput("not_a_spreadsheet", file=name)
    return error


def _require_sound(path: Path, name: str) -> None:
    """Refuse a book that would not fit into memory, and one that is locked: its real content lies in another envelope."""
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        whole = start + path.read_bytes()[-(1 << 20) :] if path.stat().st_size < 1 << 28 else start
        if "EncryptedPackage".encode("utf-16-le") in whole:
            raise BadInput("password", file=name)
        if not _chains_end(path):
            raise BadInput("not_a_spreadsheet", file=name)
    elif start.startswith(b"PK"):
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
                raise BadInput("book_too_large", file=name)
    if not can_be_opened(path):
        raise BadInput("book_too_large", file=name)


def _chains_end(path: Path) -> bool:
    """Return whether the sectors of a book of the old kind come to an end: the library follows a circle until the memory is full."""
    with olefile.OleFileIO(path) as book:
        book.loadminifat()
        return all(_ends(following) for following in (book.fat, book.minifat))


def _ends(following: Sequence[int]) -> bool:
    """Return whether one comes to an end from everywhere; `following[k]` stands behind k, a number beyond the last is an end."""
    end = len(following)
    after = np.append(np.minimum(np.asarray(following, np.int64), end), end)
    for _ in range(end.bit_length()):  # each time twice as far
        after = after[after]
    return bool((after == end).all())


def _sheet_rows(sheet: CalamineSheet, merged: _Merged, zeros: Widths) -> Iterator[Row]:
    """Yield rows from the sheet's first one; of cells merged downwards each row gets the value."""
    if sheet.start is None:
        return
    first_column = sheet.start[1]
    above: dict[int, str] = {}
    for row_no, row in enumerate(sheet.iter_rows()):  # blank rows above the first come, blank columns do not
        cells = [""] * first_column + [_cell_text(cell) for cell in row]
        for column, widths in zeros.items():
            if first_column <= column < len(cells) and isinstance(row[column - first_column], int | float):
                cells[column] = _with_zeros(cells[column], widths[row_no])
        for column, first in merged.get(row_no, {}).items():
            if column >= len(cells):
                continue
            if row_no == first:
                above[column] = cells[column]
            cells[column] = cells[column] or above.get(column, "")
        yield row_no + 1, cells


def _with_zeros(text: str, width: int) -> str:
    """Return a whole number as its cell shows it: with zeros in front up to the width of its format."""
    return text.zfill(width) if text.isdecimal() else text


def _merged_downwards(sheet: CalamineSheet, spans: Sequence[Range]) -> _Merged:
    found: _Merged = {}
    for (first, column), (last, _) in sheet.merged_cell_ranges or spans:
        if last > first:
            for row_no in range(first, min(last, sheet.total_height) + 1):
                found.setdefault(row_no, {})[column] = first
    return found


def _cell_text(cell: Any) -> str:
    """Return a spreadsheet's cell as the text a CSV would have: whole floats without `.0`, days as ISO dates."""
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)
