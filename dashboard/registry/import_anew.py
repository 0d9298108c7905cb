"""An import of many rows: the next registry is made beside the one that stands, while people work, and takes its place in a short commit."""

from datetime import timedelta

from dashboard.errors import Unavailable
from dashboard.registry import import_work as work
from dashboard.registry.account_places import queries as places
from dashboard.registry.consumers import restore_corrections
from dashboard.registry.import_log import ImportResult
from dashboard.registry.import_plan import (
    MERGED_SHARE,
    READ,
    Plan,
    finish,
    judge,
    require_sources_unchanged,
    tell_older,
)
from dashboard.registry.import_work import MOVED, Placing, Terms, queries
from dashboard.registry.office_store import close_empty_offices, keep_moves, keep_totals, write_tree
from dashboard.registry.sequences import find_second_numbers, find_sequences, flag_sequences
from dashboard.registry.states import (
    MOST_NAMED,
    NEXT_REGISTRY,
    Counting,
    catch_up,
    derive_states,
    keep_consented_numbers,
    return_consents,
    run_on,
)
from dashboard.store.database import Cursor

_CLOCKS_APART = timedelta(minutes=1)


def make_anew(plan: Plan) -> ImportResult:
    """Make the next registry beside the one that stands, and put it in its place in a short commit."""
    with plan.db.read() as cursor:
        placing = work.place_rows(cursor)
        _write_rows(cursor, plan, plan.terms(placing))
        work.prepare(cursor)
        changed = _complete(cursor, plan)
    plan.progress(0.95, "put_in")
    return plan.db.write(lambda cursor: _put_in_place(cursor, plan, placing, changed))


def _write_rows(cursor: Cursor, plan: Plan, terms: Terms) -> None:
    """Make the next registry of the import's rows: as they lie, where those of an office stand together, else in the order of offices."""
    plan.progress(READ, "merge")
    work.prepare(cursor)
    is_gathered = queries.is_gathered(cursor)
    work.put_rest_aside(cursor, is_all=False)
    work.settle(cursor, terms)
    if is_gathered:
        queries.rename_rows(cursor)
    else:
        run_on(cursor, queries.create_target, NEXT_REGISTRY)
        work.write_files(
            plan.db, plan.sources, lambda share: plan.progress(READ + (MERGED_SHARE - READ) * share, "merge")
        )
    work.write_rest(cursor, NEXT_REGISTRY, terms, lambda share: plan.progress(MERGED_SHARE, "merge"))
    require_sources_unchanged(plan)


def _complete(cursor: Cursor, plan: Plan) -> int:
    """Bring the next registry to its end, as far as nobody needs to wait for it; return how many accounts are new or changed."""
    changed = run_on(cursor, queries.count_changed, NEXT_REGISTRY, import_id=plan.import_id)
    tell_older(cursor, plan, NEXT_REGISTRY)
    run_on(cursor, queries.keep_moved, NEXT_REGISTRY)
    run_on(cursor, queries.keep_readers, NEXT_REGISTRY)
    run_on(cursor, queries.keep_numbers_before, NEXT_REGISTRY, import_id=plan.import_id)
    if plan.counts.known < int(queries.count_consumers(cursor)):
        queries.carry_over(cursor)
    cursor.execute("ALTER TABLE next_consumer DROP COLUMN seq")
    cursor.execute("ALTER TABLE next_consumer DROP COLUMN old_no")
    keep_consented_numbers(cursor, plan.import_id, NEXT_REGISTRY)
    plan.progress(0.88, "judge")
    judge(cursor, plan, NEXT_REGISTRY, "true")
    plan.progress(0.92, "judge")
    derive_states(cursor, 1, work.LAST_NO, NEXT_REGISTRY)
    places.build(cursor)
    find_second_numbers(cursor, plan.import_id, NEXT_REGISTRY)
    find_sequences(cursor, 1, work.LAST_NO, NEXT_REGISTRY)
    plan.refresh(cursor, 1, work.LAST_NO, how=Counting.AHEAD)
    return changed


def _put_in_place(cursor: Cursor, plan: Plan, placing: Placing, changed: int) -> ImportResult:
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
    return finish(cursor, plan, changed)
