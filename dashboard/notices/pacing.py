"""When a notice that may go out rests: quiet hours, its own hours, its share of a day. It goes on by itself."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from dashboard.delivery import ledger
from dashboard.delivery.claims import count_begun_today
from dashboard.errors import BadInput
from dashboard.notices.hours import URGENT_PURPOSES, Span, is_ever_open, priority_of
from dashboard.notices.templates import get_template
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("pacing.sql"))
QUIET_HOURS, SEND_WINDOW, DAY_SHARE = "quiet_hours", "send_window", "day_share"
RESTS = frozenset({QUIET_HOURS, SEND_WINDOW, DAY_SHARE})  # reasons of a pause that the clock ends by itself


@dataclass(frozen=True)
class Pace:
    """What a notice keeps to: hours of the day in which it may go, messages a day. None: as it comes."""

    window: Span | None = None
    day_limit: int | None = None


AS_IT_COMES = Pace()


def set_pace(cursor: Cursor, job_id: int, template: str, pace: Pace, quiet: Span | None = None) -> None:
    """Write down what a job keeps to; its priority is that of its template's purpose.

    Raises BadInput("send_window") for hours in which nothing could ever go, by themselves or beside the `quiet` ones.
    """
    if pace.window and not is_ever_open(pace.window, quiet_for(template, quiet)):
        raise BadInput("send_window")
    window = [pace.window.first, pace.window.last] if pace.window else None
    _queries.drop_plan(cursor, job_id=job_id)
    _queries.insert_plan(
        cursor, job_id=job_id, priority=priority_of(get_template(template).purpose), window_minutes=window,
        day_limit=pace.day_limit,
    )  # fmt: skip


def quiet_for(template: str, quiet: Span | None) -> Span | None:
    """Return the quiet hours that a template's notices keep: those of outage and safety none."""
    return None if get_template(template).purpose in URGENT_PURPOSES else quiet


def get_pace(cursor: Cursor, job_id: int) -> Pace:
    """Return what a job keeps to."""
    row = _queries.get_plan(cursor, job_id=job_id)
    return _read_pace(*row) if row else Pace()


def find_rest(purpose: str, pace: Pace, quiet: Span | None, now: datetime, claimed_today: int) -> str | None:
    """Return why a notice must rest at this moment, None where it may go. Outage and safety know no quiet hours."""
    if quiet and quiet.holds(now) and purpose not in URGENT_PURPOSES:
        return QUIET_HOURS
    if pace.window and not pace.window.holds(now):
        return SEND_WINDOW
    if pace.day_limit is not None and claimed_today >= pace.day_limit:
        return DAY_SHARE
    return None


def overrides_quiet(template: str, quiet: Span | None, now: datetime) -> bool:
    """Tell whether a notice goes out in quiet hours because of its purpose: what the audit trail must know."""
    return bool(quiet and quiet.holds(now) and get_template(template).purpose in URGENT_PURPOSES)


def let_go(cursor: Cursor, job_id: int, template: str, quiet: Span | None, now: datetime) -> str | None:
    """Release a held job; where it must rest now, not one message goes before its time. Return why it rests."""
    ledger.release(cursor, job_id, now)
    reason = _rest_of(cursor, job_id, template, get_pace(cursor, job_id), quiet, now)
    if reason:
        ledger.pause(cursor, job_id, reason, now)
    return reason


def keep_hours(db: Database, clock: Clock, quiet: Span | None) -> int:
    """Rest what must rest and let go on what may; return how many changed. System function."""
    now = clock()
    with db.read() as cursor:
        due = [
            (job_id, why)
            for job_id, template, state, paused_by, window, day_limit in list(_queries.list_under_way(cursor))
            if state == "running" or paused_by in RESTS
            for why in [_rest_of(cursor, job_id, template, _read_pace(window, day_limit), quiet, now)]
            if why != paused_by
        ]
    for job_id, why in due:
        db.write(partial(_turn, job_id=job_id, why=why, now=now), alters_pages=False)
    return len(due)


class HoursWatch:
    """Has what must rest stand still before anything is claimed: the clockwork may come late, and a clock may jump over its hour.

    Hours begin and end with a minute, so that one look a minute, by whatever clock, is enough.
    """

    def __init__(self, db: Database, quiet: Span | None) -> None:
        self._db, self._quiet = db, quiet
        self._minute: datetime | None = None

    def __call__(self, now: datetime) -> None:
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            keep_hours(self._db, lambda: now, self._quiet)
            self._minute = minute


def _turn(cursor: Cursor, job_id: int, why: str | None, now: datetime) -> None:
    """Bring a job to where it should be; one that a person or the provider stopped meanwhile stays as it is."""
    job = ledger.get_job(cursor, job_id)
    if job.state == "paused" and job.pause_reason in RESTS:
        ledger.go_on(cursor, job_id, now)
    elif job.state != "running":
        return
    if why:
        ledger.pause(cursor, job_id, why, now)


def _rest_of(
    cursor: Cursor, job_id: int, template: str, pace: Pace, quiet: Span | None, now: datetime
) -> str | None:
    claimed = 0
    if pace.day_limit is not None:
        claimed = count_begun_today(cursor, job_id, now)
    return find_rest(_purpose_of(template), pace, quiet, now, claimed)


def _purpose_of(template: str) -> str:
    """Return a template's purpose; one that nobody knows here any more is urgent to nobody, and holds up no other's rest."""
    try:
        return get_template(template).purpose
    except BadInput:
        return ""


def _read_pace(window: list[int] | None, day_limit: int | None) -> Pace:
    return Pace(Span(*window) if window else None, day_limit)
