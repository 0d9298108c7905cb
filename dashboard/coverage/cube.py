"""The cube: a few thousand rows that answer every chart. Whatever changes consumers refreshes the offices it touched."""

from collections.abc import Sequence
from pathlib import Path

from dashboard.coverage.twins import note_stale
from dashboard.registry.states import REGISTRY, offices_meant, run_on
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

STATES = ("missing", "unusable", "on_file", "enrolled", "opted_out")
COUNTS = ("consumers", *STATES)
queries = load_queries(Path(__file__).with_name("coverage.sql"))
_moves = load_queries(Path(__file__).with_name("difference.sql"))
_STEPS = (
    queries.keep_tally, queries.delete_cube, queries.insert_cube, queries.delete_parts, queries.insert_parts,
    queries.delete_audience_parts, queries.insert_audience_parts, queries.drop_tally,
)  # fmt: skip


def refresh_cube(
    cursor: Cursor, first_no: int, last_no: int, among: Sequence[int] = (), *, by_difference: bool = False
) -> None:
    """Count the offices of an interval anew, with `among` only these; called inside the change that touched their consumers.

    `by_difference`: these offices' figures move by what the relation `touched` says, which costs nothing of their size.
    """
    if by_difference:
        _move_cube(cursor)
    else:
        which = offices_meant(first_no, last_no, among)
        for step in _STEPS:
            run_on(cursor, step, REGISTRY, which)
    note_stale(cursor, first_no, last_no, among)


def _move_cube(cursor: Cursor) -> None:
    """Add to the cube what has changed; its readers add up, and the housekeeper makes one row of several again (`folding.py`)."""
    _moves.keep_moved(cursor)
    _moves.keep_tally(cursor)
    run_on(cursor, queries.insert_cube, REGISTRY)
    _moves.insert_parts(cursor)
    run_on(cursor, queries.insert_audience_parts, REGISTRY)
    _moves.drop_moved(cursor)
