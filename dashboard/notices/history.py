"""The notices that one account was sent, and what became of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from dashboard.access.scope import Right, Scope
from dashboard.delivery import stretches
from dashboard.delivery.errors_table import rule_for
from dashboard.delivery.stretches import Standing
from dashboard.registry.consumers import require_consumer
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("history.sql"))
LATEST = 25  # messages to an account that are listed
_LONGEST_KEY = 19  # digits of an account that are a number no more, as in message_place


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
        account = require_consumer(cursor, scope, Right.SEE_NUMBERS, account_no).account_no
        return list(islice(_read_sent(cursor, account), limit))


def _read_sent(cursor: Cursor, account: str) -> Iterator[SentNotice]:
    has_place = account.isascii() and account.isdigit() and len(account) < _LONGEST_KEY
    ask = _queries.list_placed if has_place else _queries.list_messages_to
    for job_id, message_no, *told in list(ask(cursor, account_no=account)):
        standing = stretches.find_standing(cursor, job_id, message_no)
        if standing.account_no == account:
            yield _describe(told, standing)


def _describe(told: list[Any], standing: Standing) -> SentNotice:
    words = rule_for(standing.code).words if standing.state == "failed" else None
    notice_id, template, released_at = told
    return SentNotice(notice_id, template, released_at, standing.state, words)
