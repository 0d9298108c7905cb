"""What an import leaves behind: its account of itself, the refused rows with their reason."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path

import pandas as pd

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import Refused
from dashboard.registry.import_work import queries
from dashboard.registry.offices import TOP_CODE
from dashboard.registry.sources import Source
from dashboard.registry.tabular import RefusedRow
from dashboard.store.database import Cursor, Database
from dashboard.store.spreadsheet import write_table

_WHOLE_DIGEST_BYTES = 1 << 26
_SAMPLES, _SAMPLE_BYTES = 64, 1 << 16
_RUN_COLUMNS = (
    "import_id", "kind", "file_names", "finished_at", "username", "rows", "accepted", "rejected", "new", "changed", "unchanged",
    "notes",
)  # fmt: skip


@dataclass(frozen=True)
class FileRefusals:
    """What one file of an import brought: usable rows, refused ones, and lines that are no rows."""

    file_name: str
    usable: int
    refused: list[RefusedRow]
    not_rows: dict[str, int]
    notes: dict[str, int]  # what was hidden, merged or left out in a spreadsheet

    def name_of(self, row: RefusedRow) -> str:
        """Return where a refused row stands: the file, and the sheet where the book has several."""
        return f"{self.file_name} › {row.sheet}" if row.sheet else self.file_name


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

    @property
    def notes(self) -> dict[str, int]:
        """What a person should know of it: a count by code."""
        told = Counter({"repeated": self.repeated} if self.repeated else {})
        for file in self.files:
            told.update(file.notes)
        return dict(told)


NOTHING = ImportResult(0, 0, 0, 0, 0, 0, 0, 0, 0.0, None, [])  # where no export came


def require_whole_state(scope: Scope) -> None:
    """Raise Refused unless the person may import for the whole state: an export may name any office of it."""
    scope.require(Right.IMPORT)
    if scope.office_code != TOP_CODE:
        raise Refused("office")


def account_of(sources: Sequence[Source]) -> list[FileRefusals]:
    """Return what each file brought, in order; the pieces of one are one again."""
    files: list[FileRefusals] = []
    for _, pieces in groupby(sources, lambda one: (one.upload.path, one.upload.name)):
        parts = list(pieces)
        not_rows, notes = Counter[str](), Counter[str]()
        for part in parts:
            not_rows.update(part.not_rows)
            notes.update(part.notes)
        refused = [row for part in parts for row in part.refused]
        usable = sum(part.usable for part in parts)
        files.append(FileRefusals(parts[0].upload.name, usable, refused, dict(not_rows), dict(notes)))
    return files


def keep_account(
    cursor: Cursor, scope: Scope, result: ImportResult, digest: str, started_at: datetime, finished_at: datetime
) -> None:  # fmt: skip
    """Write an import's account, its refused rows and its line in the audit trail; in the import's commit."""
    names = [file.file_name for file in result.files]
    queries.insert_run(
        cursor, import_id=result.import_id, kind="export", file_names=", ".join(names), file_digest=digest, started_at=started_at,
        finished_at=finished_at, username=scope.username, row_count=result.rows, accepted_count=result.accepted,
        rejected_count=result.rejected, new_count=result.new, changed_count=result.changed, unchanged_count=result.unchanged,
        notes=json.dumps(result.notes),
    )  # fmt: skip
    keep_refused(
        cursor, result.import_id, [(file.name_of(row), row) for file in result.files for row in file.refused]
    )
    record(
        cursor, finished_at, scope.username, "import.export", office_code=TOP_CODE, row_count=result.accepted, detail={"files": names, **_told(result.files)}
    )  # fmt: skip


def _told(files: Sequence[FileRefusals]) -> dict[str, int]:
    told: Counter[str] = Counter()
    for file in files:
        told.update(file.not_rows)
        told.update(file.notes)
    return dict(told)


def keep_refused(cursor: Cursor, import_id: int, refused: Sequence[tuple[str, RefusedRow]]) -> None:
    """Append refused rows with their reason: nothing that came in is lost, and nothing is kept twice."""
    if not refused:
        return
    rows = [(import_id, name, row.row_no, row.reason, row.raw) for name, row in refused]
    frame = pd.DataFrame(rows, columns=["import_id", "file_name", "row_no", "reason", "raw"])
    cursor.register("refused_rows", frame)
    queries.keep_refused(cursor)
    cursor.unregister("refused_rows")


def digest_files(paths: Sequence[Path]) -> str:
    """Return a sha256 over the files; of one beyond 64 MiB over its size and 64 samples of its bytes."""
    digest = hashlib.sha256()
    for path in paths:
        size = path.stat().st_size
        with path.open("rb") as file:
            if size <= _WHOLE_DIGEST_BYTES:
                digest.update(hashlib.file_digest(file, "sha256").digest())
                continue
            digest.update(str(size).encode())
            for place in range(_SAMPLES):
                file.seek(size * place // _SAMPLES)
                digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()


def with_rejects_file(result: ImportResult, data_dir: Path) -> ImportResult:
    """Write the refused rows into `rejects/` of the data folder and return the result that names the file."""
    refused = [
        (file.name_of(row), row.row_no, row.reason, row.raw) for file in result.files for row in file.refused
    ]
    if not refused:
        return result
    path = data_dir / "rejects" / f"import_{result.import_id}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_table(path, ["file", "row_no", "reason", "row"], refused)
    return replace(result, rejects_file=str(path))


def list_imports(db: Database, scope: Scope, limit: int = 50) -> pd.DataFrame:
    """Return the latest imports, newest first; `notes` holds a count by code. Needs Right.IMPORT over the whole state."""
    require_whole_state(scope)
    with db.read() as cursor:
        runs = [(*run, json.loads(notes)) for *run, notes in queries.list_runs(cursor, run_limit=limit)]
    return pd.DataFrame(runs, columns=list(_RUN_COLUMNS))


def list_rejected(db: Database, scope: Scope, import_id: int) -> pd.DataFrame:
    """Return the refused rows of one import with the files' own row numbers. Needs Right.IMPORT over the whole state."""
    require_whole_state(scope)
    with db.read() as cursor:
        rows = list(queries.list_rejected(cursor, import_id=import_id))
    return pd.DataFrame(rows, columns=["file", "row_no", "reason", "row"])
