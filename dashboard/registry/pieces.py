"""A large plain file is read in pieces, as if it were several files: two at a time, each merged with the consumers it speaks of."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dashboard.registry.headers import Headers
from dashboard.registry.plain_head import read_head
from dashboard.registry.plain_lines import find_cuts

_PIECE_BYTES = 400_000_000  # some 10 lakh rows of a billing export
_SMALL_PIECE_BYTES = 60_000_000  # a smaller one costs more than it gives
_PIECES = 8  # of all that comes: no processor is idle, and there is a share to tell meanwhile …
_MANY_FILES = (
    4  # … of as many by themselves nothing more is asked: a piece costs a fifth more to read than a file
)
_COPY_BYTES = 1 << 22
_NAME = "piece.csv"


@dataclass(frozen=True)
class Piece:
    """The bytes `first` to `last` of a file, `last` not among them; `header` is its header's line, empty for the first piece.

    `rows_before` is what is to be added to the row numbers of a piece that begins with the header.
    """

    header: bytes
    first: int
    last: int
    rows_before: int

    @property
    def size(self) -> int:
        return self.last - self.first

    def copy(self, path: Path, folder: Path) -> Path:
        """Copy the piece of a file into a folder as a file with the same header; return where it lies."""
        target = folder / _NAME
        with path.open("rb") as file, target.open("wb") as piece:
            piece.write(self.header)
            file.seek(self.first)
            left = self.size
            while left and (chunk := file.read(min(left, _COPY_BYTES))):
                piece.write(chunk)
                left -= len(chunk)
        return target


def piece_bytes(size: int, total: int) -> int:
    """Return how large the pieces of a file of `size` bytes are to be where `total` come in all; one of half as much again is read whole."""
    if size * _MANY_FILES <= total:
        return _PIECE_BYTES
    return min(_PIECE_BYTES, max(_SMALL_PIECE_BYTES, total // _PIECES))


def find_pieces(path: Path, every: int, headers: Headers, tell: Callable[[], None]) -> list[Piece]:
    """Return the pieces of some `every` bytes in which a large plain file is to be read; none where it is read whole.

    It is cut only before a line that is a consumer by itself. `tell` is called before each cut is looked for; what it raises ends
    the work.
    """
    size = path.stat().st_size
    head = read_head(path, headers) if size > every * 3 // 2 else None
    if head is None:
        return []
    cuts = find_cuts(path, every, head.layout.is_row, tell)
    if not cuts:
        return []
    ends = [place for place, _ in cuts[1:]] + [size]
    header = head.line.encode()
    later = [Piece(header, place, end, records - 1) for (place, records), end in zip(cuts, ends, strict=True)]
    return [Piece(b"", 0, cuts[0][0], 0), *later]
