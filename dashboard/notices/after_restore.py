"""A backup was put back: what went out since it was made is not known here, so that nothing may go out by itself."""

from dataclasses import dataclass

from dashboard.access.audit import record
from dashboard.delivery import ledger
from dashboard.delivery.reference import renew_prefix
from dashboard.notices.notice import CLOCK, queries, read_any_notice
from dashboard.notices.outage_course import leave_untold
from dashboard.notices.repeats import skip_missed
from dashboard.notices.states import Action, next_state
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

RESTORED = "restored"  # why a notice rests or came back


@dataclass(frozen=True)
class Held:
    """How many notices rest until a person lets them go on, and how many went back to their authors."""

    paused: int
    returned: int


def hold_after_restore(db: Database, clock: Clock) -> Held:
    """Hold all that could go out a second time, in one commit that the audit trail tells of. System function.

    What was under way rests. What waited for leave or for its hour goes back to its author: it may have gone out since. So does a
    monthly notice whose hour has passed. Answers to consumers and test sends are given up, and so is the end of an outage that
    nobody was told of yet. Reports on messages that are forgotten are taken for no other's.
    """

    def change(cursor: Cursor) -> Held:
        now = clock()
        for (job_id,) in list(queries.list_unshown(cursor)):  # nobody could let them go on
            ledger.cancel(cursor, job_id, now)
        paused = ledger.hold_all(cursor, RESTORED, now)
        waiting = [notice_id for (notice_id,) in queries.list_waiting(cursor)]
        for notice_id in waiting:
            _return(cursor, clock, notice_id)
        skip_missed(cursor, now, RESTORED)
        leave_untold(cursor, now)
        renew_prefix(cursor)
        held = Held(paused, len(waiting))
        record(cursor, now, CLOCK, "registry.restore", detail=vars(held))
        return held

    return db.write(change)


def _return(cursor: Cursor, clock: Clock, notice_id: int) -> None:
    notice, now = read_any_notice(cursor, notice_id), clock()
    if notice.job_id is not None:
        ledger.discard(cursor, notice.job_id, now)
    state = next_state(notice.state, Action.RETURN).value
    queries.decide(
        cursor, notice_id=notice_id, state=state, username=CLOCK, now=now, comment=RESTORED
    )  # fmt: skip
