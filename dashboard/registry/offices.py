"""The office tree: dated data from the exports, numbered depth first so that an office and all below it are one interval."""

from dataclasses import dataclass
from pathlib import Path

from dashboard.access.scope import Right, Scope
from dashboard.errors import Refused
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

LEVELS = ("state", "discom", "zone", "circle", "division", "subdivision", "substation", "feeder")
TOP_CODE = "UP"
_queries = load_queries(Path(__file__).with_name("offices.sql"))


@dataclass(frozen=True)
class Office:
    """One office; `office_no` to `last_no` are its own number and those of all below it."""

    office_no: int
    last_no: int
    parent_no: int | None
    code: str
    level: str
    name: str
    name_hi: str
    district: str | None = None

    def name_in(self, language: str) -> str:
        return self.name_hi if language == "hi" and self.name_hi else self.name


@dataclass(frozen=True)
class Node:
    """One office before it is numbered."""

    code: str
    level: str
    parent_code: str | None
    name: str
    name_hi: str
    district: str | None = None


def find_office(cursor: Cursor, code: str) -> Office:
    """Return the office with this code, without asking who asks; for one that is gone, the office that took its place.

    Raises Refused("office") where there is neither.
    """
    row = _queries.office_by_code(cursor, code=code) or _queries.successor_of(cursor, code=code)
    if row is None:
        raise Refused("office")
    return Office(*row)


def get_office(db: Database, scope: Scope, code: str) -> Office:
    """Return an office within the scope; an unknown one is refused in the same words as a foreign one."""
    scope.require(Right.SEE_COVERAGE)
    office = db.recall(("office", code), lambda: _read_office(db, code))
    scope.require_offices(office.office_no, office.last_no)
    return office


def _read_office(db: Database, code: str) -> Office:
    with db.read() as cursor:
        return find_office(cursor, code)


def list_children(db: Database, scope: Scope, code: str) -> list[Office]:
    """Return the offices directly below one office of the scope, in the tree's order."""
    parent = get_office(db, scope, code)
    return list(db.recall(("children", code), lambda: _read_children(db, parent)))


def _read_children(db: Database, parent: Office) -> list[Office]:
    with db.read() as cursor:
        return [Office(*row) for row in _queries.offices_below(cursor, parent_no=parent.office_no)]


def list_path(db: Database, scope: Scope, code: str) -> list[Office]:
    """Return the offices from the scope's own office down to this one: the breadcrumb."""
    office = get_office(db, scope, code)
    above = db.recall(("path", code), lambda: _read_path(db, office))
    return [step for step in above if step.office_no >= scope.first_no]


def _read_path(db: Database, office: Office) -> list[Office]:
    with db.read() as cursor:
        return [Office(*row) for row in _queries.offices_above(cursor, office_no=office.office_no)]


def list_at_level(db: Database, scope: Scope, code: str, level: str) -> list[Office]:
    """Return all offices of one level within an office of the scope."""
    office = get_office(db, scope, code)
    with db.read() as cursor:
        rows = list(
            _queries.offices_at_level(cursor, first_no=office.office_no, last_no=office.last_no, level=level)
        )
    return [Office(*row) for row in rows]


def next_level(level: str) -> str | None:
    """Return the level below, None below a feeder."""
    place = LEVELS.index(level)
    return LEVELS[place + 1] if place + 1 < len(LEVELS) else None
