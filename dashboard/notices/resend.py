"""Once more to those whom the provider refused: the same frozen words, never to whoever has, or may have, the message."""

from datetime import datetime, timedelta

from dashboard.access.scope import Right, Scope
from dashboard.delivery import ledger, stretches
from dashboard.delivery.errors_table import rule_for
from dashboard.errors import BadInput, Refused
from dashboard.notices.approval_rules import needed_steps, open_steps
from dashboard.notices.chain import HOLDS, still_holds
from dashboard.notices.follow_up import RESEND, FollowUp, follow_queries, write_follow_up
from dashboard.notices.hours import Span
from dashboard.notices.lifecycle import start_on
from dashboard.notices.notice import Notice, queries, read_notice
from dashboard.notices.seal import is_unchanged, seal_large
from dashboard.notices.states import State
from dashboard.registry.offices import find_office
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

# Another attempt with the same words to the same number cannot end better.
_FINAL_WORDS = frozenset(
    {
        "not_on_whatsapp",
        "blocked_by_us",
        "stopped_marketing",
        "text_too_long",
        "not_a_test_number",
        "experiment",
    }
)
_WITHHELD, _WITHHELD_FOR = "withheld_for_user", timedelta(hours=24)


def count_refused(db: Database, scope: Scope, clock: Clock, notice_id: int) -> int:
    """Return to how many recipients of a notice another attempt could go; 0 once it was made. Needs Right.SEND."""
    with db.read() as cursor:
        notice = read_notice(cursor, scope, Right.SEND, notice_id)
        if notice.state is not State.FINISHED or _was_resent(cursor, notice_id):
            return 0
        if follow_queries.is_overtaken(cursor, notice_id=notice_id):
            return 0
        job_id = notice.job_id or 0
        failures = ledger.failures_by_code(cursor, job_id)
        codes = _codes_worth_it(failures, notice, clock())
        has_doubted = bool(codes) and follow_queries.has_doubted(cursor, job_id=job_id)
    if has_doubted:  # seconds, at crores of messages
        return db.ease(("refused", job_id, *codes), lambda: _count_certain(db, job_id, codes))
    return sum(failures[code] for code in codes)


def _count_certain(db: Database, job_id: int, codes: list[int]) -> int:
    with db.read() as cursor:
        follow_queries.define_refused(cursor)
        told = stretches.list_told(cursor, job_id, ["failed"], codes)
        return int(follow_queries.count_certain(cursor, job_id=job_id, codes=codes, told=told))


def list_leave(
    db: Database, scope: Scope, clock: Clock, notice_id: int, recipients: int, holds: timedelta = HOLDS
) -> tuple[str, ...]:
    """Return whose leave sending once more to so many needs anew, () while the first approval holds. Needs Right.SEND."""
    with db.read() as cursor:
        notice = read_notice(cursor, scope, Right.SEND, notice_id)
        return _find_leave(cursor, notice, clock(), holds, recipients)


def _find_leave(
    cursor: Cursor, first: Notice, now: datetime, holds: timedelta, recipients: int
) -> tuple[str, ...]:
    """Return the levels that must approve anew; levels go by the few who are written to once more."""
    if still_holds(cursor, first, now, holds):
        return ()
    return needed_steps(cursor, first.draft, find_office(cursor, first.office_code), recipients)


def find_resend(db: Database, scope: Scope, notice_id: int) -> int | None:
    """Return the notice with which this one was sent once more, None where it was not. Needs Right.SEE_NOTICES."""
    with db.read() as cursor:
        read_notice(cursor, scope, Right.SEE_NOTICES, notice_id)
        rows = list(follow_queries.list_follows(cursor, notice_id=notice_id))
    return next((follower for follower, kind in rows if kind == RESEND), None)


def resend_refused(
    db: Database,
    scope: Scope,
    clock: Clock,
    notice_id: int,
    quiet: Span | None = None,
    holds: timedelta = HOLDS,
) -> int:
    """Send a finished notice once more to those refused for a passing reason; return the new notice. Needs Right.SEND.

    It is a notice of its own, under its own hash: same words, some of its recipients. It goes by the approval of the first
    while that `holds`; afterwards it waits for an approval of its own. Raises Refused("resent") for a second press: what
    fails again is sent again from the new notice; Refused("hash_stale") where the template has changed since;
    Refused("notice_overtaken") for an outage that is over; BadInput("nobody_refused").
    """

    with db.read() as reader:
        seal = seal_large(reader, read_notice(reader, scope, Right.SEND, notice_id))

    def change(cursor: Cursor) -> int:
        first = read_notice(cursor, scope, Right.SEND, notice_id)
        if first.state is not State.FINISHED or _was_resent(cursor, notice_id):
            raise Refused("resent")
        if not is_unchanged(cursor, first, seal):
            raise Refused("hash_stale")
        if follow_queries.is_overtaken(cursor, notice_id=notice_id):
            raise Refused("notice_overtaken")
        return _resend(cursor, scope, clock, first, quiet, holds)

    return db.write(change)


def _resend(
    cursor: Cursor, scope: Scope, clock: Clock, first: Notice, quiet: Span | None, holds: timedelta
) -> int:
    job_id, now = first.job_id or 0, clock()
    codes = _codes_worth_it(ledger.failures_by_code(cursor, job_id), first, now)
    follow = FollowUp(RESEND, first.template, first.variables)

    def stage(cursor: Cursor) -> None:
        follow_queries.define_refused(cursor)
        told = stretches.list_told(cursor, job_id, ["failed"], codes)
        follow_queries.stage_refused(cursor, job_id=job_id, codes=codes, told=told)

    new_id = write_follow_up(cursor, scope, now, first, follow, stage)
    if new_id is None:
        raise BadInput("nobody_refused")
    again = read_notice(cursor, scope, Right.SEND, new_id)
    levels = _find_leave(cursor, first, now, holds, again.recipient_count)
    if levels:
        open_steps(cursor, again.job_id or 0, levels)
        queries.set_state(cursor, notice_id=new_id, state=State.SUBMITTED.value)
        return new_id
    if first.decided_by and still_holds(cursor, first, now, holds):
        queries.decide(
            cursor, notice_id=new_id, state=State.APPROVED.value, username=first.decided_by, now=first.decided_at,
            comment=None,
        )  # fmt: skip
    start_on(cursor, scope, clock, new_id, quiet=quiet)
    return new_id


def _was_resent(cursor: Cursor, notice_id: int) -> bool:
    return any(kind == RESEND for _, kind in follow_queries.list_follows(cursor, notice_id=notice_id))


def _codes_worth_it(failures: dict[int | None, int], notice: Notice, now: datetime) -> list[int]:
    """Return the codes of refusals that another attempt may overcome now."""
    since = notice.finished_at or notice.send_at or now
    is_early = now - since < _WITHHELD_FOR
    words = {code: rule_for(code).words for code in failures if code is not None}
    return [
        code
        for code, said in words.items()
        if said not in _FINAL_WORDS and not (said == _WITHHELD and is_early)
    ]
