"""Columns of text built a hundred thousand rows at a time, and joined to the lines of a CSV file."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dashboard.registry.demo.draws import Counts, Places, pick

Bytes = NDArray[np.uint8]
_FOURS = np.array([f"{number:04d}" for number in range(10_000)], "S4").view(np.uint32)
_THOUSANDS = np.uint64(10_000)


@dataclass(frozen=True)
class CellStyle:
    """How a file writes its cells: every cell in quotes, or only those that need it."""

    quote_all: bool

    @property
    def mark(self) -> str:
        """What stands between two cells."""
        return '","' if self.quote_all else ","

    def cell(self, text: str) -> str:
        """Return a cell's text with the quotes that this style needs (RFC 4180)."""
        escaped = text.replace('"', '""')
        needs_quotes = not self.quote_all and any(sign in text for sign in ',"\r\n')
        return f'"{escaped}"' if needs_quotes else escaped

    def join(self, cells: Sequence[str]) -> str:
        """Return neighbouring cells as one piece of a line."""
        return self.mark.join(self.cell(cell) for cell in cells)

    def line(self, cells: Sequence[str]) -> str:
        """Return a whole line, with its end."""
        edge = '"' if self.quote_all else ""
        return f"{edge}{self.join(cells)}{edge}\n"


@dataclass(frozen=True)
class WordTable:
    """Words in groups; a row says which group it draws from."""

    words: pa.Array
    starts: Counts
    sizes: Counts

    @classmethod
    def of(cls, groups: Sequence[Sequence[str]]) -> "WordTable":
        sizes = np.array([len(group) for group in groups], np.uint64)
        starts = np.concatenate([np.zeros(1, np.uint64), np.cumsum(sizes)[:-1]])
        return cls(pa.array([word for group in groups for word in group], pa.string()), starts, sizes)

    def take(self, groups: Places, draws: Counts) -> pa.Array:
        """Return one word for each row."""
        places = self.starts[groups].astype(np.int64) + pick(draws, self.sizes[groups])
        return self.words.take(pa.array(places))


def take_words(words: Sequence[str], places: Places) -> pa.Array:
    """Return the word at each place."""
    return pa.array(words, pa.string()).take(pa.array(places))


def digit_bytes(numbers: Counts, width: int) -> Bytes:
    """Return numbers as ASCII digits, one row of `width` bytes each, zeros in front kept."""
    blocks = -(-width // 4)
    fours = np.empty((len(numbers), blocks), np.uint32)
    rest = numbers
    for block in range(blocks - 1, -1, -1):
        above = rest // _THOUSANDS
        fours[:, block] = _FOURS[(rest - above * _THOUSANDS).astype(np.int64)]
        rest = above
    return fours.view(np.uint8).reshape(len(numbers), blocks * 4)[:, blocks * 4 - width :]


def text_of(rows: Bytes) -> pa.Array:
    """Return equally long rows of UTF-8 bytes as a column of text."""
    count, width = rows.shape
    offsets = np.arange(count + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(rows)))


def digits(numbers: Counts, width: int) -> pa.Array:
    """Return numbers as text of exactly `width` digits."""
    return text_of(digit_bytes(numbers, width))


def glue(*pieces: pa.Array | str) -> pa.Array:
    """Return the pieces of each row joined without anything between."""
    return pc.binary_join_element_wise(*(_plain(piece) for piece in pieces), "")


def _plain(piece: pa.Array | str) -> pa.Array | pa.Scalar:
    return pa.scalar(piece, pa.string()) if isinstance(piece, str) else piece


def join_lines(columns: Sequence[pa.Array], style: CellStyle) -> pa.Array:
    """Return the rows as whole lines; a column may hold several cells already joined in this style."""
    edge = '"' if style.quote_all else ""
    lines = pc.binary_join_element_wise(*columns, style.mark)
    return glue(edge, lines, edge + "\n")


def line_bytes(lines: pa.Array) -> memoryview:
    """Return the lines' bytes as they lie in memory, nothing copied."""
    offsets = np.frombuffer(lines.buffers()[1], np.int32)
    start, end = int(offsets[lines.offset]), int(offsets[lines.offset + len(lines)])
    return memoryview(lines.buffers()[2])[start:end]
