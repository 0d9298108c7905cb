"""Once more to those whom the provider refused: the same frozen words, never to whoever has, or may have, the message."""

from datetime import datetime, timedelta

from dashboard.access.scope import Right, Scope
from dashboard.delivery import ledger
from dashboard.delivery.errors_table import rule_for
from dashboard.errors import BadInput, Refused
from dashboard.notices.drafting import is_unchanged
from dashboard.notices.follow_up import FollowUp, follow_queries, write_follow_up
from dashboard.notices.hours import Span
from dashboard.notices.lifecycle import start_on
from dashboard.notices.notice import Notice, queries, read_notice
from dashboard.notices.states import State
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

_KIND = "resend"
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
        job_id = notice.job_id or 0
        failures = ledger.failures_by_code(cursor, job_id)
        codes = _codes_worth_it(failures, notice, clock())
        if codes and follow_queries.has_doubted(cursor, job_id=job_id):
            follow_queries.define_refused(cursor)
            return int(follow_queries.count_certain(cursor, job_id=job_id, codes=codes))
    return sum(failures[code] for code in codes)


def find_resend(db: Database, scope: Scope, notice_id: int) -> int | None:
    """Return the notice with which this one was sent once more, None where it was not. Needs Right.SEE_NOTICES."""
    with db.read() as cursor:
        read_notice(cursor, scope, Right.SEE_NOTICES, notice_id)
        rows = list(follow_queries.list_follows(cursor, notice_id=notice_id))
    return next((follower for follower, kind in rows if kind == _KIND), None)


def resend_refused(
    db: Database, scope: Scope, clock: Clock, notice_id: int, quiet: Span | None = None
) -> int:
    """Send a finished notice once more to those refused for a passing reason; return the new notice. Needs Right.SEND.

    It is a notice of its own, under its own hash, by the approval of the first: same words, some of its recipients. Raises
    Refused("resent") for a second press: what fails again is sent again from the new notice; Refused("hash_stale") where the
    template has changed since; BadInput("nobody_refused").
    """

    def change(cursor: Cursor) -> int:
        first = read_notice(cursor, scope, Right.SEND, notice_id)
        if first.state is not State.FINISHED or _was_resent(cursor, notice_id):
            raise Refused("resent")
        if not is_unchanged(cursor, first):
            raise Refused("hash_stale")
        return _resend(cursor, scope, clock, first, quiet)

    return db.write(change)


def _resend(cursor: Cursor, scope: Scope, clock: Clock, first: Notice, quiet: Span | None) -> int:
    job_id, now = first.job_id or 0, clock()
    codes = _codes_worth_it(ledger.failures_by_code(cursor, job_id), first, now)
    follow = FollowUp(_KIND, first.template, first.variables)

    def stage(cursor: Cursor) -> None:
        follow_queries.define_refused(cursor)
        follow_queries.stage_refused(cursor, job_id=job_id, codes=codes)

    new_id = write_follow_up(cursor, scope, now, first, follow, stage)
    if new_id is None:
        raise BadInput("nobody_refused")
    if first.decided_by:
        queries.decide(
            cursor, notice_id=new_id, state=State.APPROVED.value, username=first.decided_by, now=first.decided_at,
            comment=None,
        )  # fmt: skip
    start_on(cursor, scope, clock, new_id, quiet=quiet)
    return new_id


def _was_resent(cursor: Cursor, notice_id: int) -> bool:
    return any(kind == _KIND for _, kind in follow_queries.list_follows(cursor, notice_id=notice_id))


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
