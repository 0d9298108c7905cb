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
# What stands behind a header and says only how its cells are written, or of which day they are. A unit that is to be reckoned with is none of it.
_HINT = re.compile(
    r"[(\[]\s*(in\s+)?(rs|inr|₹|रु|रु[०॰]|रुपये|kw|कि[.०॰]?\s*वा[.०॰]?|किलोवाट|11\s*kv|\d+\s*(digits?|अंक)|[dmy]{1,4}[-/. ][dmy]{1,4}[-/. ][dmy]{1,4})\.?\s*[)\]]"
    r"|\b(as\s+on|upto|up\s+to)\b[\d\s./-]+",
    re.IGNORECASE,
)
_TWO_LANGUAGES = re.compile(r"[/|()\[\]\n]+")
_HALF_NASAL = re.compile("[ङञणनम]\u094d(?=[क-ह])")
_ABBREVIATED = re.compile("(?<=[\u0900-\u0963])[०॰0]")


@cache
def shipped_headers(kind: str) -> Headers:
    """Return the headers that ship with the product for a kind of report: `export` or `consent`."""
    table = tomllib.loads(Path(__file__).with_name("headers.toml").read_text(encoding="utf-8"))[kind]
    said = [(alias, field) for field, names in table.items() for alias in names]
    known = {fold_header(text): field for alias, field in said for text in (alias, _respell(alias))}
    return known | {fold_header(alias): field for alias, field in said}


def fold_header(header: str) -> str:
    """Fold a header for comparison: upper case, only letters, marks and digits."""
    return re.sub(r"[\W_]+", "", header.upper().strip("\ufeff \u200b"))


def _respell(header: str) -> str:
    """Return a Hindi header in one of its spellings: नम्बर as नंबर, मोबाईल as मोबाइल, मो० नं० without the signs of abbreviation."""
    text = _ABBREVIATED.sub("", _HALF_NASAL.sub("\u0902", header))
    return text.replace("ई", "इ").replace("ऊ", "उ")


def find_field(header: str, headers: Headers) -> str | None:
    """Return the field that a header means, in any of its spellings.

    With or without a hint behind it (`Mobile No. (10 digit)`, `Arrear as on 30.06.2026 (Rs.)`), in one language or in two (`खाता संख्या / Account No`).
    """
    alias = _find_alias(header, headers)
    return headers[alias] if alias else None


def _find_alias(header: str, headers: Headers) -> str | None:
    bare = _HINT.sub("", header)
    found = _find_spelled(header, headers) or _find_spelled(bare, headers)
    parts = [] if found else [part for part in _TWO_LANGUAGES.split(bare) if fold_header(part)]
    aliases = [alias for part in parts if (alias := _find_spelled(part, headers))]
    is_one = len(aliases) == len(parts) and len({headers[alias] for alias in aliases}) == 1
    return aliases[0] if is_one else found


def _find_spelled(header: str, headers: Headers) -> str | None:
    return next(
        (alias for alias in (fold_header(header), fold_header(_respell(header))) if alias in headers), None
    )


def count_known(cells: Sequence[str], headers: Headers) -> int:
    """Count the cells of a row that are known headers: the header row is the one with most."""
    return sum(find_field(cell, headers) is not None for cell in cells)


def find_account(cells: Sequence[str], headers: Headers) -> int | None:
    """Return the place of the account number among a header's cells."""
    fields = [find_field(cell, headers) for cell in cells]
    return next((fields.index(name) for name in ("account_no", WEAK_ACCOUNT) if name in fields), None)


def _rank(header: str, headers: Headers) -> tuple[bool, int]:
    alias = _find_alias(header, headers)
    return _find_spelled(header, headers) is None, list(headers).index(alias) if alias else 0


def map_columns(
    columns: Sequence[str], headers: Headers, name: str = "", *, can_span: bool = False
) -> dict[str, int]:
    """Return the place of each known field in the columns; with `can_span` a header may stand over the blank one beside it.

    Raises BadInput("no_account_column"), ("no_header") where the columns are a consumer's cells, or ("two_account_columns")
    where two columns claim to be the account number.
    Of other fields the column counts whose header stands first among those that are known (`DIV_NAME` beside `DIV`), with a hint behind it
    after all others; a second column of phone numbers is `mobile_more`, named or under the same wide header.
    """
    places: dict[str, list[int]] = {}
    for place, column in sorted(enumerate(columns), key=lambda one: _rank(one[1], headers)):
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
    mobiles = places.get("mobile_raw", [])
    beside = [place + 1 for place in mobiles if can_span and columns[place + 1 : place + 2] == [""]]
    more = {"mobile_more": (mobiles[1:] + beside)[0]} if mobiles[1:] + beside else {}
    chosen = {field: found[0] for field, found in places.items()} | {"account_no": accounts[0]} | more
    return dict(sorted(chosen.items(), key=lambda one: one[1]))
