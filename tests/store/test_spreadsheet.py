"""No cell of a download can become a formula."""

import csv
from datetime import date
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from dashboard.errors import BadInput
from dashboard.store.sheet_rows import disarm
from dashboard.store.spreadsheet import Sheet, write_table, write_workbook

DANGEROUS = [
    "=1+1",
    "+91 98",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    " =1",
    "\u200b=1",
    "＝1",
    '=HYPERLINK("http://x")',
]


@pytest.mark.parametrize("cell", DANGEROUS)
def test_a_cell_that_begins_like_a_formula_is_disarmed(cell: str) -> None:
    assert disarm(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["RAM KUMAR", "0012345678", "B-4/118", "", 12.5, 0])
def test_other_cells_stay_as_they_are(cell: object) -> None:
    assert disarm(cell) == cell


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_table_comes_back_as_written(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"list{suffix}"
    count = write_table(
        path, ["account_no", "name"], [["0000000013", "=cmd|' /C calc'!A0"], ["000000000077", "शकीला बानो"]]
    )
    if suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    else:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert count == 2
    assert rows == [
        ["account_no", "name"],
        ["0000000013", "'=cmd|' /C calc'!A0"],
        ["000000000077", "शकीला बानो"],
    ]


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        write_table(tmp_path / "list.pdf", ["a"], [])
    assert refusal.value.code == "file_type"


def test_a_workbook_has_a_sheet_a_table_and_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    sheets = [Sheet("राज्य", ["office", "count"], [["=1+1", 5]]), Sheet("Days", ["day"], [])]
    assert write_workbook(path, sheets) == 1
    book = CalamineWorkbook.from_path(path)
    assert book.sheet_names == ["राज्य", "Days"]
    assert book.get_sheet_by_index(0).to_python() == [["office", "count"], ["'=1+1", 5.0]]


def test_days_come_back_as_days_and_are_shown_as_the_department_writes_them(tmp_path: Path) -> None:
    path, day = tmp_path / "days.xlsx", date(2026, 11, 26)
    sheets = [
        Sheet("Before", ["day"], [[day]], (0,)),
        Sheet("After", ["office", "day"], [["13", day], ["14", None]], (1,)),
    ]
    write_workbook(path, sheets)
    book = CalamineWorkbook.from_path(path)
    assert book.get_sheet_by_index(0).to_python()[1:] == [[day]]
    assert book.get_sheet_by_index(1).to_python()[1:] == [["13", day], ["14", ""]]
    assert b"dd-mm-yyyy" in ZipFile(path).read("xl/styles.xml")


ODD_CELLS = [
    "R & D <north>", "two\nlines", "tab\there", " leading and trailing ", "bell\x07", "_x0041_", "राम कुमार", "0000000013", 12.5, -3, 10**12, 0.1,
]  # fmt: skip


def test_every_cell_comes_back_from_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "odd.xlsx"
    cells = [*ODD_CELLS, "x" * 40_000, None, float("nan"), True]
    write_table(path, [f"column {place}" for place in range(len(cells))], [cells, cells])
    first, second = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1:]
    assert first == second
    assert first[: len(ODD_CELLS)] == ODD_CELLS
    assert first[len(ODD_CELLS) :] == ["x" * 32_767, "", "", "True"]
    parts = [ElementTree.fromstring(ZipFile(path).read(name)) for name in ZipFile(path).namelist()]
    assert not any(part.findall(".//{*}f") for part in parts)  # no formula anywhere


def test_more_rows_than_excel_takes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.store.spreadsheet._XLSX_ROWS", 2)
    with pytest.raises(BadInput) as refusal:
        write_table(tmp_path / "long.xlsx", ["a"], [["1"], ["2"], ["3"]])
    assert refusal.value.code == "too_many_rows"
    rows = iter([["1"], ["2"], ["3"]])
    with pytest.raises(BadInput):
        write_table(tmp_path / "known.xlsx", ["a"], rows, expected=3)
    assert len(list(rows)) == 3 and not (tmp_path / "known.xlsx").exists()  # nothing was begun
    assert write_table(tmp_path / "long.csv", ["a"], [["1"], ["2"], ["3"]], expected=3) == 3
