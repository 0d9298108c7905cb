"""Brings billing exports into the registry: read, understood, merged; all of it or nothing.

A small import is put into the registry inside one commit. A large one makes the next registry beside it, while people go
on working, and a short commit puts it in its place. Killed at any instant, the registry is as it was.
"""

import shutil
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from dashboard.access.scope import Scope
from dashboard.errors import Unavailable
from dashboard.registry import import_work as work
from dashboard.registry.account_places import queries as places
from dashboard.registry.consumers import restore_corrections
from dashboard.registry.header_aliases import load_headers
from dashboard.registry.import_log import (
    ImportResult,
    account_of,
    digest_files,
    keep_account,
    require_whole_state,
    with_rejects_file,
)
from dashboard.registry.import_work import MERGED, MOVED, Counts, Placing, Progress, Terms, queries
from dashboard.registry.intake import FILE_ROWS
from dashboard.registry.office_store import close_empty_offices, keep_moves, keep_totals, write_tree
from dashboard.registry.sequences import (
    find_second_numbers,
    find_sequences,
    flag_sequences,
    keep_second_numbers,
)
from dashboard.registry.sources import Source, Upload, in_pieces, require_unchanged, spread
from dashboard.registry.states import (
    MOST_NAMED,
    NEXT_REGISTRY,
    REGISTRY,
    Counting,
    Refresh,
    catch_up,
    derive_states,
    keep_consented_numbers,
    office_runs,
    open_export_cases,
    refresh_offices,
    return_consents,
    run_on,
)
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Cursor, Database
from dashboard.store.disk import is_full

_SMALL_ROWS = 200_000  # an import of more makes the registry anew
_CLOCKS_APART = timedelta(minutes=1)
_COMPARED = 20_000  # consumers whose bills are compared with those that stand
_ROW_BYTES = 500  # of an export: no row has as many
_READ, _MERGED = 0.8, 0.86  # shares of the whole: when the files are read, the next registry is made
_FOLDER_PREFIX = "setu-import-"
_running = threading.Lock()


@dataclass(frozen=True)
class _Plan:
    """One import under way."""

    db: Database
    scope: Scope
    clock: Clock
    shared_threshold: int
    refresh: Refresh
    progress: Progress
    started_at: datetime
    import_id: int
    sources: list[Source]
    counts: Counts
    digest: str

    def terms(self, placing: Placing) -> Terms:
        return Terms(self.import_id, india_day(self.started_at), placing.fallback_no)


def import_exports(
    db: Database,
    scope: Scope,
    uploads: Sequence[Upload],
    *,
    clock: Clock,
    shared_threshold: int,
    refresh: Refresh,
    progress: Progress = lambda share, step: None,
    small_rows: int = _SMALL_ROWS,
) -> ImportResult:
    """Import billing exports as one: all files or none.

    `refresh(cursor, first_no, last_no)` brings the coverage cube up to date inside the same commit. What `progress`
    raises gives the import up. Raises Refused without Right.IMPORT for the whole state, BadInput for a file that cannot
    be read (see `read_source`, `spread`), Unavailable("import_running") while another import is under way, ("disk_full").
    """
    require_whole_state(scope)
    if not _running.acquire(blocking=False):
        raise Unavailable("import_running")
    try:
        with tempfile.TemporaryDirectory(prefix=_FOLDER_PREFIX, dir=db.path.parent) as folder:
            result = _import(
                db, scope, uploads, Path(folder), clock, shared_threshold, refresh, progress, small_rows
            )
    except (OSError, duckdb.Error) as error:
        if is_full(error):
            raise Unavailable("disk_full") from error
        raise
    finally:
        clear_leftovers(db)
        _running.release()
    progress(1.0, "done")
    return with_rejects_file(result, db.path.parent)


def clear_leftovers(db: Database) -> None:
    """Drop what an import works with; also what one that was killed has left. Not while an import runs."""
    with db.read() as cursor:
        queries.drop_staging(cursor)
    for folder in db.path.parent.glob(f"{_FOLDER_PREFIX}*"):
        shutil.rmtree(folder, ignore_errors=True)


def _import(
    db: Database,
    scope: Scope,
    uploads: Sequence[Upload],
    folder: Path,
    clock: Clock,
    shared_threshold: int,
    refresh: Refresh,
    progress: Progress,
    small_rows: int,
) -> ImportResult:
    started_at = clock()
    with db.read() as cursor:
        queries.create_staging(cursor)
        terms = Terms(int(queries.next_import_id(cursor)), india_day(started_at))
        has_consumers = cursor.execute("SELECT count(*) > 0 FROM consumer").fetchone() == (True,)
    headers = load_headers(db)
    reports = in_pieces(spread(uploads), headers, lambda: progress(0.0, "read"))
    merges = has_consumers and sum(report.read_size for report in reports) > small_rows * _ROW_BYTES
    sources = work.read_files(
        db, reports, headers, folder, terms, merges, lambda share: progress(_READ * share, "read")
    )  # fmt: skip
    progress(_READ, "understand")
    work.read_twice(db, sources, terms, lambda share: progress(_READ, "understand"))
    with db.read() as cursor:
        counts = work.count_seen(cursor)
    plan = _Plan(
        db, scope, clock, shared_threshold, refresh, progress, started_at, terms.import_id, sources, counts,
        digest_files([upload.path for upload in uploads]),
    )  # fmt: skip
    is_small = has_consumers and counts.rows <= small_rows and not counts.merged
    return _put_in_small(plan) if is_small else _make_anew(plan)


# ── few rows: inside one commit ─────────────────────────────────────────────────────────────


def _put_in_small(plan: _Plan) -> ImportResult:
    with plan.db.read() as cursor:
        found = work.place_rows(cursor)
    plan.progress(0.6, "merge")

    def change(cursor: Cursor) -> ImportResult:
        work.prepare(cursor)
        keep_totals(cursor)
        placing = work.place_rows(cursor) if queries.offices_differ(cursor) else found
        is_renumbered = _renew_offices(cursor, placing, plan.clock())
        terms = plan.terms(placing)
        run_on(cursor, queries.create_target, MERGED)
        work.put_rest_aside(cursor, is_all=True)
        work.write_rest(cursor, MERGED, terms)
        _require_unchanged(plan)
        changed = run_on(cursor, queries.count_changed, MERGED, import_id=plan.import_id)
        _tell_older(cursor, plan, MERGED)
        offices = [
            office_no for (office_no,) in queries.list_touched_offices(cursor, import_id=plan.import_id)
        ]
        run_on(cursor, queries.keep_moved, MERGED)
        keep_moves(cursor, MOVED, plan.clock())
        run_on(cursor, queries.keep_readers, MERGED)
        run_on(cursor, queries.keep_numbers_before, MERGED, import_id=plan.import_id)
        queries.keep_touched_numbers(cursor, import_id=plan.import_id)
        queries.delete_changed(cursor, import_id=plan.import_id)
        queries.insert_changed(cursor, import_id=plan.import_id)
        places.insert_merged(cursor, import_id=plan.import_id)
        keep_consented_numbers(cursor, plan.import_id, REGISTRY)
        _judge(cursor, plan, REGISTRY, "consumer.mobile IN (SELECT mobile FROM staging.touched_number)")
        return_consents(cursor, plan.import_id)
        offices += [office_no for (office_no,) in queries.list_offices_of_numbers(cursor)]
        if is_renumbered:
            derive_states(cursor, 1, work.LAST_NO)
            plan.refresh(cursor, 1, work.LAST_NO)
        else:
            refresh_offices(cursor, offices, plan.refresh)
        close_empty_offices(cursor, plan.clock())
        find_second_numbers(cursor, plan.import_id)
        for first_no, last_no in [(1, work.LAST_NO)] if is_renumbered else office_runs(sorted(set(offices))):
            find_sequences(cursor, first_no, last_no)
            flag_sequences(cursor, first_no, last_no, plan.clock())
        return _finish(cursor, plan, changed)

    return plan.db.write(change)


def _renew_offices(cursor: Cursor, placing: Placing, now: datetime) -> bool:
    """Bring the offices up to the import inside its commit; the tables of places and numbers then hold the new numbers.

    Return whether an office has another number now.
    """
    is_renumbered = placing.is_changed and write_tree(cursor, placing.offices, now=now)
    if placing.is_changed:
        cursor.execute("UPDATE staging.number SET old_no = office_no")
    queries.keep_known(cursor)
    return is_renumbered


# ── many rows: the registry anew ────────────────────────────────────────────────────────────


def _make_anew(plan: _Plan) -> ImportResult:
    with plan.db.read() as cursor:
        placing = work.place_rows(cursor)
        _write_rows(cursor, plan, plan.terms(placing))
        work.prepare(cursor)
        changed = _complete(cursor, plan)
    plan.progress(0.95, "put_in")
    return plan.db.write(lambda cursor: _put_in_place(cursor, plan, placing, changed))


def _write_rows(cursor: Cursor, plan: _Plan, terms: Terms) -> None:
    """Make the next registry of the import's rows: as they lie, where those of an office stand together, else in the order of offices."""
    plan.progress(_READ, "merge")
    work.prepare(cursor)
    is_gathered = queries.is_gathered(cursor)
    work.put_rest_aside(cursor, is_all=False)
    work.settle(cursor, terms)
    if is_gathered:
        queries.rename_rows(cursor)
    else:
        run_on(cursor, queries.create_target, NEXT_REGISTRY)
        work.write_files(
            plan.db, plan.sources, lambda share: plan.progress(_READ + (_MERGED - _READ) * share, "merge")
        )
    work.write_rest(cursor, NEXT_REGISTRY, terms, lambda share: plan.progress(_MERGED, "merge"))
    _require_unchanged(plan)


def _complete(cursor: Cursor, plan: _Plan) -> int:
    """Bring the next registry to its end, as far as nobody needs to wait for it; return how many accounts are new or changed."""
    changed = run_on(cursor, queries.count_changed, NEXT_REGISTRY, import_id=plan.import_id)
    _tell_older(cursor, plan, NEXT_REGISTRY)
    run_on(cursor, queries.keep_moved, NEXT_REGISTRY)
    run_on(cursor, queries.keep_readers, NEXT_REGISTRY)
    run_on(cursor, queries.keep_numbers_before, NEXT_REGISTRY, import_id=plan.import_id)
    if plan.counts.known < int(queries.count_consumers(cursor)):
        queries.carry_over(cursor)
    cursor.execute("ALTER TABLE next_consumer DROP COLUMN seq")
    cursor.execute("ALTER TABLE next_consumer DROP COLUMN old_no")
    keep_consented_numbers(cursor, plan.import_id, NEXT_REGISTRY)
    plan.progress(0.88, "judge")
    _judge(cursor, plan, NEXT_REGISTRY, "true")
    plan.progress(0.92, "judge")
    derive_states(cursor, 1, work.LAST_NO, NEXT_REGISTRY)
    places.build(cursor)
    find_second_numbers(cursor, plan.import_id, NEXT_REGISTRY)
    find_sequences(cursor, 1, work.LAST_NO, NEXT_REGISTRY)
    plan.refresh(cursor, 1, work.LAST_NO, how=Counting.AHEAD)
    return changed


def _put_in_place(cursor: Cursor, plan: _Plan, placing: Placing, changed: int) -> ImportResult:
    """The commit: offices, consumers, what was said meanwhile, coverage."""
    if queries.offices_differ(cursor):
        raise Unavailable("offices_changed")
    keep_totals(cursor)
    if placing.is_changed:
        write_tree(cursor, placing.offices, with_consumers=False, now=plan.clock())
    queries.put_in_place(cursor)
    places.put_in_place(cursor)
    restore_corrections(cursor, plan.started_at - _CLOCKS_APART)
    return_consents(cursor, plan.import_id)
    late_offices = catch_up(cursor, plan.started_at - _CLOCKS_APART)
    queries.drop_before(cursor)
    keep_moves(cursor, MOVED, plan.clock())
    plan.refresh(cursor, 1, work.LAST_NO, how=Counting.COUNTED)
    if late_offices:
        among = late_offices if len(late_offices) <= MOST_NAMED else ()
        plan.refresh(cursor, late_offices[0], late_offices[-1], among)
    close_empty_offices(cursor, plan.clock())
    flag_sequences(cursor, 1, work.LAST_NO, plan.clock())
    return _finish(cursor, plan, changed)


# ── both ────────────────────────────────────────────────────────────────────────────────────


def _require_unchanged(plan: _Plan) -> None:
    for source in plan.sources:
        require_unchanged(source)


def _tell_older(cursor: Cursor, plan: _Plan, registry: str) -> None:
    """Note of each file whether it seems to be of an earlier export than what stands."""
    sql = queries.list_older.sql.replace("{consumer}", registry)
    for file_no, older in cursor.execute(sql, {"file_rows": FILE_ROWS, "row_count": _COMPARED}).fetchall():
        plan.sources[file_no].notes["older_export"] = older


def _judge(cursor: Cursor, plan: _Plan, registry: str, which: str) -> None:
    run_on(cursor, queries.keep_special, registry, which, shared_threshold=plan.shared_threshold)
    run_on(cursor, queries.judge_special, registry, which)
    run_on(cursor, queries.judge_plain, registry, which)


def _finish(cursor: Cursor, plan: _Plan, changed: int) -> ImportResult:
    """Open the cases, keep the readers and write the import's account."""
    now = plan.clock()
    open_export_cases(cursor, now)
    queries.insert_number_events(cursor, happened_at=now, username=plan.scope.username)
    queries.insert_readers(cursor)
    queries.insert_original(cursor, import_id=plan.import_id)
    keep_second_numbers(cursor, plan.import_id)
    counts = plan.counts
    files = account_of(plan.sources)
    rejected = sum(len(file.refused) for file in files)
    result = ImportResult(
        plan.import_id, counts.rows + rejected, counts.accepted, rejected, counts.repeated, counts.new, changed - counts.new,
        counts.accepted - changed, (now - plan.started_at).total_seconds(), None, files,
    )  # fmt: skip
    keep_account(cursor, plan.scope, result, plan.digest, plan.started_at, now)
    return result
