"""Whose account an account is: one person may hold several, and counts once wherever two persons must agree."""

import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from dashboard.errors import BadInput
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_STAFF_NO = re.compile(r"[A-Z0-9][A-Z0-9/.-]{2,19}")
_queries = load_queries(Path(__file__).with_name("persons.sql"))


def clean_staff_no(text: str) -> str:
    """Return a staff number as it is kept, '' for none. Raises BadInput("staff_no_form")."""
    staff_no = "".join(text.split()).upper()
    if staff_no and not _STAFF_NO.fullmatch(staff_no):
        raise BadInput("staff_no_form")
    return staff_no


def write_person(cursor: Cursor, username: str, staff_no: str, said_by: str, now: datetime) -> None:
    """Note inside a change whose account an account is from now on."""
    _queries.insert_person(
        cursor, said_no=int(_queries.next_said_no(cursor)), username=username, staff_no=staff_no, said_by=said_by, now=now,
    )  # fmt: skip


def read_persons(cursor: Cursor, usernames: Iterable[str]) -> dict[str, frozenset[str]]:
    """Return for each account all accounts of its person, itself included.

    The same person: the same staff number, or the same own mobile number.
    """
    accounts = {username: {username} for username in usernames}
    for username, other in _queries.list_same_person(cursor, usernames=list(accounts)):
        accounts[username].add(other)
    return {username: frozenset(same) for username, same in accounts.items()}
