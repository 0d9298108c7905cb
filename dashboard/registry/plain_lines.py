"""The lines and records of a plain file, found by its bytes without cutting it: where each begins, and what shifts their numbers."""

import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_CHUNK_BYTES = 1 << 20  # what the processor holds near; other threads come in between
_LINE, _QUOTE, _RETURN = 10, 34, 13


@dataclass(frozen=True)
class Lines:
    """A file's lines up to the blank ones at its end; `records` are the places where a line ends outside of quotes."""

    path: Path
    count: int
    records: NDArray[np.int64] = field(repr=False)

    def read_records(self, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Yield the records asked for, counted from 1, in the file's order; as long as a quote is open, a line break belongs to its cell."""
        with self.path.open("rb") as file:
            for number in sorted(numbers):
                if 1 <= number <= len(self.records) + 1:
                    start = int(self.records[number - 2]) + 1 if number > 1 else 0
                    file.seek(start)
                    yield (
                        number,
                        file.read(int(self.records[number - 1]) + 1 - start)
                        if number <= len(self.records)
                        else file.read(),
                    )


def count_line_ends(path: Path, enough: int) -> int:
    """Return how many line ends a file has; it looks no further once they are `enough`."""
    count = 0
    with path.open("rb") as file:
        while count < enough and (chunk := file.read(_CHUNK_BYTES)):
            count += chunk.count(_LINE)
    return count


def find_lines(path: Path) -> Lines | None:
    """Return a file's lines; None where blank ones or zero bytes shift row numbers, which people look up, or a quote is left open."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        end = _end_of_rows(content)
        lines, is_open, quote_count = _find_line_ends(content, end)
        if content.find(b"\x00", 0, end) >= 0 or _has_blanks(content, lines, end):
            return None
        last = content[(int(lines[-1]) + 1 if len(lines) else 0) : end]
        if last.count(b'"') % 2 and quote_count % 2:
            return None  # at the very end DuckDB lets an open quote pass
        return Lines(path, len(lines) + 1, lines[~is_open])


def _end_of_rows(content: mmap.mmap) -> int:
    """Return where the last row ends: blank lines behind it shift nothing."""
    tail = content[-4096:]
    return len(content) - len(tail) + len(tail.rstrip(b"\r\n"))


def _find_line_ends(content: mmap.mmap, end: int) -> tuple[NDArray[np.int64], NDArray[np.bool_], int]:
    """Return where lines end, whether a quote is open there, and how many quotes there are in all."""
    ends, is_open, quote_count = [np.empty(0, np.int64)], [np.empty(0, np.bool_)], 0
    for start in range(0, end, _CHUNK_BYTES):
        chunk = np.frombuffer(content[start : min(start + _CHUNK_BYTES, end)], np.uint8)
        lines, quotes = np.flatnonzero(chunk == _LINE), np.flatnonzero(chunk == _QUOTE)
        ends.append(lines + start)
        is_open.append((np.searchsorted(quotes, lines) + quote_count) % 2 == 1)
        quote_count += len(quotes)
    return np.concatenate(ends), np.concatenate(is_open), quote_count


def _has_blanks(content: mmap.mmap, lines: NDArray[np.int64], end: int) -> bool:
    lengths = np.diff(lines)
    if (lengths == 1).any():
        return True
    if content.find(b"\r", 0, end) < 0:
        return False
    short = lines[:-1][lengths == 2]
    return any(content[int(place) + 1] == _RETURN for place in short) or content.find(b"\r\r", 0, end) >= 0
