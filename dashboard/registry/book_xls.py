"""Which rows and columns of an old spreadsheet (XLS) are hidden: its records say so ([MS-XLS] 2.4.221 Row, 2.4.53 ColInfo)."""

import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import olefile

_BOF, _EOF, _SHEET, _ROW, _COLUMNS = 0x0809, 0x000A, 0x0085, 0x0208, 0x007D
_BIFF8 = 0x0600
_HIDDEN_ROW, _HIDDEN_COLUMNS = 0x20, 0x01
_MOST_COLUMNS = 250  # beyond which "hidden" is but the empty rest of a sheet

_Record = tuple[int, bytes]


def find_hidden_in_xls(path: Path) -> "dict[str, Counter[str]]":
    """Return by sheet the counts `hidden_rows` and `hidden_columns`; nothing where the file is not as its format says."""
    try:
        return {name: _hidden_of_sheet(content, start) for name, content, start, _ in list_sheets(path)}
    except (OSError, struct.error, IndexError, UnicodeDecodeError):
        return {}


def list_sheets(path: Path) -> Iterator[tuple[str, bytes, int, bool]]:
    """Yield each sheet's name, the book's content, where the sheet's records begin in it, whether the book is a BIFF8.

    Raises OSError, struct.error, IndexError, UnicodeDecodeError where the file is not as its format says.
    """
    if not olefile.isOleFile(str(path)):
        return
    with olefile.OleFileIO(str(path)) as file:
        stream = next((name for name in ("Workbook", "Book") if file.exists(name)), None)
        content = file.openstream(stream).read() if stream else b""
    is_new = True
    for kind, data in read_records(content, 0):
        if kind == _BOF:
            is_new = struct.unpack_from("<H", data)[0] == _BIFF8
        elif kind == _SHEET:
            yield read_text(data[6:], is_new), content, struct.unpack_from("<I", data)[0], is_new


def read_text(data: bytes, is_new: bool, count_bytes: int = 1) -> str:
    """Return a text that begins with its length, in one byte or two."""
    length = int.from_bytes(data[:count_bytes], "little")
    text = data[count_bytes:]
    if not is_new:
        return text[:length].decode("cp1252")
    return (
        text[1 : 1 + 2 * length].decode("utf-16-le")
        if text[0] & 1
        else text[1 : 1 + length].decode("latin-1")
    )


def read_records(content: bytes, start: int) -> Iterator[_Record]:
    """Yield the records from a beginning to its end; what is put in between (charts) is left out."""
    depth = 0
    while start + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, start)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 1:
            yield kind, content[start + 4 : start + 4 + length]
        if depth <= 0:
            return
        start += 4 + length


def _hidden_of_sheet(content: bytes, start: int) -> "Counter[str]":
    found: Counter[str] = Counter()
    for kind, data in read_records(content, start):
        if kind == _ROW:
            _, first, behind = struct.unpack_from("<HHH", data)
            found["hidden_rows"] += bool(data[12] & _HIDDEN_ROW and behind > first)
        elif kind == _COLUMNS:
            first, last = struct.unpack_from("<HH", data)
            is_hidden = data[8] & _HIDDEN_COLUMNS and last - first < _MOST_COLUMNS
            found["hidden_columns"] += last - first + 1 if is_hidden else 0
    return +found
