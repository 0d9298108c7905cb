"""The rows of a delimited text file, whatever its encoding, delimiter and quotes; a quote that never closes costs one row."""

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from dashboard.errors import BadInput
from dashboard.registry.account_no import is_account
from dashboard.registry.headers import Headers, count_known, find_account

HEADER_ROWS = 30  # rows among which the header is looked for
DELIMITERS = (",", ";", "\t", "|", "^", "~")
_MOST_LINES = 100  # of one row: a cell with more line breaks is a quote that was never closed
_MOST_LETTERS = 20_000
_STRAY = "setu_stray_bytes"
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1a"))
_MOST_CONTROLS = 0.02  # of a text's bytes: what is packed or drawn has many more
_LIKELY = re.compile(
    "[\t\r\n -~\u00a0-\u00ff\u0900-\u097f\u2010-\u203a₹]"
)  # what reports of Uttar Pradesh are written in
_LEAST_LIKELY = 0.9
csv.field_size_limit(256 * 1024 * 1024)

Row = tuple[int, list[str]]


class BrokenQuotes(list[str]):
    """The cells of a row whose quotes do not close: the line as it came."""


@dataclass(frozen=True)
class Layout:
    """How a file's lines are cut: its delimiter, the cells of its header, the place of the account number."""

    delimiter: str
    width: int
    account: int | None

    def is_row(self, line: str) -> bool:
        """Return whether a line is a whole consumer by itself, and no part of a longer row."""
        if self.account is None or line.count(self.delimiter) < self.width - 1:
            return False
        try:
            cells = next(csv.reader([line], delimiter=self.delimiter), [])
        except csv.Error:  # a return alone in the middle
            return False
        return len(cells) >= self.width and is_account(cells[self.account])


def text_rows(path: Path, encoding: str, headers: Headers) -> Iterator[Row]:
    """Yield (row number, cells) of each row; BrokenQuotes for one that cannot be cut."""
    with path.open(encoding=encoding, errors=_errors_of(encoding), newline="") as file:
        head = list(islice(filter(str.strip, _read_lines(file)), HEADER_ROWS))
        layout = find_layout(head, headers)
        file.seek(0)
        yield from enumerate(cut_rows(_read_lines(file), layout), 1)


def find_layout(head: Sequence[str], headers: Headers) -> Layout:
    """Return the layout that the first lines show: the delimiter that makes most known headers out of one of them."""
    best, layout = -1, Layout(",", 1, None)
    for mark in DELIMITERS:
        for line in head:
            cells = _unwrap(next(csv.reader([line[: 1 << 16]], delimiter=mark), []), mark)
            known = count_known(cells, headers)
            if known > best:
                best, layout = known, Layout(mark, len(trim_cells(cells)), find_account(cells, headers))
    return layout


def trim_cells(cells: Sequence[str]) -> list[str]:
    """Return cells without the blank ones at the end: a header may end in delimiters."""
    kept = [cell.strip().strip("\ufeff") for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def find_encoding(path: Path, name: str) -> str:
    """Return utf-8-sig, utf-16 (-le, -be), utf-32 or cp1252; every file decodes as the last.

    A UTF-8 file with a few stray bytes or zeros stays one. Raises BadInput("not_text") for bytes that are no text.
    """
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    wide = _find_wide_encoding(head) if b"\x00" in head else None
    if wide:
        return wide
    if head.startswith(b"%PDF") or sum(map(head.count, _CONTROLS)) > _MOST_CONTROLS * len(head):
        raise BadInput("not_text", file=name)
    return "utf-8-sig" if _is_utf8(path) else "cp1252"


def _find_wide_encoding(head: bytes) -> str | None:
    """UTF-16 without a mark: read with the right one of its two orders it is text, with the other it is Chinese."""
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head[: len(head) // 2 * 2].decode(encoding, "replace")
        if len(text) > 3 and len(_LIKELY.findall(text)) >= _LEAST_LIKELY * len(text):
            return encoding
    return None


def _is_utf8(path: Path) -> bool:
    """A text is UTF-8 where whole letters of more than one byte outnumber the bytes that are none."""
    stray = letters = 0
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            text = decoder.decode(chunk)
            if not text.isascii():
                escaped = sum(text.count(mark) for mark in set(text) if "\udc80" <= mark <= "\udcff")
                stray += escaped
                letters += len(text.encode("utf-8", "surrogatepass")) - len(text) - 2 * escaped
    stray += len(decoder.getstate()[0])
    return stray == 0 or letters > 4 * stray


def _keep_stray_bytes(error: UnicodeError) -> tuple[str, int]:
    """A byte alone is read as cp1252; several are what is left of a letter that was cut."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    found = error.object[error.start : error.end]
    return (found.decode("cp1252", "replace") if len(found) == 1 else "\ufffd"), error.end


codecs.register_error(_STRAY, _keep_stray_bytes)


def _errors_of(encoding: str) -> str:
    return _STRAY if encoding == "utf-8-sig" else "replace"


def _read_lines(file: TextIO) -> Iterator[str]:
    for line in file:
        yield line.replace("\x00", "") if "\x00" in line else line


def cut_rows(lines: Iterator[str], layout: Layout) -> Iterator[list[str]]:
    """Yield the cells of each row; a quote that is open at the end of a line takes the next ones with it, within bounds."""
    waiting: list[str] = []
    while True:
        line = waiting.pop() if waiting else next(lines, None)
        if line is None:
            return
        if '"' not in line:
            text = line.rstrip("\r\n")
            yield text.split(layout.delimiter) if text else []
            continue
        cells, taken = _cut_quoted(line, lines, waiting, layout)
        unwrapped = [] if isinstance(cells, BrokenQuotes) else _unwrap(cells, layout.delimiter)
        yield unwrapped if len(unwrapped) == layout.width else cells
        waiting.extend(reversed(taken))


def _unwrap(cells: list[str], delimiter: str) -> list[str]:
    """Return the cells of a row that was put into quotes as a whole: a spreadsheet does so with what stands in its first column."""
    if len(cells) != 1 or len(cells[0].splitlines()) > 1:
        return cells
    return next(csv.reader(cells, delimiter=delimiter), [])


def _cut_quoted(
    line: str, lines: Iterator[str], waiting: list[str], layout: Layout
) -> tuple[list[str], list[str]]:
    """Return the cells of the row that begins in `line`, and lines that were looked at and are none of it."""
    text = line
    taken: list[str] = []
    while True:
        cells, is_open = _try_to_cut(text, layout.delimiter)
        if cells is not None:
            return cells, []
        if not is_open or len(taken) >= _MOST_LINES or (taken and len(text) > _MOST_LETTERS):
            break
        following = waiting.pop() if waiting else next(lines, None)
        if following is None:
            break
        taken.append(following)
        if layout.is_row(following):
            break
        text += following
    return _mend_quotes(line, layout), taken


def _try_to_cut(text: str, delimiter: str) -> tuple[list[str] | None, bool]:
    """Return the cells, or None and whether a quote is still open."""
    try:
        return next(
            csv.reader([text], delimiter=delimiter, strict=True, skipinitialspace=delimiter != "\t"), []
        ), False
    except csv.Error as error:
        return None, "unexpected end" in str(error)


def _mend_quotes(line: str, layout: Layout) -> list[str]:
    """Read a line with quotes inside its cells (`"RAM "PAPPU" LAL"`): a quote ends a cell only before a delimiter.

    Blanks may stand between the two, and before the quote that opens a cell.
    """
    mark = layout.delimiter
    closing = re.compile(f'" *{re.escape(mark)}')
    cells: list[str] = []
    rest: str | None = line.rstrip("\r\n ")
    while rest is not None:
        quoted = rest.lstrip(" ")
        end = closing.search(quoted, 1)
        if not quoted.startswith('"'):
            cell, found, after = rest.partition(mark)
        elif end:
            cell, found, after = quoted[1 : end.start()], mark, quoted[end.end() :]
        elif quoted.endswith('"') and len(quoted) > 1:
            cell, found, after = quoted[1:-1], "", ""
        else:
            return BrokenQuotes([line.rstrip("\r\n")])
        cells.append(cell)
        rest = after if found else None
    return cells if len(cells) == layout.width else BrokenQuotes([line.rstrip("\r\n")])
