"""Notices that come again every month: each occurrence is frozen and put before its approvers by itself, two days ahead.

What is approved is what is sent, so no leave is given in advance: the audience of next month is not known today.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from babel.dates import format_date

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.access.sign_in import load_scope
from dashboard.errors import BadInput, Refused, SetuError
from dashboard.notices.audience import require_office
from dashboard.notices.draft import NoticeDraft, check_draft, filling_fields, read_audience, read_filling
from dashboard.notices.drafting import submit
from dashboard.notices.hours import Span
from dashboard.notices.lifecycle import start_on
from dashboard.notices.notice import read_any_notice
from dashboard.notices.seal import Seal, seal_large
from dashboard.notices.states import State
from dashboard.store.clock import INDIA_OFFSET, Clock, india_day
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("repeats.sql"))
LEAD = timedelta(hours=48)  # before the hour of sending: time for the approval
LAST_DAY = 28  # every month has it
MONTH = "{month}"
_DAY = re.compile(r"\{day:(\d{1,2})\}")
_FOR_NOW = ("freeze_running", "registry_changed")  # tried again at the next tick
_LATE = timedelta(hours=12)  # an installation that was off makes up for what is not older


@dataclass(frozen=True)
class Repeat:
    """One repeat. In `variables`, `{month}` stands for the occurrence's month and `{day:15}` for a day of it."""

    repeat_id: int
    draft: NoticeDraft
    day_of_month: int
    minute_of_day: int
    created_by: str
    office: str
    office_hi: str
    first_no: int
    last_no: int

    def send_at(self, month: date) -> datetime:
        """Return when (UTC) the occurrence of a month goes out."""
        there = datetime(month.year, month.month, self.day_of_month) + timedelta(minutes=self.minute_of_day)
        return there - INDIA_OFFSET

    def next_month(self, now: datetime) -> date:
        """Return the first day of the month whose occurrence comes next, one just missed included."""
        month = india_day(now).replace(day=1)
        return month if self.send_at(month) > now - _LATE else _month_after(month)

    def name_in(self, language: str) -> str:
        return self.office_hi if language == "hi" and self.office_hi else self.office


@dataclass(frozen=True)
class RepeatStanding:
    """A repeat with when it goes out next, the latest notice it made, or why none could be submitted (an error's code)."""

    repeat: Repeat
    next_at: datetime
    notice_id: int | None
    problem: str | None


def _month_after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def fill_month(variables: Mapping[str, str], month: date, language: str) -> dict[str, str]:
    """Put an occurrence's month and days into typed values."""
    said = format_date(month, "LLLL y", locale=language)

    def put(text: str) -> str:
        return _DAY.sub(
            lambda day: f"{int(day[1]):02d}-{month.month:02d}-{month.year}", text.replace(MONTH, said)
        )

    return {name: put(text) for name, text in variables.items()}


def create_repeat(
    db: Database, scope: Scope, clock: Clock, draft: NoticeDraft, day_of_month: int, minute_of_day: int
) -> int:
    """Have a notice submitted every month and return the repeat. Needs Right.COMPOSE and Right.SEND over its office.

    Raises BadInput("repeat_day"), BadInput("repeat_exists") where the same comes at the same hour already, or for the first
    problem of its text.
    """
    if not (1 <= day_of_month <= LAST_DAY and 0 <= minute_of_day < 24 * 60):
        raise BadInput("repeat_day", most=LAST_DAY)

    def change(cursor: Cursor) -> int:
        scope.require(Right.SEND)
        office = require_office(cursor, scope, Right.COMPOSE, draft.audience.office_code)
        _require_sound(draft, india_day(clock()))
        what = {
            "template": draft.template, "language": draft.language, "office_code": office.code,
            "variables": json.dumps(filling_fields(draft.variables, draft.bindings), ensure_ascii=False),
            "audience": json.dumps(draft.audience.as_fields, ensure_ascii=False),
            "day_of_month": day_of_month, "minute_of_day": minute_of_day,
        }  # fmt: skip
        if _queries.comes_already(cursor, **what):
            raise BadInput("repeat_exists")
        repeat_id = int(_queries.next_repeat_id(cursor))
        _queries.insert_repeat(cursor, repeat_id=repeat_id, username=scope.username, now=clock(), **what)
        detail = {"repeat": repeat_id, "day": day_of_month}
        record(cursor, clock(), scope.username, "repeat.create", office_code=office.code, detail=detail)
        return repeat_id

    return db.write(change, alters_pages=False)


def list_repeats(db: Database, scope: Scope, clock: Clock) -> list[RepeatStanding]:
    """Return the repeats of the scope's offices that have not ended. Needs Right.SEE_NOTICES."""
    scope.require(Right.SEE_NOTICES)
    with db.read() as cursor:
        rows = list(_queries.list_repeats(cursor, first_no=scope.first_no, last_no=scope.last_no))
        return [_stand(cursor, _to_repeat(row), clock()) for row in rows]


def end_repeat(db: Database, scope: Scope, clock: Clock, repeat_id: int) -> None:
    """Make no further occurrence; what is submitted already stays. Needs Right.SEND. Raises Refused("repeat")."""

    def change(cursor: Cursor) -> None:
        scope.require(Right.SEND)
        row = _queries.get_repeat(cursor, repeat_id=repeat_id)
        if row is None or not scope.first_no <= row[11] <= row[12] <= scope.last_no:
            raise Refused("repeat")
        _queries.end_repeat(cursor, repeat_id=repeat_id, username=scope.username, now=clock())
        detail = {"repeat": repeat_id}
        record(cursor, clock(), scope.username, "repeat.end", office_code=row[4], detail=detail)

    db.write(change, alters_pages=False)


def make_occurrences(db: Database, clock: Clock) -> int:
    """Submit what is due within two days, in its author's name; return how many were made. System function.

    One that cannot be submitted (nobody to read it, an author who left) is noted with the reason, once a month.
    """
    now = clock()
    with db.read() as cursor:
        repeats = [
            _to_repeat(row) for row in _queries.list_repeats(cursor, first_no=0, last_no=2_147_483_647)
        ]
        due = [one for one in repeats if _is_due(cursor, one, now)]
    for repeat in due:
        month = repeat.next_month(now)
        try:
            scope = load_scope(db, repeat.created_by)
            _submit(db, scope, clock, repeat, month)
        except SetuError as error:
            if error.code in _FOR_NOW:
                continue
            db.write(partial(_note, repeat=repeat, month=month, notice_id=None, problem=error.code))
    return len(due)


def skip_missed(cursor: Cursor, now: datetime, problem: str) -> None:
    """Note why the occurrences whose hour has passed are not made up for. System function."""
    for row in list(_queries.list_repeats(cursor, first_no=0, last_no=2_147_483_647)):
        repeat = _to_repeat(row)
        month = repeat.next_month(now)
        if _is_due(cursor, repeat, now) and repeat.send_at(month) <= now:
            _note(cursor, repeat, month, None, problem)


def schedule_approved(db: Database, clock: Clock, quiet: Span | None = None) -> int:
    """Set the hour of occurrences that were approved; one whose hour passed meanwhile goes now. System function."""
    now = clock()
    with db.read() as cursor:
        waiting = list(_queries.list_approved(cursor, since=now - _LATE))
    for notice_id, send_at, username in waiting:
        try:
            scope = load_scope(db, username)
            with db.read() as cursor:
                seal = seal_large(cursor, read_any_notice(cursor, notice_id))
            start = partial(_start, scope=scope, clock=clock, notice_id=notice_id, send_at=send_at)
            db.write(partial(start, quiet=quiet, seal=seal))
        except (
            SetuError
        ):  # its author may send no more, its template is held: by hand, and the others are not kept waiting
            continue
    return len(waiting)


def _require_sound(draft: NoticeDraft, day: date) -> None:
    filled = NoticeDraft(
        draft.template,
        draft.language,
        fill_month(draft.variables, day.replace(day=1), draft.language),
        draft.audience,
        draft.bindings,
    )
    if problems := check_draft(filled):
        raise problems[0].as_error()


def _is_due(cursor: Cursor, repeat: Repeat, now: datetime) -> bool:
    month = repeat.next_month(now)
    last = _queries.last_occurrence(cursor, repeat_id=repeat.repeat_id)
    return now >= repeat.send_at(month) - LEAD and (last is None or last[0] < month)


def _submit(db: Database, scope: Scope, clock: Clock, repeat: Repeat, month: date) -> None:
    plan = repeat.draft
    variables = fill_month(plan.variables, month, plan.language)
    draft = NoticeDraft(plan.template, plan.language, variables, plan.audience, plan.bindings)
    note = partial(_note, repeat=repeat, month=month, problem=None)
    submit(db, scope, clock, draft, then=lambda cursor, notice_id: note(cursor, notice_id=notice_id))


def _note(cursor: Cursor, repeat: Repeat, month: date, notice_id: int | None, problem: str | None) -> None:
    _queries.insert_occurrence(
        cursor, repeat_id=repeat.repeat_id, month=month, notice_id=notice_id, problem=problem,
        send_at=repeat.send_at(month),
    )  # fmt: skip


def _start(
    cursor: Cursor, scope: Scope, clock: Clock, notice_id: int, send_at: datetime, quiet: Span | None,
    seal: Seal | None,
) -> None:  # fmt: skip
    if read_any_notice(cursor, notice_id).state is State.APPROVED:
        start_on(
            cursor, scope, clock, notice_id, send_at if send_at > clock() else None, quiet=quiet, seal=seal
        )


def _stand(cursor: Cursor, repeat: Repeat, now: datetime) -> RepeatStanding:
    last = _queries.last_occurrence(cursor, repeat_id=repeat.repeat_id)
    month = repeat.next_month(now)
    if last and last[0] >= month and repeat.send_at(month) <= now:  # it came round just now
        month = _month_after(month)
    return RepeatStanding(repeat, repeat.send_at(month), last[1] if last else None, last[2] if last else None)


def _to_repeat(row: tuple[Any, ...]) -> Repeat:
    variables, bindings = read_filling(json.loads(row[3]))
    draft = NoticeDraft(row[1], row[2], variables, read_audience(json.loads(row[5])), bindings)
    return Repeat(row[0], draft, *row[6:13])
