"""What happens to an approved notice: started, paused, cancelled, finished."""

from datetime import datetime, timedelta
from functools import partial

from dashboard.access.scope import Right, Scope
from dashboard.delivery import ledger, numbers
from dashboard.errors import BadInput, Refused
from dashboard.notices.chain import require_chain, withdraw_lost
from dashboard.notices.hours import Span
from dashboard.notices.notice import (
    CLOCK,
    Notice,
    has_given,
    job_of,
    queries,
    read_any_notice,
    read_notice,
    record_deed,
)
from dashboard.notices.pacing import AS_IT_COMES, RESTS, Pace, let_go, overrides_quiet, set_pace
from dashboard.notices.seal import Seal, is_unchanged, seal_large
from dashboard.notices.standing import find_obstacle
from dashboard.notices.states import TRANSITIONS, Action, State, next_state
from dashboard.notices.templates import get_template
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

_PERSON = "person"
STALE, TEMPLATE_BACK = "hash_stale", "template"  # why the clock returns a scheduled notice
_WAIT_FOR_TEMPLATE = timedelta(hours=6)  # WhatsApp pauses a template for three hours, then for six
_RIGHTS = {
    Action.EDIT: Right.COMPOSE, Action.DELETE: Right.COMPOSE, Action.SUBMIT: Right.COMPOSE,
    Action.APPROVE: Right.APPROVE, Action.RETURN: Right.APPROVE,
    Action.START: Right.SEND, Action.SCHEDULE: Right.SEND, Action.PAUSE: Right.SEND, Action.GO_ON: Right.SEND,
    Action.CANCEL: Right.SEND,
}  # fmt: skip


def list_actions(scope: Scope, notice: Notice) -> frozenset[Action]:
    """Return what this person may do with a notice as it stands: for the buttons of a page; the functions ask again."""
    possible = {action for state, action in TRANSITIONS if state is notice.state}
    allowed = {action for action in possible if action in _RIGHTS and scope.may(_RIGHTS[action])}
    if notice.created_by != scope.username:
        allowed -= {Action.EDIT, Action.SUBMIT, Action.DELETE}
    if notice.is_follow_up:
        allowed -= {Action.EDIT, Action.SUBMIT}
    if scope.username in notice.author_accounts:
        allowed -= {Action.APPROVE, Action.RETURN}
    step = notice.next_step
    if step and (not step.may_be_given_by(scope) or has_given(notice, scope.username)):
        allowed -= {Action.APPROVE}
    if step is None and notice.state is State.PAUSED:
        allowed -= {Action.APPROVE}
    if notice.pause_reason in RESTS or (step and notice.state is State.PAUSED):
        allowed -= {Action.GO_ON}
    return frozenset(allowed)


def start(
    db: Database,
    scope: Scope,
    clock: Clock,
    notice_id: int,
    send_at: datetime | None = None,
    *,
    pace: Pace = AS_IT_COMES,
    quiet: Span | None = None,
    shown_hash: str | None = None,
) -> None:
    """Let an approved notice go out now, or at a time (UTC). A second press finds it started: IllegalChange.

    It keeps to `pace`, and rests in the `quiet` hours unless its purpose is urgent, which the audit trail then says.
    Raises BadInput("schedule_past"), Refused("hash_stale") where the frozen rows are not those that were approved, or not those
    that the person has seen (`shown_hash`, where given), ("approver_lost") where an approval counts no more: the notice then waits for that approval anew.
    """
    if send_at is not None and send_at <= clock():
        raise BadInput("schedule_past")
    with db.read() as reader:
        seal = seal_large(reader, read_notice(reader, scope, Right.SEND, notice_id))

    def change(cursor: Cursor) -> Refused | None:
        notice = _may(cursor, scope, notice_id, Action.START if send_at is None else Action.SCHEDULE)
        if shown_hash not in (None, notice.content_hash):
            raise Refused("hash_stale")
        refusal = withdraw_lost(cursor, notice, clock())
        if refusal is None:
            start_on(cursor, scope, clock, notice_id, send_at, pace, quiet, seal)
        return refusal

    if refusal := db.write(change):
        raise refusal


def start_on(
    cursor: Cursor,
    scope: Scope,
    clock: Clock,
    notice_id: int,
    send_at: datetime | None = None,
    pace: Pace = AS_IT_COMES,
    quiet: Span | None = None,
    seal: Seal | None = None,
) -> None:
    """Start inside the caller's change; as `start`."""
    notice = read_notice(cursor, scope, Right.SEND, notice_id)
    state = next_state(notice.state, Action.START if send_at is None else Action.SCHEDULE)
    if not is_unchanged(cursor, notice, seal):
        raise Refused("hash_stale")
    require_chain(cursor, notice)
    if obstacle := find_obstacle(cursor, notice.template, notice.language):
        raise obstacle.as_error()
    set_pace(cursor, job_of(notice), notice.template, pace, quiet)
    if send_at is None:
        let_go(cursor, job_of(notice), notice.template, quiet, clock())
        record_override(cursor, clock(), scope.username, notice, quiet)
    queries.set_schedule(cursor, notice_id=notice_id, state=state.value, send_at=send_at or clock())
    record_deed(
        cursor, clock(), scope.username, "notice.start" if send_at is None else "notice.schedule", notice
    )


def pause(db: Database, scope: Scope, clock: Clock, notice_id: int) -> None:
    """Claim no further message; those on their way arrive."""

    def change(cursor: Cursor) -> None:
        notice = _may(cursor, scope, notice_id, Action.PAUSE)
        ledger.pause(cursor, job_of(notice), _PERSON, clock())
        record_deed(cursor, clock(), scope.username, "notice.pause", notice)

    db.write(change)


def go_on(db: Database, scope: Scope, clock: Clock, notice_id: int) -> None:
    """Let a paused notice go on, whoever or whatever paused it; one that rests goes on by itself: Refused("rests").

    Raises BadInput("template_held") while nobody has accepted what its template costs now, Refused("approver_lost") or
    ("approval_open") while an approval is wanted anew.
    """

    def change(cursor: Cursor) -> Refused | None:
        notice = _may(cursor, scope, notice_id, Action.GO_ON)
        if refusal := withdraw_lost(cursor, notice, clock()):
            return refusal
        if step := notice.next_step:
            raise Refused("approval_open", step=step.step_no, level=step.level)
        if notice.pause_reason in RESTS:
            raise Refused("rests")
        obstacle = find_obstacle(cursor, notice.template, notice.language)
        if obstacle and obstacle.code == "template_held":
            raise obstacle.as_error()
        ledger.go_on(cursor, job_of(notice), clock())
        numbers.open_numbers_of(cursor, job_of(notice), clock())
        record_deed(cursor, clock(), scope.username, "notice.go_on", notice)
        return None

    if refusal := db.write(change):
        raise refusal


def cancel(db: Database, scope: Scope, clock: Clock, notice_id: int) -> None:
    """End a notice for good: what was not sent yet is skipped."""

    def change(cursor: Cursor) -> None:
        notice = _may(cursor, scope, notice_id, Action.CANCEL)
        if notice.state in (State.APPROVED, State.SCHEDULED):
            ledger.discard(cursor, job_of(notice), clock())
        else:
            ledger.cancel(cursor, job_of(notice), clock())
        queries.set_state(cursor, notice_id=notice_id, state=State.CANCELLED.value)
        record_deed(cursor, clock(), scope.username, "notice.cancel", notice)

    db.write(change)


def release_due(db: Database, clock: Clock, quiet: Span | None = None) -> int:
    """Start scheduled notices whose time has come, return how many were due. System function.

    One whose frozen rows or template changed since goes back to its author instead, one whose approval counts no more to
    those who may approve it. One whose template WhatsApp has paused, or whose price nobody has accepted, waits some
    hours for that before it goes back.
    """
    with db.read() as cursor:
        due = [notice_id for (notice_id,) in queries.list_due(cursor, now=clock())]
    failed: list[Exception] = []
    for notice_id in due:
        try:
            with db.read() as cursor:
                seal = seal_large(cursor, read_any_notice(cursor, notice_id))
            db.write(partial(_release, clock=clock, notice_id=notice_id, quiet=quiet, seal=seal))
        except Exception as error:  # noqa: BLE001 - told below, once the others have had their turn
            failed.append(error)
    if failed:
        raise failed[0]
    return len(due)


def _release(cursor: Cursor, clock: Clock, notice_id: int, quiet: Span | None, seal: Seal | None) -> None:
    notice = read_any_notice(cursor, notice_id)
    if notice.state is not State.SCHEDULED:
        return
    now, job_id = clock(), job_of(notice)
    if withdraw_lost(cursor, notice, now):
        return
    obstacle = find_obstacle(cursor, notice.template, notice.language)
    if obstacle and notice.send_at and now < notice.send_at + _WAIT_FOR_TEMPLATE:
        return
    action = Action.RETURN if obstacle or not is_unchanged(cursor, notice, seal) else Action.START
    state = next_state(notice.state, action).value
    if action is Action.START:
        let_go(cursor, job_id, notice.template, quiet, now)
        record_override(cursor, now, CLOCK, notice, quiet)
        queries.set_state(cursor, notice_id=notice_id, state=state)
    else:
        ledger.discard(cursor, job_id, now)
        queries.decide(
            cursor,
            notice_id=notice_id,
            state=state,
            username=CLOCK,
            now=now,
            comment=TEMPLATE_BACK if obstacle else STALE,
        )
    record_deed(cursor, now, CLOCK, f"notice.{action}", notice)


def settle_finished(db: Database, clock: Clock) -> int:
    """Write down which notices have come to their end. System function."""
    with db.read() as cursor:
        ended = list(queries.list_ended(cursor))
    for notice_id, finished_at in ended:
        db.write(partial(_finish, now=clock(), notice_id=notice_id, finished_at=finished_at))
    return len(ended)


def _finish(cursor: Cursor, now: datetime, notice_id: int, finished_at: datetime) -> None:
    notice = read_any_notice(cursor, notice_id)
    if notice.state is State.FINISHED:  # a person may have let doubtful messages go again meanwhile
        queries.finish_notice(cursor, notice_id=notice_id, finished_at=finished_at)
        record_deed(cursor, now, CLOCK, "notice.finish", notice)


def record_override(cursor: Cursor, now: datetime, username: str, notice: Notice, quiet: Span | None) -> None:
    """Say in the audit trail why a notice went out in quiet hours, where it did."""
    if not overrides_quiet(notice.template, quiet, now):
        return
    purpose = get_template(notice.template).purpose
    record_deed(cursor, now, username, "notice.quiet_override", notice, reason=purpose, quiet=str(quiet))


def _may(cursor: Cursor, scope: Scope, notice_id: int, action: Action) -> Notice:
    notice = read_notice(cursor, scope, Right.SEND, notice_id)
    next_state(notice.state, action)
    return notice
