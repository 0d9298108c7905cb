"""The rows of a web page's tables: portals save a report as one and call it `.xls`."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from dashboard.registry.text_rows import Row

_CHUNK_LETTERS = 1 << 16
_MOST_COLUMNS = 1_000  # that one cell may claim to be wide


_Spans = dict[int, tuple[int, str]]  # by column: in how many more rows a cell stands, its text


class _TableParser(HTMLParser):
    """Gathers the cells of rows; `rows` holds those that are whole and not taken yet.

    A row or a cell ends where it is closed or where the next one begins; what stands outside of cells is no part of a table.
    A cell over several rows is in each of them, as in a spreadsheet.
    """

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._width = self._height = 1
        self._above: _Spans = {}  # what this row has of the rows above it …
        self._begun: _Spans = {}  # … and what the next one has of this one

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.end_row()
            self._row = []
        elif tag == "table":
            self._above.clear()
        elif tag in ("td", "th") and self._row is not None:
            self._end_cell()
            self._cell = []
            self._width = min(_count(attrs, "colspan"), _MOST_COLUMNS)
            self._height = _count(attrs, "rowspan")
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
            self._take_from_above(self._row)
            self.rows.append(self._row)
            self._above, self._begun = self._begun, {}
        self._row = None

    def _end_cell(self) -> None:
        if self._row is not None and self._cell is not None:
            self._take_from_above(self._row)
            cells = [" ".join("".join(self._cell).split()), *[""] * (self._width - 1)]
            if self._height > 1:
                first = len(self._row)
                self._begun |= {first + place: (self._height - 1, text) for place, text in enumerate(cells)}
            self._row += cells
        self._cell = None

    def _take_from_above(self, row: list[str]) -> None:
        """Put what stands over the next columns into the row."""
        while len(row) in self._above:
            rows, text = self._above.pop(len(row))
            if rows > 1:
                self._begun[len(row)] = (rows - 1, text)
            row.append(text)


def _count(attrs: list[tuple[str, str | None]], name: str) -> int:
    text = dict(attrs).get(name) or "1"
    return max(1, int(text[:9])) if text.isdecimal() else 1


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
