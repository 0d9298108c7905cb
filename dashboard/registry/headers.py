"""Which column of a report is which field: by alias, never by position."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from dashboard.errors import BadInput
from dashboard.registry.account_no import is_account

Headers = Mapping[str, str]  # field by folded header
WEAK_ACCOUNT = "account_no_weak"
# What stands in brackets behind a header and says only how its cells are written. A unit that is to be reckoned with is none of it.
_HINT = re.compile(
    r"[(\[]\s*(in\s+)?(rs|inr|₹|रु|रुपये|kw|\d+\s*(digits?|अंक)|[dmy]{1,4}[-/. ][dmy]{1,4}[-/. ][dmy]{1,4})\.?\s*[)\]]",
    re.IGNORECASE,
)


@cache
def shipped_headers(kind: str) -> Headers:
    """Return the headers that ship with the product for a kind of report: `export` or `consent`."""
    table = tomllib.loads(Path(__file__).with_name("headers.toml").read_text(encoding="utf-8"))[kind]
    return {fold_header(alias): field for field, names in table.items() for alias in names}


def fold_header(header: str) -> str:
    """Fold a header for comparison: upper case, only letters, marks and digits."""
    return re.sub(r"[\W_]+", "", header.upper().strip("\ufeff \u200b"))


def find_field(header: str, headers: Headers) -> str | None:
    """Return the field that a header means, with or without a hint behind it: `Mobile No. (10 digit)`, `Amount (Rs.)`."""
    return headers.get(fold_header(header)) or headers.get(fold_header(_HINT.sub("", header)))


def count_known(cells: Sequence[str], headers: Headers) -> int:
    """Count the cells of a row that are known headers: the header row is the one with most."""
    return sum(find_field(cell, headers) is not None for cell in cells)


def find_account(cells: Sequence[str], headers: Headers) -> int | None:
    """Return the place of the account number among a header's cells."""
    fields = [find_field(cell, headers) for cell in cells]
    return next((fields.index(name) for name in ("account_no", WEAK_ACCOUNT) if name in fields), None)


def map_columns(columns: Sequence[str], headers: Headers, name: str = "") -> dict[str, int]:
    """Return the place of each known field in the columns.

    Raises BadInput("no_account_column"), ("no_header") where the columns are a consumer's cells, or ("two_account_columns")
    where two columns claim to be the account number.
    Of other fields the first column counts; a second column of phone numbers is `mobile_more`.
    """
    places: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        field = find_field(column, headers)
        if field:
            places.setdefault(field, []).append(place)
    weak = places.pop(WEAK_ACCOUNT, [])
    accounts = places.get("account_no") or weak
    if not accounts and any(map(is_account, columns)):
        raise BadInput("no_header", file=name)
    if not accounts:
        shown = ", ".join(column[:30] for column in columns[:12])
        raise BadInput("no_account_column", columns=shown, headers=list(columns), file=name)
    if len(accounts) > 1:
        claiming = ", ".join(columns[place][:30] for place in accounts)
        raise BadInput("two_account_columns", columns=claiming, file=name)
    more = {"mobile_more": places["mobile_raw"][1]} if len(places.get("mobile_raw", [])) > 1 else {}
    return {field: found[0] for field, found in places.items()} | {"account_no": accounts[0]} | more
