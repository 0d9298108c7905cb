"""What one account's people have said: consents given and withdrawn, cases opened and settled."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dashboard.access.scope import Right, Scope
from dashboard.registry.consumers import require_consumer
from dashboard.store.database import Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("history.sql"))


@dataclass(frozen=True)
class ConsentEntry:
    """One word of consent: kind opt_in or opt_out, for which number, how it came."""

    given_at: datetime
    kind: str
    mobile: int = field(repr=False)
    how: str
    username: str


@dataclass(frozen=True)
class CaseEntry:
    """One number that differed from the one on file, and what a person decided."""

    opened_at: datetime
    source: str
    mobile_claimed: int = field(repr=False)
    state: str
    settled_at: datetime | None
    settled_by: str | None
    comment: str | None


def list_consents(db: Database, scope: Scope, account_no: str) -> list[ConsentEntry]:
    """Return what was said for an account, or by the number that it has now; newest first. Needs Right.SEE_NUMBERS."""
    with db.read() as cursor:
        place = require_consumer(cursor, scope, Right.SEE_NUMBERS, account_no)
        rows = _queries.list_consents(cursor, account_no=place.account_no, office_no=place.office_no)
        return [ConsentEntry(*row) for row in rows]


def list_account_cases(db: Database, scope: Scope, account_no: str) -> list[CaseEntry]:
    """Return the number cases of an account, newest first. Needs Right.SEE_NUMBERS."""
    with db.read() as cursor:
        place = require_consumer(cursor, scope, Right.SEE_NUMBERS, account_no)
        return [CaseEntry(*row) for row in _queries.list_account_cases(cursor, account_no=place.account_no)]
