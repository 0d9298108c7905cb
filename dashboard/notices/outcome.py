"""What a notice came to: what WhatsApp charged, how it compares with earlier ones, what its readers wrote back."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pandas as pd

from dashboard.access.scope import Right, Scope
from dashboard.config import Settings
from dashboard.delivery import ledger, tallies
from dashboard.delivery.ledger import Tally
from dashboard.notices.audience import mask_number
from dashboard.notices.notice import read_notice
from dashboard.notices.prices import price_on
from dashboard.notices.report import report_queries
from dashboard.registry.offices import find_office
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Cursor, Database

EARLIER_COLUMNS = (
    "notice_id", "sent_at", "office", "office_hi", "office_code", "recipients", "accepted", "delivered", "read", "failed",
    "above", "above_hi",
)  # fmt: skip
REPLY_COLUMNS = ("sent_at", "account_no", "mobile", "text", "meaning")
_REPLY_SPAN = timedelta(hours=72)
_A_ROUND = 5


@dataclass(frozen=True)
class Bill:
    """What WhatsApp has reported as charged so far: rupees with GST, messages; `priced` counts those of which it said anything."""

    cost: float
    billed: int
    priced: int


def bill_of(db: Database, scope: Scope, settings: Settings, notice_id: int) -> Bill:
    """Return what a notice has cost by WhatsApp's own reports, at the prices of the day it went. Needs Right.SEE_NOTICES."""
    with db.read() as cursor:
        notice = read_notice(cursor, scope, Right.SEE_NOTICES, notice_id)
        rows = tallies.read_priced(cursor, notice.job_id or 0)
    day = india_day(notice.send_at or notice.created_at)
    charged = {category: count for category, is_charged, count in rows if is_charged}
    cost = sum(price_on(settings, category, day).of(count) for category, count in charged.items())
    return Bill(cost, sum(charged.values()), sum(count for *_, count in rows))


def list_earlier(db: Database, scope: Scope, notice_id: int, limit: int = 7) -> pd.DataFrame:
    """Return earlier notices with the same words within the scope, oldest first, those of this office's line preferred.

    Their sums are those kept by `keep_tallies`. Needs Right.SEE_NOTICES.
    """
    with db.read() as cursor:
        notice = read_notice(cursor, scope, Right.SEE_NOTICES, notice_id)
        office = find_office(cursor, notice.office_code)
        rows = list(
            report_queries.list_earlier(
                cursor, template=notice.template, notice_id=notice_id, office_no=office.office_no,
                first_no=scope.first_no, last_no=scope.last_no, row_limit=limit,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(EARLIER_COLUMNS)).sort_values("notice_id", ignore_index=True)


def list_replies(db: Database, scope: Scope, notice_id: int, limit: int = 50) -> pd.DataFrame:
    """Return what a notice's recipients wrote within three days of it, newest first, numbers masked. Needs Right.SEE_NUMBERS."""
    with db.read() as cursor:
        notice = read_notice(cursor, scope, Right.SEE_NUMBERS, notice_id)
        rows = []
        if notice.job_id is not None and notice.send_at is not None:
            until = notice.send_at + _REPLY_SPAN
            rows = list(
                report_queries.list_replies(
                    cursor, job_id=notice.job_id, since=notice.send_at, until=until, row_limit=limit
                )
            )
    frame = pd.DataFrame(rows, columns=list(REPLY_COLUMNS))
    frame["mobile"] = [mask_number(mobile) for mobile in frame["mobile"]]
    return frame


def keep_tallies(db: Database, clock: Clock) -> int:
    """Keep the sums of some notices that ended, return how many: pages compare these, never the ledgers. System function."""
    now = clock()
    with db.read() as cursor:
        due = list(report_queries.list_uncounted(cursor, now=now, row_limit=_A_ROUND))
        sums = [(notice_id, ledger.tally(cursor, job_id)) for notice_id, job_id in due]
    for notice_id, counts in sums:
        db.write(partial(_keep, notice_id=notice_id, counts=counts, clock=clock), alters_pages=False)
    return len(sums)


def _keep(cursor: Cursor, notice_id: int, counts: Tally, clock: Clock) -> None:
    report_queries.drop_tally(cursor, notice_id=notice_id)
    report_queries.insert_tally(
        cursor, notice_id=notice_id, now=clock(), recipients=counts.total, accepted=counts.accepted_or_beyond,
        delivered=counts.delivered_or_beyond, read=counts.read, failed=counts.failed,
    )  # fmt: skip
