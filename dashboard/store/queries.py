"""Loads a room's named SQL: each query stands in a `.sql` file beside the module that uses it."""

from pathlib import Path
from typing import Any

import aiosql


def load_queries(file: str | Path) -> Any:
    """Return the queries of one `.sql` file as functions `(cursor, **parameters)`.

    `use_cursor=False`: a DuckDB cursor is a connection of its own and would not see the open transaction.
    """
    return aiosql.from_path(Path(file), "duckdb", kwargs={"use_cursor": False})
