"""Numbers that several enrolled accounts have, kept beside the cube: so that a large audience is counted to the very number."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from dashboard.coverage.folding import fold_cube
from dashboard.registry.states import REGISTRY, run_on
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("twins.sql"))
_IN_STALE = "office_no IN (SELECT office_no FROM stale_office)"
_MOST_OFFICES = 20_000  # beyond so many office numbers the whole registry is looked through


def note_stale(cursor: Cursor, first_no: int, last_no: int, among: Sequence[int] = ()) -> None:
    """Note inside a change that offices were counted anew."""
    if among:
        _queries.insert_scattered(cursor, among=list(among))
    else:
        _queries.insert_stale(cursor, first_no=first_no, last_no=last_no)


def renew_odd(db: Database) -> int:
    """Bring the repeated numbers of offices that changed up to date, and their cube's rows together; return how many notes there were.

    System function. The looking takes its time beside the writer; what changes meanwhile is noted again and comes with the next look.
    """
    with db.read() as cursor:
        cursor.execute("BEGIN")  # one snapshot for the notes and what is found
        stale = list(_queries.list_stale(cursor))
        if not stale:
            return 0
        is_whole = sum(last - first + 1 for _, first, last in stale) > _MOST_OFFICES
        which = "true" if is_whole else _IN_STALE
        offices = _list_offices([] if is_whole else stale)
        cursor.register("stale_office", offices)
        touched = None if is_whole else _ask(cursor, _queries.find_touched, which)
        if touched is not None:
            cursor.register("touched_number", touched)
        twins = _ask(cursor, _queries.find_all_twins if is_whole else _queries.find_twins, which)
        dead = _ask(cursor, _queries.find_dead, which)
        cursor.execute("ROLLBACK")
    found = pa.concat_tables([twins, dead])
    db.write(lambda cursor: _replace(cursor, found, touched, offices, stale[-1][0]), alters_pages=False)
    return len(stale)


def _replace(cursor: Cursor, found: pa.Table, touched: pa.Table | None, offices: pa.Table, upto: int) -> None:
    cursor.register("found_odd", found)
    if touched is None:
        _queries.delete_all_twins(cursor)
    else:
        cursor.register("touched_number", touched)
        _queries.delete_twins(cursor)
        cursor.unregister("touched_number")
    which = "true" if touched is None else _IN_STALE
    cursor.register("stale_office", offices)
    run_on(cursor, _queries.delete_dead, REGISTRY, which)
    fold_cube(cursor, which)
    cursor.unregister("stale_office")
    _queries.insert_odd(cursor)
    cursor.unregister("found_odd")
    _queries.delete_stale(cursor, upto=upto)


def _list_offices(stale: Sequence[tuple[int, int, int]]) -> pa.Table:
    numbers = {number for _, first, last in stale for number in range(first, last + 1)}
    return pa.table({"office_no": pa.array(sorted(numbers), pa.int32())})


def _ask(cursor: Cursor, query: object, which: str) -> pa.Table:
    return cursor.execute(query.sql.replace("{which}", which)).to_arrow_table()  # type: ignore[attr-defined]
