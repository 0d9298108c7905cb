"""Writes tables that people open in a spreadsheet, so that no cell can become a formula."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

from dashboard.errors import BadInput
from dashboard.store.sheet_rows import disarm, make_row

_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_DIMENSION = re.compile(rb"<dimension [^>]*/>")  # says how many rows there are, and may be left out
_END_OF_ROWS = b"</sheetData>"
_DAY_FORMAT, _DAY_WIDTH = {"num_format": "dd-mm-yyyy"}, 12
_XLSX_ROWS = 1_048_575  # Excel's own limit, less the header


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook. No title: the spreadsheet's own. `day_columns` (from 0) hold days (date), written as such."""

    title: str | None
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]
    day_columns: Sequence[int] = ()


def write_table(
    path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]], expected: int = 0
) -> int:
    """Write a table as CSV (UTF-8 with BOM, for Excel) or XLSX by the path's suffix; return the number of rows.

    Rows stream: memory does not grow with their number. Raises BadInput("file_type") for another suffix,
    ("too_many_rows") where an XLSX would exceed Excel's limit: before a row is read where so many are `expected`, else at the limit.
    """
    suffix = path.suffix.lower()
    if suffix == ".xlsx" and expected > _XLSX_ROWS:
        raise BadInput("too_many_rows", limit=_XLSX_ROWS)
    if suffix == ".csv":
        return _write_csv(path, columns, rows)
    if suffix == ".xlsx":
        return write_workbook(path, [Sheet(None, columns, rows)])
    raise BadInput("file_type", suffix=suffix)


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        count = 0
        for row in rows:
            writer.writerow([disarm(cell) for cell in row])
            count += 1
    return count


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> int:
    """Write several tables as one XLSX, a sheet each; return the number of rows of all.

    XlsxWriter makes the workbook with its headings; the rows are put into it as they come, for cell by cell it takes five times
    as long. Raises BadInput("too_many_rows") where a sheet would exceed Excel's limit.
    """
    with TemporaryFile() as headings:
        with xlsxwriter.Workbook(headings, _AS_TEXT) as book:
            bold, days = book.add_format({"bold": True}), book.add_format(_DAY_FORMAT)
            for sheet in sheets:
                page = book.add_worksheet(sheet.title)
                page.freeze_panes(1, 0)
                for place in sheet.day_columns:
                    page.set_column(place, place, _DAY_WIDTH, days)
                page.write_row(0, 0, sheet.columns, bold)
        day_style = days.xf_index or 0  # known once the workbook is written
        by_name = {f"xl/worksheets/sheet{place}.xml": sheet for place, sheet in enumerate(sheets, 1)}
        with ZipFile(headings) as source, ZipFile(path, "w", ZIP_DEFLATED) as target:
            return sum(
                _copy_part(target, name, source.read(name), by_name.get(name), day_style)
                for name in source.namelist()
            )


def _copy_part(target: ZipFile, name: str, content: bytes, sheet: Sheet | None, day_style: int) -> int:
    """Copy one part of a workbook, a sheet's with its rows; return how many these are."""
    with target.open(name, "w", force_zip64=True) as part:
        if sheet is None:
            part.write(content)
            return 0
        head, tail = _DIMENSION.sub(b"", content).split(_END_OF_ROWS)
        part.write(head)
        count = 0
        for count, row in enumerate(sheet.rows, 1):
            if count > _XLSX_ROWS:
                raise BadInput("too_many_rows", limit=_XLSX_ROWS)
            part.write(make_row(count + 1, row, day_style).encode("utf-8", "replace"))
        part.write(_END_OF_ROWS + tail)
    return count
