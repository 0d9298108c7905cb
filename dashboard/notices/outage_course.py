"""The course of an outage: told, expected later, over; each in one commit with its notice and its line in the audit trail."""

import logging
from datetime import datetime
from functools import partial
from typing import Any

from dashboard.access.audit import record
from dashboard.access.scope import Role, Scope
from dashboard.delivery import ledger
from dashboard.errors import BadInput, SetuError
from dashboard.notices.drafting import submit_on
from dashboard.notices.follow_up import FollowUp, stage_those_reached, write_follow_up
from dashboard.notices.freezing import choose_few
from dashboard.notices.hours import Span
from dashboard.notices.lifecycle import start_on
from dashboard.notices.notice import CLOCK, Notice, queries, read_any_notice
from dashboard.notices.outage import (
    TEMPLATE,
    Outage,
    OutageOrder,
    make_draft,
    outage_queries,
    read_outage,
    require_expected,
    require_feeder,
)
from dashboard.notices.outage_words import say_expected, say_hour
from dashboard.notices.states import State
from dashboard.notices.templates import get_template
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

_RESTORED = "supply_restored"
_log = logging.getLogger(__name__)


def open_outage(
    db: Database, scope: Scope, clock: Clock, order: OutageOrder, quiet: Span | None = None
) -> int:
    """Tell a feeder's consumers of an outage, now; return the outage. Needs Right.COMPOSE and Right.SEND.

    Audience and text are frozen like any notice's. Raises BadInput("outage_open") where that feeder's outage is told already
    (two presses, two people), ("outage_approval") where the rules of this installation want somebody's leave.
    """
    draft = make_draft(order, clock())
    with db.read() as reader:
        require_feeder(reader, scope, order.feeder_code)
        chosen = choose_few(reader, scope, draft)

    def change(cursor: Cursor) -> int:
        now = clock()
        office = require_feeder(cursor, scope, order.feeder_code)
        if outage_queries.open_outage_of(cursor, feeder_code=office.code) is not None:
            raise BadInput("outage_open")
        notice_id = submit_on(cursor, scope, clock, draft, chosen)
        if read_any_notice(cursor, notice_id).state is not State.APPROVED:
            raise BadInput("outage_approval")
        start_on(cursor, scope, clock, notice_id, quiet=quiet)
        outage_id = int(outage_queries.next_outage_id(cursor))
        outage_queries.insert_outage(
            cursor, outage_id=outage_id, feeder_code=office.code, cause=order.cause, language=order.language,
            began_at=order.began_at, notice_id=notice_id, username=scope.username, now=now,
        )  # fmt: skip
        _say(cursor, outage_id, "expected", scope.username, now, order.expected_at)
        _record(cursor, now, scope.username, "outage.open", office.code, notice=notice_id)
        return outage_id

    return db.write(change)


def extend_outage(
    db: Database,
    scope: Scope,
    clock: Clock,
    outage_id: int,
    expected_at: datetime,
    *,
    tell: bool,
    quiet: Span | None = None,
    seen: datetime | None = None,
) -> None:
    """Expect supply later than `seen`, which the page showed, and `tell` those who were told of the outage. Needs Right.SEND.

    Raises BadInput("outage_over"), ("outage_expected"), ("outage_changed") where somebody said another time meanwhile (two
    presses, two people), and ("outage_sending") where the first notice is still going out.
    """

    def change(cursor: Cursor) -> None:
        now = clock()
        outage = _read_lasting(cursor, scope, outage_id)
        require_expected(expected_at, now)
        if seen is not None and seen != outage.expected_at:
            raise BadInput("outage_changed")
        first = read_any_notice(cursor, outage.notice_id)
        notice_id = None
        if tell:
            if not _is_settled(cursor, first):
                raise BadInput("outage_sending")
            values = {"eta": say_expected(expected_at, now, outage.language)}
            notice_id = _follow(cursor, scope, clock, first, FollowUp("extended", TEMPLATE, values), quiet)
        _say(cursor, outage_id, "expected", scope.username, now, expected_at, notice_id)
        _record(cursor, now, scope.username, "outage.extend", outage.feeder_code, notice=notice_id)

    db.write(change)


def restore_outage(
    db: Database,
    scope: Scope,
    clock: Clock,
    outage_id: int,
    restored_at: datetime,
    quiet: Span | None = None,
) -> None:
    """Note that supply is back and tell exactly those who were told of the outage. Needs Right.SEND.

    Whoever has not been told yet is told neither; while messages are on their way, `tell_restored` waits for their outcome.
    Raises BadInput("outage_over"), ("outage_restored_at").
    """

    def change(cursor: Cursor) -> None:
        now = clock()
        outage = _read_lasting(cursor, scope, outage_id)
        if not outage.began_at <= restored_at <= now:
            raise BadInput("outage_restored_at")
        _say(cursor, outage_id, "restored", scope.username, now, restored_at)
        _record(cursor, now, scope.username, "outage.restore", outage.feeder_code)
        _stop_rest(cursor, scope, now, read_any_notice(cursor, outage.notice_id))
        _tell(cursor, scope, clock, outage_id, restored_at, quiet)

    db.write(change)


def tell_restored(db: Database, clock: Clock, quiet: Span | None = None) -> int:
    """Tell of the ends that had to wait until the first notice was settled; return how many waited. System function.

    One that cannot be told now (its template is held) is tried again at the next call and keeps nothing else waiting.
    """
    with db.read() as cursor:
        waiting = list(outage_queries.list_untold(cursor))
    for outage_id, username in waiting:
        try:
            db.write(partial(_tell_later, clock=clock, outage_id=outage_id, username=username, quiet=quiet))
        except SetuError as error:
            _log.warning("the end of an outage waits: %s", error.code)
    return len(waiting)


def leave_untold(cursor: Cursor, now: datetime) -> None:
    """Have nobody told of the ends that still wait: they may have been told where nothing here knows of it. System function."""
    for outage_id, _ in list(outage_queries.list_untold(cursor)):
        _say(cursor, outage_id, "told", CLOCK, now, None)


def _tell_later(cursor: Cursor, clock: Clock, outage_id: int, username: str, quiet: Span | None) -> None:
    row = outage_queries.get_outage(cursor, outage_id=outage_id)
    if row is None or outage_id not in {waiting for waiting, _ in outage_queries.list_untold(cursor)}:
        return  # told meanwhile
    outage = Outage(*row)
    # The right was asked when that person said that supply is back.
    scope = Scope(username, Role.COMPOSER, outage.feeder_code, outage.first_no, outage.last_no)
    if outage.restored_at is not None:
        _tell(cursor, scope, clock, outage_id, outage.restored_at, quiet)


def _tell(
    cursor: Cursor, scope: Scope, clock: Clock, outage_id: int, restored_at: datetime, quiet: Span | None
) -> None:
    outage, now = read_outage(cursor, scope, outage_id), clock()
    first = read_any_notice(cursor, outage.notice_id)
    if not _is_settled(cursor, first):
        return
    follow = FollowUp("restored", _RESTORED, {"time": say_hour(restored_at, now)})
    notice_id = _follow(cursor, scope, clock, first, follow, quiet)
    _say(cursor, outage_id, "told", scope.username, now, None, notice_id)


def _follow(
    cursor: Cursor, scope: Scope, clock: Clock, first: Notice, follow: FollowUp, quiet: Span | None
) -> int | None:
    names = get_template(follow.template).variable_names(first.language)
    stage = stage_those_reached(first, follow, names)
    notice_id = write_follow_up(cursor, scope, clock(), first, follow, stage)
    if notice_id is not None:
        start_on(cursor, scope, clock, notice_id, quiet=quiet)
    return notice_id


def _is_settled(cursor: Cursor, first: Notice) -> bool:
    return ledger.tally(cursor, first.job_id or 0).waiting == 0


def _stop_rest(cursor: Cursor, scope: Scope, now: datetime, first: Notice) -> None:
    """End a first notice that is still going out: whoever reads it now would be told of an outage that is over."""
    counts = ledger.tally(cursor, first.job_id or 0)
    if first.state in (State.SENDING, State.PAUSED) and counts.waiting > counts.in_flight:
        ledger.cancel(cursor, first.job_id or 0, now)
        queries.set_state(cursor, notice_id=first.notice_id, state=State.CANCELLED.value)
        _record(cursor, now, scope.username, "notice.cancel", first.office_code, notice=first.notice_id)


def _read_lasting(cursor: Cursor, scope: Scope, outage_id: int) -> Outage:
    outage = read_outage(cursor, scope, outage_id)
    if outage.restored_at is not None:
        raise BadInput("outage_over")
    return outage


def _say(
    cursor: Cursor, outage_id: int, kind: str, username: str, now: datetime, moment: datetime | None,
    notice_id: int | None = None,
) -> None:  # fmt: skip
    outage_queries.insert_event(
        cursor, outage_id=outage_id, kind=kind, username=username, now=now, moment=moment, notice_id=notice_id
    )


def _record(
    cursor: Cursor, now: datetime, username: str, action: str, office_code: str, **detail: Any
) -> None:
    record(cursor, now, username, action, office_code=office_code, detail=detail)
