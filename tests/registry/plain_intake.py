"""An intake for tests of the readers alone: rows go into a temporary table, as they come."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.store.database import Cursor

_SEEN = "SELECT row_no, account_no, is_sound, breaks, may_hide FROM"


@dataclass(frozen=True)
class PlainIntake:
    cursor: Cursor

    def take(self, relation: str, sample: str, row_count: int) -> None:
        self.cursor.execute(f"SELECT count(*) FROM ({sample})").fetchall()
        self.cursor.execute(f"CREATE OR REPLACE TEMP TABLE seen AS {_SEEN} ({relation})")

    def add(self, relation: str) -> None:
        self.cursor.execute(f"INSERT INTO seen {_SEEN} ({relation})")

    def drop_unsound(self) -> None:
        self.cursor.execute("DELETE FROM seen WHERE is_sound IS NOT TRUE")

    def keep_paths(self, relation: str, pick: Callable[[Sequence[int]], str] | None = None) -> None:
        """Where offices are is nothing to the readers."""
