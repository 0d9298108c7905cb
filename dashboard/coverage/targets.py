"""The goal of an office: a share of its consumers enrolled by a day. What was set before stays on record."""

from dataclasses import dataclass
from datetime import date

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.coverage.cube import queries
from dashboard.errors import BadInput
from dashboard.registry.offices import get_office
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Cursor, Database


@dataclass(frozen=True)
class Target:
    """`share` of the consumers, 0 to 1, to be enrolled at the end of `by_day` (Asia/Kolkata)."""

    share: float
    by_day: date


def set_target(
    db: Database, scope: Scope, clock: Clock, office_code: str, share: float | None, by_day: date | None
) -> None:
    """Set an office's target, or take it away (share None); an administrator's right.

    Raises BadInput("target_share") for a share outside 0 to 1, BadInput("target_day") for a day that is not ahead.
    """
    office = get_office(db, scope, office_code)
    scope.require(Right.IMPORT)
    if share is not None and not 0 < share <= 1:
        raise BadInput("target_share")
    if share is not None and (by_day is None or by_day <= india_day(clock())):
        raise BadInput("target_day")
    now, day = clock(), by_day if share is not None else None

    def write(cursor: Cursor) -> None:
        queries.insert_target(
            cursor, office_code=office.code, share=share, by_day=day, username=scope.username, now=now
        )
        record(
            cursor, now, scope.username, "target.set" if share is not None else "target.remove", office_code=office.code,
            detail={"share": share, "by_day": day},
        )  # fmt: skip

    db.write(write)


def target_of(db: Database, scope: Scope, office_code: str) -> Target | None:
    """Return the target that stands for an office; None where none is set."""
    office = get_office(db, scope, office_code)
    return db.recall("targets", lambda: _read_targets(db)).get(office.code)


def _read_targets(db: Database) -> dict[str, Target]:
    with db.read() as cursor:
        return {code: Target(share, by_day) for code, share, by_day in queries.list_targets(cursor)}
