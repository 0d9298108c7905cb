"""The consent ledger: facts are appended, what stands now is derived in the same commit, coverage follows."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dashboard.registry.states import Refresh
from dashboard.registry.touched import put_back, take_accounts, take_numbers
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("consent.sql"))
WORDING = "2026-11"  # version of the wording that forms, posters and answers carry


@dataclass(frozen=True)
class ConsentFact:
    """One person's word for one account: kind opt_in or opt_out, `given_at` UTC, `how` and `evidence` for the record."""

    account_no: str
    mobile: int
    kind: str
    given_at: datetime
    recorded_at: datetime
    how: str
    username: str
    evidence: str
    language: str = "hi"
    wording: str = WORDING


def record_consents(cursor: Cursor, facts: Sequence[ConsentFact], refresh: Refresh) -> None:
    """Append facts and bring numbers, states and coverage of their accounts up to date; one fact an account.

    A number that was consented to is the number in use from then on. Called inside a change.
    """
    if not facts:
        return
    take_accounts(cursor, [fact.account_no for fact in facts if fact.account_no])
    with _registered(cursor, "consent_rows", pd.DataFrame([asdict(fact) for fact in facts])):
        queries.append_events(cursor)
        queries.delete_consents(cursor)
        queries.insert_consents(cursor)
        queries.append_number_events(cursor)
        queries.take_over_numbers(cursor)
    put_back(cursor, refresh)


def suppressed_numbers(cursor: Cursor, mobiles: Sequence[int]) -> set[int]:
    """Return those of the numbers that have opted out: asked again right before a message goes. System function."""
    if not mobiles:
        return set()
    with ask_numbers(cursor, mobiles):
        return {mobile for (mobile,) in queries.suppressed(cursor)}


def mark_undeliverable(cursor: Cursor, mobiles: Sequence[int], now: datetime, refresh: Refresh) -> None:
    """Note that WhatsApp cannot reach these numbers; their consumers become unusable. System function, inside a change."""
    if not mobiles:
        return
    take_numbers(cursor, mobiles)
    with ask_numbers(cursor, mobiles):
        queries.insert_undeliverable(cursor, now=now)
    put_back(cursor, refresh)


def mark_reachable(cursor: Cursor, mobiles: Sequence[int], refresh: Refresh) -> None:
    """Forget that numbers could not be reached: they have just written to us. System function, inside a change."""
    with ask_numbers(cursor, mobiles):
        back = [mobile for (mobile,) in queries.list_undeliverable(cursor)]
        queries.delete_undeliverable(cursor)
    if back:
        take_numbers(cursor, back)
        put_back(cursor, refresh)


@contextmanager
def _registered(cursor: Cursor, name: str, rows: object) -> Iterator[None]:
    cursor.register(name, rows)
    try:
        yield
    finally:
        cursor.unregister(name)


def ask_numbers(cursor: Cursor, mobiles: Sequence[int]) -> AbstractContextManager[None]:
    """Lend these numbers to the next queries as the relation `asked_numbers`."""
    return _registered(cursor, "asked_numbers", pa.table({"mobile": pa.array(list(mobiles), pa.int64())}))
