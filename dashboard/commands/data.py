"""Commands that bring data in and figures out."""

import argparse
import io
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dashboard import runtime
from dashboard.access.scope import Role, Scope
from dashboard.access.sign_in import load_scope
from dashboard.config import Settings
from dashboard.coverage.days import take_snapshot
from dashboard.coverage.figures import COUNTS, coverage_by, coverage_of
from dashboard.enrolment.consent_file import import_consents
from dashboard.errors import BadInput, Unavailable
from dashboard.notices.after_restore import Held, hold_after_restore
from dashboard.registry.demo import write_demo
from dashboard.registry.missing import export_missing
from dashboard.registry.offices import get_office
from dashboard.registry.phone import judge
from dashboard.registry.sources import Upload
from dashboard.runtime import Runtime
from dashboard.store.clock import india_day
from dashboard.store.connection import connect
from dashboard.store.database import open_database

_INCOMING = "setu.incoming"  # a backup while it is made ready, and what comes about beside it
COMMAND_LINE = Scope(
    "command line", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647
)  # whoever may start the program


def with_registry(work: Callable[[Runtime], Any]) -> Any:
    """Open the registry for one command and close it, whatever happens."""
    rt = runtime.open_registry(Settings())
    try:
        return work(rt)
    finally:
        runtime.stop(rt)


def write_export(arguments: argparse.Namespace) -> dict[str, Any]:
    """`demo`: a made-up billing export."""
    paths = write_demo(arguments.consumers, arguments.seed, arguments.out, show_progress("written"))
    return {"consumers": arguments.consumers, "seed": arguments.seed, "files": [str(path) for path in paths]}


def import_files(arguments: argparse.Namespace) -> dict[str, Any]:
    """`import`: billing exports; a table of Hindi office names among them is taken along."""
    files = [path for given in arguments.files for path in _files_of(given)]
    return with_registry(lambda rt: bring_in(rt, files))


def bring_in(rt: Runtime, files: list[Path]) -> dict[str, Any]:
    """Import exports and office names into an open registry and keep the day's coverage; `notes` count what a person should know of the files."""
    result = rt.bring_in(COMMAND_LINE, [Upload(path, path.name) for path in files], _show_share)
    keys = (
        "rows",
        "accepted",
        "rejected",
        "repeated",
        "new",
        "changed",
        "unchanged",
        "seconds",
        "rejects_file",
    )
    notes: Counter[str] = Counter()
    for file in result.files:
        notes.update(file.notes)
    named = notes.pop("office_names", 0)
    told = ({"office_names": named} if named else {}) | ({"notes": dict(notes)} if notes else {})
    return {key: getattr(result, key) for key in keys} | told


def import_optins(arguments: argparse.Namespace) -> dict[str, Any]:
    """`consent`: opt-ins collected elsewhere."""
    path = _existing(arguments.file)

    def work(rt: Runtime) -> dict[str, Any]:
        result = import_consents(rt.db, COMMAND_LINE, path, rt.clock, refresh=rt.refresh)
        rt.db.write(lambda cursor: take_snapshot(cursor, india_day(rt.clock())))
        return {
            key: getattr(result, key) for key in ("rows", "accepted", "rejected", "unchanged", "rejects_file")
        }

    return with_registry(work)


def judge_numbers(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """`phone`: numbers from the arguments, or from standard input a line each; bytes that are no UTF-8 are signs like others."""
    lines = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", errors="replace")
    given = arguments.numbers or [line.rstrip("\r\n") for line in lines]
    numbers = [number.encode(errors="replace").decode() for number in given]
    return [{"input": one.input, "e164": one.e164, "verdict": one.verdict} for one in judge(numbers)]


def show_coverage(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """`coverage`: one office, or each office of a level within it."""

    def work(rt: Runtime) -> list[dict[str, Any]]:
        office = get_office(rt.db, COMMAND_LINE, arguments.office)
        if arguments.by:
            frame = coverage_by(rt.db, COMMAND_LINE, office.code, arguments.by)
            rows = frame[["office_code", "office", "level", *COUNTS]].to_dict("records")
            return [{str(key): value for key, value in row.items()} for row in rows]
        figures = coverage_of(rt.db, COMMAND_LINE, office.code)
        return [{"office_code": office.code, "office": office.name, "level": office.level, **vars(figures)}]

    return with_registry(work)


def write_missing(arguments: argparse.Namespace) -> dict[str, Any]:
    """`missing`: the list for field staff, under a named person's right."""

    def work(rt: Runtime) -> dict[str, Any]:
        scope = load_scope(rt.db, arguments.user)
        rows = export_missing(rt.db, scope, arguments.office, arguments.out, arguments.reason, rt.clock)
        return {"rows": rows, "file": str(arguments.out)}

    return with_registry(work)


def back_up(arguments: argparse.Namespace) -> dict[str, Any]:
    """`backup`: a consistent copy of the registry into an empty place."""
    target = arguments.directory / "setu.duckdb"
    if target.exists():
        raise BadInput("backup_exists", path=str(target))

    def work(rt: Runtime) -> Path:
        with rt.db.read() as cursor:
            cursor.execute("CHECKPOINT")
        return rt.db.path

    source = with_registry(work)
    arguments.directory.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
    return {"file": str(target), "bytes": target.stat().st_size}


def restore(arguments: argparse.Namespace) -> dict[str, Any]:
    """`restore`: put a copy back; what stood before is kept beside it. Nothing goes out by itself after that."""
    source = arguments.directory / "setu.duckdb"
    if not source.exists():
        raise BadInput("backup_missing", path=str(source))
    target = Settings().database_path
    _require_unused(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    incoming = target.with_name(f"{_INCOMING}.duckdb")
    _drop_incoming(target.parent)  # a log that a killed restore left would be taken for that of the copy
    try:
        shutil.copy2(source, incoming)
        held = _hold(incoming)
        kept = _keep_aside(target)
        incoming.rename(target)
    finally:
        _drop_incoming(target.parent)
    return {"file": str(target), "kept": str(kept) if kept else None, **vars(held)}


def _drop_incoming(folder: Path) -> None:
    for path in folder.glob(f"{_INCOMING}.*"):
        path.unlink()


def _require_unused(path: Path) -> None:
    """Raise Unavailable("database_locked") where the application holds a file; one that nothing can read is no hindrance."""
    try:
        if path.exists():
            connect(path, {}).close()
    except Unavailable as error:
        if error.code == "database_locked":
            raise


def _hold(path: Path) -> Held:
    """Hold what could go out in a copy and have all of that in the file itself, as its log does not go with it."""
    db = open_database(path)
    try:
        held = hold_after_restore(db, runtime.utc_now)
        with db.read() as cursor:
            cursor.execute("CHECKPOINT")
        return held
    finally:
        db.close()


def _keep_aside(path: Path) -> Path | None:
    """Give a file and its log another name, and return it; None where there is no file."""
    kept = path.with_name(f"setu.before-restore-{runtime.utc_now():%Y%m%d-%H%M%S}.duckdb")
    log = path.with_name(f"{path.name}.wal")
    if log.exists():  # also one that stands alone: it would be taken for that of the file put back
        log.rename(kept.with_name(f"{kept.name}.wal"))
    return path.rename(kept) if path.exists() else None


def show_progress(word: str) -> Callable[[int, int], None]:
    """Return a callback that shows done and all on standard error, where someone looks at it."""

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{word}: {done:,} of {total:,}" + ("\n" if done >= total else ""))
            sys.stderr.flush()

    return show


def _show_share(share: float, step: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{step}: {share:4.0%} " + ("\n" if share >= 1 else ""))
        sys.stderr.flush()


def _files_of(path: Path) -> list[Path]:
    """A file itself, or the files of a folder by name, without hidden ones and the marks of open documents."""
    if not path.is_dir():
        return [_existing(path)]
    found = sorted(one for one in path.iterdir() if one.is_file() and not one.name.startswith((".", "~")))
    if not found:
        raise Unavailable("folder_empty", path=str(path))
    return found


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise Unavailable("file_missing", path=str(path))
    return path
