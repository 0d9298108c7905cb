"""Accounts that an XLSX holds as numbers and shows with zeros in front: read as they are shown, or refused as cut."""

from pathlib import Path

import pytest
import xlsxwriter

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


def _accounts(path: Path) -> tuple[list[str], list[tuple[int, str]]]:
    """Return the accounts of all sheets, and the rows that were refused with the reason."""
    found: list[str] = []
    refused: list[tuple[int, str]] = []
    for reader in open_tables(path, shipped_headers("export"), path.name):
        place = reader.places["account_no"]
        found += [row[place] for _, row in reader.consumers()]
        refused += [(one.row_no, one.reason) for one in reader.refused]
    return found, refused


@pytest.mark.parametrize(("value", "code", "account"), CELLS)
def test_a_number_is_read_with_the_zeros_that_its_cell_shows(
    tmp_path: Path, value: float | str, code: str, account: str | None
) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Gonda")
        sheet.write_row(3, 2, ["NAME", "ACCT_ID"])  # not in the first row, not in the first column
        sheet.write_string(4, 2, "RAM")
        sheet.write(4, 3, value, book.add_format({"num_format": code}))
    expected = ([account], []) if account else ([], [(5, "cut_by_excel")])
    assert _accounts(path) == expected


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
