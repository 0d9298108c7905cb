"""What a person does about a notice's messages in doubt: counts them, settles them all at once."""

from datetime import datetime, timedelta
from functools import partial

from dashboard.access.scope import Right, Scope
from dashboard.delivery import doubts
from dashboard.errors import Refused
from dashboard.notices.chain import HOLDS, withdraw_lost
from dashboard.notices.follow_up import follow_queries
from dashboard.notices.notice import Notice, job_of, queries, read_any_notice, read_notice, record_deed
from dashboard.notices.states import State
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database


def count_doubts(db: Database, scope: Scope, clock: Clock, notice_id: int, grace: timedelta) -> doubts.Doubts:
    """Count what is in doubt of a notice, and how much of it a person may settle: reports have `grace` before. Of a very large one as it was
    up to some seconds ago."""
    with db.read() as cursor:
        job_id = job_of(read_notice(cursor, scope, Right.SEND, notice_id))
    return db.ease(("doubts", job_id, grace), lambda: _count_doubts(db, clock, job_id, grace))


def _count_doubts(db: Database, clock: Clock, job_id: int, grace: timedelta) -> doubts.Doubts:
    with db.read() as cursor:
        return doubts.count_doubts(cursor, job_id, clock(), grace)


def settle_doubt(
    db: Database, scope: Scope, clock: Clock, notice_id: int, as_sent: bool, grace: timedelta = timedelta(),
    holds: timedelta = HOLDS,
) -> int:  # fmt: skip
    """Settle every message in doubt for longer than `grace` by a person's word: treated as sent, or sent again.

    Returns how many they were. Very many are settled by several commits, each of which stands in the audit trail. A notice that had
    ended and whose approver has left since waits for that approval anew.
    Sending again is Refused("notice_overtaken") where an outage is over or a later time was told,
    ("doubt_too_old") where the notice ended longer ago than an approval `holds`.
    """

    def change(cursor: Cursor, chosen: doubts.Chosen) -> int:
        notice = read_notice(cursor, scope, Right.SEND, notice_id)
        if not as_sent and (bar := _find_bar(cursor, notice, clock(), holds)):
            raise Refused(bar)
        count = doubts.settle(cursor, chosen, as_sent, clock())
        if count and not as_sent and notice.state is State.FINISHED:
            queries.set_state(cursor, notice_id=notice_id, state=State.SENDING.value)
            withdraw_lost(cursor, read_any_notice(cursor, notice_id), clock())
        if count:
            record_deed(
                cursor, clock(), scope.username, "notice.settle_doubt", notice, as_sent=as_sent, count=count
            )
        return count

    with db.read() as cursor:
        job_id = job_of(read_notice(cursor, scope, Right.SEND, notice_id))
        lots = doubts.choose_ripe(cursor, job_id, clock() - grace)
    return sum(db.write(partial(change, chosen=lot)) for lot in lots)


def find_doubt_bar(
    db: Database, scope: Scope, clock: Clock, notice_id: int, holds: timedelta = HOLDS
) -> str | None:
    """Return why what is in doubt may not be sent again (a key of `error`), None where it may. Needs Right.SEND."""
    with db.read() as cursor:
        return _find_bar(cursor, read_notice(cursor, scope, Right.SEND, notice_id), clock(), holds)


def _find_bar(cursor: Cursor, notice: Notice, now: datetime, holds: timedelta) -> str | None:
    if follow_queries.is_overtaken(cursor, notice_id=notice.notice_id):
        return "notice_overtaken"
    if notice.state is State.FINISHED and now >= (notice.finished_at or now) + holds:
        return "doubt_too_old"
    return None
