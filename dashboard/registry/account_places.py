"""Where accounts stand, found without going through crores of consumers: a table of hints, each confirmed by the consumer's own row."""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from dashboard.registry.states import MOST_NAMED, offices_meant
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("account_places.sql"))


def locate(cursor: Cursor, account_nos: Sequence[str]) -> dict[str, int]:
    """Return the office number of each account that the registry has. System function: whoever calls it knows the scope.

    Hints may be old (an office was merged) or missing; what they do not lead to is looked for in the whole registry.
    """
    places: dict[str, int] = {}
    missing = sorted(set(account_nos))
    hinted = _hinted_offices(cursor, missing)
    for which in [offices_meant(hinted[0], hinted[-1], hinted), "true"] if hinted else ["true"]:
        places |= _find(cursor, missing, which)
        missing = [account for account in missing if account not in places]
        if not missing:
            break
    return places


def _hinted_offices(cursor: Cursor, account_nos: Sequence[str]) -> list[int]:
    """Return the offices to look into first; none for so many that one look through the registry is quicker."""
    keys = [
        int(account)
        for account in account_nos
        if account.isascii() and account.isdigit() and len(account) < 19
    ]
    if not keys or len(keys) > MOST_NAMED:
        return []
    sql = queries.list_hints.sql.replace("{keys}", ", ".join(map(str, keys)))
    return sorted(office_no for (office_no,) in cursor.execute(sql).fetchall())


def _find(cursor: Cursor, account_nos: Sequence[str], which: str) -> dict[str, int]:
    if not account_nos:
        return {}
    cursor.register("asked_accounts", pa.table({"account_no": pa.array(account_nos, pa.string())}))
    rows = cursor.execute(queries.list_places.sql.replace("{which}", which)).fetchall()
    cursor.unregister("asked_accounts")
    return dict(rows)
