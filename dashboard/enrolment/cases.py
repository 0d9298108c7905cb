"""Numbers to settle: a number that differs from the one on file is a case for a person, never a silent overwrite."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.enrolment.consent import ConsentFact, queries, record_consents
from dashboard.enrolment.corrections import append_number_event
from dashboard.enrolment.known import look_up_accounts
from dashboard.errors import BadInput, IllegalChange, Refused
from dashboard.registry.consumers import read_consumer, require_consumer
from dashboard.registry.offices import get_office
from dashboard.registry.phone import OK
from dashboard.registry.states import Refresh
from dashboard.registry.touched import put_back, take_accounts
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("cases.sql"))
_COLUMNS = (
    "case_id",
    "account_no",
    "name",
    "office_code",
    "office",
    "office_hi",
    "mobile_on_file",
    "mobile_claimed",
    "source",
    "opened_at",
)


@dataclass(frozen=True)
class _Case:
    """A case with the place of its consumer."""

    case_id: int
    account_no: str
    office_no: int
    office_code: str
    claimed: int
    state: str
    language: str
    source: str


def open_case(
    cursor: Cursor,
    *,
    account_no: str,
    office_code: str,
    on_file: int | None,
    claimed: int,
    source: str,
    language: str,
    now: datetime,
) -> int:
    """Open a case inside a change and return its id; one that is open already for the same claim stands."""
    known = _queries.find_open(cursor, account_no=account_no, mobile_claimed=claimed)
    if known is not None:
        return int(known)
    case_id = int(_queries.next_case_id(cursor))
    _queries.insert_case(
        cursor, case_id=case_id, account_no=account_no, office_code=office_code, mobile_on_file=on_file, mobile_claimed=claimed,
        source=source, language=language, now=now,
    )  # fmt: skip
    return case_id


def open_cases(cursor: Cursor, claims: Sequence[tuple[str, int]], source: str, now: datetime) -> None:
    """Open a case for each (account, claimed number) inside a change."""
    known = look_up_accounts(cursor, [account_no for account_no, _ in claims])
    for account_no, claimed in claims:
        if row := known.get(account_no):
            open_case(
                cursor, account_no=account_no, office_code=row.office_code, on_file=row.mobile, claimed=claimed, source=source,
                language="hi", now=now,
            )  # fmt: skip


def list_cases(db: Database, scope: Scope, office_code: str) -> pd.DataFrame:
    """Return the open cases of an office, oldest first. Numbers are ten digits. Needs Right.SETTLE_CASES."""
    scope.require(Right.SETTLE_CASES)
    office = get_office(db, scope, office_code)
    with db.read() as cursor:
        rows = list(_queries.list_open(cursor, first_no=office.office_no, last_no=office.last_no))
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def settle_case(
    db: Database, scope: Scope, clock: Clock, *, refresh: Refresh, case_id: int, accept: bool, comment: str
) -> None:
    """Settle a case: accepted, the claimed number becomes the number in use and is enrolled; rejected, only the record changes.

    A claim that came with an export accepts a number without consent: it is put on file, not enrolled; so is the new number
    of a person who had not joined with the old one.
    Raises BadInput("comment_missing"), IllegalChange("case_settled"), Refused outside the scope.
    """
    scope.require(Right.SETTLE_CASES)
    if len(comment.strip()) < 3:
        raise BadInput("comment_missing")

    def change(cursor: Cursor) -> None:
        case = _read_open(cursor, scope, case_id)
        now = clock()
        if accept:
            _take(cursor, scope, case, now, refresh)
        _queries.settle(
            cursor,
            case_id=case_id,
            state="accepted" if accept else "rejected",
            username=scope.username,
            now=now,
            comment=comment.strip()[:500],
        )
        record(
            cursor,
            now,
            scope.username,
            "case.accept" if accept else "case.reject",
            office_code=case.office_code,
            row_count=1,
            detail={"case": case_id},
        )

    db.write(change)


def _read_open(cursor: Cursor, scope: Scope, case_id: int) -> _Case:
    row = _queries.get_case(cursor, case_id=case_id)
    if row is None:
        raise Refused("office")
    case = _Case(case_id, *row)
    scope.require_offices(case.office_no, case.office_no)
    if case.state != "open":
        raise IllegalChange("case_settled")
    return case


def _take(cursor: Cursor, scope: Scope, case: _Case, now: datetime, refresh: Refresh) -> None:
    """Put the claimed number in use, with consent where the claim, or the old number, carries one."""
    joined = case.source != "number_change" or _has_joined(cursor, case.account_no)
    if case.source == "export" or not joined:
        _replace_number(cursor, scope, case.account_no, case.claimed, now, refresh)
        return
    fact = ConsentFact(
        case.account_no, case.claimed, "opt_in", now, now, case.source, scope.username, f"case:{case.case_id}",
        case.language,
    )  # fmt: skip
    record_consents(cursor, [fact], refresh)


def _has_joined(cursor: Cursor, account_no: str) -> bool:
    """Whether the account's holder agreed to notices: the same person, on a new number, still does."""
    row = queries.get_consent(cursor, account_no=account_no)
    return row is not None and row[2] == "in"


def _replace_number(
    cursor: Cursor, scope: Scope, account_no: str, claimed: int, now: datetime, refresh: Refresh
) -> None:
    """Put an export's number in use; the consent was for the old one and does not carry over."""
    before = read_consumer(cursor, require_consumer(cursor, scope, Right.SETTLE_CASES, account_no))
    append_number_event(cursor, before, str(claimed), claimed, OK, now, "case", scope.username, "")
    take_accounts(cursor, [account_no])
    _queries.delete_consent(cursor, account_no=account_no)
    _queries.put_claimed(cursor, mobile=claimed)
    put_back(cursor, refresh)
