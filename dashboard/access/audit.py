"""The record of who did what: append-only, written in the same commit as the deed itself."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd

from dashboard.access.scope import Right, Scope
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

COLUMNS = ("happened_at", "username", "action", "office_code", "row_count", "detail", "office", "office_hi")
_queries = load_queries(Path(__file__).with_name("audit.sql"))


def record(
    cursor: Cursor,
    clock_now: datetime,
    username: str,
    action: str,
    *,
    office_code: str | None = None,
    row_count: int | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add a line to the audit trail from inside a change, so that deed and record commit together.

    `action` reads `thing.deed`, e.g. `missing_list.download`. `detail` never holds a phone number or a password.
    """
    _queries.insert_event(
        cursor,
        happened_at=clock_now,
        username=username,
        action=action,
        office_code=office_code,
        row_count=row_count,
        detail=json.dumps(dict(detail or {}), ensure_ascii=False, default=str),
    )


def list_audit(
    db: Database, scope: Scope, limit: int = 500, *, before: datetime | None = None, sign_ins: bool = True
) -> pd.DataFrame:
    """Return the latest events within the scope, newest first; columns as in `COLUMNS`, times in UTC.

    `before`: only what happened earlier; without `sign_ins` nobody's coming and going.
    """
    scope.require(Right.SEE_AUDIT)
    interval = {"first_no": scope.first_no, "last_no": scope.last_no}
    with db.read() as cursor:
        rows = list(
            _queries.list_audit(cursor, **interval, before=before, sign_ins=sign_ins, row_limit=limit)
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))
