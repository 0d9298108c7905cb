"""The telephone on which an office answers consumers: said by its administrator, for notices to name."""

import re
from pathlib import Path

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput
from dashboard.registry.offices import find_office
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("office_contact.sql"))
# From 1912, the department's own short number, to +91 and a mobile number, or an area code with a landline.
_FORM = re.compile(r"\+?[0-9][0-9 -]{1,18}[0-9]")
_DIGITS = range(3, 14)


def phone_of(db: Database, scope: Scope, code: str) -> str:
    """Return an office's telephone, '' where none is known. Needs Right.MANAGE_OFFICES over it."""
    with db.read() as cursor:
        return _queries.phone_of(cursor, code=_require(cursor, scope, code)) or ""


def set_phone(db: Database, scope: Scope, clock: Clock, code: str, phone: str) -> None:
    """Say an office's telephone; '' takes it away. Notices that are frozen keep theirs. Raises BadInput("office_phone")."""
    written = clean_phone(phone)

    def change(cursor: Cursor) -> None:
        own_code, now = _require(cursor, scope, code), clock()
        _queries.insert_contact(cursor, code=own_code, phone=written, username=scope.username, now=now)
        detail = {"phone": written or "–"}
        record(cursor, now, scope.username, "offices.phone", office_code=own_code, detail=detail)

    db.write(change)


def clean_phone(phone: str) -> str:
    """Return a telephone as it stands in a text, '' for none; raise BadInput("office_phone") for what nobody can dial."""
    written = " ".join(phone.split())
    digits = sum(mark.isdigit() for mark in written)
    if written and not (_FORM.fullmatch(written) and digits in _DIGITS):
        raise BadInput("office_phone")
    return written


def _require(cursor: Cursor, scope: Scope, code: str) -> str:
    scope.require(Right.MANAGE_OFFICES)
    office = find_office(cursor, code)
    scope.require_offices(office.office_no, office.last_no)
    return office.code
