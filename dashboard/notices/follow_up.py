"""Notices that go to some of those to whom an earlier one went: frozen under a hash of their own, linked to the first."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.delivery import ledger
from dashboard.errors import BadInput
from dashboard.notices.notice import Notice, queries, read_notice
from dashboard.notices.seal import content_hash
from dashboard.notices.states import Action, State, next_state
from dashboard.notices.templates import get_template
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

follow_queries = load_queries(Path(__file__).with_name("follow_up.sql"))
RESEND = "resend"
Stage = Callable[[Cursor], None]
"""Writes the recipients into the temporary table from which the ledger takes its messages."""


@dataclass(frozen=True)
class FollowUp:
    """What follows a notice: `kind` restored, extended or resend; the words of `template` with these typed values."""

    kind: str
    template: str
    variables: Mapping[str, str]


def stage_those_reached(first: Notice, follow: FollowUp, names: tuple[str, ...]) -> Stage:
    """Return what stages exactly those who got a notice: accepted, not failed, not in doubt.

    Values that are not typed are those of the same name in the first notice, as it was frozen.
    """

    def stage(cursor: Cursor) -> None:
        job_id = first.job_id or 0
        known = ledger.get_job(cursor, job_id).parameter_names
        missing = [name for name in names if name not in follow.variables and name not in known]
        if missing:
            raise BadInput("variable_empty", name=missing[0], label=missing[0])
        follow_queries.stage_got(
            cursor, job_id=job_id,
            places=[0 if name in follow.variables else known.index(name) + 1 for name in names],
            typed=[follow.variables.get(name, "") for name in names],
        )  # fmt: skip

    return stage


def write_follow_up(
    cursor: Cursor, scope: Scope, now: datetime, first: Notice, follow: FollowUp, stage: Stage
) -> int | None:
    """Freeze a notice that follows an approved one and return its id, approved like the first; None: nobody to write to.

    It needs no leave of its own: it goes to those whom the first was approved for. Needs Right.COMPOSE over its office.
    """
    read_notice(cursor, scope, Right.COMPOSE, first.notice_id)
    stage(cursor)
    if not int(follow_queries.count_staged(cursor)):
        follow_queries.drop_staged(cursor)
        return None
    notice_id = _insert(cursor, scope, now, first, follow)
    _freeze(cursor, scope, now, first, follow, notice_id)
    follow_queries.insert_follow(cursor, notice_id=notice_id, of_notice_id=first.notice_id, kind=follow.kind)
    return notice_id


def _insert(cursor: Cursor, scope: Scope, now: datetime, first: Notice, follow: FollowUp) -> int:
    notice_id = int(queries.next_notice_id(cursor))
    # The words of the first are its author's, who may not approve them either when they go once more.
    author = first.created_by if follow.kind == RESEND else scope.username
    queries.insert_notice(
        cursor, notice_id=notice_id, template=follow.template, language=first.language,
        body=get_template(follow.template).bodies[first.language],
        variables=json.dumps(dict(follow.variables), ensure_ascii=False), office_code=first.office_code,
        audience=json.dumps(first.audience.as_fields, ensure_ascii=False), created_by=author, now=now,
    )  # fmt: skip
    return notice_id


def _freeze(
    cursor: Cursor, scope: Scope, now: datetime, first: Notice, follow: FollowUp, notice_id: int
) -> None:
    names = get_template(follow.template).variable_names(first.language)
    job_id = ledger.stage(
        cursor, now, kind="template", template=follow.template, language=first.language, parameter_names=names
    )
    count = ledger.get_job(cursor, job_id).message_count
    state = next_state(next_state(State.DRAFT, Action.SUBMIT), Action.WAIVE)
    fresh = read_notice(cursor, scope, Right.COMPOSE, notice_id)
    fresh_hash = content_hash(cursor, fresh, job_id)
    queries.freeze(
        cursor, notice_id=notice_id, state=state.value, recipient_count=count, exclusions="{}",
        content_hash=fresh_hash, job_id=job_id, username=scope.username, now=now,
    )  # fmt: skip
    detail = {
        "notice": notice_id,
        "of": first.notice_id,
        "follow": follow.kind,
        "hash": fresh_hash,
        "first_hash": first.content_hash,
    }
    record(
        cursor, now, scope.username, "notice.follow_up", office_code=first.office_code, row_count=count, detail=detail
    )  # fmt: skip
