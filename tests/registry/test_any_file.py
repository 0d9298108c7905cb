"""Whatever bytes a file holds: it is read or refused in words, and both readers see the same."""

import errno
import gzip
import io
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.errors import BadInput
from dashboard.registry import packed, sources
from dashboard.registry.headers import shipped_headers
from dashboard.registry.sources import Upload, read_source
from dashboard.store.database import Cursor
from dashboard.store.disk import is_full
from tests.registry.plain_intake import PlainIntake
from tests.registry.torture import BOOKS, HEADER, PAGES, xls

_STARTS = [
    b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"\xd0\xcf\x11\xe0", b"\xff\xfe", b"\xef\xbb\xbf", ",".join(HEADER).encode() + b"\n",
    b'"ACCT_ID"\n"', *[case.content for case in BOOKS + PAGES],
]  # fmt: skip
_END_OF_CHAIN = 0xFFFFFFFE
_NAMES = ["a.csv", "a.xlsx", "a.xls", "a.ods", "a.gz", "a.zip", "a"]
_CELLS = st.sampled_from([
    "0000000013", "123456789012", "'0000000014", "13", "1.2E+11", "RAM", '"RAM"', '"RAM', 'LAL"', '"A ""B"" C"', '"A "B" C"', '5" PIPE',
    '"12\nROAD"', '"A\n0000000099,B,C"', "", " ", "NA", "TOTAL", "राम", "\u00a0", '"', '""', "a,b", "jke dqekj", "x" * 30,
])  # fmt: skip
_LINES = st.lists(st.lists(_CELLS, min_size=1, max_size=5), max_size=7)


@pytest.fixture(scope="module")
def cursor() -> Iterator[Cursor]:
    with duckdb.connect() as connection:
        yield connection.cursor()


def _read(cursor: Cursor, content: bytes, name: str) -> Any:
    """Return what was read of a file, or the code of its refusal."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        (Path(folder) / "work").mkdir()
        try:
            source = read_source(
                PlainIntake(cursor), Upload(path, name), shipped_headers("export"), Path(folder) / "work"
            )
        except BadInput as error:
            return error.code
        rows = cursor.execute(
            f"SELECT row_no, account_no, trim(name), trim(mobile_raw) FROM ({source.relation}) ORDER BY 1"
        ).fetchall()
        refused = sorted((one.row_no, one.reason, one.raw) for one in source.refused)
        assert len(rows) == source.usable
        return rows, refused, source.not_rows


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(_STARTS), st.binary(max_size=200), st.integers(0, 60), st.sampled_from(_NAMES))
def test_any_bytes_are_read_or_refused_in_words(
    cursor: Cursor, start: bytes, more: bytes, cut: int, name: str
) -> None:
    """Beginnings of real files cut anywhere and gone on with nonsense: nothing but BadInput is raised."""
    _read(cursor, start[: len(start) * cut // 60] + more, name)
    _read(cursor, start[: len(start) * cut // 60] + more + start[len(start) * cut // 60 :], name)


@settings(max_examples=60, deadline=None)
@given(_LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_both_readers_see_the_same_in_any_dirt(
    cursor: Cursor, cells: list[list[str]], end: str, has_last_break: bool
) -> None:
    text = end.join(["ACCT_ID,NAME,MOBILE_NO", *map(",".join, cells)]) + (end if has_last_break else "")
    fast = _read(cursor, text.encode(), "a.csv")
    with mock.patch.object(sources, "find_plain", lambda *about: None):
        assert _read(cursor, text.encode(), "a.csv") == fast


def test_of_two_rows_with_an_odd_quote_none_is_read_twice(cursor: Cursor) -> None:
    lines = ["ACCT_ID,NAME,MOBILE_NO", '0000000013,A,5" PIPE', '0000000013,5" PIPE', "0000000013,B,C"]
    rows, refused, _ = _read(cursor, "\n".join(lines).encode(), "a.csv")
    assert [row[:3] for row in rows] == [(2, "0000000013", "A"), (4, "0000000013", "B")]
    assert [one[:2] for one in refused] == [(3, "ragged_row")]


@pytest.mark.parametrize("name", ["bomb.gz", "bomb.zip", "twice.zip"])
def test_what_unpacks_to_far_more_than_a_report_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(packed, "_HARMLESS", 1 << 20)
    path, zeros = tmp_path / name, bytes(8 << 20)
    if name == "bomb.gz":
        path.write_bytes(gzip.compress(zeros))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                "report.csv.gz", gzip.compress(gzip.compress(zeros)) if "twice" in name else zeros
            )
    with pytest.raises(BadInput, match="packed_too_much"), packed.unpacked(path, name):
        pass
    assert list(tmp_path.iterdir()) == [path]


def test_a_book_whose_sectors_go_in_a_circle_is_refused(cursor: Cursor) -> None:
    book = bytearray(xls())
    (fat_sector,) = struct.unpack_from("<I", book, 0x4C)
    entries = slice(512 * (1 + fat_sector), 512 * (2 + fat_sector))
    fat = list(struct.unpack("<128I", book[entries]))
    fat[fat.index(_END_OF_CHAIN)] = fat.index(1) if 1 in fat else 0
    book[entries] = struct.pack("<128I", *fat)
    assert _read(cursor, bytes(book), "a.xls") == "not_a_spreadsheet"


def test_a_cell_in_the_last_corner_of_a_sheet_does_not_fill_the_memory(cursor: Cursor) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, HEADER[0])
        sheet.write(1_048_575, 16_383, "x")
    assert _read(cursor, content.getvalue(), "a.xlsx") == "book_too_large"


def test_a_packed_list_for_memory_has_its_own_limit(tmp_path: Path) -> None:
    path = tmp_path / "list.csv.gz"
    path.write_bytes(gzip.compress(b"account_no\n" + b"0000000013\n" * 100))
    with packed.unpacked(path, path.name, 2_000) as plain:
        assert plain.stat().st_size == 1_111
    with pytest.raises(BadInput, match="packed_too_much"), packed.unpacked(path, path.name, 1_000):
        pass


@pytest.mark.parametrize("name", ["a.csv.gz", "a.zip"])
def test_a_disk_that_fills_up_is_no_fault_of_the_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.csv", b"account_no\n" * 1_000)
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"account_no\n" * 1_000))
    (tmp_path / "unpacked_0").mkdir()
    (tmp_path / "unpacked_0" / "a.csv").symlink_to("/dev/full")  # has room for nothing
    with pytest.raises(BadInput, match="packed_too_large"):
        packed.unpack(path, tmp_path, name)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (duckdb.IOException('IO Error: Could not write file "x": No space left on device'), True),
        (duckdb.OutOfMemoryException("failed to offload data block … 'max_temp_directory_size'"), True),
        (OSError("broken"), False),
        (duckdb.IOException("IO Error: Could not read"), False),
    ],
)
def test_a_full_disk_is_told_from_other_trouble(error: Exception, told: bool) -> None:
    assert is_full(error) is told
