"""What an administrator does with offices: look at the tree, name them in Hindi, make two into one."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput
from dashboard.registry.office_columns import CODED_LEVELS, fold_name
from dashboard.registry.office_store import (
    OfficeName,
    close_empty_offices,
    keep_moves,
    keep_totals,
    name_offices,
    write_tree,
)
from dashboard.registry.office_tree import UNPLACED, OfficeTree, load_tree
from dashboard.registry.offices import Office, find_office
from dashboard.registry.states import Refresh
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("office_edit.sql"))
_PLACES_FOR_UNPLACED = ("division", "subdivision")


def list_offices(db: Database, scope: Scope, code: str) -> pd.DataFrame:
    """Return the offices directly below one: office_code, office, office_hi, level, offices, consumers, since, phone."""
    with db.read() as cursor:
        parent = _require(cursor, scope, code)
        rows = list(_queries.list_below(cursor, parent_no=parent.office_no))
    columns = ["office_code", "office", "office_hi", "level", "offices", "consumers", "since", "phone"]
    return pd.DataFrame(rows, columns=columns)


def list_unplaced(db: Database, scope: Scope, code: str) -> pd.DataFrame:
    """Return the unplaced offices within one, with what an export could not place: office_code, office, office_hi, consumers."""
    with db.read() as cursor:
        office = _require(cursor, scope, code)
        rows = list(_queries.list_unplaced(cursor, first_no=office.office_no, last_no=office.last_no))
    return pd.DataFrame(rows, columns=["office_code", "office", "office_hi", "consumers"])


def list_former_offices(db: Database, scope: Scope, code: str) -> pd.DataFrame:
    """Return offices that are gone and led into one: office_code, office, office_hi, level, since, until, successor and its code."""
    columns = [
        "office_code", "office", "office_hi", "level", "since", "until", "successor", "successor_hi", "successor_code",
    ]  # fmt: skip
    with db.read() as cursor:
        office = _require(cursor, scope, code)
        rows = list(_queries.list_former(cursor, first_no=office.office_no, last_no=office.last_no))
    return pd.DataFrame(rows, columns=columns)


def list_merge_targets(db: Database, scope: Scope, code: str) -> list[Office]:
    """Return the offices into which one may be merged: of its level and its discom, within the person's own offices."""
    with db.read() as cursor:
        office = _require(cursor, scope, code)
        tree = load_tree(cursor)
        levels = _PLACES_FOR_UNPLACED if _is_unplaced(code) else (office.level,)
        rows = _queries.list_targets(
            cursor, first_no=scope.first_no, last_no=scope.last_no, levels=list(levels)
        )
        found = [Office(*row) for row in rows]
    return [one for one in found if one.code != code and tree.discom_of(one.code) == tree.discom_of(code)]


def name_office(db: Database, scope: Scope, clock: Clock, code: str, name_hi: str) -> None:
    """Set an office's Hindi name. Raises BadInput("office_name") for an empty one."""
    name = " ".join(name_hi.split())
    if not name:
        raise BadInput("office_name")

    def change(cursor: Cursor) -> None:
        office = _require(cursor, scope, code)
        name_offices(cursor, [OfficeName(office.level, office.code, name)])
        record(cursor, clock(), scope.username, "offices.name", office_code=office.code, row_count=1)

    db.write(change)


def merge_office(db: Database, scope: Scope, clock: Clock, code: str, into: str, refresh: Refresh) -> int:
    """Make one office part of another: its consumers move, its name and code mean the other one from now on.

    Offices below that both have become one as well. Earlier days stay as they were; accounts follow. Returns how many
    consumers moved. Raises BadInput("office_merge") where the two are not of one level and discom, or one and the same.
    """

    def change(cursor: Cursor) -> int:
        source, target = _require(cursor, scope, code), _require(cursor, scope, into)
        tree = load_tree(cursor)
        _require_alike(tree, source, target)
        merged = merge_nodes(tree, source.code, target.code)
        moved = _move_consumers(cursor, tree, source, target, merged, clock(), refresh)
        for old_code, new_code in merged.items():
            _keep_aliases(cursor, tree, old_code, new_code, is_twin=old_code != source.code)
        close_empty_offices(cursor, clock())
        record(
            cursor, clock(), scope.username, "offices.merge", office_code=target.code, row_count=moved,
            detail={"from_office": source.code},
        )  # fmt: skip
        return moved

    return db.write(change)


def list_aliases(db: Database, scope: Scope, code: str) -> pd.DataFrame:
    """Return the other names and codes that mean an office: alias, level, parent_code (where reports name it so)."""
    with db.read() as cursor:
        office = _require(cursor, scope, code)
        rows = list(_queries.list_aliases(cursor, code=office.code))
    return pd.DataFrame(rows, columns=["alias", "level", "parent_code"])


def remove_alias(db: Database, scope: Scope, clock: Clock, code: str, parent_code: str, alias: str) -> None:
    """Let a name or code mean an office no more; consumers stay, later exports decide anew. Raises BadInput("alias_unknown")."""

    def change(cursor: Cursor) -> None:
        office = _require(cursor, scope, code)
        said = [(row[2], row[0]) for row in _queries.list_aliases(cursor, code=office.code)]
        if (parent_code, alias) not in said:
            raise BadInput("alias_unknown", alias=alias)
        _queries.delete_alias(cursor, code=office.code, parent_code=parent_code, alias=alias)
        record(
            cursor, clock(), scope.username, "offices.remove_alias", office_code=office.code, detail={"alias": alias}
        )  # fmt: skip

    db.write(change)


def list_same_code(db: Database, scope: Scope, code: str) -> list[Office]:
    """Return the offices of other discoms to which reports give this one's code: the two are told apart by their discom."""
    with db.read() as cursor:
        office = _require(cursor, scope, code)
        if office.level not in CODED_LEVELS:
            return []
        discom = load_tree(cursor).discom_of(office.code)
        own_code = office.code.removeprefix(f"{discom}/")
        rows = _queries.list_same_code(cursor, code=office.code, own_code=own_code, level=office.level)
        return [Office(*row) for row in rows]


def _require(cursor: Cursor, scope: Scope, code: str) -> Office:
    scope.require(Right.MANAGE_OFFICES)
    office = find_office(cursor, code)
    scope.require_offices(office.office_no, office.last_no)
    return office


def _is_unplaced(code: str) -> bool:
    return f"/{UNPLACED}" in code


def _require_alike(tree: OfficeTree, source: Office, target: Office) -> None:
    is_alike = source.level == target.level or (
        _is_unplaced(source.code) and target.level in _PLACES_FOR_UNPLACED
    )
    is_inside = source.office_no <= target.office_no <= source.last_no
    if not is_alike or is_inside or tree.discom_of(source.code) != tree.discom_of(target.code):
        raise BadInput("office_merge")


def _move_consumers(
    cursor: Cursor, tree: OfficeTree, source: Office, target: Office, merged: Mapping[str, str], now: datetime, refresh: Refresh
) -> int:  # fmt: skip
    before = cursor.execute(
        "SELECT coalesce(sum(consumers), 0) FROM coverage_cube WHERE office_no BETWEEN ? AND ?",
        [source.office_no, source.last_no],
    ).fetchone()
    keep_totals(cursor)
    write_tree(cursor, tree.number(), now=now)
    cursor.register("merged_code", pa.table({"from_code": list(merged), "to_code": list(merged.values())}))
    _queries.keep_merged(cursor)
    cursor.unregister("merged_code")
    keep_moves(cursor, "consumer_merged", now)
    _queries.move_merged(cursor)
    for office in (find_office(cursor, source.code), find_office(cursor, target.code), source):
        refresh(cursor, office.office_no, office.last_no)
    return int(before[0]) if before else 0


def merge_nodes(tree: OfficeTree, source: str, target: str) -> dict[str, str]:
    """Put what lies below one office below another; return the offices whose own consumers go over, with where to."""
    merged = {source: target}
    twins = {
        (node.level, fold_name(node.name)): node.code
        for node in tree.nodes.values()
        if node.parent_code == target
    }
    for child in [node for node in tree.nodes.values() if node.parent_code == source]:
        twin = twins.get((child.level, fold_name(child.name)))
        if twin:
            merged |= merge_nodes(tree, child.code, twin)
        else:
            tree.move(child.code, target)
    return merged


def _keep_aliases(cursor: Cursor, tree: OfficeTree, source: str, target: str, *, is_twin: bool) -> None:
    """Let reports mean the other office by this one's code, and its name (a twin has the other one's); so for what they name below it."""
    node = tree.nodes[source]
    _queries.point_aliases(cursor, code=source, into_code=target)
    _queries.delete_lower_aliases(cursor, code=source, into_code=target)
    _queries.move_lower_aliases(cursor, code=source, into_code=target)
    discom = tree.discom_of(source)
    said = [(discom, source.removeprefix(f"{discom}/"))] if node.level in CODED_LEVELS else []
    if not is_twin:
        said.append((str(node.parent_code), fold_name(node.name)))
    for parent, alias in said:
        _queries.forget_alias(cursor, parent_code=parent, level=node.level, alias=alias)
        _queries.insert_alias(cursor, parent_code=parent, level=node.level, alias=alias, code=target)
