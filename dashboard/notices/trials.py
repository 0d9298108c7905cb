"""Test sends to an author's own number: no page shows them, so that nobody could let one go on that has paused."""

from datetime import timedelta

from dashboard.access.audit import record
from dashboard.delivery import ledger
from dashboard.notices.lifecycle import CLOCK
from dashboard.notices.notice import queries
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

_REST = timedelta(minutes=10)  # what stopped it may have passed
_LONGEST = timedelta(hours=24)  # nobody waits for a test of yesterday


def let_trials_go_on(db: Database, clock: Clock) -> int:
    """Try test sends again that have rested for ten minutes, give up those of yesterday; return how many moved. System function.

    One whose template rests at Meta is left to the dispatcher, which knows for how long. The audit trail tells of what is given up.
    """
    now = clock()
    with db.read() as cursor:
        found = list(queries.list_resting_trials(cursor, before=now - _REST))
    if not found:
        return 0

    def change(cursor: Cursor) -> int:
        resting = list(queries.list_resting_trials(cursor, before=now - _REST))
        for job_id, made_at in resting:
            if made_at > now - _LONGEST:
                ledger.go_on(cursor, job_id, now)
            else:
                ledger.cancel(cursor, job_id, now)
                record(cursor, now, CLOCK, "notice.test_given_up", row_count=1)
        return len(resting)

    return db.write(change)
