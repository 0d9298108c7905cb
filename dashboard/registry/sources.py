"""The files of an import as relations: a fast way for plain text, the careful reader for everything else."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.errors import BadInput
from dashboard.registry.headers import Headers
from dashboard.registry.names_table import is_names_table
from dashboard.registry.packed import Member, list_members, readable, unpack
from dashboard.registry.pieces import Piece, find_pieces, piece_bytes
from dashboard.registry.plain_files import FIELDS, Intake, all_sound, cell_of, find_plain, read_plain
from dashboard.registry.tabular import NO_MOBILE, RefusedRow, Row, open_tables

_CHUNK_ROWS = 20_000
_WITHIN = " / "
_SHEET_ROWS = 1 << 21  # a sheet has fewer rows: those of the next one are counted on from here


@dataclass(frozen=True)
class Upload:
    """A file to import: where it lies, how its owner calls it, which report of a ZIP or which piece of it is meant."""

    path: Path
    name: str
    member: Member | None = None
    piece: Piece | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", readable(self.name))

    @property
    def size(self) -> int:
        """Bytes, as it lies on the disk."""
        if self.piece:
            return self.piece.size
        return self.member.info.compress_size if self.member else self.path.stat().st_size

    @property
    def read_size(self) -> int:
        """Bytes that are read of it: those of a report in a ZIP as they were before they were packed."""
        return self.member.info.file_size if self.member else self.size

    @property
    def told(self) -> dict[str, int]:
        """What is to be told beside what its rows say."""
        passed_over = self.member.passed_over if self.member else 0
        return {"passed_over": passed_over} if passed_over else {}


def spread(uploads: Sequence[Upload]) -> list[Upload]:
    """Return each export by itself: a ZIP stands for those in it, called `ZIP / report` where they are several.

    Tables of office names are left out. Raises BadInput as `list_members`.
    """
    return [one for one in _each_report(uploads) if not is_names_table(one.path, one.member)]


def find_names_tables(uploads: Sequence[Upload]) -> list[Upload]:
    """Return the tables of office names among files, and in a ZIP. Raises BadInput as `list_members`."""
    return [one for one in _each_report(uploads) if is_names_table(one.path, one.member)]


def _each_report(uploads: Sequence[Upload]) -> list[Upload]:
    found = []
    for upload in uploads:
        members = list_members(upload.path, upload.name)
        for member in members:
            name = upload.name if len(members) == 1 else f"{upload.name}{_WITHIN}{member.name}"
            found.append(Upload(upload.path, name, member))
        if not members:
            found.append(upload)
    return found


def in_pieces(uploads: Sequence[Upload], headers: Headers, tell: Callable[[], None]) -> list[Upload]:
    """Return the exports with each large plain file as its pieces, in order; `tell` as for `find_pieces`."""
    found: list[Upload] = []
    total = sum(upload.read_size for upload in uploads)
    for upload in uploads:
        every = piece_bytes(upload.read_size, total)
        pieces = [] if upload.member else find_pieces(upload.path, every, headers, tell)
        found += [replace(upload, piece=piece) for piece in pieces] or [upload]
    return found


def is_of(name: str, file: str) -> bool:
    """Return whether a name that an error tells is that of a file, or of a report in it."""
    return name == file or name.startswith(file + _WITHIN)


@dataclass
class Source:
    """One file, read: `relation` yields row_no and FIELDS of its usable rows; the others are accounted for here."""

    upload: Upload
    relation: str
    usable: int
    refused: list[RefusedRow] = field(default_factory=list)
    not_rows: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    size: int = 0  # bytes of the whole file, before it was read


def read_source(intake: Intake, upload: Upload, headers: Headers, folder: Path) -> Source:
    """Take in one file, or a piece of it, and account for each of its rows.

    What is unpacked or read carefully is kept in `folder`, which must outlive the source. Raises BadInput as `open_tables` and `unpack`.
    """
    size = upload.path.stat().st_size
    source = (
        _read_piece(intake, upload, upload.piece, headers, folder)
        if upload.piece
        else _read(
            intake, upload, unpack(upload.path, folder, upload.name, member=upload.member), headers, folder
        )
    )
    source.size = size
    source.notes |= upload.told
    return source


def _read_piece(intake: Intake, upload: Upload, piece: Piece, headers: Headers, folder: Path) -> Source:
    """Read a piece; its rows are told by the numbers that they have in the whole file."""
    try:
        source = _read(intake, upload, piece.copy(upload.path, folder), headers, folder)
    except BadInput as error:
        if "row" in error.values:
            error.values["row"] += piece.rows_before
        raise
    source.refused = [replace(row, row_no=row.row_no + piece.rows_before) for row in source.refused]
    if piece.header:
        source.notes.pop(NO_MOBILE, None)  # the first piece tells of the columns
    return source


def _read(intake: Intake, upload: Upload, path: Path, headers: Headers, folder: Path) -> Source:
    plain = _read_plain(intake, upload, path, headers, folder)
    return plain or _read_carefully(intake, upload, path, headers, folder)


def _read_plain(intake: Intake, upload: Upload, path: Path, headers: Headers, folder: Path) -> Source | None:
    plain = find_plain(path, headers, upload.name)
    rows = read_plain(intake, plain, folder) if plain else None
    if plain is None or rows is None:
        return None
    relation = rows.relation
    if rows.mended:
        kept = _keep_rows(rows.mended, plain.places, folder / "mended.parquet")
        intake.add(all_sound(kept))
        intake.keep_paths(kept)
        relation += f" UNION ALL BY NAME {kept}"
    intake.keep_paths(relation, lambda numbers: plain.pick(numbers, folder / "paths.csv"))
    reader = rows.reader
    return Source(upload, relation, rows.usable, reader.refused, reader.not_rows, reader.notes)


def _read_carefully(intake: Intake, upload: Upload, path: Path, headers: Headers, folder: Path) -> Source:
    source = Source(upload, "", 0)
    parts: list[str] = []
    not_rows: Counter[str] = Counter()
    notes: Counter[str] = Counter()
    for number, reader in enumerate(open_tables(path, headers, upload.name)):
        rows = reader.consumers()
        while chunk := list(islice(rows, _CHUNK_ROWS)):
            kept = folder / f"{number}_{len(parts)}.parquet"
            parts.append(_keep_rows(chunk, reader.places, kept, number * _SHEET_ROWS))
            source.usable += len(chunk)
        source.refused += reader.refused
        not_rows.update(reader.not_rows)
        notes.update(reader.notes)
    source.relation = " UNION ALL BY NAME ".join(parts) or _no_rows()
    source.not_rows, source.notes = dict(not_rows), dict(notes)
    intake.take(all_sound(source.relation), source.relation, source.usable)
    intake.keep_paths(source.relation)
    return source


def _keep_rows(rows: Sequence[Row], places: dict[str, int], path: Path, first_no: int = 0) -> str:
    """Write rows of the careful reader where DuckDB finds them; return the query that reads them."""
    columns: dict[str, pa.Array] = {"row_no": pa.array([first_no + row_no for row_no, _ in rows], pa.int64())}
    for name in FIELDS:
        columns[name] = pa.array([cell_of(row, places, name) for _, row in rows], pa.string())
    pq.write_table(pa.table(columns), path)
    quoted = str(path).replace("'", "''")
    return f"SELECT * FROM read_parquet('{quoted}')"


def _no_rows() -> str:
    fields = ", ".join(f"NULL::VARCHAR AS {name}" for name in FIELDS)
    return f"SELECT 0::BIGINT AS row_no, {fields} WHERE false"


def require_unchanged(source: Source) -> None:
    """Raise BadInput("file_changed") where a file has grown or shrunk since it was first read."""
    if source.upload.path.stat().st_size != source.size:
        raise BadInput("file_changed", file=source.upload.name)
