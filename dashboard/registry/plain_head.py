"""The head of a plain file (UTF-8, one delimiter): how its lines are cut and which row is its header."""

import io
import re
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dashboard.registry.headers import Headers, count_known
from dashboard.registry.text_rows import HEADER_ROWS, Layout, cut_rows, find_layout, trim_cells

_HEAD_BYTES = 1 << 20
_PACKED_OR_WIDE = (b"%PDF", b"PK", b"\xff\xfe", b"\xfe\xff", b"\xd0\xcf", b"\x1f\x8b")
_SPACED_QUOTE = re.compile(r'[,;|] +"[^"]')  # the careful reader takes it for a quoted cell, DuckDB for text


@dataclass(frozen=True)
class Head:
    """The header stands in the record `row`, counted from 1, and is the line `line`."""

    layout: Layout
    columns: list[str]
    row: int
    line: str


def read_head(path: Path, headers: Headers) -> Head | None:
    """Return the head of a plain file, None where the careful reader must look."""
    if re.search(r"[*?\[\]{}]", str(path)) or not path.stat().st_size:
        return None
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if head.startswith(_PACKED_OR_WIDE) or head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
            return None
    try:
        text = head[: head.rfind(b"\n") + 1 or None].decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if _SPACED_QUOTE.search(text) else _find_header(text, headers)


def _find_header(text: str, headers: Headers) -> Head | None:
    """Find the row with most known headers, as the careful reader does; None for a line break within or above it."""
    lines = list(islice(io.StringIO(text, newline=""), HEADER_ROWS))
    layout = find_layout(lines, headers)
    first = list(cut_rows(iter(lines), layout))
    if not any(map(trim_cells, first)):
        return None
    best = max(range(len(first)), key=lambda place: (count_known(first[place], headers), -place))
    if len(list(cut_rows(iter(lines[: best + 1]), layout))) != best + 1:
        return None
    return Head(layout, trim_cells(first[best]), best + 1, lines[best])
