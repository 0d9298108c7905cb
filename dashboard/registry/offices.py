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


@dataclass(frozen=True)
class _Tree:
    """All offices as they stand, in the order of their numbers; `below` has those directly below a number."""

    by_code: dict[str, Office]
    by_no: dict[int, Office]
    below: dict[int, list[Office]]


def stamp_offices(cursor: Cursor) -> object:
    """Return what differs where any office does. System function."""
    return _queries.stamp_offices(cursor)


def get_office(db: Database, scope: Scope, code: str) -> Office:
    """Return an office within the scope; an unknown one is refused in the same words as a foreign one."""
    scope.require(Right.SEE_COVERAGE)
    office = _tree_of(db).by_code.get(code) or db.recall(("office", code), lambda: _read_office(db, code))
    scope.require_offices(office.office_no, office.last_no)
    return office


def list_children(db: Database, scope: Scope, code: str) -> list[Office]:
    """Return the offices directly below one office of the scope, in the tree's order."""
    parent = get_office(db, scope, code)
    return list(_tree_of(db).below.get(parent.office_no, ()))


def list_path(db: Database, scope: Scope, code: str) -> list[Office]:
    """Return the offices from the scope's own office down to this one: the breadcrumb."""
    office = get_office(db, scope, code)
    return [one for one in offices_above(db, office.office_no) if one.office_no >= scope.first_no]


def offices_above(db: Database, office_no: int) -> list[Office]:
    """Return an office and those above it, from the top down; without asking who asks: a number comes from what they may see."""
    tree, path = _tree_of(db), list[Office]()
    number: int | None = office_no
    while number is not None and (office := tree.by_no.get(number)):
        path.insert(0, office)
        number = office.parent_no
    return path


def list_at_level(db: Database, scope: Scope, code: str, level: str) -> list[Office]:
    """Return all offices of one level within an office of the scope."""
    office = get_office(db, scope, code)
    inside = _tree_of(db).by_no.values()
    return [
        one for one in inside if one.level == level and office.office_no <= one.office_no <= office.last_no
    ]


def _tree_of(db: Database) -> _Tree:
    return db.recall_table("offices", stamp_offices, _read_tree)


def _read_tree(cursor: Cursor) -> _Tree:
    offices = [Office(*row) for row in _queries.list_offices(cursor)]
    below: dict[int, list[Office]] = {}
    for office in offices:
        if office.parent_no is not None:
            below.setdefault(office.parent_no, []).append(office)
    return _Tree({one.code: one for one in offices}, {one.office_no: one for one in offices}, below)


def _read_office(db: Database, code: str) -> Office:
    with db.read() as cursor:
        return find_office(cursor, code)
