"""The cube: a few thousand rows that answer every chart. Whatever changes consumers refreshes the offices it touched."""

from collections.abc import Sequence
from pathlib import Path

from dashboard.coverage.twins import note_stale
from dashboard.registry.states import NEXT_REGISTRY, REGISTRY, Counting, offices_meant, run_on
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

STATES = ("missing", "unusable", "on_file", "enrolled", "opted_out")
COUNTS = ("consumers", *STATES)
queries = load_queries(Path(__file__).with_name("coverage.sql"))
_moves = load_queries(Path(__file__).with_name("difference.sql"))
_COUNTING = (
    queries.keep_tally, queries.insert_cube, queries.insert_parts, queries.insert_audience_parts, queries.drop_tally,
)  # fmt: skip
_CLEARING = (queries.delete_cube, queries.delete_parts, queries.delete_audience_parts)
_AHEAD = "staging."


def refresh_cube(
    cursor: Cursor, first_no: int, last_no: int, among: Sequence[int] = (), *, how: Counting = Counting.ANEW
) -> None:
    """Count the offices of an interval, with `among` only these, as `how` says; called inside the change that touched their consumers."""
    which = offices_meant(first_no, last_no, among)
    if how is Counting.AHEAD:
        queries.create_ahead(cursor)
        _count(cursor, NEXT_REGISTRY, which, _AHEAD)
        return
    if how is Counting.BY_DIFFERENCE:
        _move_cube(cursor)
    elif how is Counting.COUNTED:
        queries.put_in_place(cursor)
    else:
        for step in _CLEARING:
            run_on(cursor, step, REGISTRY, which)
        _count(cursor, REGISTRY, which)
    note_stale(cursor, first_no, last_no, among)


def _count(cursor: Cursor, registry: str, which: str, into: str = "") -> None:
    for step in _COUNTING:
        run_on(cursor, step, registry, which, into)


def _move_cube(cursor: Cursor) -> None:
    """Add to the cube what has changed; its readers add up, and the housekeeper makes one row of several again (`folding.py`)."""
    _moves.keep_moved(cursor)
    _moves.keep_tally(cursor)
    run_on(cursor, queries.insert_cube, REGISTRY)
    _moves.insert_parts(cursor)
    run_on(cursor, queries.insert_audience_parts, REGISTRY)
    _moves.drop_moved(cursor)
