"""Which column of a report is which field: by alias, never by position."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from dashboard.errors import BadInput


@cache
def aliases(kind: str) -> dict[str, str]:
    """Return field by folded header for a kind of report: `export` or `consent`."""
    table = tomllib.loads(Path(__file__).with_name("headers.toml").read_text(encoding="utf-8"))[kind]
    return {fold_header(alias): field for field, names in table.items() for alias in names}


def fold_header(header: str) -> str:
    """Fold a header for comparison: upper case, only letters, marks and digits."""
    return re.sub(r"[\W_]+", "", header.upper().strip("\ufeff \u200b"))


def count_known(cells: Sequence[str], kind: str) -> int:
    """Count the cells of a row that are known headers: the header row is the one with most."""
    known = aliases(kind)
    return sum(fold_header(cell) in known for cell in cells)


def map_columns(columns: Sequence[str], kind: str) -> dict[str, int]:
    """Return the place of each known field in the columns.

    Raises BadInput("no_account_column"), or ("two_account_columns") where two columns claim to be the account number.
    Of other fields the first column counts.
    """
    known = aliases(kind)
    places: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        field = known.get(fold_header(column))
        if field:
            places.setdefault(field, []).append(place)
    weak = places.pop("account_no_weak", [])
    accounts = places.get("account_no") or weak
    if not accounts:
        raise BadInput("no_account_column", columns=", ".join(column[:30] for column in columns[:12]))
    if len(accounts) > 1:
        raise BadInput("two_account_columns", columns=", ".join(columns[place][:30] for place in accounts))
    return {field: found[0] for field, found in places.items()} | {"account_no": accounts[0]}
