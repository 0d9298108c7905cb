"""Keeps the office tree: numbers renewed, earlier days left as they read, consumers' moves remembered, empty offices closed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from dashboard.access.audit import record
from dashboard.registry.account_places import queries as places
from dashboard.registry.offices import Office
from dashboard.store.clock import india_day, utc_now
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("office_store.sql"))
_OFFICE_FIELDS = {
    "office_no": pa.int32(), "last_no": pa.int32(), "parent_no": pa.int32(), "code": pa.string(), "level": pa.string(),
    "name": pa.string(), "name_hi": pa.string(), "district": pa.string(),
}  # fmt: skip


@dataclass(frozen=True)
class OfficeName:
    """What a person says of an office: its Hindi name, its district."""

    level: str
    code: str
    name_hi: str
    district: str = ""


def write_tree(
    cursor: Cursor, offices: Iterable[Office], *, with_consumers: bool = True, now: datetime | None = None
) -> bool:
    """Replace the office table by a newly numbered tree, inside a change; return whether an office has another number now.

    Consumers follow their office's number unless the caller sees to that; the cube always does. What changed is kept with
    today's date, and where an office stands under another parent, who lost and who won its consumers. All offices that
    have consumers must still be there: `close_empty_offices` takes away those that have none.
    """
    day = india_day(now or utc_now())
    queries.keep_before(cursor)
    columns = {
        name: pa.array([getattr(office, name) for office in offices], kind)
        for name, kind in _OFFICE_FIELDS.items()
    }
    cursor.register("new_offices", pa.table(columns))
    queries.replace_offices(cursor)
    cursor.unregister("new_offices")
    if queries.count_under_new_parent(cursor):
        queries.insert_moves_of_offices(cursor, day=day)
    _keep_spans(cursor, now)
    is_renumbered = bool(queries.count_renumbered(cursor))
    if is_renumbered:
        queries.renumber_cube(cursor)
        queries.renumber_parts(cursor)
        queries.renumber_audience_parts(cursor)
        if with_consumers:
            queries.renumber_consumers(cursor)
            places.renumber(cursor)
    return is_renumbered


def name_offices(cursor: Cursor, names: Sequence[OfficeName]) -> int:
    """Set Hindi names and districts, inside a change; return how many offices were found. An empty one changes nothing."""
    columns = {
        name: pa.array([getattr(said, name) for said in names], pa.string())
        for name in OfficeName.__dataclass_fields__
    }
    cursor.register("office_said", pa.table(columns))
    found = cursor.execute(queries.set_names.sql.replace("{names}", "office_said")).fetchone()
    cursor.unregister("office_said")
    queries.update_spans(cursor)
    return int(found[0]) if found else 0


def _keep_spans(cursor: Cursor, now: datetime | None) -> None:
    day = india_day(now or utc_now())
    queries.close_spans(cursor, day=day)
    queries.forget_spans_of_no_day(cursor)
    queries.insert_spans(cursor, day=day)
    queries.update_spans(cursor)


def keep_totals(cursor: Cursor) -> None:
    """Note how many consumers each office has, for `keep_moves`: before anything moves in this commit."""
    queries.keep_totals(cursor)


def keep_moves(cursor: Cursor, moved: str, now: datetime) -> None:
    """Remember consumers that change their office, before the cube is refreshed; `keep_totals` went before.

    `moved` names a table with columns from_no, to_no (today's numbers), state and consumers (how many).
    """
    sql = queries.insert_moves_of_consumers.sql.replace("{moved}", moved)
    cursor.execute(sql, {"day": india_day(now)})
    cursor.execute("DROP TABLE office_total")


def close_empty_offices(cursor: Cursor, now: datetime) -> list[str]:
    """End the time of offices that have no consumer any more, after the cube is refreshed; return their codes.

    Whoever asks for one of them is led to the office that most of its consumers went to; accounts move there, and the audit
    trail says so. An account whose office has no successor of the same level stays as it is: nobody's right grows by itself.
    """
    queries.keep_empty(cursor)
    closed = [code for (code,) in queries.list_empty(cursor)]
    if closed:
        heirs: dict[str, list[str]] = {}
        for from_code, to_code in queries.list_heirs(cursor):
            heirs.setdefault(from_code, []).append(to_code)
        queries.close_empty(cursor, day=india_day(now))
        queries.delete_empty(cursor)
        _keep_successors(cursor, heirs)
    _move_users(cursor, now)
    return closed


def _keep_successors(cursor: Cursor, heirs: Mapping[str, Sequence[str]]) -> None:
    above: dict[str, str | None] = dict(queries.list_gone(cursor))
    found = {code: _find_heir(code, above, heirs, set()) or _find_above(code, above, heirs) for code in above}
    cursor.register(
        "office_heir",
        pa.table({"code": list(found), "successor_code": pa.array(list(found.values()), pa.string())}),
    )
    cursor.execute(queries.set_successors.sql.replace("{heirs}", "office_heir"))
    cursor.unregister("office_heir")


def _find_heir(
    code: str, gone: Mapping[str, Any], heirs: Mapping[str, Sequence[str]], seen: set[str]
) -> str | None:
    """Return the standing office to which most consumers went, over others that are gone meanwhile."""
    seen.add(code)
    for heir in heirs.get(code, ()):
        if heir not in gone:
            return heir
        if heir not in seen and (further := _find_heir(heir, gone, heirs, seen)):
            return further
    return None


def _find_above(code: str, above: Mapping[str, str | None], heirs: Mapping[str, Sequence[str]]) -> str | None:
    """Return what the office stood under, or who took its place: its consumers went to no other office of its level."""
    parent = above[code]
    if parent is None or parent not in above:
        return parent
    return _find_heir(parent, above, heirs, set()) or _find_above(parent, above, heirs)


def _move_users(cursor: Cursor, now: datetime) -> None:
    for username, old_code, new_code in list(queries.list_homeless_users(cursor)):
        queries.move_user(cursor, username=username, office_code=new_code)
        record(
            cursor, now, "clock", "user.follow_office", office_code=new_code, detail={"account": username, "from_office": old_code}
        )  # fmt: skip
