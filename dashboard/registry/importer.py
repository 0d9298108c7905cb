"""Brings billing exports into the registry: read, understood, merged; all of it or nothing.

A small import is put into the registry inside one commit. A large one makes the next registry beside it, while people go
on working, and a short commit puts it in its place. Killed at any instant, the registry is as it was.
"""

import shutil
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import duckdb

from dashboard.access.scope import Scope
from dashboard.errors import Unavailable
from dashboard.registry import import_work as work
from dashboard.registry.header_aliases import load_headers
from dashboard.registry.import_anew import make_anew
from dashboard.registry.import_few import put_in_few
from dashboard.registry.import_log import ImportResult, digest_files, require_whole_state, with_rejects_file
from dashboard.registry.import_plan import READ, Order, Plan
from dashboard.registry.import_work import Progress, Terms, queries
from dashboard.registry.sources import Upload, in_pieces, spread
from dashboard.registry.states import Refresh
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Database
from dashboard.store.disk import is_full

_SMALL_ROWS = 200_000  # an import of more makes the registry anew
_ROW_BYTES = 500  # of an export: no row has as many
_FOLDER_PREFIX = "setu-import-"
_running = threading.Lock()


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
    order = Order(db, scope, clock, shared_threshold, refresh, progress, small_rows)
    if not _running.acquire(blocking=False):
        raise Unavailable("import_running")
    try:
        with tempfile.TemporaryDirectory(prefix=_FOLDER_PREFIX, dir=db.path.parent) as folder:
            result = _import(order, uploads, Path(folder))
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


def _import(order: Order, uploads: Sequence[Upload], folder: Path) -> ImportResult:
    plan, has_consumers = _read(order, uploads, folder)
    is_small = has_consumers and plan.counts.rows <= order.small_rows and not plan.counts.merged
    return put_in_few(plan) if is_small else make_anew(plan)


def _read(order: Order, uploads: Sequence[Upload], folder: Path) -> tuple[Plan, bool]:
    """Read the files into `next_row`; return the import, and whether the registry has consumers."""
    db, progress, started_at = order.db, order.progress, order.clock()
    with db.read() as cursor:
        queries.create_staging(cursor)
        terms = Terms(int(queries.next_import_id(cursor)), india_day(started_at))
        has_consumers = int(queries.count_consumers(cursor)) > 0
    headers = load_headers(db)
    reports = in_pieces(spread(uploads), headers, lambda: progress(0.0, "read"))
    merges = has_consumers and sum(report.read_size for report in reports) > order.small_rows * _ROW_BYTES
    sources = work.read_files(
        db, reports, headers, folder, terms, merges, lambda share: progress(READ * share, "read")
    )  # fmt: skip
    progress(READ, "understand")
    work.read_twice(db, sources, terms, lambda share: progress(READ, "understand"))
    with db.read() as cursor:
        counts = work.count_seen(cursor)
    digest = digest_files([upload.path for upload in uploads])
    plan = Plan(
        **vars(order), started_at=started_at, import_id=terms.import_id, sources=sources, counts=counts, digest=digest
    )  # fmt: skip
    return plan, has_consumers
