"""The notices that one account was sent, and what became of each."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboard.access.scope import Right, Scope
from dashboard.delivery import ledger
from dashboard.delivery.errors_table import rule_for
from dashboard.registry.consumers import require_consumer
from dashboard.store.database import Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("history.sql"))
LATEST = 25  # messages to an account that are listed


@dataclass(frozen=True)
class SentNotice:
    """One message to an account: `state` as the report has it, `words` the key of the reason where it failed."""

    notice_id: int | None
    template: str
    released_at: datetime
    state: str
    words: str | None


def list_sent_notices(db: Database, scope: Scope, account_no: str, limit: int = LATEST) -> list[SentNotice]:
    """Return the latest notices to an account, newest first, whichever office sent them. Needs Right.SEE_NUMBERS."""
    with db.read() as cursor:
        place = require_consumer(cursor, scope, Right.SEE_NUMBERS, account_no)
        rows = list(_queries.list_messages_to(cursor, account_no=place.account_no, row_limit=limit))
        states = ledger.list_states(cursor, [(row[0], row[1]) for row in rows])
    return [_with_state(row, *states[row[0], row[1]]) for row in rows]


def _with_state(row: tuple[Any, ...], state: str, code: int | None) -> SentNotice:
    words = rule_for(code).words if state == "failed" else None
    return SentNotice(row[2], row[3], row[4], state, words)
