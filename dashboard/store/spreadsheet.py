"""Writes tables that people open in a spreadsheet, so that no cell can become a formula."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from dashboard.errors import BadInput

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_XLSX_ROWS = 1_048_575  # Excel's own limit, less the header


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook. No title: the spreadsheet's own."""

    title: str | None
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]


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


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
    """Write a table as CSV (UTF-8 with BOM, for Excel) or XLSX by the path's suffix; return the number of rows.

    Rows stream: memory does not grow with their number. Raises BadInput("file_type") for another suffix,
    ("too_many_rows") where an XLSX would exceed Excel's limit.
    """
    suffix = path.suffix.lower()
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

    Raises BadInput("too_many_rows") where a sheet would exceed Excel's limit.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(path, options) as book:
        bold = book.add_format({"bold": True})
        return sum(_fill_sheet(book.add_worksheet(sheet.title), sheet, bold) for sheet in sheets)


def _fill_sheet(page: xlsxwriter.worksheet.Worksheet, sheet: Sheet, bold: Any) -> int:
    count = 0
    page.freeze_panes(1, 0)
    page.write_row(0, 0, sheet.columns, bold)
    for count, row in enumerate(sheet.rows, 1):
        if count > _XLSX_ROWS:
            raise BadInput("too_many_rows", limit=_XLSX_ROWS)
        for place, cell in enumerate(row):
            _write_cell(page, count, place, disarm(cell))
    return count


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, value: object) -> None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value)
    elif value != "":
        sheet.write_string(row, column, str(value)[:32_767])
