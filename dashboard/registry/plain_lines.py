"""The lines and records of a plain file, found by its bytes without cutting it: where each begins, and what shifts their numbers."""

import mmap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_CHUNK_BYTES = 1 << 20  # what the processor holds near; other threads come in between
_LINE, _QUOTE, _RETURN = 10, 34, 13
_LONGEST_LINE = 10_000  # bytes; before a longer one no file is cut


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


def find_cuts(
    path: Path, every: int, is_row: Callable[[str], bool], tell: Callable[[], None]
) -> list[tuple[int, int]]:
    """Return where a file may be cut, some `every` bytes apart: the place of a record's first byte and the records before it.

    `is_row` says whether a line is a row by itself: a cut may be before it. None where quotes are broken, a row stands inside of them,
    or a return stands alone: what the readers call a row is then not to be told by bytes. `tell` is called before each place is looked for.
    """
    cuts: list[tuple[int, int]] = []
    quote_count = records = alone = 0
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        for start in range(0, len(content), _CHUNK_BYTES):
            chunk = content[start : start + _CHUNK_BYTES]
            wanted = (cuts[-1][0] if cuts else 0) + every
            if start <= wanted < start + _CHUNK_BYTES:
                tell()
            lines, is_open, quotes = _cut_chunk(chunk, quote_count)
            ends, inner = lines[~is_open] + start, lines[is_open] + start
            if _find_row(content, inner, 0, is_row) is not None:
                return []
            alone += chunk.count(b"\r") - chunk.count(b"\r\n")
            alone -= start > 0 and content[start - 1] == _RETURN and content[start] == _LINE
            if (
                start + len(chunk) > wanted
                and (place := _find_row(content, ends, wanted, is_row)) is not None
            ):
                cuts.append((int(ends[place]) + 1, records + place + 1))
            quote_count += quotes
            records += len(ends)
    return [] if quote_count % 2 or alone else cuts


def _find_row(
    content: mmap.mmap, ends: NDArray[np.int64], wanted: int, is_row: Callable[[str], bool]
) -> int | None:
    """Return which of these ends of records, none before `wanted`, is the first with a row behind it."""
    for place in range(int(np.searchsorted(ends, wanted)), len(ends)):
        first = int(ends[place]) + 1
        end = content.find(b"\n", first, first + _LONGEST_LINE)
        if end >= 0 and is_row(content[first:end].decode("utf-8", "replace").rstrip("\r")):
            return place
    return None


def _cut_chunk(content: bytes, quote_count: int) -> tuple[NDArray[np.int64], NDArray[np.bool_], int]:
    """Return where lines end in a chunk, whether a quote is open there, and its quotes; `quote_count` are those before it."""
    chunk = np.frombuffer(content, np.uint8)
    lines, quotes = np.flatnonzero(chunk == _LINE), np.flatnonzero(chunk == _QUOTE)
    return lines, (np.searchsorted(quotes, lines) + quote_count) % 2 == 1, len(quotes)


def _find_line_ends(content: mmap.mmap, end: int) -> tuple[NDArray[np.int64], NDArray[np.bool_], int]:
    """Return where lines end, whether a quote is open there, and how many quotes there are in all."""
    ends, is_open, quote_count = [np.empty(0, np.int64)], [np.empty(0, np.bool_)], 0
    for start in range(0, end, _CHUNK_BYTES):
        lines, opened, quotes = _cut_chunk(content[start : min(start + _CHUNK_BYTES, end)], quote_count)
        ends.append(lines + start)
        is_open.append(opened)
        quote_count += quotes
    return np.concatenate(ends), np.concatenate(is_open), quote_count


def _has_blanks(content: mmap.mmap, lines: NDArray[np.int64], end: int) -> bool:
    lengths = np.diff(lines)
    if (lengths == 1).any():
        return True
    if content.find(b"\r", 0, end) < 0:
        return False
    short = lines[:-1][lengths == 2]
    return any(content[int(place) + 1] == _RETURN for place in short) or content.find(b"\r\r", 0, end) >= 0
