"""Numbers that proved themselves: a message came from them, or one of ours was delivered to them."""

from datetime import datetime

import pyarrow as pa

from dashboard.coverage.cube import queries
from dashboard.store.database import Cursor, Database


def find_new_numbers(db: Database, numbers: pa.Table) -> pa.Table:
    """Return those of the numbers (column mobile) that have not proved themselves before, each once. System function."""
    with db.read() as cursor:
        cursor.register("reached_numbers", numbers)
        queries.keep_new_numbers(cursor)
        return cursor.table("new_number").to_arrow_table()


def verify_numbers(cursor: Cursor, numbers: pa.Table, now: datetime) -> None:
    """Note that these numbers (column mobile) proved themselves, and bring the funnel up to date. System function, inside a change."""
    cursor.register("reached_numbers", numbers)
    try:
        queries.keep_new_numbers(cursor)
    finally:
        cursor.unregister("reached_numbers")
    queries.add_numbers(cursor, now=now)
    queries.add_verified(cursor)
