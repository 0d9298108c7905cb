"""One consumer: found within a scope, opened with all that is known, the number in full only on the record."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pandas as pd

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput, Refused
from dashboard.registry.account_no import judge_account
from dashboard.registry.account_places import locate
from dashboard.registry.offices import LEVELS, Office, get_office
from dashboard.registry.phone import judge
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("consumers.sql"))
FOUND_COLUMNS = (
    "account_no", "name", "address", "office_code", "office", "office_hi", "meter_no", "mobile", "state",
)  # fmt: skip
FOUND_ROWS = 20
_LEAST_LETTERS = 3  # of a name, above a division
_DOTTED_LETTERS = {
    unicodedata.normalize("NFC", letter): letter
    for letter in "\u0958\u0959\u095a\u095b\u095c\u095d\u095e\u095f"
}


@dataclass(frozen=True)
class Place:
    """Where an account stands."""

    account_no: str
    office_no: int
    office_code: str


@dataclass(frozen=True)
class Consumer:
    """All that the registry knows of one account; loads in kW, amounts in rupees, the number ten digits."""

    account_no: str
    office_no: int
    office_code: str
    name: str | None
    address: str | None
    category: str | None
    supply_type: str | None
    load_kw: float | None
    book_no: str | None
    sc_no: str | None
    meter_no: str | None
    pole_no: str | None
    transformer: str | None
    latitude: float | None
    longitude: float | None
    bill_date: date | None
    due_date: date | None
    last_pay_date: date | None
    last_pay_amount: Decimal | None
    amount_payable: Decimal | None
    arrears_segment: str
    agent_id: str | None
    mobile_raw: str | None = field(repr=False)
    mobile: int | None = field(repr=False)
    verdict: str
    state: str


@dataclass(frozen=True)
class NumberEvent:
    """One change of an account's number: source import, correction, consent or case."""

    happened_at: datetime
    source: str
    username: str
    reason: str
    raw_before: str | None = field(repr=False)
    mobile_before: int | None = field(repr=False)
    verdict_before: str
    raw_after: str | None = field(repr=False)
    mobile_after: int | None = field(repr=False)
    verdict_after: str


@dataclass(frozen=True)
class Found:
    """The first consumers that a search found (columns FOUND_COLUMNS), and how many there are in all."""

    rows: pd.DataFrame
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def find_by_account(cursor: Cursor, account_no: str, first_no: int, last_no: int) -> Place | None:
    """Return where an account stands within an interval of offices, None where it is not there."""
    office_no = locate(cursor, [account_no]).get(account_no, 0)
    if not first_no <= office_no <= last_no:
        return None
    return Place(account_no, office_no, str(_queries.code_of_office(cursor, office_no=office_no)))


def require_consumer(cursor: Cursor, scope: Scope, right: Right, account_no: str) -> Place:
    """Return where an account of the scope stands. An unknown account is refused in the same words as a foreign one."""
    scope.require(right)
    place = find_by_account(cursor, account_no, scope.first_no, scope.last_no)
    if place is None:
        raise Refused("consumer")
    return place


def find_consumers(
    db: Database, scope: Scope, office_code: str, words: str, limit: int = FOUND_ROWS
) -> Found:
    """Find by account, meter or mobile number (words with a digit), else by letters of the name.

    Raises BadInput("search_empty"), BadInput("search_short") for fewer than three letters above a division.
    """
    scope.require(Right.SEE_NUMBERS)
    office = get_office(db, scope, office_code)
    text = " ".join(words.split())
    if not text:
        raise BadInput("search_empty")
    interval = {"first_no": office.office_no, "last_no": office.last_no, "row_limit": limit}
    with db.read() as cursor:
        if any(letter.isdigit() for letter in text):
            return _find_by_key(cursor, text, interval)
        return _find_by_name(cursor, office, text, interval)


def _find_by_key(cursor: Cursor, text: str, interval: dict[str, int]) -> Found:
    [verdict] = judge([text])
    key = judge_account(text)[0].replace(" ", "")  # ९४७… is 947…
    rows = list(
        _queries.list_by_key(
            cursor, **interval, account_office_no=locate(cursor, [key]).get(key, 0), key=key, upper_key=key.upper(), mobile=verdict.mobile
        )
    )  # fmt: skip
    count = int(rows[0][-1]) if rows else 0
    return Found(pd.DataFrame([row[:-1] for row in rows], columns=list(FOUND_COLUMNS)), count)


def _find_by_name(cursor: Cursor, office: Office, text: str, interval: dict[str, int]) -> Found:
    is_small = LEVELS.index(office.level) >= LEVELS.index("division")
    if len(text.replace(" ", "")) < _LEAST_LETTERS and not is_small:
        raise BadInput("search_short", least=_LEAST_LETTERS)
    parts = _spell(text.upper())
    count = int(_queries.count_by_name(cursor, first_no=office.office_no, last_no=office.last_no, **parts))
    rows = list(_queries.list_by_name(cursor, **interval, **parts)) if count else []
    return Found(pd.DataFrame(rows, columns=list(FOUND_COLUMNS)), count)


def _spell(text: str) -> dict[str, str]:
    """Return a text with the dots below Hindi letters as signs of their own, and as parts of the letters: reports and keyboards write either."""
    part = dotted = unicodedata.normalize("NFC", text)
    for apart, together in _DOTTED_LETTERS.items():
        dotted = dotted.replace(apart, together)
    return {"part": part, "dotted_part": dotted}


def get_consumer(db: Database, scope: Scope, account_no: str) -> Consumer:
    """Return one consumer of the scope. Needs Right.SEE_NUMBERS; raises Refused("consumer") outside the scope."""
    with db.read() as cursor:
        return read_consumer(cursor, require_consumer(cursor, scope, Right.SEE_NUMBERS, account_no))


def read_consumer(cursor: Cursor, place: Place) -> Consumer:
    """Return the consumer at a place that was found within a scope."""
    return Consumer(*_queries.get_consumer(cursor, account_no=place.account_no, office_no=place.office_no))


def list_number_events(db: Database, scope: Scope, account_no: str) -> list[NumberEvent]:
    """Return the changes of an account's number, newest first. Needs Right.SEE_NUMBERS."""
    with db.read() as cursor:
        place = require_consumer(cursor, scope, Right.SEE_NUMBERS, account_no)
        return [NumberEvent(*row) for row in _queries.list_number_events(cursor, account_no=place.account_no)]


def list_originals(db: Database, scope: Scope, account_no: str) -> dict[str, str]:
    """Return by field (name, address) how the reports wrote it, where that was in the letters of Kruti Dev. Needs Right.SEE_NUMBERS."""
    with db.read() as cursor:
        place = require_consumer(cursor, scope, Right.SEE_NUMBERS, account_no)
        return dict(_queries.list_originals(cursor, account_no=place.account_no))


def open_number(db: Database, scope: Scope, clock: Clock, account_no: str) -> None:
    """Enter in the audit trail that a person looks at a consumer's number in full; to be called before it is shown."""

    def change(cursor: Cursor) -> None:
        place = require_consumer(cursor, scope, Right.SEE_NUMBERS, account_no)
        record(
            cursor, clock(), scope.username, "consumer.open_number", office_code=place.office_code, row_count=1,
            detail={"consumer": place.account_no},
        )  # fmt: skip

    db.write(change, alters_pages=False)


def restore_corrections(cursor: Cursor, since: datetime) -> None:
    """Put back what people corrected while a new registry was made beside the old one; in the import's commit."""
    _queries.restore_numbers(cursor, since=since)
    _queries.restore_texts(cursor, since=since)
