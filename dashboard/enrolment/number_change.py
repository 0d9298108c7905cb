"""WhatsApp says that a person has another number now: a case for a person to settle, never a silent overwrite."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dashboard.enrolment.cases import open_case
from dashboard.enrolment.known import accounts_on_file, look_up_accounts, look_up_senders
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("number_change.sql"))
SOURCE = "number_change"


@dataclass(frozen=True)
class NumberChange:
    """The note (by WhatsApp's id) that a number was given up for another; ten digits each, UTC."""

    wamid: str
    old_mobile: int = field(repr=False)
    new_mobile: int = field(repr=False)
    said_at: datetime


def handle_number_change(db: Database, clock: Clock, change: NumberChange) -> int:
    """Open a case for each account with the old number that has not opted out; return how many. The same note acts once.

    System function, called by the webhook.
    """
    return db.write(lambda cursor: _open_cases(cursor, change, clock()), alters_pages=False)


def _open_cases(cursor: Cursor, change: NumberChange, now: datetime) -> int:
    if change.old_mobile == change.new_mobile or _queries.is_known(cursor, wamid=change.wamid):
        return 0
    _queries.insert_change(
        cursor, wamid=change.wamid, old_mobile=change.old_mobile, new_mobile=change.new_mobile, said_at=change.said_at, now=now
    )  # fmt: skip
    old = change.old_mobile
    language = look_up_senders(cursor, [old]).languages.get(old, "hi")
    accounts = look_up_accounts(cursor, accounts_on_file(cursor, [old]).get(old, ()))
    with_it = [one for _, one in sorted(accounts.items()) if one.state != "opted_out"]
    for one in with_it:
        open_case(
            cursor, account_no=one.account_no, office_code=one.office_code, on_file=one.mobile, claimed=change.new_mobile,
            source=SOURCE, language=language, now=now,
        )  # fmt: skip
    return len(with_it)
