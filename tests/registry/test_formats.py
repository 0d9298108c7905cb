"""Every dress a report comes in, through both readers and the whole import: each row accepted, refused with its reason, or told."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from dashboard.access.scope import Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.errors import BadInput
from dashboard.registry import sources
from dashboard.registry.headers import shipped_headers
from dashboard.registry.importer import import_exports
from dashboard.registry.sources import Source, Upload, read_source
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.ui.uploads import KINDS
from tests.registry.plain_intake import PlainIntake
from tests.registry.torture import BOOKS, PAGES, REFUSED, TEXTS, Case


@pytest.fixture(scope="module")
def cursor() -> Iterator[Cursor]:
    with duckdb.connect() as connection:
        yield connection.cursor()


def read(cursor: Cursor, path: Path, folder: Path) -> tuple[Source, list[tuple[object, ...]]]:
    folder.mkdir()
    source = read_source(PlainIntake(cursor), Upload(path, path.name), shipped_headers("export"), folder)
    fields = "row_no, account_no, name, address, mobile_raw, division_code"
    return source, cursor.execute(f"SELECT {fields} FROM ({source.relation}) ORDER BY row_no").fetchall()


@pytest.mark.parametrize("case", TEXTS + BOOKS + PAGES, ids=lambda case: case.name)
def test_both_readers_see_what_is_there(
    cursor: Cursor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case
) -> None:
    path = case.write(tmp_path)
    fast, rows = read(cursor, path, tmp_path / "fast")
    monkeypatch.setattr(sources, "find_plain", lambda *about: None)
    careful, rows_again = read(cursor, path, tmp_path / "careful")
    assert rows == rows_again
    for source in (fast, careful):
        assert [account for _, account, *_ in rows] == case.accounts
        assert sorted((one.row_no, one.reason) for one in source.refused) == sorted(case.refused)
        assert (source.usable, source.not_rows, source.notes) == (
            len(case.accounts),
            case.not_rows,
            case.notes,
        )


@pytest.mark.parametrize(("name", "content", "code"), REFUSED, ids=[name for name, *_ in REFUSED])
def test_a_file_that_cannot_be_used_is_named_by_its_fault(
    cursor: Cursor, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput) as refusal:
        read(cursor, path, tmp_path / "work")
    assert (refusal.value.code, refusal.value.values["file"]) == (code, name)


def test_files_of_all_kinds_go_in_as_one_export_and_every_row_is_accounted_for(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    cases = TEXTS[::8] + BOOKS + PAGES[:2]
    uploads = [Upload(case.write(tmp_path), case.name) for case in cases]
    result = import_exports(db, administrator, uploads, clock=clock, shared_threshold=6, refresh=refresh_cube)
    accounts = [account for case in cases for account in case.accounts]
    assert result.accepted == len(set(accounts))
    assert result.rejected == sum(len(case.refused) for case in cases)
    assert (
        result.rows == len(accounts) + result.rejected == result.accepted + result.rejected + result.repeated
    )
    with db.read() as cursor:
        found = cursor.execute("SELECT count(*), count(DISTINCT office_no) FROM consumer").fetchone()
        sheets = cursor.execute(
            "SELECT DISTINCT file_name FROM rejected_row WHERE file_name LIKE 'book.xlsx%' ORDER BY 1"
        ).fetchall()
    assert found is not None
    assert found[0] == len(set(accounts))
    assert sheets == [("book.xlsx › Gonda",), ("book.xlsx › Lucknow",)]


MOBILES_TWICE = [
    ("", "9415098765", "9415098765"),
    ("9415012345", "9415098765", "9415012345/9415098765"),
    ("9415012345", "9415012345", "9415012345"),
    ("NA", "05222900612", "NA/05222900612"),
    ("9415012345", " ", "9415012345"),
]


def test_a_second_column_of_phone_numbers_counts_too(
    cursor: Cursor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{1_000_000_001 + place},{one},{two},RAM" for place, (one, two, _) in enumerate(MOBILES_TWICE)]
    path = tmp_path / "twice.csv"
    path.write_text("\n".join(["ACCT_ID,MOBILE_NO,PHONE_NO,NAME", *lines, ""]), encoding="utf-8")
    for way in ("fast", "careful"):
        _, rows = read(cursor, path, tmp_path / way)
        assert [row[4] for row in rows] == [cell for *_, cell in MOBILES_TWICE]
        monkeypatch.setattr(sources, "find_plain", lambda *about: None)


@pytest.mark.parametrize("name", ["wide.xlsx", "wide.xls"])
def test_a_header_may_stand_over_two_columns_of_phone_numbers(
    cursor: Cursor, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    rows = [(f"{1_000_000_001 + place}", *cells[:2]) for place, cells in enumerate(MOBILES_TWICE)]
    if name.endswith(".xlsx"):
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, ("ACCT_ID", "MOBILE_NO", "", "NAME"))
            for place, row in enumerate(rows, 1):
                sheet.write_row(place, 0, (*row, "RAM"))
    else:  # a web page
        cells = "".join("<tr>" + "".join(f"<td>{cell}" for cell in (*row, "RAM")) for row in rows)
        path.write_text(
            f"<table><tr><th>ACCT_ID<th colspan=2>MOBILE_NO<th>NAME{cells}</table>", encoding="utf-8"
        )
    _, found = read(cursor, path, tmp_path / "work")
    assert [row[4].strip() for row in found] == [cell for *_, cell in MOBILES_TWICE]


def test_a_column_without_header_in_a_text_is_no_phone_number(
    cursor: Cursor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may as well hold the old account number."""
    path = tmp_path / "unnamed.csv"
    path.write_text("ACCT_ID,MOBILE_NO,,NAME\n1000000001,,7415098765,RAM\n", encoding="utf-8")
    for way in ("fast", "careful"):
        _, rows = read(cursor, path, tmp_path / way)
        assert [row[4] for row in rows] == [""]
        monkeypatch.setattr(sources, "find_plain", lambda *about: None)


def test_cells_merged_downwards_are_in_each_of_their_rows(cursor: Cursor, tmp_path: Path) -> None:
    for case in BOOKS:
        if "merged_cells" in case.notes:
            _, rows = read(cursor, case.write(tmp_path), tmp_path / f"work_{case.name}")
            assert {row[5] for row in rows} == {"DIV000001"}, case.name


def test_every_kind_of_file_that_can_be_read_can_be_uploaded() -> None:
    read_kinds = {case.name.rpartition(".")[2] for case in TEXTS + BOOKS + PAGES}
    assert read_kinds <= set(KINDS)
