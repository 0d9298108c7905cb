"""WhatsApp groups and channels that officials run by hand: registered by office, members known from lists that are brought."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput, Refused
from dashboard.registry.headers import shipped_headers
from dashboard.registry.offices import find_office
from dashboard.registry.packed import LIST_BYTES, unpacked
from dashboard.registry.phone import judge
from dashboard.registry.tabular import RawTable, RefusedRow, read_table
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

KINDS = ("group", "channel")
_LONGEST_NAME = 80
_queries = load_queries(Path(__file__).with_name("groups.sql"))
# A list names its people by number, or by account; the reader wants one column that must be there.
_NUMBERS = {alias: "account_no" for alias, field in shipped_headers("consent").items() if field == "mobile"}


@dataclass(frozen=True)
class Group:
    """One group; `members` counts consumers' numbers known to be in, `listed_at` (UTC) is when a list came last."""

    group_id: int
    name: str
    kind: str
    office_code: str
    office: str
    office_hi: str
    members: int
    listed_at: datetime | None


@dataclass(frozen=True)
class MemberJudgement:
    """A list of members, row by row: rows = accepted + repeated + rejected.

    `joining` of the accepted were not known to be in; `leaving` are known to be in and not on a full list. `rejects` has row_no,
    reason, row.
    """

    rows: int
    accepted: int
    repeated: int
    joining: int
    leaving: int
    rejects: pd.DataFrame


def list_groups(db: Database, scope: Scope) -> list[Group]:
    """Return the open groups of the scope's offices by name. Needs Right.COMPOSE; no number is in it."""
    scope.require(Right.COMPOSE)
    with db.read() as cursor:
        rows = list(_queries.list_groups(cursor, first_no=scope.first_no, last_no=scope.last_no))
    return [Group(*row) for row in rows]


def add_group(db: Database, scope: Scope, clock: Clock, office_code: str, name: str, kind: str) -> int:
    """Register a group or channel of an office; return its id. Needs Right.COMPOSE. Raises BadInput("group_name")."""
    title = " ".join(name.split())
    if kind not in KINDS or not 1 <= len(title) <= _LONGEST_NAME:
        raise BadInput("group_name", most=_LONGEST_NAME)

    def change(cursor: Cursor) -> int:
        scope.require(Right.COMPOSE)
        office = find_office(cursor, office_code)
        scope.require_offices(office.office_no, office.last_no)
        group_id, now = int(_queries.next_group_id(cursor)), clock()
        _queries.insert_group(
            cursor, group_id=group_id, name=title, kind=kind, office_code=office.code, username=scope.username, now=now
        )  # fmt: skip
        _record(cursor, scope, now, "group.add", office.code, group_id)
        return group_id

    return db.write(change, alters_pages=False)


def close_group(db: Database, scope: Scope, clock: Clock, group_id: int) -> None:
    """End a group: nobody counts as its member any more. Needs Right.COMPOSE."""

    def change(cursor: Cursor) -> None:
        place, now = require_group(cursor, scope, group_id), clock()
        members = [mobile for (mobile,) in _queries.list_members(cursor, group_id=group_id)]
        _say(cursor, scope, now, group_id, members, False)
        _queries.insert_event(
            cursor, group_id=group_id, kind="closed", username=scope.username, now=now, source=""
        )
        _record(cursor, scope, now, "group.close", place.office_code, group_id, len(members))

    db.write(change, alters_pages=False)


def judge_members(
    db: Database, scope: Scope, path: Path, group_id: int, name: str = "", *, is_full: bool = False
) -> MemberJudgement:
    """Judge a list of members (CSV or XLSX; a column of numbers or of accounts) row by row, changing nothing.

    Needs Right.COMPOSE over the group's office; people who are no consumers of that office are refused and not kept. Raises
    Refused("group"), BadInput("group_channel") and as `registry.tabular.open_tables`.
    """
    with db.read() as cursor:
        require_group(cursor, scope, group_id)  # before the file is opened
    rows = _read_list(path, name or path.name)
    with db.read() as cursor:
        return _judge(cursor, scope, rows, group_id, is_full).shown


def keep_members(
    db: Database, scope: Scope, clock: Clock, path: Path, group_id: int, name: str = "", *, is_full: bool = False
) -> MemberJudgement:  # fmt: skip
    """Note the good rows of a list as members; with `is_full` whoever is not on it has left. As `judge_members`.

    Raises BadInput("list_empty") where no row is good.
    """
    with db.read() as cursor:
        require_group(cursor, scope, group_id)
    rows = _read_list(path, name or path.name)

    def change(cursor: Cursor) -> MemberJudgement:
        judged, now = _judge(cursor, scope, rows, group_id, is_full), clock()
        if not judged.shown.accepted:
            raise BadInput("list_empty")
        _say(cursor, scope, now, group_id, judged.joining, True)
        _say(cursor, scope, now, group_id, judged.leaving, False)
        kind = "full_list" if is_full else "list"
        _queries.insert_event(
            cursor, group_id=group_id, kind=kind, username=scope.username, now=now, source=name or path.name
        )
        _record(
            cursor, scope, now, f"group.{kind}", judged.office_code, group_id, judged.shown.accepted,
            joining=len(judged.joining), leaving=len(judged.leaving),
        )  # fmt: skip
        return judged.shown

    return db.write(change, alters_pages=False)


@dataclass(frozen=True)
class _Place:
    kind: str
    office_code: str
    first_no: int
    last_no: int


def require_group(cursor: Cursor, scope: Scope, group_id: int) -> _Place:
    """Return where an open group of the scope's offices stands. Raises Refused("group"), the same for a foreign and an unknown one."""
    scope.require(Right.COMPOSE)
    row = _queries.find_group(cursor, group_id=group_id)
    if row is None or not scope.first_no <= row[4] <= row[5] <= scope.last_no:
        raise Refused("group")
    return _Place(*row[2:])


@dataclass(frozen=True)
class _Rows:
    table: RawTable
    are_numbers: bool


@dataclass(frozen=True)
class _Judged:
    office_code: str
    joining: list[int]
    leaving: list[int]
    shown: MemberJudgement


def _read_list(path: Path, name: str) -> _Rows:
    with unpacked(path, name, LIST_BYTES) as plain:
        try:
            return _Rows(read_table(plain, _NUMBERS, name), True)
        except BadInput as error:
            if error.code != "no_account_column":
                raise
        try:
            return _Rows(read_table(plain, shipped_headers("accounts"), name), False)
        except BadInput as error:
            if error.code == "no_account_column":
                raise BadInput("member_columns") from error
            raise


def _judge(cursor: Cursor, scope: Scope, rows: _Rows, group_id: int, is_full: bool) -> _Judged:
    place = require_group(cursor, scope, group_id)
    if place.kind == "channel":
        raise BadInput("group_channel")
    cells = list(rows.table.rows["account_no"])
    found = _find_numbers(cursor, place, cells) if rows.are_numbers else _find_accounts(cursor, place, cells)
    refused = list(rows.table.refused)
    for row_no, cell, answer in zip(rows.table.rows["row_no"], cells, found, strict=True):
        if isinstance(answer, str):
            refused.append(RefusedRow(int(row_no), answer, cell))
    counts = Counter(answer for answer in found if isinstance(answer, int))
    known = {mobile for (mobile,) in _queries.list_members(cursor, group_id=group_id)}
    joining, leaving = sorted(set(counts) - known), sorted(known - set(counts)) if is_full else []
    frame = pd.DataFrame(
        [(row.row_no, row.reason, row.raw) for row in sorted(refused, key=lambda row: row.row_no)],
        columns=["row_no", "reason", "row"],
    )
    shown = MemberJudgement(
        len(cells) + len(rows.table.refused), len(counts), counts.total() - len(counts), len(joining), len(leaving), frame
    )  # fmt: skip
    return _Judged(place.office_code, joining, leaving, shown)


def _find_numbers(cursor: Cursor, place: _Place, cells: list[str]) -> list[int | str]:
    """Return for each cell its number, or why it is none of a consumer of the office."""
    mobiles = [one.mobile if one.verdict == "ok" else None for one in judge(cells)]
    _ask(cursor, "mobile", pa.array([mobile for mobile in mobiles if mobile], pa.int64()))
    rows = _queries.known_numbers(cursor, first_no=place.first_no, last_no=place.last_no)
    known = {mobile for (mobile,) in rows}
    cursor.unregister("asked_member")
    return [
        "number" if mobile is None else mobile if mobile in known else "unknown_number" for mobile in mobiles
    ]


def _find_accounts(cursor: Cursor, place: _Place, cells: list[str]) -> list[int | str]:
    """Return for each account its usable number, or why there is none."""
    _ask(cursor, "account_no", pa.array(cells, pa.string()))
    known = dict(_queries.known_accounts(cursor, first_no=place.first_no, last_no=place.last_no))
    cursor.unregister("asked_member")
    return ["unknown_account" if cell not in known else known[cell] or "number" for cell in cells]


def _say(cursor: Cursor, scope: Scope, now: datetime, group_id: int, mobiles: list[int], is_in: bool) -> None:
    _ask(cursor, "mobile", pa.array(mobiles, pa.int64()))
    _queries.insert_facts(cursor, group_id=group_id, is_in=is_in, username=scope.username, now=now)
    (_queries.insert_members if is_in else _queries.drop_members)(cursor, group_id=group_id)
    cursor.unregister("asked_member")


def _ask(cursor: Cursor, column: str, values: pa.Array) -> None:
    cursor.register("asked_member", pa.table({column: values}))


def _record(
    cursor: Cursor,
    scope: Scope,
    now: datetime,
    action: str,
    office_code: str,
    group_id: int,
    count: int | None = None,
    **detail: object,
) -> None:
    detail = {"group": group_id, **detail}
    record(cursor, now, scope.username, action, office_code=office_code, row_count=count, detail=detail)
