"""Accounts that a spreadsheet holds as numbers and shows with zeros in front: read as they are shown, or refused as cut."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
import xlsxwriter
import xlwt

from dashboard.registry.headers import shipped_headers
from dashboard.registry.tabular import open_tables

TEN = "0000000000"
CELLS = [
    # what the cell holds, its format, the account that is read; None: refused as cut by Excel
    (13, TEN, "0000000013"),
    (9876543210, TEN, "9876543210"),
    (12345678901, "000000000000", "012345678901"),
    (13, "General", None),  # the zeros are gone
    (13, "0", None),
    (13, "000000", None),  # shows 000013, which is no account
    (13, "0000000000.00", None),
    (13, "#,##0", None),
    ("13", TEN, None),  # a text: the format does not show it
]


Sheet = dict[tuple[int, int], tuple[float | str, str]]  # by row and column: value, format


def _xlsx(path: Path, cells: Sheet) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Gonda")
        for (row, column), (value, code) in cells.items():
            write = sheet.write_string if isinstance(value, str) else sheet.write_number
            write(row, column, value, book.add_format({"num_format": code}))


def _xls(path: Path, cells: Sheet) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Gonda")
    for (row, column), (value, code) in cells.items():
        sheet.write(row, column, value, xlwt.easyxf(num_format_str=code))
    book.save(path)


def _ods_cell(value: float | str, code: str) -> str:
    if isinstance(value, str):
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
    shown = str(value).zfill(len(code)) if set(code) == {"0"} else str(value)
    return (
        f'<table:table-cell office:value-type="float" office:value="{value}"><office:annotation><text:p>'
        f"0123456789</text:p></office:annotation><text:p>{shown}</text:p></table:table-cell>"
    )


def _ods_book(path: Path, *sheets: str) -> None:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    tables = "".join(
        f"<table:table table:name={quoteattr(chr(65 + place))}>{rows}</table:table>"
        for place, rows in enumerate(sheets)
    )
    content = f"<office:document-content {spaces}><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", '<?xml version="1.0" encoding="UTF-8"?>' + content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")


def _ods(path: Path, cells: Sheet) -> None:
    """Write as LibreOffice does: empty rows and cells as one that is repeated."""
    rows = ""
    for row in range(max(row for row, _ in cells) + 1):
        columns = [column for at, column in cells if at == row]
        if not columns:
            rows += "<table:table-row><table:table-cell/></table:table-row>"
            continue
        before = f'<table:table-cell table:number-columns-repeated="{min(columns)}"/>' if min(columns) else ""
        rows += f"<table:table-row>{before}"
        rows += "".join(_ods_cell(*cells[row, column]) for column in columns) + "</table:table-row>"
    _ods_book(path, rows)


BOOKS = {"xlsx": _xlsx, "xls": _xls, "ods": _ods}


def _accounts(path: Path) -> tuple[list[str], list[tuple[int, str]]]:
    """Return the accounts of all sheets, and the rows that were refused with the reason."""
    found: list[str] = []
    refused: list[tuple[int, str]] = []
    for reader in open_tables(path, shipped_headers("export"), path.name):
        place = reader.places["account_no"]
        found += [row[place] for _, row in reader.consumers()]
        refused += [(one.row_no, one.reason) for one in reader.refused]
    return found, refused


@pytest.mark.parametrize("kind", BOOKS)
@pytest.mark.parametrize(("value", "code", "account"), CELLS)
def test_a_number_is_read_with_the_zeros_that_its_cell_shows(
    tmp_path: Path, kind: str, value: float | str, code: str, account: str | None
) -> None:
    path = tmp_path / f"book.{kind}"
    header: Sheet = {
        (3, 2): ("NAME", "General"),
        (3, 3): ("ACCT_ID", "General"),
    }  # not in the first row, not in the first column
    BOOKS[kind](path, header | {(4, 2): ("RAM", "General"), (4, 3): (value, code)})
    expected = ([account], []) if account else ([], [(5, "cut_by_excel")])
    assert _accounts(path) == expected


@pytest.mark.parametrize("write", [_xls, _ods])
def test_cells_side_by_side_and_below_each_other_keep_their_own_width(
    tmp_path: Path, write: Callable[[Path, Sheet], None]
) -> None:
    """Numbers of neighbouring cells stand in one record of an XLS (MulRk)."""
    cells: Sheet = {(0, column): (name, "General") for column, name in enumerate(("KNO", "ACCT_ID", "SCNO"))}
    accounts = []
    for row in range(1, 400):
        width = 10 + row % 3
        cells |= {(row, 0): (row, "0"), (row, 1): (row, "0" * width), (row, 2): (row, TEN)}
        accounts.append(str(row).zfill(width))
    path = tmp_path / "book"
    write(path, cells)
    assert _accounts(path) == (accounts, [])


def test_each_sheet_of_an_xls_has_its_own_cells(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    for name, code in (("A", TEN), ("B", "0"), ("नाम", TEN)):
        sheet = book.add_sheet(name)
        sheet.write(0, 0, "ACCT_ID")
        sheet.write(1, 0, 13, xlwt.easyxf(num_format_str=code))
    book.save(tmp_path / "book.xls")
    assert _accounts(tmp_path / "book.xls") == (["0000000013"] * 2, [(2, "cut_by_excel")])


def test_rows_and_cells_that_an_ods_repeats_show_the_same_zeros(tmp_path: Path) -> None:
    head = '<table:table-row><table:table-cell office:value-type="string"><text:p>ACCT_ID</text:p></table:table-cell></table:table-row>'
    cell = _ods_cell(13, TEN)
    repeated = f'<table:table-row table:number-rows-repeated="3">{cell}</table:table-row>'
    last = f"<table:table-row>{_ods_cell(14, '0')}</table:table-row>"
    _ods_book(tmp_path / "book.ods", head + last, head + repeated + last)
    assert _accounts(tmp_path / "book.ods") == (
        ["0000000013"] * 3,
        [(2, "cut_by_excel"), (5, "cut_by_excel")],
    )


def test_each_cell_of_each_sheet_has_its_own_format(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        zeros, bold = book.add_format({"num_format": TEN}), book.add_format({"bold": True})
        for name, formats in (("A", (zeros, bold)), ("B", (None, zeros))):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["ACCT_ID", "NAME"])
            for place, form in enumerate(formats):
                sheet.write_number(1 + place, 0, 13 + place, form)
                sheet.write_number(1 + place, 1, 5, zeros)
    found, refused = _accounts(path)
    assert found == ["0000000013", "0000000014"]
    assert refused == [(3, "cut_by_excel"), (2, "cut_by_excel")]


def test_more_columns_with_zeros_than_a_report_has_do_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "wide.xlsx"
    with xlsxwriter.Workbook(path) as book:
        zeros = book.add_format({"num_format": TEN})
        sheet = book.add_worksheet("A")
        sheet.write_row(0, 0, ["ACCT_ID", *[f"C{place}" for place in range(1, 60)]])
        for column in range(60):
            sheet.write_number(1, column, 13, zeros)
    assert _accounts(path) == (["0000000013"], [])
