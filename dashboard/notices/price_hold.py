"""A send whose template became dearer on the way: paused at once, until somebody accepts the price and lets it go on."""

from datetime import datetime
from functools import partial

from dashboard.access.audit import record
from dashboard.delivery import ledger
from dashboard.notices.notice import CLOCK, queries, read_any_notice
from dashboard.notices.standing import read_standing
from dashboard.notices.states import State
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

HELD = "template_held"


def hold_dear(db: Database, clock: Clock) -> int:
    """Pause the notices under way that WhatsApp now counts as marketing without anybody's word; return how many. System function."""
    with db.read() as cursor:
        sending = list(queries.list_sending(cursor))
        standing = read_standing(cursor) if sending else {}
    dear = [
        notice_id
        for notice_id, template, language in sending
        if (one := standing.get((template, language))) and one.is_held
    ]
    for notice_id in dear:
        db.write(partial(_hold, now=clock(), notice_id=notice_id))
    return len(dear)


def _hold(cursor: Cursor, now: datetime, notice_id: int) -> None:
    notice = read_any_notice(cursor, notice_id)
    if notice.state is State.SENDING and notice.job_id is not None:
        ledger.pause(cursor, notice.job_id, HELD, now)
        detail = {"notice": notice_id, "reason": HELD}
        record(cursor, now, CLOCK, "notice.pause", office_code=notice.office_code, detail=detail)
