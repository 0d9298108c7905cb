"""The rows of a web page's tables: portals save a report as one and call it `.xls`."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from dashboard.registry.text_rows import Row

_CHUNK_LETTERS = 1 << 16
_MOST_COLUMNS = 1_000  # that one cell may claim to be wide


class _TableParser(HTMLParser):
    """Gathers the cells of rows; `rows` holds those that are whole and not taken yet.

    A row or a cell ends where it is closed or where the next one begins; what stands outside of cells is no part of a table.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._width = 1

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.end_row()
            self._row = []
        elif tag in ("td", "th") and self._row is not None:
            self._end_cell()
            width = dict(attrs).get("colspan") or "1"
            self._cell = []
            self._width = min(int(width), _MOST_COLUMNS) if width.isdecimal() else 1
        elif tag in ("br", "p", "div"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("tr", "table"):
            self.end_row()
        elif tag in ("td", "th"):
            self._end_cell()

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

    def end_row(self) -> None:
        """Put the row that is open to those that are whole."""
        self._end_cell()
        if self._row is not None:
            self.rows.append(self._row)
        self._row = None

    def _end_cell(self) -> None:
        if self._row is not None and self._cell is not None:
            self._row += [" ".join("".join(self._cell).split()), *[""] * (self._width - 1)]
        self._cell = None


def web_rows(path: Path, encoding: str) -> Iterator[Row]:
    """Yield (row number, cells) of the rows of all tables of a page, in its order; cells are text as it is shown."""
    yield from enumerate(_read_rows(path, encoding), 1)


def _read_rows(path: Path, encoding: str) -> Iterator[list[str]]:
    parser = _TableParser()
    with path.open(encoding=encoding, errors="replace") as file:
        while chunk := file.read(_CHUNK_LETTERS):
            parser.feed(chunk)
            yield from parser.rows
            parser.rows.clear()
    parser.close()
    parser.end_row()
    yield from parser.rows
