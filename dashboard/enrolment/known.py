"""What stands about accounts and numbers, asked for many at once: the registry of crores is looked through once for all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dashboard.enrolment.consent import ask_numbers, queries
from dashboard.registry.account_places import Spot, ask_spots, locate
from dashboard.registry.touched import find_numbers
from dashboard.store.database import Cursor


@dataclass(frozen=True)
class Account:
    """What consent needs to know of an account; the number ten digits."""

    account_no: str
    office_no: int
    office_code: str
    mobile: int | None = field(repr=False)
    verdict: str
    state: str


@dataclass(frozen=True)
class Senders:
    """What stands about numbers that wrote: language last used, last STOP, which are a reader's own, accounts joined with."""

    languages: dict[int, str] = field(repr=False)
    stopped_at: dict[int, datetime] = field(repr=False)
    readers: frozenset[int] = field(repr=False)
    joined: dict[int, set[str]] = field(repr=False)


def look_up_accounts(cursor: Cursor, account_nos: Iterable[str]) -> dict[str, Account]:
    """Return those of the accounts that there are. System function."""
    spots = [Spot(office_no, one) for one, office_no in locate(cursor, list(account_nos)).items()]
    rows = ask_spots(cursor, queries.list_consumers.sql, "account_no", spots)
    codes = dict(queries.codes_of_offices(cursor, office_nos=[spot.office_no for spot in spots]))
    return {account: Account(account, office_no, codes[office_no], *row) for account, office_no, *row in rows}


def accounts_on_file(cursor: Cursor, mobiles: Sequence[int]) -> dict[int, set[str]]:
    """Return by number the accounts that have it on file for use: one look through the registry. System function."""
    spots = find_numbers(cursor, mobiles)
    return _gather(ask_spots(cursor, queries.accounts_at.sql, "mobile", spots))


def look_up_senders(cursor: Cursor, mobiles: Sequence[int]) -> Senders:
    """Return what stands about these numbers. System function."""
    with ask_numbers(cursor, mobiles):
        return Senders(
            dict(queries.languages_of_numbers(cursor)),
            dict(queries.stops_of_numbers(cursor)),
            frozenset(mobile for (mobile,) in queries.readers_among(cursor)),
            _gather(queries.consents_of_numbers(cursor)),
        )


def _gather(rows: Iterable[tuple[Any, ...]]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for mobile, account_no in rows:
        found.setdefault(mobile, set()).add(account_no)
    return found
