"""Opt-ins collected on paper or by form come in by a file, judged row by row."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.enrolment.cases import open_cases
from dashboard.enrolment.consent import ConsentFact, ask_numbers, queries, record_consents
from dashboard.errors import BadInput
from dashboard.registry.headers import shipped_headers
from dashboard.registry.import_log import keep_refused
from dashboard.registry.import_work import queries as import_queries
from dashboard.registry.packed import LIST_BYTES, readable, unpacked
from dashboard.registry.phone import judge
from dashboard.registry.states import Refresh
from dashboard.registry.tabular import RefusedRow, read_table
from dashboard.store.clock import INDIA_OFFSET, Clock, india_day
from dashboard.store.database import Cursor, Database
from dashboard.store.spreadsheet import write_table

_DAY_FORMATS = ("%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d-%b-%y", "%d-%b-%Y")
_FIELDS = ("account_no", "mobile", "given_at", "how")


@dataclass(frozen=True)
class ConsentResult:
    """A consent file's account of itself: rows = accepted + rejected + unchanged (repeated, or known already)."""

    import_id: int | None
    rows: int
    accepted: int
    rejected: int
    unchanged: int
    rejects: pd.DataFrame  # row_no, reason, row
    rejects_file: str | None


@dataclass(frozen=True)
class _Judged:
    facts: list[ConsentFact]
    refused: list[RefusedRow]
    unchanged: int
    claims: list[tuple[str, int]]  # accounts whose number on file differs: cases to settle


def read_consent_file(
    db: Database, scope: Scope, path: Path, clock: Clock, name: str | None = None
) -> ConsentResult:
    """Judge a consent file without changing anything. Raises BadInput (see `open_tables`, `unpack`), Refused without Right.IMPORT."""
    scope.require(Right.IMPORT)
    rows, refused = _read_rows(path, name or readable(path.name))
    with db.read() as cursor:
        judged = _judge(cursor, scope, rows, clock(), name or readable(path.name))
    return _result(None, len(rows) + len(refused), judged, refused, None)


def import_consents(
    db: Database, scope: Scope, path: Path, clock: Clock, *, refresh: Refresh, name: str | None = None
) -> ConsentResult:
    """Bring a consent file in: accepted rows enrol, refused ones are kept with their reason; twice changes nothing.

    CSV or XLSX with account_no, mobile, given_at, how. Raises as `read_consent_file`.
    """
    scope.require(Right.IMPORT)
    rows, refused = _read_rows(path, name or readable(path.name))
    file_name = name or readable(path.name)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    def change(cursor: Cursor) -> tuple[int, _Judged]:
        judged = _judge(cursor, scope, rows, clock(), file_name)
        record_consents(cursor, judged.facts, refresh)
        open_cases(cursor, judged.claims, "consent_file", clock())
        import_id = import_queries.next_import_id(cursor)
        all_refused = [*refused, *judged.refused]
        import_queries.insert_run(
            cursor, import_id=import_id, kind="consent", file_names=file_name, file_digest=digest, started_at=clock(), finished_at=clock(),
            username=scope.username, row_count=len(rows) + len(refused), accepted_count=len(judged.facts), rejected_count=len(all_refused),
            new_count=len(judged.facts), changed_count=0, unchanged_count=judged.unchanged,
            notes=None,
        )  # fmt: skip
        keep_refused(cursor, import_id, [(file_name, row) for row in all_refused])
        record(
            cursor,
            clock(),
            scope.username,
            "import.consent",
            office_code=scope.office_code,
            row_count=len(judged.facts),
            detail={"file": file_name},
        )
        return import_id, judged

    import_id, judged = db.write(change)
    return _result(import_id, len(rows) + len(refused), judged, refused, db.path.parent)


def _read_rows(path: Path, name: str) -> tuple[pd.DataFrame, list[RefusedRow]]:
    with unpacked(path, name, LIST_BYTES) as plain:
        table = read_table(plain, shipped_headers("consent"), name)
    missing = [field for field in ("mobile", "given_at") if field not in table.rows.columns]
    if missing:
        raise BadInput("consent_columns", columns=", ".join(missing))
    if table.rows.empty and not table.refused:
        raise BadInput("no_rows", file=name)
    rows = table.rows.reindex(columns=["row_no", *_FIELDS]).fillna("")
    return rows, table.refused


def _judge(cursor: Cursor, scope: Scope, rows: pd.DataFrame, now: datetime, file_name: str) -> _Judged:
    """Judge each row by number, date, account, scope and what stands already; the first good row of an account counts."""
    known = _known_accounts(cursor, rows)
    verdicts = judge(rows["mobile"].tolist())
    numbers = _known_numbers(cursor, [one.mobile for one in verdicts if one.mobile is not None])
    facts: dict[str, ConsentFact] = {}
    refused: list[RefusedRow] = []
    claims: list[tuple[str, int]] = []
    unchanged = 0
    for row, number in zip(rows.itertuples(index=False), verdicts, strict=True):
        day = _read_day(row.given_at)
        account = known.get(row.account_no)
        mobile = number.mobile if number.verdict == "ok" and number.mobile not in numbers.readers else None
        reason = _refusal(scope, account, mobile, day, now) or _stopped_since(numbers, mobile, day)
        if reason:
            raw = ",".join((row.account_no, row.mobile, row.given_at, row.how))
            refused.append(RefusedRow(int(row.row_no), reason, raw))
            if reason == "other_number":
                claims.append((row.account_no, number.mobile or 0))
        elif row.account_no in facts or _stands_already(account, number.mobile):
            unchanged += 1
        else:
            given_at = (
                datetime.combine(day or date.min, datetime.min.time()) - INDIA_OFFSET + timedelta(hours=12)
            )
            facts[row.account_no] = ConsentFact(
                row.account_no, number.mobile or 0, "opt_in", min(given_at, now), now, row.how[:40] or "form", scope.username, f"{file_name}:{row.row_no}"
            )  # fmt: skip
    return _Judged(list(facts.values()), refused, unchanged, claims)


@dataclass(frozen=True)
class _Account:
    office_no: int
    mobile: int | None
    verdict: str
    consent_status: str | None
    consent_mobile: int | None
    changed_at: datetime | None


@dataclass(frozen=True)
class _Numbers:
    readers: frozenset[int]
    stopped_at: dict[int, datetime]


def _known_numbers(cursor: Cursor, mobiles: list[int]) -> _Numbers:
    with ask_numbers(cursor, mobiles):
        readers = frozenset(mobile for (mobile,) in queries.readers_among(cursor))
        return _Numbers(readers, dict(queries.stops_of_numbers(cursor)))


def _stopped_since(numbers: _Numbers, mobile: int | None, day: date | None) -> str | None:
    """A STOP of the number itself wins over a form of the same day or before, whatever account it names."""
    stopped_at = numbers.stopped_at.get(mobile or 0)
    return "opted_out_since" if stopped_at and day and day <= india_day(stopped_at) else None


def _known_accounts(cursor: Cursor, rows: pd.DataFrame) -> dict[str, _Account]:
    cursor.register(
        "asked_accounts", pa.table({"account_no": pa.array(rows["account_no"].tolist(), pa.string())})
    )
    found = cursor.execute(
        "SELECT DISTINCT consumer.account_no, office_no, consumer.mobile, verdict, consent.status, consent.mobile, consent.changed_at"
        " FROM consumer JOIN asked_accounts USING (account_no) LEFT JOIN consent USING (account_no)"
    ).fetchall()
    cursor.unregister("asked_accounts")
    return {row[0]: _Account(*row[1:]) for row in found}


def _refusal(
    scope: Scope, account: _Account | None, mobile: int | None, day: date | None, now: datetime
) -> str | None:
    """Return the reason's code, None where the row is good."""
    if account is None:
        return "unknown_account"
    if not scope.first_no <= account.office_no <= scope.last_no:
        return "unknown_account"  # in the same words as one that is not there
    if day is None:
        return "date"
    if day > india_day(now):
        return "future_date"
    if mobile is None or (mobile == account.mobile and account.verdict in ("reader's own", "shared")):
        return "number"
    if account.verdict == "ok" and account.mobile != mobile:
        return "other_number"
    if account.consent_status == "out" and account.changed_at and day <= india_day(account.changed_at):
        return "opted_out_since"
    return None


def _stands_already(account: _Account | None, mobile: int | None) -> bool:
    return account is not None and account.consent_status == "in" and account.consent_mobile == mobile


def _read_day(text: str) -> date | None:
    cell = text.strip().split("T")[0].split(" ")[0]
    for form in _DAY_FORMATS:
        try:
            return datetime.strptime(cell, form).date()
        except ValueError:
            continue
    return None


def _result(
    import_id: int | None, row_count: int, judged: _Judged, unread: list[RefusedRow], data_dir: Path | None
) -> ConsentResult:
    refused = sorted([*unread, *judged.refused], key=lambda row: row.row_no)
    frame = pd.DataFrame(
        [(row.row_no, row.reason, row.raw) for row in refused], columns=["row_no", "reason", "row"]
    )
    rejects_file = None
    if refused and data_dir is not None:
        path = data_dir / "rejects" / f"consent_{import_id}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(path, list(frame.columns), frame.itertuples(index=False, name=None))
        rejects_file = str(path)
    return ConsentResult(
        import_id, row_count, len(judged.facts), len(refused), judged.unchanged, frame, rejects_file
    )
