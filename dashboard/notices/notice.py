"""A notice as it stands: read with the reader's right, the same truth for everyone who looks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboard.access.audit import record
from dashboard.access.persons import read_persons
from dashboard.access.scope import Right, Scope
from dashboard.errors import Refused
from dashboard.notices.draft import Audience, Binding, NoticeDraft, read_audience, read_filling
from dashboard.notices.states import State
from dashboard.registry.offices import LEVELS
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("notices.sql"))
CLOCK = "clock"  # who does what nobody presses a button for
approval_queries = load_queries(Path(__file__).with_name("approval.sql"))


@dataclass(frozen=True)
class Step:
    """One approval that a submission needs: by an approver whose offices hold all of `first_no` to `last_no`.

    `level` names that office's level; `given_by` and what follows are None while nobody has given it. `giver_accounts` are
    all accounts of the person who gave it.
    """

    step_no: int
    level: str
    first_no: int
    last_no: int
    given_by: str | None
    giver_name: str | None
    given_at: datetime | None
    giver_accounts: frozenset[str] = frozenset()

    def may_be_given_by(self, scope: Scope) -> bool:
        return scope.first_no <= self.first_no <= self.last_no <= scope.last_no


@dataclass(frozen=True)
class Notice:
    """One notice; times are UTC, `exclusions` counts those left out by reason, `pause_reason` is a key of words.

    `author_accounts` are all accounts of the persons who wrote and submitted it. `is_follow_up`: it goes to some of those to
    whom another notice was addressed.
    """

    notice_id: int
    state: State
    template: str
    language: str
    body: str
    variables: dict[str, str]
    office_code: str
    audience: Audience
    recipient_count: int
    exclusions: dict[str, int]
    content_hash: str
    job_id: int | None
    pause_reason: str | None
    created_by: str
    created_at: datetime
    submitted_by: str | None
    submitted_at: datetime | None
    decided_by: str | None
    decided_at: datetime | None
    comment: str | None
    send_at: datetime | None
    finished_at: datetime | None
    author_name: str
    decider_name: str | None
    steps: tuple[Step, ...] = ()
    author_accounts: frozenset[str] = frozenset()
    is_follow_up: bool = False
    bindings: Mapping[str, Binding] = field(default_factory=dict)

    @property
    def next_step(self) -> Step | None:
        """The first approval that is still wanted."""
        return next((step for step in self.steps if step.given_by is None), None)

    @property
    def draft(self) -> NoticeDraft:
        """What its author chose and typed, to be opened again."""
        return NoticeDraft(self.template, self.language, self.variables, self.audience, self.bindings)


def has_given(notice: Notice, username: str) -> bool:
    """Tell whether a person has approved a step of this submission already, by whichever account."""
    return any(username in step.giver_accounts for step in notice.steps)


def get_notice(db: Database, scope: Scope, notice_id: int) -> Notice:
    """Return a notice of an office of the scope. Raises Refused("notice"), in the same words for a foreign and an unknown one."""
    with db.read() as cursor:
        return read_notice(cursor, scope, Right.SEE_NOTICES, notice_id)


def read_notice(cursor: Cursor, scope: Scope, right: Right, notice_id: int) -> Notice:
    """Return a notice over whose office the scope has a right; on a cursor, for changes."""
    scope.require(right)
    row = queries.get_notice(cursor, notice_id=notice_id)
    if row is None or not scope.first_no <= row[24] <= row[25] <= scope.last_no:
        raise Refused("notice")
    return _to_notice(cursor, row)


def read_any_notice(cursor: Cursor, notice_id: int) -> Notice:
    """Return a notice without asking who asks: for the clockwork only."""
    return _to_notice(cursor, queries.get_notice(cursor, notice_id=notice_id))


def job_of(notice: Notice) -> int:
    """Return the job of a notice that is frozen. Raises Refused("hash_stale") where it is not."""
    if notice.job_id is None:
        raise Refused("hash_stale")
    return notice.job_id


def record_deed(
    cursor: Cursor, now: datetime, username: str, action: str, notice: Notice, **detail: object
) -> None:
    """Add to the audit trail what was done with a notice; `action` reads `notice.deed`."""
    record(
        cursor, now, username, action, office_code=notice.office_code, row_count=notice.recipient_count,
        detail={"notice": notice.notice_id, **detail},
    )  # fmt: skip


def _to_notice(cursor: Cursor, row: tuple[Any, ...]) -> Notice:
    fields: list[Any] = list(row[:24])
    fields[1] = State(fields[1])
    (fields[5], bindings), fields[9] = read_filling(json.loads(fields[5])), json.loads(fields[9])
    fields[7] = read_audience(json.loads(fields[7]))
    rows = list(
        approval_queries.list_steps(
            cursor, job_id=row[11], first_no=row[24], last_no=row[25], levels=list(LEVELS)
        )
    )
    persons = read_persons(cursor, {row[13], row[15], *(step[4] for step in rows)} - {None})
    fields.append(
        tuple(replace(Step(*step), giver_accounts=persons.get(step[4], frozenset())) for step in rows)
    )
    fields.append(persons[row[13]] | persons.get(row[15], frozenset()))
    fields.append(bool(queries.follows_another(cursor, notice_id=row[0])))
    fields.append(bindings)
    return Notice(*fields)
