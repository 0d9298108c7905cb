"""Which numbers of an XLS sheet show zeros in front: a cell names its style, the style its format ([MS-XLS] 2.4.126 Format, 2.4.353 XF)."""

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from dashboard.registry.book_widths import ZEROS, Widths, note_width
from dashboard.registry.book_xls import list_sheets, read_records, read_text

_FORMAT, _STYLE = 0x041E, 0x00E0
_CELLS = (0x0203, 0x027E, 0x0006)  # Number, RK, Formula: row, column, style
_CELLS_BESIDE = 0x00BD  # MulRk: row, first column, then six bytes a cell that begin with its style


def find_zeros_in_xls(path: Path) -> dict[str, Widths]:
    """Return by sheet where numbers are shown with zeros in front; nothing where the file is not as its format says."""
    found: dict[str, Widths] = {}
    styles: dict[int, int] | None = None
    try:
        for name, content, start, is_new in list_sheets(path):
            styles = _widths_of_styles(content, is_new) if styles is None else styles
            if not styles:
                return {}
            found[name] = _zeros_of_sheet(content, start, styles)
    except (OSError, struct.error, IndexError, UnicodeDecodeError):
        return {}
    return found


def _widths_of_styles(content: bytes, is_new: bool) -> dict[int, int]:
    """Return how many digits the cells of a style show, by the style's number."""
    widths: dict[int, int] = {}
    formats: list[int] = []
    for kind, data in read_records(content, 0):
        if kind == _FORMAT:
            code = read_text(data[2:], is_new, 2 if is_new else 1)
            if re.fullmatch(ZEROS, code):
                widths[struct.unpack_from("<H", data)[0]] = len(code)
        elif kind == _STYLE:
            formats.append(struct.unpack_from("<H", data, 2)[0])
    return {style: widths[key] for style, key in enumerate(formats) if key in widths}


def _zeros_of_sheet(content: bytes, start: int, styles: dict[int, int]) -> Widths:
    found: Widths = {}
    for kind, data in read_records(content, start):
        for row, column, style in _cells(kind, data):
            if style in styles:
                note_width(found, row, column, styles[style])
    return found


def _cells(kind: int, data: bytes) -> Iterator[tuple[int, int, int]]:
    if kind in _CELLS:
        yield struct.unpack_from("<HHH", data)
    elif kind == _CELLS_BESIDE:
        row, column = struct.unpack_from("<HH", data)
        for place in range((len(data) - 6) // 6):
            yield row, column + place, struct.unpack_from("<H", data, 4 + 6 * place)[0]
