"""The cube: a few thousand rows that answer every chart. Whatever changes consumers refreshes the offices it touched."""

from datetime import date
from pathlib import Path

from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("coverage.sql"))


def refresh_cube(cursor: Cursor, first_no: int, last_no: int) -> None:
    """Count the offices of an interval anew; called inside the change that touched their consumers."""
    queries.delete_cube(cursor, first_no=first_no, last_no=last_no)
    queries.insert_cube(cursor, first_no=first_no, last_no=last_no)


def take_snapshot(cursor: Cursor, day: date) -> None:
    """Keep today's cube, rolled up from state to subdivision, as that day's; the last snapshot of a day stands."""
    queries.delete_day(cursor, day=day)
    queries.insert_day(cursor, day=day)
