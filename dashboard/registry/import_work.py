"""What an import does to the database, step by step; `importer` says in which order and inside which commit."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa

from dashboard.errors import BadInput
from dashboard.registry.headers import Headers
from dashboard.registry.intake import Intake, span_of
from dashboard.registry.intake import queries as intake_queries
from dashboard.registry.office_placing import place_all
from dashboard.registry.office_tree import load_tree
from dashboard.registry.offices import TOP_CODE, Office
from dashboard.registry.phone import install_macros
from dashboard.registry.sources import Source, Upload, read_source
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("importer.sql"))
_cells = load_queries(Path(__file__).with_name("cells.sql"))
Progress = Callable[[float, str], None]  # share done (0 to 1), code of the step; raises to give up
T = TypeVar("T")
MERGED = "staging.merged"
MOVED = "staging.moved"  # accounts that change their office, for `keep_moves`
LAST_NO = 2_147_483_647  # no office has a higher number
_TOGETHER_ROWS = 2_000_000  # rows that are merged at a time in the second step
_KNOWN_OR_TWICE = (
    "account_no IN (SELECT account_no FROM staging.known UNION SELECT account_no FROM staging.twice)"
)
_SIDE_BY_SIDE = 2  # files read at a time
_LOW_PRIORITY = 10  # of the threads that import: pages come first
_TELL_SECONDS = 0.5


@dataclass(frozen=True)
class Terms:
    """What holds for all rows of one import."""

    import_id: int
    today: date
    fallback_no: int = 0  # the office of accounts that name none; 0: not known yet


@dataclass(frozen=True)
class Counts:
    """Rows that could be used, those merged while they were read, those beyond an account's first, accounts that the registry had."""

    rows: int
    merged: int
    repeated: int
    known: int

    @property
    def accepted(self) -> int:
        return self.rows - self.repeated

    @property
    def new(self) -> int:
        return self.accepted - self.known


def prepare(cursor: Cursor) -> None:
    """Make the macros known on a cursor."""
    install_macros(cursor)
    _cells.create_macros(cursor)


def read_files(
    db: Database, uploads: Sequence[Upload], headers: Headers, folder: Path, terms: Terms, merges: bool, tell: Callable[[float], None]
) -> list[Source]:  # fmt: skip
    """Read every file into `next_row`, where `merges` as far as possible merged with what is known; return the files in their order.

    Raises BadInput as `read_source`, ("no_rows") for a file without any.
    """

    def read(cursor: Cursor, place: int, upload: Upload) -> Source:
        intake = Intake(cursor, place, terms.import_id, terms.today, merges)
        (folder / str(place)).mkdir()
        source = read_source(intake, upload, headers, folder / str(place))
        if not (source.usable or source.refused or upload.piece):
            raise BadInput("no_rows", file=upload.name)
        intake.keep_blocks()
        intake.decode_texts()
        return source

    return side_by_side(db, uploads, [upload.size for upload in uploads], read, tell)


def put_rest_aside(cursor: Cursor, *, is_all: bool) -> None:
    """Take out of `next_row` what is merged in a second step: `is_all`, or what is known or comes twice."""
    cursor.execute(queries.keep_rest.sql.format(which="true" if is_all else _KNOWN_OR_TWICE))
    queries.delete_rest(cursor)


def settle(cursor: Cursor, terms: Terms) -> None:
    """Give each row of `next_row` the office where its consumer will stand."""
    queries.renumber_old(cursor)
    queries.place_rows(cursor, fallback_no=terms.fallback_no)
    queries.mark_moved(cursor, import_id=terms.import_id)


def write_files(db: Database, sources: Sequence[Source], tell: Callable[[float], None]) -> None:
    """Write the settled rows of all files into the next registry, several files at a time, each in a commit of its own."""

    def write(cursor: Cursor, place: int, source: Source) -> None:
        queries.insert_file(cursor, **span_of(place))

    side_by_side(db, sources, [source.usable for source in sources], write, tell)


def write_rest(
    cursor: Cursor, target: str, terms: Terms, tell: Callable[[float], None] = lambda share: None
) -> None:
    """Write what was put aside into the target: merged with what is known, and one row for each account that came more than once.

    `tell(share)` is called before each part; what it raises ends the work.
    """
    parts = {"corrected": queries.corrected.sql, "merge": intake_queries.merge.sql, "consumer": target}
    spans = _divide(list(queries.count_rest(cursor, row_count=_TOGETHER_ROWS)))
    for place, (first_seq, last_seq) in enumerate(spans):
        tell(place / len(spans))
        span = {"first_seq": first_seq, "last_seq": last_seq}
        cursor.execute(queries.insert_rest.sql.format(**parts), span | vars(terms))
    tell(1.0)
    cursor.execute(queries.insert_twice.sql.format(**parts), vars(terms))


def _divide(parts: Sequence[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """Join parts (first and last row number and rows each, in order) to intervals with some `_TOGETHER_ROWS` rows each."""
    spans: list[tuple[int, int]] = []
    rows = _TOGETHER_ROWS
    for first_seq, last_seq, count in parts:
        if rows + count > _TOGETHER_ROWS:
            spans.append((first_seq, last_seq))
            rows = 0
        spans[-1] = (spans[-1][0], last_seq)
        rows += count
    return spans


def read_twice(db: Database, sources: Sequence[Source], terms: Terms, tell: Callable[[float], None]) -> None:
    """Keep which accounts came more than once, and read those of their rows again that were merged."""
    with db.read() as cursor:
        queries.keep_twice(cursor)
        queries.keep_merged_twice(cursor)
        places = [place for (place,) in queries.list_files_of_merged_twice(cursor)]

    def read(cursor: Cursor, number: int, place: int) -> None:
        Intake(cursor, place, terms.import_id, terms.today).take_whole(sources[place].relation)

    side_by_side(db, places, [1] * len(places), read, tell)


def count_seen(cursor: Cursor) -> Counts:
    """Count what came; leaves the table of accounts that are known and not merged yet."""
    queries.keep_known(cursor)
    return Counts(*(int(count) for count in queries.count_seen(cursor)))


# ── offices ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Placing:
    """The offices as they will stand, `offices` only where the import brought new ones or altered some."""

    offices: list[Office]
    is_changed: bool
    fallback_no: int


def place_rows(cursor: Cursor) -> Placing:
    """Find the office of every different set of office columns; leaves the tables of places and of numbers."""
    tree = load_tree(cursor)
    paths = list(queries.list_paths(cursor))
    codes = place_all(tree, [path[1:] for path in paths])
    fallback = TOP_CODE
    if None in codes:
        _keep_places(cursor, paths, codes, {})
        fallback = tree.unplaced() if queries.new_without_office(cursor) else TOP_CODE
    offices = tree.number() if tree.is_changed else []
    numbers = {code: known.office_no for code, known in tree.numbers.items()}
    numbers |= {office.code: office.office_no for office in offices}
    _keep_places(cursor, paths, codes, numbers)
    return Placing(offices, tree.is_changed, numbers[fallback])


def _keep_places(
    cursor: Cursor, paths: Sequence[Sequence[Any]], codes: Sequence[str | None], numbers: Mapping[str, int]
) -> None:
    placed = {
        "path_hash": pa.array([path[0] for path in paths], pa.uint64()),
        "office_code": pa.array(codes, pa.string()),
    }
    cursor.register("placed", pa.table(placed))
    new = {"code": pa.array(numbers, pa.string()), "office_no": pa.array(numbers.values(), pa.int32())}
    cursor.register("new_offices", pa.table(new))
    queries.create_places(cursor)
    queries.create_numbers(cursor)
    cursor.unregister("placed")
    cursor.unregister("new_offices")


# ── several files at a time ─────────────────────────────────────────────────────────────────


def side_by_side(
    db: Database,
    items: Sequence[Any],
    weights: Sequence[int],
    work: Callable[[Cursor, int, Any], T],
    tell: Callable[[float], None],
) -> list[T]:
    """Do `work(cursor, place, item)` for each item in threads of low priority; return the results in order.

    `tell(share)` is called from the caller's thread, at least twice a second; what it raises ends the work at once.
    """
    cursors: list[Cursor] = []

    def do(place: int, item: Any) -> T:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOW_PRIORITY)
        with db.read() as cursor:
            cursors.append(cursor)
            prepare(cursor)
            return work(cursor, place, item)

    with db.each_alone(_SIDE_BY_SIDE), ThreadPoolExecutor(_SIDE_BY_SIDE, "import") as pool:
        largest_first = sorted(
            range(len(items)), key=lambda place: -weights[place]
        )  # no thread idles at the end
        begun = {place: pool.submit(do, place, items[place]) for place in largest_first}
        futures = [begun[place] for place in range(len(items))]
        try:
            _watch(futures, weights, tell)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for cursor in cursors:
                with suppress(duckdb.Error):
                    cursor.interrupt()
            raise
    return [future.result() for future in futures]


def _watch(futures: Sequence["Future[Any]"], weights: Sequence[int], tell: Callable[[float], None]) -> None:
    """Tell the share done until all are; raise the first failure."""
    total = sum(weights) or 1
    pending = set(futures)
    while pending:
        done, pending = wait(pending, _TELL_SECONDS)
        for future in done:
            future.result()
        tell(sum(weight for future, weight in zip(futures, weights, strict=True) if future.done()) / total)
