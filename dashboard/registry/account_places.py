"""Where accounts stand, found without going through crores of consumers: a table of hints, each confirmed by the consumer's own row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from dashboard.registry.states import MOST_NAMED
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("account_places.sql"))
_BRANCHES = 100  # of one statement
_ALWAYS_FEW = 20
_ROWS_A_SPOT = 20_000  # of the registry are gone through in the time that one more spot takes


class Spot(NamedTuple):
    """A consumer as it is looked for: the office's number, and the account or the number in it."""

    office_no: int
    value: Any


def locate(cursor: Cursor, account_nos: Sequence[str]) -> dict[str, int]:
    """Return the office number of each account that the registry has. System function: whoever calls it knows the scope.

    Hints may be old (an office was merged) or missing; what they do not lead to is looked for in the whole registry.
    """
    wanted = sorted(set(account_nos))
    places = dict(ask_spots(cursor, queries.list_places.sql, "account_no", _hinted_spots(cursor, wanted)))
    missing = [account for account in wanted if account not in places]
    return places | _look_everywhere(cursor, missing) if missing else places


def ask_spots(cursor: Cursor, sql: str, column: str, spots: Sequence[Spot]) -> list[tuple[Any, ...]]:
    """Run a query on the consumers at some spots ({which} in it) and return its rows; `column` holds the spots' values.

    A condition on one office is answered from the block of the registry that holds it. A list of offices would read every column
    of all blocks between, so each spot has a branch of its own.
    """
    branch = sql.rstrip("; \n").replace("{which}", f"office_no = ? AND {column} = ?")
    head, select = branch[: branch.index("SELECT")], branch[branch.index("SELECT") :]
    rows: list[tuple[Any, ...]] = []
    for first in range(0, len(spots), _BRANCHES):
        some = spots[first : first + _BRANCHES]
        statement = head + " UNION ALL ".join([select] * len(some))
        rows += cursor.execute(statement, [part for spot in some for part in spot]).fetchall()
    return rows


def are_few(cursor: Cursor, spot_count: int) -> bool:
    """Whether so many consumers are found sooner each at its spot than by one look through the registry."""
    if spot_count <= _ALWAYS_FEW or spot_count > MOST_NAMED:
        return spot_count <= _ALWAYS_FEW
    return spot_count * _ROWS_A_SPOT <= int(queries.count_consumers(cursor))


def _hinted_spots(cursor: Cursor, account_nos: Sequence[str]) -> list[Spot]:
    """Return the offices to look into first; none for so many that one look through the registry is quicker."""
    by_key: dict[int, list[str]] = {}
    for account in account_nos:
        if account.isascii() and account.isdigit() and len(account) < 19:
            by_key.setdefault(int(account), []).append(account)
    if not by_key or not are_few(cursor, len(by_key)):
        return []
    hints = cursor.execute(queries.list_hints.sql.replace("{keys}", ", ".join(map(str, by_key)))).fetchall()
    return [Spot(office_no, account) for key, office_no in hints for account in by_key[key]]


def _look_everywhere(cursor: Cursor, account_nos: Sequence[str]) -> dict[str, int]:
    cursor.register("asked_accounts", pa.table({"account_no": pa.array(account_nos, pa.string())}))
    rows = cursor.execute(
        queries.list_places.sql.replace("{which}", "account_no IN (SELECT account_no FROM asked_accounts)")
    ).fetchall()
    cursor.unregister("asked_accounts")
    return dict(rows)
