"""The fast way to read a report: a plain file (UTF-8, one delimiter, sound quotes, no blank lines) is cut by DuckDB.

Rows that do not look like a consumer are read once more by the careful reader, which says what they are; where the two
readers disagree, or DuckDB cannot read the file at all, the careful reader reads the whole file.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import duckdb

from dashboard.registry.headers import Headers, map_columns
from dashboard.registry.office_columns import PATH_FIELDS
from dashboard.registry.plain_head import read_head
from dashboard.registry.plain_lines import Lines, find_lines
from dashboard.registry.tabular import TableReader, told_of
from dashboard.registry.text_rows import BrokenQuotes, Layout, Row, cut_rows
from dashboard.store.database import Cursor

# What an import takes from a report, all as text.
FIELDS = (
    "account_no", "name", "address", "mobile_raw", "tariff", "supply_type", "load", "load_unit", "book_no", "sc_no", "meter_no",
    "pole_no", "transformer", "latitude", "longitude", "bill_date", "due_date", "last_pay_date", "last_pay_amount",
    "amount_payable", "agent_id", "agent_mobile", *PATH_FIELDS,
)  # fmt: skip
_BREAKS = " + ".join(
    f"CASE WHEN contains({name}, chr(10)) THEN length({name}) - length(replace({name}, chr(10), '')) ELSE 0 END"
    for name in ("name", "address")
)
_LONGEST_LINE = 10_000  # bytes; a file with longer ones goes to the careful reader, which refuses by the cell
_SPARE_COLUMNS = 8  # cells beyond the header that are looked at
_MOST_BROKEN = 2_000  # rows with line breaks in name or address that are cut one by one; of more, only those that may hide a row
_MOST_SUSPECTS = 10_000  # rows with line breaks in their cells that are looked at one by one
_MOST_REPEATS = 1_000  # of a pattern in DuckDB
_SAMPLE_ROWS = 4_000
_SOUND = r"is_whole AND regexp_full_match(account_no, '\d{10,12}') AND ltrim(account_no, '0') <> ''"


class Intake(Protocol):
    """Where a file's rows go (see `intake.py`); `take` and `add` take relations of row_no, FIELDS, is_sound, breaks and may_hide."""

    @property
    def cursor(self) -> Cursor: ...

    def take(self, relation: str, sample: str, row_count: int) -> None:
        """Take the file's rows, seen in the view `seen` from then on, in place of those taken before."""

    def add(self, relation: str) -> None: ...
    def drop_unsound(self) -> None: ...
    def keep_paths(self, relation: str, pick: Callable[[Sequence[int]], str] | None = None) -> None: ...


def all_sound(relation: str) -> str:
    """Return a relation of row_no and FIELDS as one for `take`: the careful reader has judged its rows."""
    return f"SELECT *, true AS is_sound, 0 AS breaks, false AS may_hide FROM ({relation})"


@dataclass(frozen=True)
class PlainFile:
    """The shape of a plain file: its header stands in the record `header_row`, counted from 1."""

    path: Path
    layout: Layout
    columns: list[str]
    header_row: int
    places: dict[str, int]
    headers: Headers
    name: str
    lines: Lines

    @property
    def width(self) -> int:
        return len(self.columns)

    def relation(self) -> str:
        """Return a query that yields row_no, FIELDS, `is_whole` (neither a cell too few nor one too many) and `may_hide`."""
        last = self.width - 1
        spare = [f"c{place}" for place in range(self.width, self.width + _SPARE_COLUMNS)]
        fields = [f"{_cell(self.places, name)} AS {name}" for name in FIELDS]
        whole = f"c{last} IS NOT NULL AND (c{self.width} IS NULL OR trim(concat({', '.join(spare)})) = '')"
        return f"SELECT row_number() OVER () + {self.header_row} AS row_no, {', '.join(fields)}, {whole} AS is_whole, {self._hiding()} AS may_hide FROM {self.scan()}"

    def _hiding(self) -> str:
        """Return the condition that behind a line break in name or address an account number may stand in its place (see `is_account`)."""
        is_broken = " OR ".join(
            f"contains({_cell(self.places, name)}, chr(10))" for name in ("name", "address")
        )
        mark = self.layout.delimiter
        no_letters = rf"[^\n{mark}A-DF-Za-df-z]*"
        account = rf"\n([^\n{mark}]*[{mark}]){{{self.places['account_no']}}}{no_letters}([0-9०-९０-９]{no_letters}){{10}}"
        return f"CASE WHEN {is_broken} THEN regexp_matches(concat_ws('{mark}', {', '.join(self._cells())}), '{account}') ELSE false END"

    def _cells(self) -> list[str]:
        return [f"c{place}" for place in range(self.width + _SPARE_COLUMNS)]

    def marked(self) -> str:
        """Return the relation with is_sound, whether a row looks like a consumer, and its line breaks, instead of is_whole."""
        return (
            f"SELECT * EXCLUDE (is_whole), {_SOUND} AS is_sound, {_BREAKS} AS breaks FROM ({self.relation()})"
        )

    def pick(self, numbers: Iterable[int], path: Path) -> str:
        """Copy the records of these numbers into a small file of the same shape; return its relation, numbered anew."""
        with path.open("wb") as file:
            for _, record in self.lines.read_records(numbers):
                file.write(record.rstrip(b"\r\n") + b"\n")
        return replace(self, path=path, header_row=0).relation()

    def sample(self, path: Path) -> str:
        """Copy some records from all over the file; return their relation."""
        first, last = self.header_row + 1, len(self.lines.records) + 1
        return self.pick(range(first, last + 1, max(1, (last - first) // _SAMPLE_ROWS)), path)

    def broken_rows(self) -> str:
        """Return a query that yields whole rows, as `broken_row`, where a line break stands in any cell: it costs a whole reading."""
        is_broken = " OR ".join(f"contains({cell}, chr(10))" for cell in self._cells())
        return f"SELECT concat_ws('{self.layout.delimiter}', {', '.join(self._cells())}) AS broken_row FROM {self.scan()} WHERE {is_broken}"

    def scan(self) -> str:
        """One thread reads a file in its order, so that rows can be numbered; files are read side by side."""
        columns = ", ".join(f"'{cell}': 'VARCHAR'" for cell in self._cells())
        return (
            f"read_csv('{_quote(self.path)}', columns = {{{columns}}}, header = false, skip = {self.header_row}, delim = '{self.layout.delimiter}',"
            f" quote = '\"', escape = '\"', nullstr = '\\x01', null_padding = true, strict_mode = true, auto_detect = false,"
            f" parallel = false, compression = 'none', max_line_size = {_LONGEST_LINE}, buffer_size = 16000000, encoding = 'utf-8')"
        )


@dataclass(frozen=True)
class PlainRows:
    """A plain file, read: `relation` yields row_no and FIELDS of `usable` rows, `mended` are further ones; the rest is in `reader`."""

    relation: str
    usable: int
    mended: list[Row]
    reader: TableReader


def find_plain(path: Path, headers: Headers, name: str) -> PlainFile | None:
    """Return the shape of a plain file, None where the careful reader must look. Raises BadInput as `map_columns`."""
    head = read_head(path, headers)
    lines = find_lines(path) if head else None
    if head is None or lines is None:
        return None
    places = map_columns(head.columns, headers, name)
    return PlainFile(path, head.layout, head.columns, head.row, places, headers, name, lines)


def read_plain(intake: Intake, plain: PlainFile, folder: Path) -> PlainRows | None:
    """Take in a plain file's rows; None where it is not sound after all, and the careful reader takes them anew.

    `folder` holds for a while what is picked out of the file.
    """
    cursor = intake.cursor
    try:
        intake.take(plain.marked(), plain.sample(folder / "sample.csv"), plain.lines.count)
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        return None  # broken quotes, another encoding, a line beyond measure
    if not _is_sound(cursor, plain):
        return None
    odd = dict(cursor.execute("SELECT row_no, account_no FROM seen WHERE is_sound IS NOT TRUE").fetchall())
    if odd and _count(cursor, "SELECT count(*) FROM seen") != len(plain.lines.records) + 1 - plain.header_row:
        return None  # the odd ones cannot be picked out by their numbers
    count = _count(cursor, "SELECT count(*) FROM seen WHERE is_sound")
    sound = f"SELECT * EXCLUDE (is_whole, may_hide) FROM ({plain.relation()}) WHERE {_SOUND}"
    rows = _judge_odd_rows(plain, sound, count, odd)
    if rows and odd:
        intake.drop_unsound()
    return rows


def _is_sound(cursor: Cursor, plain: PlainFile) -> bool:
    """Return whether every line of the file is in a row, and no open quote has taken whole rows into its cell."""
    breaks = plain.lines.count - plain.header_row - _count(cursor, "SELECT count(*) FROM seen")
    if not breaks:
        return True
    if breaks == _count(cursor, "SELECT coalesce(sum(breaks), 0) FROM seen"):
        is_many = _count(cursor, "SELECT count(*) FROM seen WHERE breaks > 0") > _MOST_BROKEN
        sql = f"SELECT row_no, account_no FROM seen WHERE breaks > 0 AND {'may_hide' if is_many else 'true'} LIMIT {_MOST_SUSPECTS}"
        broken = dict(cursor.execute(sql).fetchall())
        if len(broken) < _MOST_SUSPECTS:
            return _are_single_rows(plain, broken)
    return _holds_no_rows(cursor, plain, breaks)


def _are_single_rows(plain: PlainFile, broken: dict[int, str | None]) -> bool:
    """Return whether the careful reader sees one row each in these, and no consumer behind a line break of it."""
    account = plain.places["account_no"]
    for row_no, row in _pick_rows(plain, broken):
        if isinstance(row, BrokenQuotes) or len(row) <= account or row[account] != broken.pop(row_no):
            return False
        if any(plain.layout.is_row(part) for part in plain.layout.delimiter.join(row).split("\n")[1:]):
            return False
    return not broken


def _holds_no_rows(cursor: Cursor, plain: PlainFile, breaks: int) -> bool:
    """As `_is_sound` where line breaks stand in many rows or in other cells than usual: the file is read once more."""
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE broken AS {plain.broken_rows()}")
    lines = (
        "SELECT coalesce(sum(length(broken_row) - length(replace(broken_row, chr(10), ''))), 0) FROM broken"
    )
    if _count(cursor, lines) != breaks:
        return False
    like_row = rf"\n\W*\d[^\n]*(\{plain.layout.delimiter}[^\n]*){{{min(plain.width - 1, _MOST_REPEATS)}}}"
    suspects = cursor.execute(
        f"SELECT broken_row FROM broken WHERE regexp_matches(broken_row, '{like_row}') LIMIT {_MOST_SUSPECTS}"
    ).fetchall()
    return len(suspects) < _MOST_SUSPECTS and not any(
        plain.layout.is_row(part) for (text,) in suspects for part in text.split("\n")[1:]
    )


def _count(cursor: Cursor, sql: str) -> int:
    return int((cursor.execute(sql).fetchone() or [0])[0])


def _judge_odd_rows(
    plain: PlainFile, relation: str, count: int, odd: dict[int, str | None]
) -> PlainRows | None:
    """Let the careful reader say what the odd rows are; None where it does not see the same rows there."""
    account = plain.places["account_no"]
    met: set[int] = set()

    def meet() -> Iterator[Row]:
        for row_no, row in _pick_rows(plain, odd):
            if (row[account] if account < len(row) else None) == odd[row_no]:
                met.add(row_no)
                yield row_no, row

    reader = TableReader(
        plain.columns,
        plain.places,
        meet(),
        "utf-8-sig",
        plain.headers,
        plain.name,
        notes=told_of(plain.places),
    )
    mended = list(reader.consumers())
    return PlainRows(relation, count + len(mended), mended, reader) if met == set(odd) else None


def _pick_rows(plain: PlainFile, wanted: Iterable[int]) -> Iterator[Row]:
    """Yield the wanted records of a plain file; only they are parsed."""
    for number, record in plain.lines.read_records(wanted):
        rows = list(cut_rows(io.StringIO(record.decode("utf-8-sig"), newline=""), plain.layout))
        yield number, rows[0] if len(rows) == 1 else BrokenQuotes()


def _cell(places: dict[str, int], name: str) -> str:
    if name == "mobile_raw" and "mobile_more" in places:
        first, more = f"c{places[name]}", f"c{places['mobile_more']}"
        return (
            f"CASE WHEN trim({more}) IN ('', trim({first})) THEN {first} WHEN trim({first}) = '' THEN {more}"
            f" ELSE {first} || '/' || {more} END"
        )
    return f"c{places[name]}" if name in places else "NULL::VARCHAR"


def cell_of(row: Sequence[str], places: dict[str, int], name: str) -> str | None:
    """Return a row's cell of a field, None where the report has none; two columns of phone numbers are one cell."""
    if name not in places:
        return None
    cell = row[places[name]]
    more = row[places["mobile_more"]] if name == "mobile_raw" and "mobile_more" in places else ""
    if more.strip(" ") in ("", cell.strip(" ")):
        return cell
    return f"{cell}/{more}" if cell.strip(" ") else more


def _quote(path: Path) -> str:
    return str(path).replace("'", "''")
