"""A notice as it stands: read with the reader's right, the same truth for everyone who looks."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboard.access.scope import Right, Scope
from dashboard.errors import Refused
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.states import State
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("notices.sql"))


@dataclass(frozen=True)
class Notice:
    """One notice; times are UTC, `exclusions` counts those left out by reason, `pause_reason` is a key of words."""

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

    @property
    def draft(self) -> NoticeDraft:
        """What its author chose and typed, to be opened again."""
        return NoticeDraft(self.template, self.language, self.variables, self.audience)


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
    return _to_notice(row)


def read_any_notice(cursor: Cursor, notice_id: int) -> Notice:
    """Return a notice without asking who asks: for the clockwork only."""
    return _to_notice(queries.get_notice(cursor, notice_id=notice_id))


def _to_notice(row: tuple[Any, ...]) -> Notice:
    fields: list[Any] = list(row[:24])
    fields[1] = State(fields[1])
    fields[5], fields[9] = json.loads(fields[5]), json.loads(fields[9])
    fields[7] = _to_audience(json.loads(fields[7]))
    return Notice(*fields)


def _to_audience(fields: dict[str, Any]) -> Audience:
    return Audience(
        fields["office_code"],
        tuple(fields["categories"]),
        tuple(fields["arrears_segments"]),
        tuple(fields["feeder_codes"]),
    )
