"""Saved audiences, shared within an office, and lists of accounts that somebody brings as a file."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput, Refused
from dashboard.notices.audience import require_office
from dashboard.notices.draft import Audience, read_audience
from dashboard.registry.headers import shipped_headers
from dashboard.registry.packed import LIST_BYTES, unpacked
from dashboard.registry.plain_lines import count_line_ends
from dashboard.registry.tabular import RefusedRow, read_table
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

LISTS_SHOWN = 50  # to choose from at once; older ones are found by name
_LONGEST_NAME = 80
_BOOKS = (".xlsx", ".xls", ".ods")
_MOST_LINES = 1_048_575  # of a list: it is read into memory as a whole, and no workbook holds more
_queries = load_queries(Path(__file__).with_name("audience_store.sql"))


@dataclass(frozen=True)
class SavedAudience:
    """A choice under a name; everyone of its office may take it."""

    audience_id: int
    name: str
    audience: Audience
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class AccountList:
    """Accounts that somebody brought; `count` of them stand in the registry."""

    list_id: int
    name: str
    count: int
    created_at: datetime


@dataclass(frozen=True)
class ListJudgement:
    """A file of accounts, row by row: rows = accepted + repeated + rejected. `rejects` has row_no, reason, row."""

    list_id: int | None
    rows: int
    accepted: int
    repeated: int
    rejects: pd.DataFrame


def save_audience(db: Database, scope: Scope, clock: Clock, name: str, audience: Audience) -> int:
    """Keep a choice under a name for everyone of its office. Raises BadInput("audience_name")."""
    title = " ".join(name.split())
    if not 1 <= len(title) <= _LONGEST_NAME:
        raise BadInput("audience_name", most=_LONGEST_NAME)

    def change(cursor: Cursor) -> int:
        office = require_office(cursor, scope, Right.COMPOSE, audience.office_code)
        audience_id = int(_queries.next_audience_id(cursor))
        fields = json.dumps(audience.as_fields, ensure_ascii=False)
        _queries.insert_audience(
            cursor, audience_id=audience_id, name=title, office_code=office.code, fields=fields, username=scope.username, now=clock(),
        )  # fmt: skip
        _record(cursor, scope, clock, "audience.save", office.code, title)
        return audience_id

    return db.write(change, alters_pages=False)


def delete_audience(db: Database, scope: Scope, clock: Clock, audience_id: int) -> None:
    """Give up a saved audience of an office of the scope; notices that used it keep theirs."""

    def change(cursor: Cursor) -> None:
        scope.require(Right.COMPOSE)
        row = _queries.find_audience(cursor, audience_id=audience_id)
        if row is None or not scope.first_no <= row[6] <= row[7] <= scope.last_no:
            raise Refused("office")
        _queries.delete_audience(cursor, audience_id=audience_id)
        _record(cursor, scope, clock, "audience.delete", row[2], row[1])

    db.write(change, alters_pages=False)


def list_audiences(db: Database, scope: Scope) -> list[SavedAudience]:
    """Return the saved audiences of the scope's offices by name."""
    scope.require(Right.COMPOSE)
    with db.read() as cursor:
        rows = list(_queries.list_audiences(cursor, first_no=scope.first_no, last_no=scope.last_no))
    return [SavedAudience(row[0], row[1], read_audience(json.loads(row[3])), row[4], row[5]) for row in rows]


def list_account_lists(
    db: Database, scope: Scope, wanted: str = "", kept: int = 0, limit: int = LISTS_SHOWN
) -> list[AccountList]:
    """Return at most `limit` lists of accounts of the scope's offices whose name holds `wanted`, the newest first.

    The list `kept`, chosen already, stands before them whatever its name and age.
    """
    scope.require(Right.COMPOSE)
    with db.read() as cursor:
        rows = list(
            _queries.list_lists(
                cursor, first_no=scope.first_no, last_no=scope.last_no, wanted=" ".join(wanted.split()), kept=kept,
                row_limit=limit,
            )
        )  # fmt: skip
    return [AccountList(*row) for row in rows]


def judge_account_list(
    db: Database, scope: Scope, path: Path, office_code: str, name: str = ""
) -> ListJudgement:
    """Judge a file of accounts (CSV or XLSX with the column account_no) row by row, changing nothing.

    Raises BadInput as `registry.tabular.open_table`, ("list_long") before a row is read.
    """
    judged = _judge(db, scope, path, office_code, name)
    return ListJudgement(None, judged.rows, len(judged.accounts), judged.repeated, judged.rejects)


def keep_account_list(
    db: Database, scope: Scope, clock: Clock, path: Path, office_code: str, name: str = ""
) -> ListJudgement:
    """Keep the good accounts of a file as a list that audiences of the office may name. Raises BadInput("list_empty")."""
    judged = _judge(db, scope, path, office_code, name)
    if not judged.accounts:
        raise BadInput("list_empty")

    def change(cursor: Cursor) -> int:
        office = require_office(cursor, scope, Right.COMPOSE, office_code)
        list_id = int(_queries.next_list_id(cursor))
        _queries.insert_list(
            cursor, list_id=list_id, name=judged.name, office_code=office.code, account_count=len(judged.accounts),
            username=scope.username, now=clock(),
        )  # fmt: skip
        _ask_accounts(cursor, judged.accounts)
        _queries.insert_accounts(cursor, list_id=list_id)
        cursor.unregister("asked_account")
        _record(cursor, scope, clock, "audience.upload", office.code, judged.name, len(judged.accounts))
        return list_id

    list_id = db.write(change, alters_pages=False)
    return ListJudgement(list_id, judged.rows, len(judged.accounts), judged.repeated, judged.rejects)


@dataclass(frozen=True)
class _Judged:
    name: str
    rows: int
    accounts: list[str]
    repeated: int
    rejects: pd.DataFrame


def _judge(db: Database, scope: Scope, path: Path, office_code: str, name: str) -> _Judged:
    with db.read() as cursor:
        require_office(cursor, scope, Right.COMPOSE, office_code)  # before the file is opened
    with unpacked(path, name or path.name, LIST_BYTES) as plain:
        _require_short(plain, name or path.name)
        table = read_table(plain, shipped_headers("accounts"), name or path.name)
    counts = Counter(table.rows["account_no"])
    with db.read() as cursor:
        office = require_office(cursor, scope, Right.COMPOSE, office_code)
        _ask_accounts(cursor, list(counts))
        rows = _queries.judge_accounts(cursor, first_no=office.office_no, last_no=office.last_no)
        known = {account_no for (account_no,) in rows}
        cursor.unregister("asked_account")
    refused = list(table.refused)
    refused += [
        RefusedRow(int(row.row_no), "unknown_account", row.account_no)
        for row in table.rows.itertuples(index=False)
        if row.account_no not in known
    ]
    frame = pd.DataFrame(
        [(row.row_no, row.reason, row.raw) for row in sorted(refused, key=lambda row: row.row_no)],
        columns=["row_no", "reason", "row"],
    )
    repeated = sum(counts[account] - 1 for account in known)
    return _Judged(name or path.name, len(table.rows) + len(table.refused), sorted(known), repeated, frame)


def _require_short(path: Path, name: str) -> None:
    """Raise BadInput("list_long") for a plain file of too many lines; a workbook has no room for them."""
    most = _MOST_LINES + 1  # with the header's
    if Path(name).suffix.lower() not in _BOOKS and count_line_ends(path, most + 1) > most:
        raise BadInput("list_long", limit=_MOST_LINES)


def _ask_accounts(cursor: Cursor, accounts: list[str]) -> None:
    cursor.register("asked_account", pa.table({"account_no": pa.array(accounts, pa.string())}))


def _record(
    cursor: Cursor,
    scope: Scope,
    clock: Clock,
    action: str,
    office_code: str,
    name: str,
    count: int | None = None,
) -> None:
    record(
        cursor, clock(), scope.username, action, office_code=office_code, row_count=count, detail={"audience": name}
    )  # fmt: skip
