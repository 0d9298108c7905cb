"""Lines and records are found by bytes, chunk by chunk: where a chunk ends must not show."""

from pathlib import Path

import pytest

from dashboard.registry import plain_lines
from dashboard.registry.plain_lines import find_lines

BODY = b'A,B\n1,"x\ny"\n2,z\n3,"a ""q""\n\xe0\xa4\x95"\n4,end'
RECORDS = [b"A,B\n", b'1,"x\ny"\n', b"2,z\n", b'3,"a ""q""\n\xe0\xa4\x95"\n', b"4,end"]


def write(folder: Path, content: bytes) -> Path:
    path = folder / "export.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("chunk_bytes", [1, 2, 3, 7, 1 << 20])
def test_records_are_the_same_whatever_the_chunk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk_bytes: int
) -> None:
    monkeypatch.setattr(plain_lines, "_CHUNK_BYTES", chunk_bytes)
    lines = find_lines(write(tmp_path, BODY + b"\n\n\n"))  # blank lines at the end count for nothing
    assert lines is not None and lines.count == 7
    found = [record.rstrip() for _, record in lines.read_records([5, 1, 2, 4, 3, 9])]
    assert found == [record.rstrip() for record in RECORDS]


@pytest.mark.parametrize(
    "content",
    [
        b"A,B\n\n1,2\n",  # a blank line
        b"A,B\r\n\r\n1,2\r\n",
        b"A,B\r\r1,2",
        b"A,B\n1,\x002\n",
        b'A,B\n1,2\n3,"open\n',
    ],
)
def test_what_shifts_the_numbers_of_rows_is_left_to_the_careful_reader(
    tmp_path: Path, content: bytes
) -> None:
    assert find_lines(write(tmp_path, content)) is None
