"""Loads a room's named SQL: each query stands in a `.sql` file beside the module that uses it."""

from pathlib import Path
from typing import Any

import aiosql
from aiosql.adapters.duckdb import DuckDBAdapter


class _OpenCursorAdapter(DuckDBAdapter):
    """Runs queries on the caller's cursor itself and leaves it open.

    A cursor of a DuckDB cursor is a connection of its own that does not see the open transaction, and the stock
    adapter closes what it ran `$` and `!` queries on.
    """

    def __init__(self) -> None:
        super().__init__(use_cursor=False)

    def select_value(self, conn: Any, query_name: str, sql: str, parameters: Any) -> Any:
        row = conn.execute(sql, parameters).fetchone()
        return row[0] if row else None

    def insert_update_delete(self, conn: Any, query_name: str, sql: str, parameters: Any) -> int:
        row = conn.execute(sql, parameters).fetchone()  # DuckDB answers with the number of rows
        return int(row[0]) if row and isinstance(row[0], int) else -1

    def execute_script(self, conn: Any, sql: str) -> str:
        conn.execute(sql)
        return "DONE"


def load_queries(file: str | Path) -> Any:
    """Return the queries of one `.sql` file as functions `(cursor, **parameters)`."""
    return aiosql.from_path(Path(file), _OpenCursorAdapter)
