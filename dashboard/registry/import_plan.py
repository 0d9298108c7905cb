"""One import under way, and what both ways of putting it in have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.access.scope import Scope
from dashboard.registry.import_log import ImportResult, account_of, keep_account
from dashboard.registry.import_work import Counts, Placing, Progress, Terms, queries
from dashboard.registry.intake import FILE_ROWS
from dashboard.registry.sequences import keep_second_numbers
from dashboard.registry.sources import Source, require_unchanged
from dashboard.registry.states import Refresh, open_export_cases, run_on
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Cursor, Database

READ, MERGED_SHARE = 0.8, 0.86  # shares of the whole: when the files are read, the next registry is made
_COMPARED = 20_000  # consumers whose bills are compared with those that stand


@dataclass(frozen=True)
class Order:
    """What an import is given: where to, by whom, and how it is done."""

    db: Database
    scope: Scope
    clock: Clock
    shared_threshold: int
    refresh: Refresh
    progress: Progress
    small_rows: int  # of more the registry is made anew


@dataclass(frozen=True)
class Plan(Order):
    """An import whose files are read."""

    started_at: datetime
    import_id: int
    sources: Sequence[Source]
    counts: Counts
    digest: str

    def terms(self, placing: Placing) -> Terms:
        return Terms(self.import_id, india_day(self.started_at), placing.fallback_no)


def require_sources_unchanged(plan: Plan) -> None:
    """Raise BadInput for a file that has changed while it was read."""
    for source in plan.sources:
        require_unchanged(source)


def tell_older(cursor: Cursor, plan: Plan, registry: str) -> None:
    """Note of each file whether it seems to be of an earlier export than what stands."""
    sql = queries.list_older.sql.replace("{consumer}", registry)
    for file_no, older in cursor.execute(sql, {"file_rows": FILE_ROWS, "row_count": _COMPARED}).fetchall():
        plan.sources[file_no].notes["older_export"] = older


def judge(cursor: Cursor, plan: Plan, registry: str, which: str) -> None:
    """Give each consumer meant the verdict that other accounts and readers decide: shared, the reader's own."""
    run_on(cursor, queries.keep_special, registry, which, shared_threshold=plan.shared_threshold)
    run_on(cursor, queries.judge_special, registry, which)
    run_on(cursor, queries.judge_plain, registry, which)


def finish(cursor: Cursor, plan: Plan, changed: int) -> ImportResult:
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
