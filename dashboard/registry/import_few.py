"""An import of few rows: it goes into the registry that stands, inside one commit."""

from datetime import datetime

from dashboard.registry import import_work as work
from dashboard.registry.account_places import queries as places
from dashboard.registry.import_log import ImportResult
from dashboard.registry.import_plan import Plan, finish, judge, require_sources_unchanged, tell_older
from dashboard.registry.import_work import MERGED, MOVED, Placing, queries
from dashboard.registry.office_store import close_empty_offices, keep_moves, keep_totals, write_tree
from dashboard.registry.sequences import find_second_numbers, find_sequences, flag_sequences
from dashboard.registry.states import (
    REGISTRY,
    derive_states,
    keep_consented_numbers,
    office_runs,
    refresh_offices,
    return_consents,
    run_on,
)
from dashboard.store.database import Cursor


def put_in_few(plan: Plan) -> ImportResult:
    """Merge the rows with what is known and put them in; one commit."""
    with plan.db.read() as cursor:
        found = work.place_rows(cursor)
    plan.progress(0.6, "merge")

    def change(cursor: Cursor) -> ImportResult:
        work.prepare(cursor)
        keep_totals(cursor)
        placing = work.place_rows(cursor) if queries.offices_differ(cursor) else found
        is_renumbered = _renew_offices(cursor, placing, plan.clock())
        changed = _merge(cursor, plan, placing)
        offices = _put_in(cursor, plan)
        _bring_up_to_date(cursor, plan, None if is_renumbered else sorted(offices))
        return finish(cursor, plan, changed)

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


def _merge(cursor: Cursor, plan: Plan, placing: Placing) -> int:
    """Merge the rows into `staging.merged`; return how many accounts are new or changed."""
    run_on(cursor, queries.create_target, MERGED)
    work.put_rest_aside(cursor, is_all=True)
    work.write_rest(cursor, MERGED, plan.terms(placing))
    require_sources_unchanged(plan)
    tell_older(cursor, plan, MERGED)
    return run_on(cursor, queries.count_changed, MERGED, import_id=plan.import_id)


def _put_in(cursor: Cursor, plan: Plan) -> set[int]:
    """Put what is changed into the registry and judge its numbers; return the offices that are touched."""
    only = {"import_id": plan.import_id}
    offices = {office_no for (office_no,) in queries.list_touched_offices(cursor, **only)}
    run_on(cursor, queries.keep_moved, MERGED)
    keep_moves(cursor, MOVED, plan.clock())
    run_on(cursor, queries.keep_readers, MERGED)
    run_on(cursor, queries.keep_numbers_before, MERGED, import_id=plan.import_id)
    queries.keep_touched_numbers(cursor, **only)
    queries.delete_changed(cursor, **only)
    queries.insert_changed(cursor, **only)
    places.insert_merged(cursor, **only)
    keep_consented_numbers(cursor, plan.import_id, REGISTRY)
    judge(cursor, plan, REGISTRY, "consumer.mobile IN (SELECT mobile FROM staging.touched_number)")
    return_consents(cursor, plan.import_id)
    return offices | {office_no for (office_no,) in queries.list_offices_of_numbers(cursor)}


def _bring_up_to_date(cursor: Cursor, plan: Plan, offices: list[int] | None) -> None:
    """Bring states, coverage and what is found of numbers up to date: of these offices, or of all (None)."""
    if offices is None:
        derive_states(cursor, 1, work.LAST_NO)
        plan.refresh(cursor, 1, work.LAST_NO)
    else:
        refresh_offices(cursor, offices, plan.refresh)
    close_empty_offices(cursor, plan.clock())
    find_second_numbers(cursor, plan.import_id)
    for first_no, last_no in [(1, work.LAST_NO)] if offices is None else office_runs(offices):
        find_sequences(cursor, first_no, last_no)
        flag_sequences(cursor, first_no, last_no, plan.clock())
