"""Brings billing exports into the registry: read, understood, merged; all of it or nothing."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput, Refused
from dashboard.registry.office_tree import PATH_FIELDS, load_tree
from dashboard.registry.offices import TOP_CODE, find_office
from dashboard.registry.phone import install_macros
from dashboard.registry.states import derive_states, keep_consented_numbers
from dashboard.registry.tabular import RefusedRow, Row, TableReader, open_table
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries
from dashboard.store.spreadsheet import write_table

queries = load_queries(Path(__file__).with_name("importer.sql"))
_ACCOUNT = re.compile(
    r"\d{10,12}"
)  # text, leading zeros kept; shorter ones have lost digits in a spreadsheet
_CHUNK_ROWS = 20_000
STAGED_FIELDS = (
    "account_no", "name", "address", "mobile_raw", "tariff", "supply_type", "load", "load_unit", "book_no", "sc_no", "meter_no",
    "pole_no", "transformer", "latitude", "longitude", "bill_date", "due_date", "last_pay_date", "last_pay_amount",
    "amount_payable", "agent_id", "agent_mobile", *PATH_FIELDS,
)  # fmt: skip

Progress = Callable[[float, str], None]  # share done (0 to 1), code of the step
Refresh = Callable[[Cursor, int, int], None]


@dataclass(frozen=True)
class FileRefusals:
    """What one file of an import brought: usable rows, refused ones, and lines that are no rows."""

    file_name: str
    usable: int
    refused: list[RefusedRow]
    not_rows: dict[str, int]


@dataclass(frozen=True)
class ImportResult:
    """An import's account of itself; rows = accepted + rejected + repeated."""

    import_id: int
    rows: int
    accepted: int
    rejected: int
    repeated: int
    new: int
    changed: int
    unchanged: int
    seconds: float
    rejects_file: str | None
    files: list[FileRefusals]


@dataclass(frozen=True)
class Upload:
    """A file to import: where it lies and how its owner calls it."""

    path: Path
    name: str


def import_exports(
    db: Database,
    scope: Scope,
    uploads: Sequence[Upload],
    *,
    clock: Clock,
    shared_threshold: int,
    refresh: Refresh,
    progress: Progress = lambda share, step: None,
) -> ImportResult:
    """Import billing exports as one: all files or none.

    `refresh(cursor, first_no, last_no)` brings the coverage cube up to date inside the same commit.
    Raises Refused without Right.IMPORT for the whole state, BadInput for a file that cannot be read (see `open_table`).
    """
    require_whole_state(scope)
    started_at = clock()
    with db.bulk() as cursor:
        files = _stage_files(cursor, uploads, progress)
        _require_rows(files)
        progress(0.6, "understand")
        _understand(cursor)
    progress(0.75, "merge")

    def change(cursor: Cursor) -> ImportResult:
        return _merge(cursor, scope, uploads, files, started_at, clock, shared_threshold, refresh)

    result = db.write(change)
    progress(1.0, "done")
    return _with_rejects_file(result, db.path.parent)


def require_whole_state(scope: Scope) -> None:
    """Raise Refused unless the person may import for the whole state: an export may name any office of it."""
    scope.require(Right.IMPORT)
    if scope.office_code != TOP_CODE:
        raise Refused("office")


# ── staging: outside the writer, so that people go on working ──────────────────────────────


def _stage_files(cursor: Cursor, uploads: Sequence[Upload], progress: Progress) -> list[FileRefusals]:
    queries.create_staging(cursor)
    total = sum(upload.path.stat().st_size for upload in uploads) or 1
    done, files = 0, []
    for file_no, upload in enumerate(uploads):
        size = upload.path.stat().st_size
        reader = open_table(upload.path, "export")
        usable = 0
        for rows in _chunks(_with_account(reader)):
            _append_staged(cursor, file_no, reader.places, rows)
            usable += len(rows)
            progress(min(0.6 * (done + min(size, usable * 300)) / total, 0.6), "read")
        files.append(FileRefusals(upload.name, usable, reader.refused, reader.not_rows))
        done += size
    return files


def _with_account(reader: TableReader) -> Iterator[Row]:
    """Yield rows whose account number can be one; keep the others with the reason."""
    place = reader.places["account_no"]
    for row_no, row in reader.usable_rows():
        row[place] = account = row[place].strip().lstrip("'")
        if _ACCOUNT.fullmatch(account) and account.isascii() and account.strip("0"):
            yield row_no, row
        else:
            reader.refuse(row_no, "account_number", row)


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        yield chunk


def _append_staged(cursor: Cursor, file_no: int, places: dict[str, int], rows: list[Row]) -> None:
    columns = {
        "file_no": pa.array([file_no] * len(rows), pa.int32()),
        "row_no": pa.array([row_no for row_no, _ in rows], pa.int64()),
    }
    for name in STAGED_FIELDS:
        place = places.get(name)
        columns[name] = (
            pa.nulls(len(rows), pa.string())
            if place is None
            else pa.array([row[place] for _, row in rows], pa.string())
        )
    cursor.register("staged_chunk", pa.table(columns))
    cursor.execute("INSERT INTO import_staging BY NAME SELECT * FROM staged_chunk")
    cursor.unregister("staged_chunk")


def _require_rows(files: list[FileRefusals]) -> None:
    for file in files:
        if not file.usable and not file.refused:
            raise BadInput("no_rows", file=file.file_name)


def _understand(cursor: Cursor) -> None:
    install_macros(cursor)
    queries.create_macros(cursor)
    paths = list(queries.staged_paths(cursor))
    tree = load_tree(cursor)
    columns = {
        name: pa.array([path[place] for path in paths], pa.string()) for place, name in enumerate(PATH_FIELDS)
    }
    cursor.register(
        "paths", pa.table({**columns, "code": pa.array([tree.place(path) for path in paths], pa.string())})
    )
    cursor.execute("CREATE OR REPLACE TABLE import_path AS SELECT * FROM paths")
    cursor.unregister("paths")
    queries.create_typed(cursor)


# ── merging: one commit ────────────────────────────────────────────────────────────────────


def _merge(
    cursor: Cursor,
    scope: Scope,
    uploads: Sequence[Upload],
    files: list[FileRefusals],
    started_at: datetime,
    clock: Clock,
    shared_threshold: int,
    refresh: Refresh,
) -> ImportResult:
    import_id = queries.next_import_id(cursor)
    new, changed, unchanged = _put_in(cursor, import_id, started_at, clock(), shared_threshold, refresh)
    accepted, rejected = new + changed + unchanged, sum(len(file.refused) for file in files)
    repeated = sum(file.usable for file in files) - accepted
    seconds = (clock() - started_at).total_seconds()
    result = ImportResult(
        import_id, accepted + rejected + repeated, accepted, rejected, repeated, new, changed, unchanged, seconds, None, files
    )  # fmt: skip
    _keep_account(cursor, scope, uploads, result, started_at, clock())
    queries.drop_staging(cursor)
    names = [upload.name for upload in uploads]
    record(
        cursor, clock(), scope.username, "import.export", office_code=TOP_CODE, row_count=accepted, detail={"files": names}
    )  # fmt: skip
    return result


def _put_in(
    cursor: Cursor,
    import_id: int,
    started_at: datetime,
    now: datetime,
    shared_threshold: int,
    refresh: Refresh,
) -> tuple[int, int, int]:
    """Bring offices, consumers, verdicts, states and coverage up to the staged rows; return new, changed and unchanged accounts."""
    fallback_no = _renew_offices(cursor)
    queries.create_merged(cursor, fallback_no=fallback_no, import_id=import_id, today=india_day(started_at))
    new, changed, unchanged = queries.count_merged(cursor)
    queries.delete_changed(cursor)
    queries.insert_merged(cursor, import_id=import_id)
    queries.insert_readers(cursor)
    keep_consented_numbers(cursor, import_id, now)
    queries.judge_by_registry(cursor, shared_threshold=shared_threshold)
    last_no = find_office(cursor, TOP_CODE).last_no
    derive_states(cursor, 1, last_no)
    refresh(cursor, 1, last_no)
    return new, changed, unchanged


def _renew_offices(cursor: Cursor) -> int:
    """Bring the office table up to the staged rows' offices; return the number for accounts that name none."""
    tree = load_tree(cursor)
    for path in cursor.execute("SELECT * EXCLUDE (code) FROM import_path").fetchall():
        tree.place(path)
    unplaced = tree.unplaced() if queries.new_without_office(cursor) else None
    if tree.is_changed:
        write_tree(cursor, tree.number())
    row = cursor.execute("SELECT office_no FROM office WHERE code = ?", [unplaced]).fetchone()
    return int(row[0]) if row else 1


def write_tree(cursor: Cursor, offices: Iterable[object]) -> None:
    """Replace the office table by a newly numbered tree; consumers follow their office's code."""
    frame = pd.DataFrame([vars(office) for office in offices])
    cursor.register("new_offices", frame)
    cursor.execute("CREATE OR REPLACE TEMP TABLE office_before AS SELECT code, office_no FROM office")
    cursor.execute("DELETE FROM office")
    cursor.execute("INSERT INTO office BY NAME SELECT * FROM new_offices")
    cursor.unregister("new_offices")
    queries.renumber_consumers(cursor)


def _keep_account(
    cursor: Cursor,
    scope: Scope,
    uploads: Sequence[Upload],
    result: ImportResult,
    started_at: datetime,
    finished_at: datetime,
) -> None:
    digest = _digest(uploads)
    is_known = queries.digest_is_known(cursor, kind="export", file_digest=digest)
    queries.insert_run(
        cursor, import_id=result.import_id, kind="export", file_names=", ".join(upload.name for upload in uploads), file_digest=digest, started_at=started_at,
        finished_at=finished_at, username=scope.username, row_count=result.rows, accepted_count=result.accepted, rejected_count=result.rejected,
        new_count=result.new, changed_count=result.changed, unchanged_count=result.unchanged,
    )  # fmt: skip
    if not is_known:
        keep_refused(
            cursor, result.import_id, [(file.file_name, row) for file in result.files for row in file.refused]
        )


def keep_refused(cursor: Cursor, import_id: int, refused: Sequence[tuple[str, RefusedRow]]) -> None:
    """Append refused rows with their reason: nothing that came in is lost."""
    if not refused:
        return
    rows = [(import_id, name, row.row_no, row.reason, row.raw) for name, row in refused]
    cursor.register(
        "refused_rows", pd.DataFrame(rows, columns=["import_id", "file_name", "row_no", "reason", "raw"])
    )
    cursor.execute("INSERT INTO rejected_row BY NAME SELECT * FROM refused_rows")
    cursor.unregister("refused_rows")


def _digest(uploads: Sequence[Upload]) -> str:
    digest = hashlib.sha256()
    for upload in uploads:
        with upload.path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def _with_rejects_file(result: ImportResult, data_dir: Path) -> ImportResult:
    refused = [
        (file.file_name, row.row_no, row.reason, row.raw) for file in result.files for row in file.refused
    ]
    if not refused:
        return result
    path = data_dir / "rejects" / f"import_{result.import_id}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, ["file", "row_no", "reason", "row"], refused)
    return ImportResult(**{**vars(result), "rejects_file": str(path)})


# ── looking before, and after ──────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class FilePreview:
    """What was understood of one file, before anything is changed."""

    name: str
    encoding: str
    mapped: dict[str, str]  # field → the file's own header
    unused: list[str]
    first_rows: pd.DataFrame
    usable: int
    refused: pd.DataFrame  # row_no, reason, row
    not_rows: dict[str, int]


def preview_export(scope: Scope, upload: Upload, first: int = 5) -> FilePreview:
    """Read a whole export without changing anything. Raises as `import_exports`."""
    scope.require(Right.IMPORT)
    reader = open_table(upload.path, "export")
    rows = _with_account(reader)
    shown = list(islice(rows, first))
    usable = len(shown) + sum(1 for _ in rows)
    if not usable and not reader.refused:
        raise BadInput("no_rows", file=upload.name)
    mapped = {field: reader.columns[place] for field, place in reader.places.items()}
    unused = [column for place, column in enumerate(reader.columns) if place not in reader.places.values()]
    frame = pd.DataFrame(
        [[row[place] for place in reader.places.values()] for _, row in shown], columns=list(mapped.values())
    )
    refused = pd.DataFrame(
        [(row.row_no, row.reason, row.raw) for row in reader.refused], columns=["row_no", "reason", "row"]
    )
    return FilePreview(upload.name, reader.encoding, mapped, unused, frame, usable, refused, reader.not_rows)


def list_imports(db: Database, scope: Scope, limit: int = 50) -> pd.DataFrame:
    """Return the latest imports, newest first. Needs Right.IMPORT over the whole state."""
    require_whole_state(scope)
    columns = [
        "import_id",
        "kind",
        "file_names",
        "finished_at",
        "username",
        "rows",
        "accepted",
        "rejected",
        "new",
        "changed",
        "unchanged",
    ]
    with db.read() as cursor:
        return pd.DataFrame(list(queries.list_runs(cursor, run_limit=limit)), columns=columns)


def list_rejected(db: Database, scope: Scope, import_id: int) -> pd.DataFrame:
    """Return the refused rows of one import with the files' own row numbers. Needs Right.IMPORT over the whole state."""
    require_whole_state(scope)
    with db.read() as cursor:
        return pd.DataFrame(
            list(queries.list_rejected(cursor, import_id=import_id)),
            columns=["file", "row_no", "reason", "row"],
        )
