"""The cube's rows that single changes added are put together with those they belong to, so that it stays small."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("difference.sql"))


@dataclass(frozen=True)
class _Sums:
    """A table of sums by office: what a row is of, and what it counts."""

    table: str
    key: str
    counts: Sequence[str]


_STATES = ("consumers", "missing", "unusable", "on_file", "enrolled", "opted_out")
_CUBE = (
    _Sums("coverage_cube", "office_no, category", _STATES),
    _Sums("coverage_part", "office_no, dimension, part", _STATES),
    _Sums(
        "audience_part", "office_no, category, arrears_segment, load_band",
        ("consumers", "no_number", "on_file", "enrolled", "opted_out"),
    ),
)  # fmt: skip


def fold_cube(cursor: Cursor, which: str) -> None:
    """Make one row of all that say the same of an office; {which} offices, in SQL. No figure moves. Called inside a change."""
    for one in _CUBE:
        parts = {
            "table": one.table,
            "key": one.key,
            "sums": ", ".join(f"sum({name})::BIGINT AS {name}" for name in one.counts),
            "which": which,
        }
        for statement in _queries.fold.sql.split(";"):
            cursor.execute(statement.format(**parts))
