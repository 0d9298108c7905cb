"""The files of an import as relations: a fast way for plain text, the careful reader for everything else.

A plain file (UTF-8, one delimiter, sound quotes, no blank lines) is read by DuckDB. Rows that do not look like a
consumer are read once more by the careful reader, which says what they are; where the two readers disagree on such a
row, or DuckDB cannot read the file at all, the careful reader reads the whole file.
"""

import csv
import io
import mmap
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.errors import BadInput
from dashboard.registry.headers import count_known, map_columns
from dashboard.registry.office_tree import PATH_FIELDS
from dashboard.registry.tabular import HEADER_ROWS, RefusedRow, Row, TableReader, find_delimiter, open_table
from dashboard.store.database import Cursor

# What an import takes from a report, all as text.
FIELDS = (
    "account_no", "name", "address", "mobile_raw", "tariff", "supply_type", "load", "load_unit", "book_no", "sc_no", "meter_no",
    "pole_no", "transformer", "latitude", "longitude", "bill_date", "due_date", "last_pay_date", "last_pay_amount",
    "amount_payable", "agent_id", "agent_mobile", *PATH_FIELDS,
)  # fmt: skip
_ACCOUNT = re.compile(
    r"\d{10,12}"
)  # text, leading zeros kept; shorter ones have lost digits in a spreadsheet
# What is looked at first: accounts, offices, and the cells that are few.
_CELLS = ("row_no", "account_no", *PATH_FIELDS, "bill_date", "due_date", "last_pay_date", "agent_mobile")
_SEEN = f"{', '.join(_CELLS)}, hash({', '.join(PATH_FIELDS)}) AS path_hash"
_HEAD_BYTES = 1 << 20
_LONGEST_LINE = 10_000  # bytes; a file with longer ones goes to the careful reader, which refuses by the cell
_SPARE_COLUMNS = 8  # cells beyond the header that are looked at
_CHUNK_ROWS = 20_000
_ODD_BYTES = (b"\x00", b"\n\n", b"\n\r\n", b"\r\r")  # blank lines shift row numbers, which people look up
_SOUND = r"is_whole AND regexp_full_match(account_no, '\d{10,12}') AND ltrim(account_no, '0') <> ''"


@dataclass(frozen=True)
class Upload:
    """A file to import: where it lies and how its owner calls it."""

    path: Path
    name: str


@dataclass
class Source:
    """One file, read: `relation` yields row_no and FIELDS of its usable rows; the others are accounted for here."""

    upload: Upload
    relation: str
    places: dict[str, int]
    usable: int
    refused: list[RefusedRow] = field(default_factory=list)
    not_rows: dict[str, int] = field(default_factory=dict)
    encoding: str = "utf-8-sig"
    size: int = 0  # bytes, before it was read


@dataclass(frozen=True)
class _PlainFile:
    """The shape of a plain file: its header stands in the record `header_row`, counted from 1."""

    path: Path
    delimiter: str
    columns: list[str]
    header_row: int
    places: dict[str, int]

    @property
    def width(self) -> int:
        return len(self.columns)

    def relation(self) -> str:
        """Return a query that yields row_no, FIELDS and `is_whole`: neither a cell too few nor one too many."""
        last = self.width - 1
        spare = [f"c{place}" for place in range(self.width, self.width + _SPARE_COLUMNS)]
        fields = [f"{_cell(self.places, name)} AS {name}" for name in FIELDS]
        whole = f"c{last} IS NOT NULL AND (c{self.width} IS NULL OR trim(concat({', '.join(spare)})) = '')"
        return f"SELECT row_number() OVER () + {self.header_row} AS row_no, {', '.join(fields)}, {whole} AS is_whole FROM {self._scan()}"

    def _scan(self) -> str:
        """One thread reads a file in its order, so that rows can be numbered; files are read side by side."""
        columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(self.width + _SPARE_COLUMNS))
        return (
            f"read_csv('{_quote(self.path)}', columns = {{{columns}}}, header = false, skip = {self.header_row}, delim = '{self.delimiter}',"
            f" quote = '\"', escape = '\"', nullstr = '\\x01', null_padding = true, strict_mode = true, auto_detect = false,"
            f" parallel = false, max_line_size = {_LONGEST_LINE}, buffer_size = 16000000, encoding = 'utf-8')"
        )


def read_source(cursor: Cursor, upload: Upload, folder: Path, place: int) -> Source:
    """Read one file's accounts and offices and account for each of its rows; leaves the temporary table `seen`.

    `seen` holds, of every usable row, its number, the account, PATH_FIELDS, the dates and the reader's number. Files of the careful reader are kept in
    `folder`, which must outlive the source. Raises BadInput as `open_table`.
    """
    size = upload.path.stat().st_size
    plain = _find_plain(upload.path)
    source = _read_plain(cursor, plain, upload, folder, place) if plain else None
    source = source or _read_carefully(cursor, upload, folder, place)
    source.size = size
    return source


def with_account(reader: TableReader) -> Iterator[Row]:
    """Yield rows whose account number can be one; keep the others with the reason."""
    place = reader.places["account_no"]
    for row_no, row in reader.usable_rows():
        row[place] = account = row[place].strip().lstrip("'")
        if _ACCOUNT.fullmatch(account) and account.isascii() and account.strip("0"):
            yield row_no, row
        else:
            reader.refuse(row_no, "account_number", row)


# ── the fast way ────────────────────────────────────────────────────────────────────────────


def _find_plain(path: Path) -> _PlainFile | None:
    """Return the shape of a plain file, None where the careful reader must look."""
    if re.search(r"[*?\[\]{}]", str(path)) or not path.stat().st_size:
        return None
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        if head[:2] in (b"PK", b"\xff\xfe", b"\xfe\xff", b"\xd0\xcf", b"\x1f\x8b"):
            return None
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            if any(content.find(odd) >= 0 for odd in _ODD_BYTES):
                return None
    try:
        text = head[: head.rfind(b"\n") + 1 or None].decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return _find_header(path, text)


def _find_header(path: Path, text: str) -> _PlainFile | None:
    """Find the row with most known headers, as the careful reader does; None for a line break within or above it."""
    delimiter = find_delimiter(io.StringIO(text, newline=""), "export")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    first = [(row, reader.line_num) for row in islice(reader, HEADER_ROWS)]
    best = max(range(len(first)), key=lambda place: (count_known(first[place][0], "export"), -place))
    columns = [cell.strip().strip("\ufeff") for cell in first[best][0]]
    while columns and not columns[-1]:
        columns.pop()
    if first[best][1] != best + 1:
        return None
    return _PlainFile(path, delimiter, columns, best + 1, map_columns(columns, "export"))


def _read_plain(cursor: Cursor, plain: _PlainFile, upload: Upload, folder: Path, place: int) -> Source | None:
    relation = plain.relation()
    try:
        cursor.execute(
            f"CREATE OR REPLACE TEMP TABLE seen AS SELECT {_SEEN}, {_SOUND} AS is_sound FROM ({relation})"
        )
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None  # broken quotes, another encoding, a line beyond measure
    odd = dict(cursor.execute("SELECT row_no, account_no FROM seen WHERE is_sound IS NOT TRUE").fetchall())
    cursor.execute("DELETE FROM seen WHERE is_sound IS NOT TRUE")
    count = int((cursor.execute("SELECT count(*) FROM seen").fetchone() or [0])[0])
    source = Source(
        upload, f"SELECT * EXCLUDE (is_whole) FROM ({relation}) WHERE {_SOUND}", plain.places, count
    )
    return _judge_odd_rows(cursor, plain, source, odd, folder, place) if odd else source


def _judge_odd_rows(
    cursor: Cursor, plain: _PlainFile, source: Source, odd: dict[int, str | None], folder: Path, place: int
) -> Source | None:
    """Let the careful reader say what the odd rows are; None where it does not see the same rows there."""
    account = plain.places["account_no"]
    met: set[int] = set()

    def meet() -> Iterator[Row]:
        for row_no, row in _pick_rows(plain, odd):
            if (row[account] if account < len(row) else None) == odd[row_no]:
                met.add(row_no)
                yield row_no, row

    reader = TableReader(plain.columns, plain.places, meet(), source.encoding)
    rows = list(with_account(reader))
    if met != set(odd):
        return None
    source.refused, source.not_rows = reader.refused, reader.not_rows
    if rows:
        kept = _keep_rows(rows, plain.places, folder / f"{place}_odd.parquet")
        _add_seen(cursor, kept)
        source.relation += f" UNION ALL BY NAME {kept}"
        source.usable += len(rows)
    return source


def _pick_rows(plain: _PlainFile, wanted: Container[int]) -> Iterator[Row]:
    """Yield the wanted records of a plain file; only they are parsed."""
    with plain.path.open("rb") as file:
        for number, record in enumerate(_records(file), 1):
            if number in wanted:
                text = record.decode("utf-8-sig").rstrip("\r\n")
                yield number, next(csv.reader(text.splitlines(keepends=True), delimiter=plain.delimiter))


def _records(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join the lines of a record: as long as a quote is open, a line break belongs to its cell."""
    open_record = b""
    for line in lines:
        if open_record or line.count(b'"') % 2:
            open_record += line
            if open_record.count(b'"') % 2:
                continue
            line, open_record = open_record, b""
        yield line
    if open_record:
        yield open_record


# ── the careful way ─────────────────────────────────────────────────────────────────────────


def _read_carefully(cursor: Cursor, upload: Upload, folder: Path, place: int) -> Source:
    reader = open_table(upload.path, "export")
    rows = with_account(reader)
    usable = 0
    parts: list[str] = []
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        parts.append(_keep_rows(chunk, reader.places, folder / f"{place}_{len(parts)}.parquet"))
        usable += len(chunk)
    relation = " UNION ALL BY NAME ".join(parts) or _no_rows()
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE seen AS SELECT {_SEEN} FROM ({relation})")
    return Source(upload, relation, reader.places, usable, reader.refused, reader.not_rows, reader.encoding)


def _keep_rows(rows: Sequence[Row], places: dict[str, int], path: Path) -> str:
    """Write rows of the careful reader where DuckDB finds them; return the query that reads them."""
    columns: dict[str, pa.Array] = {"row_no": pa.array([row_no for row_no, _ in rows], pa.int64())}
    for name in FIELDS:
        place = places.get(name)
        cells = [None if place is None else row[place] for _, row in rows]
        columns[name] = pa.array(cells, pa.string())
    pq.write_table(pa.table(columns), path)
    return f"SELECT * FROM read_parquet('{_quote(path)}')"


def _add_seen(cursor: Cursor, kept: str) -> None:
    cursor.execute(f"INSERT INTO seen BY NAME SELECT {_SEEN} FROM ({kept})")


def _no_rows() -> str:
    return (
        "SELECT 0::BIGINT AS row_no, "
        + ", ".join(f"NULL::VARCHAR AS {name}" for name in FIELDS)
        + " WHERE false"
    )


def _cell(places: dict[str, int], name: str) -> str:
    return f"c{places[name]}" if name in places else "NULL::VARCHAR"


def _quote(path: Path) -> str:
    return str(path).replace("'", "''")


def require_unchanged(source: Source) -> None:
    """Raise BadInput("file_changed") where a file has grown or shrunk since it was first read."""
    if source.upload.path.stat().st_size != source.size:
        raise BadInput("file_changed", file=source.upload.name)
