"""Approval, step by step: each step by another person, none by the author; void after an edit or too long a wait."""

from datetime import datetime, timedelta
from functools import partial

from dashboard.access.scope import Right, Scope
from dashboard.delivery import ledger
from dashboard.errors import BadInput, IllegalChange, Refused
from dashboard.notices.chain import LOST, note_given_anew, withdraw_lost
from dashboard.notices.notice import (
    CLOCK,
    Notice,
    Step,
    approval_queries,
    has_given,
    job_of,
    queries,
    read_any_notice,
    read_notice,
    record_deed,
)
from dashboard.notices.seal import is_unchanged, seal_large
from dashboard.notices.states import Action, State, next_state
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

EXPIRED = "approval_expired"  # a notice's comment once the clock has taken it back
_SHORTEST_COMMENT = 3


def approve(db: Database, scope: Scope, clock: Clock, notice_id: int, approved_hash: str) -> None:
    """Give the next step to exactly what was shown (`approved_hash`); the last step approves the notice.

    Earlier steps whose giver has lost the right since are taken back first and wanted anew. Where one was lost under way, the
    last step lets a person have it go on. Raises Refused("own_notice") for whoever wrote or submitted it (by whichever account), ("approval_given") for whoever gave an earlier
    step, ("approval_level") for an office below the step's, ("hash_stale") where the notice has changed since.
    """
    with db.read() as reader:
        seal = seal_large(reader, read_notice(reader, scope, Right.APPROVE, notice_id))

    def change(cursor: Cursor) -> None:
        notice = read_notice(cursor, scope, Right.APPROVE, notice_id)
        state, now = next_state(notice.state, Action.APPROVE), clock()
        if withdraw_lost(cursor, notice, now):
            notice = read_notice(cursor, scope, Right.APPROVE, notice_id)
        _require_another(scope, notice)
        step = _require_step(scope, notice)
        if approved_hash != notice.content_hash or not is_unchanged(cursor, notice, seal):
            raise Refused("hash_stale")
        if step is not None:
            approval_queries.insert_given(
                cursor, job_id=notice.job_id, step_no=step.step_no, username=scope.username,
                content_hash=approved_hash, now=now,
            )  # fmt: skip
        if all(other.given_by for other in notice.steps if other is not step):
            _decide(cursor, notice, state, scope.username, now, None)
            if state is State.PAUSED:
                note_given_anew(cursor, notice, now)
        number = step.step_no if step else 1
        record_deed(cursor, now, scope.username, "notice.approve", notice, step=number, hash=approved_hash)

    db.write(change)


def return_notice(db: Database, scope: Scope, clock: Clock, notice_id: int, comment: str) -> None:
    """Send a notice back to its author with a comment; what was frozen is void. Raises BadInput("comment_missing")."""
    if len(comment.strip()) < _SHORTEST_COMMENT:
        raise BadInput("comment_missing")

    def change(cursor: Cursor) -> None:
        notice = read_notice(cursor, scope, Right.APPROVE, notice_id)
        state = next_state(notice.state, Action.RETURN)
        _require_another(scope, notice)
        now = clock()
        _discard(cursor, notice, now)
        _decide(cursor, notice, state, scope.username, now, comment.strip()[:1000])
        record_deed(cursor, now, scope.username, "notice.return", notice)

    db.write(change)


def list_waiting_for(db: Database, scope: Scope) -> list[Notice]:
    """Return the submitted notices whose next step this person may give: of their offices, not their own."""
    scope.require(Right.APPROVE)
    with db.read() as cursor:
        rows = list(
            approval_queries.list_submitted(cursor, first_no=scope.first_no, last_no=scope.last_no, lost=LOST)
        )
        notices = [read_notice(cursor, scope, Right.APPROVE, notice_id) for (notice_id,) in rows]
    return [notice for notice in notices if may_approve(scope, notice)]


def may_approve(scope: Scope, notice: Notice) -> bool:
    """Tell whether this person may give a notice's next step; `approve` asks again."""
    step = notice.next_step
    return (
        scope.may(Right.APPROVE)
        and scope.username not in notice.author_accounts
        and not has_given(notice, scope.username)
        and (step is None or step.may_be_given_by(scope))
    )


def count_approvers(db: Database, notice: Notice) -> int:
    """Return how many accounts could give a notice's next step; 0 means that it waits for nobody."""
    step = notice.next_step
    if step is None:
        return 0
    barred = notice.author_accounts.union(*(other.giver_accounts for other in notice.steps))
    with db.read() as cursor:
        return int(
            approval_queries.count_approvers(
                cursor, first_no=step.first_no, last_no=step.last_no, barred=list(barred)
            )
        )


def expire_approvals(db: Database, clock: Clock, hours: float) -> int:
    """Take back what waited too long for its approval or, approved, for its start; return how many. System function."""
    since = clock() - timedelta(hours=hours)
    with db.read() as cursor:
        due = [notice_id for (notice_id,) in approval_queries.list_expired(cursor, since=since)]
    for notice_id in due:
        db.write(partial(_expire, now=clock(), notice_id=notice_id))
    return len(due)


def _expire(cursor: Cursor, now: datetime, notice_id: int) -> None:
    notice = read_any_notice(cursor, notice_id)
    if notice.state not in (State.SUBMITTED, State.APPROVED):
        return
    _discard(cursor, notice, now)
    _decide(cursor, notice, next_state(notice.state, Action.EXPIRE), CLOCK, now, EXPIRED)
    record_deed(cursor, now, CLOCK, "notice.expire", notice)


def _require_another(scope: Scope, notice: Notice) -> None:
    if scope.username in notice.author_accounts:
        raise Refused("own_notice")


def _require_step(scope: Scope, notice: Notice) -> Step | None:
    """Return the step that this person may give; None for a submission from before there were steps."""
    step = notice.next_step
    if step is None and notice.state is State.PAUSED:
        raise IllegalChange("notice_transition", state=notice.state.value, action=Action.APPROVE.value)
    if has_given(notice, scope.username):
        raise Refused("approval_given")
    if step and not step.may_be_given_by(scope):
        raise Refused("approval_level", level=step.level, step=step.step_no, count=len(notice.steps))
    return step


def _discard(cursor: Cursor, notice: Notice, now: datetime) -> None:
    ledger.discard(cursor, job_of(notice), now)


def _decide(
    cursor: Cursor, notice: Notice, state: State, username: str, now: datetime, comment: str | None
) -> None:
    queries.decide(
        cursor, notice_id=notice.notice_id, state=state.value, username=username, now=now, comment=comment
    )  # fmt: skip
