"""A large file is read in pieces, and nobody can tell: the same rows, refused ones with the file's own numbers, one account of it."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboard.errors import BadInput
from dashboard.registry import pieces, plain_lines
from dashboard.registry.headers import shipped_headers
from dashboard.registry.import_log import account_of
from dashboard.registry.pieces import Piece, find_pieces, piece_bytes
from dashboard.registry.sources import Source, Upload, in_pieces, read_source
from dashboard.store.database import Cursor, Database
from tests.registry.conftest import PLACE, Bring, export, rows_of
from tests.registry.plain_intake import PlainIntake
from tests.registry.torture import HEADER, TEXTS, A, Case, lines, row

HEADERS = shipped_headers("export")


@pytest.fixture(scope="module")
def cursor() -> Iterator[Cursor]:
    with duckdb.connect() as connection:
        yield connection.cursor()


@pytest.fixture
def cut_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is cut wherever it may be."""
    monkeypatch.setattr(pieces, "_SMALL_PIECE_BYTES", 1)
    monkeypatch.setattr(plain_lines, "_CHUNK_BYTES", 16)


def cut(path: Path) -> list[Piece]:
    return find_pieces(path, piece_bytes(1, 1), HEADERS, lambda: None)


def read(cursor: Cursor, path: Path, folder: Path) -> tuple[list[Source], list[str]]:
    """Read a file in its pieces; return them and the accounts in their order."""
    found, accounts = [], []
    for place, upload in enumerate(in_pieces([Upload(path, path.name)], HEADERS, lambda: None)):
        (folder / str(place)).mkdir(parents=True)
        source = read_source(PlainIntake(cursor), upload, HEADERS, folder / str(place))
        rows = cursor.execute(f"SELECT account_no FROM ({source.relation}) ORDER BY row_no").fetchall()
        accounts += [account for (account,) in rows]
        found.append(source)
    return found, accounts


@pytest.mark.usefixtures("cut_small")
@pytest.mark.parametrize("case", TEXTS, ids=lambda case: case.name)
def test_a_file_in_pieces_is_the_same_file(cursor: Cursor, tmp_path: Path, case: Case) -> None:
    found, accounts = read(cursor, case.write(tmp_path), tmp_path / "work")
    assert accounts == case.accounts
    (file,) = account_of(found)
    assert (file.file_name, file.usable) == (case.name, len(case.accounts))
    assert sorted((one.row_no, one.reason) for one in file.refused) == sorted(case.refused)
    assert (file.not_rows, file.notes) == (case.not_rows, case.notes)


@pytest.mark.usefixtures("cut_small")
def test_most_dresses_are_cut_and_no_byte_is_lost(tmp_path: Path) -> None:
    found = {case.name: cut(case.write(tmp_path)) for case in TEXTS}
    assert sum(len(of_one) > 1 for of_one in found.values()) > len(TEXTS) // 2
    for of_one in filter(None, found.values()):
        assert [one.first for one in of_one] == [0, *(one.last for one in of_one[:-1])]
    sizes = {case.name: len(case.content) for case in TEXTS}
    assert all(of_one[-1].last == sizes[name] for name, of_one in found.items() if of_one)


@pytest.mark.usefixtures("cut_small")
def test_no_cut_is_made_inside_a_cell(tmp_path: Path) -> None:
    path = tmp_path / "break.csv"
    path.write_text(lines(HEADER, row("0000000001", address='"X\nY"'), row("0000000002")), "utf-8")
    header, last = lines(HEADER).encode(), lines(row("0000000002")).encode()
    end = path.stat().st_size
    assert cut(path) == [Piece(b"", 0, end - len(last), 0), Piece(header, end - len(last), end, 1)]


@pytest.mark.usefixtures("cut_small")
@pytest.mark.parametrize(
    "first",
    [row(A, address='5" PIPE'), row(A, address="X\rY"), row(A, address=f'"X\n{",".join(row(A))}\nY"')],
    ids=["a quote alone", "a return alone", "a row within a cell"],
)
def test_where_the_number_of_rows_is_not_told_by_bytes_the_file_is_read_whole(
    tmp_path: Path, first: list[str]
) -> None:
    path = tmp_path / "export.csv"
    sound = [row(f"{number:010d}") for number in range(1, 9)]
    path.write_bytes(
        lines(HEADER, first, *sound, row(A, address='5" PIPE' if '5"' in first[2] else "X")).encode()
    )
    assert not cut(path)
    path.write_bytes(lines(HEADER, row(A), *sound, end="\r\n").encode())
    assert len(cut(path)) > 5


def test_pieces_are_an_eighth_of_all_that_comes_within_bounds() -> None:
    million = 1_000_000
    sizes = {289 * million: 60, 2_000 * million: 250, 14_880 * million: 400}
    assert {total: piece_bytes(total, total) // million for total in sizes} == sizes


def test_files_that_come_with_several_of_their_size_are_cut_only_where_they_are_large() -> None:
    million = 1_000_000
    assert piece_bytes(300 * million, 900 * million) == 112.5 * million
    assert piece_bytes(300 * million, 1_200 * million) == 400 * million


def test_files_of_the_usual_size_are_read_whole(tmp_path: Path) -> None:
    assert not [case.name for case in TEXTS if cut(case.write(tmp_path))]


@pytest.mark.usefixtures("cut_small")
def test_an_import_tells_a_file_that_was_cut_as_one(bring: Bring, db: Database) -> None:
    accounts = [f"{number:010d}" for number in range(1, 21)]
    rows = [f"{account},RAM,A,9415012345,{PLACE}" for account in accounts]
    text = export(*rows, f"77,RAM,A,9415012345,{PLACE}", accounts[0])
    for new in (20, 0):
        result = bring(text, small_rows=0)
        (file,) = result.files
        assert (result.rows, result.accepted, result.new, result.rejected) == (22, 20, new, 2)
        assert [(one.row_no, one.reason) for one in file.refused] == [
            (22, "cut_by_excel"),
            (23, "ragged_row"),
        ]
    assert [account for (account,) in rows_of(db, "account_no")] == accounts
    with db.read() as cursor:
        names = cursor.execute("SELECT DISTINCT file_names FROM import_run").fetchall()
    assert names == [("export_0.csv",)]


@pytest.mark.usefixtures("cut_small")
def test_a_header_that_changes_is_told_by_its_row_in_the_file(bring: Bring) -> None:
    other = "MOBILE_NO,ACCT_ID,NAME,ADDRESS"
    rows = [f"{number:010d},RAM,A,9415012345,{PLACE}" for number in range(1, 6)]
    with pytest.raises(BadInput) as refusal:
        bring(export(*rows, other))
    assert (refusal.value.code, refusal.value.values["row"]) == ("header_changes", 7)


@pytest.mark.usefixtures("cut_small")
def test_looking_for_cuts_can_be_given_up(tmp_path: Path) -> None:
    def give_up() -> None:
        raise InterruptedError

    path = tmp_path / "export.csv"
    path.write_text(lines(HEADER, row(A)), "utf-8")
    with pytest.raises(InterruptedError):
        find_pieces(path, 1, HEADERS, give_up)


@pytest.mark.usefixtures("cut_small")
def test_a_return_alone_in_a_cell_is_no_place_to_cut(cursor: Cursor, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(b"ACCT_ID,ADDRESS\n0000000013,A\n0000000014,B\rC\n0000000015,D\n")
    _, accounts = read(cursor, path, tmp_path / "work")
    assert accounts[0] == "0000000013" and accounts[-1] == "0000000015"
