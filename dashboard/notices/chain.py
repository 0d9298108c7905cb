"""Whether the approvals given still count: each giver must be, at this moment, one who could give it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from dashboard.access.audit import record
from dashboard.delivery import ledger
from dashboard.errors import Refused
from dashboard.notices.notice import CLOCK, Notice, Step, approval_queries, job_of, queries, read_any_notice
from dashboard.notices.states import Action, State, next_state
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

LOST = "approver_lost"  # a notice's comment, or why its send is paused, once an approval was taken back
GIVEN_ANEW = "approved_anew"  # why it is still paused once all is approved again
HOLDS = timedelta(hours=48)  # how long an approval holds, where the caller has no setting at hand
_UNDER_WAY = (State.SENDING, State.PAUSED)
_JUDGED = (State.SUBMITTED, State.APPROVED, State.SCHEDULED, *_UNDER_WAY)


def find_lost(cursor: Cursor, notice: Notice) -> tuple[Step, ...]:
    """Return the steps whose approval counts no more.

    Their giver was disabled, has another role or office, or turned out to be the author or the giver of an earlier step under
    another account.
    """
    return tuple(step for step in notice.steps if step.given_by and not _counts(cursor, notice, step))


def _counts(cursor: Cursor, notice: Notice, step: Step) -> bool:
    earlier: Iterable[Step] = (other for other in notice.steps if other.step_no < step.step_no)
    return (
        step.given_by not in notice.author_accounts
        and not any(step.given_by in other.giver_accounts for other in earlier)
        and bool(
            approval_queries.may_give(
                cursor, username=step.given_by, first_no=step.first_no, last_no=step.last_no
            )
        )
    )


def require_chain(cursor: Cursor, notice: Notice) -> None:
    """Raise Refused("approver_lost") where an approval counts no more."""
    if lost := find_lost(cursor, notice):
        raise _refuse(lost)


def still_holds(cursor: Cursor, notice: Notice, now: datetime, holds: timedelta) -> bool:
    """Tell whether what a notice was approved for may still be done under that approval."""
    since = notice.decided_at or notice.submitted_at
    is_whole = notice.next_step is None and not find_lost(cursor, notice)
    return since is not None and now < since + holds and is_whole


def withdraw_lost(cursor: Cursor, notice: Notice, now: datetime) -> Refused | None:
    """Take back what counts no more and put the notice before its approvers again; return what to tell, None: all count.

    A send under way is paused meanwhile, whatever else it rests for.
    """
    lost = find_lost(cursor, notice)
    if not lost:
        return None
    for step in lost:
        approval_queries.insert_void(
            cursor, job_id=notice.job_id, step_no=step.step_no, username=step.given_by, now=now
        )
    state = next_state(notice.state, Action.REOPEN)
    if state is State.PAUSED:
        _hold(cursor, notice, LOST, now)
    else:
        queries.decide(
            cursor, notice_id=notice.notice_id, state=state.value, username=CLOCK, now=now, comment=LOST
        )
    detail = {"notice": notice.notice_id, "steps": [f"{step.step_no}: {step.given_by}" for step in lost]}
    record(cursor, now, CLOCK, "notice.reopen", office_code=notice.office_code, detail=detail)
    return _refuse(lost)


def note_given_anew(cursor: Cursor, notice: Notice, now: datetime) -> None:
    """Say of a send that was paused for a lost approval that nothing is missing any more: a person may let it go on."""
    _hold(cursor, notice, GIVEN_ANEW, now)


def _hold(cursor: Cursor, notice: Notice, reason: str, now: datetime) -> None:
    if notice.state is State.PAUSED:
        ledger.go_on(cursor, job_of(notice), now)
    ledger.pause(cursor, job_of(notice), reason, now)


def rejudge_chains(db: Database, clock: Clock) -> int:
    """Take back the approvals of people who may not give them any more; return how many notices wait anew. System function."""
    with db.read() as cursor:
        doubtful = [notice_id for (notice_id,) in approval_queries.list_doubtful(cursor)]
    return _rejudge(db, clock, doubtful)


def rejudge_under_way(db: Database, clock: Clock) -> int:
    """Look at every approved send under way: a giver may have turned out to be its author. As `rejudge_chains`."""
    with db.read() as cursor:
        under_way = [notice_id for (notice_id,) in approval_queries.list_under_way(cursor)]
    return _rejudge(db, clock, under_way)


def _rejudge(db: Database, clock: Clock, notice_ids: list[int]) -> int:
    if not notice_ids:
        return 0
    with db.read() as cursor:  # most have lost nothing, and nothing is written of them
        notices = [read_any_notice(cursor, notice_id) for notice_id in notice_ids]
        lost = [one.notice_id for one in notices if one.state in _JUDGED and find_lost(cursor, one)]
    return sum(db.write(partial(_withdraw, clock=clock, notice_id=notice_id)) for notice_id in lost)


def _withdraw(cursor: Cursor, clock: Clock, notice_id: int) -> bool:
    notice = read_any_notice(cursor, notice_id)
    return notice.state in _JUDGED and withdraw_lost(cursor, notice, clock()) is not None


def _refuse(lost: tuple[Step, ...]) -> Refused:
    first = lost[0]
    return Refused(
        "approver_lost", name=first.giver_name or first.given_by, level=first.level, step=first.step_no
    )
