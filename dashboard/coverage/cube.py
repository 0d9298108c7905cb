"""The cube: a few thousand rows that answer every chart. Whatever changes consumers refreshes the offices it touched."""

from pathlib import Path

from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("coverage.sql"))


def refresh_cube(cursor: Cursor, first_no: int, last_no: int) -> None:
    """Count the offices of an interval anew; called inside the change that touched their consumers."""
    queries.delete_cube(cursor, first_no=first_no, last_no=last_no)
    queries.insert_cube(cursor, first_no=first_no, last_no=last_no)
    queries.delete_parts(cursor, first_no=first_no, last_no=last_no)
    queries.insert_parts(cursor, first_no=first_no, last_no=last_no)
