"""A registry of crores for measuring, made by SQL in minutes instead of an import's: made-up offices, consumers, consents.

`python -m tests.bench.large_registry FOLDER --enrolled 20000000 --others 0` writes FOLDER/setu.duckdb. Consumers stand in the order of
offices as an import leaves them, with hints of where accounts stand; consents in an order of their own; one enrolled consumer in sixteen shares a number with another one.
Numbers are made up: 6 to 9 and nine digits of a counter turned over.
"""

import argparse
import time
from pathlib import Path

from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.twins import renew_odd
from dashboard.registry.office_store import write_tree
from dashboard.registry.offices import LEVELS, Office
from dashboard.store.clock import utc_now
from dashboard.store.database import Cursor, Database, open_database

BELOW = (5, 5, 4, 4, 3, 4, 8)  # offices below one of each level, state to substation: 38,400 feeders
_DISTRICTS = ("LUCKNOW", "AGRA", "MEERUT", "VARANASI", "KANPUR NAGAR", "GONDA", "BANDA", "BASTI")
_HINDI = ("लखनऊ", "आगरा", "मेरठ", "वाराणसी", "कानपुर नगर", "गोंडा", "बांदा", "बस्ती")
_CONSUMERS = """
INSERT INTO consumer (account_no, office_no, name, address, category, load_kw, meter_no, bill_date, due_date, amount_payable,
    arrears_segment, mobile_raw, mobile, verdict, state, import_id)
SELECT (1000000000 + (no * 7368787) % 8999999993)::VARCHAR AS account_no, feeder.office_no, 'PERSON ' || no % 99991, 'WARD ' || no % 97,
    ['LMV-1', 'LMV-1', 'LMV-1', 'LMV-2', 'LMV-5'][1 + no % 5], 1 + no % 7, 'M' || no, DATE '2026-11-01', DATE '2026-11-20', no % 9000,
    ['none', 'due', 'none', 'long_unpaid'][1 + no % 4], number::VARCHAR, CASE WHEN kind <> 'missing' THEN number END,
    CASE WHEN kind = 'missing' THEN 'missing' ELSE 'ok' END, kind, 1
FROM (
    SELECT range AS no, range * $feeders // $total + 1 AS feeder_place,
        6000000000 + (CASE WHEN range % 32 = 1 THEN range - 1 ELSE range END * 2654435761) % 3999999979 AS number,
        CASE WHEN hash(range) % $total < $enrolled THEN 'enrolled' WHEN range % 4 = 2 THEN 'missing' WHEN range % 4 = 3 THEN 'opted_out'
            WHEN range % 4 = 1 AND range % 32 <> 1 THEN 'unusable' ELSE 'on_file' END AS kind
    FROM range($from_no, $to_no)
)
JOIN feeder ON feeder.place = feeder_place
"""
_CONSENTS = """
INSERT INTO consent
SELECT account_no, mobile, CASE WHEN state = 'enrolled' THEN 'in' ELSE 'out' END, CASE WHEN mobile % 4 = 0 THEN 'en' ELSE 'hi' END,
    TIMESTAMP '2026-01-01' + to_seconds((hash(account_no) % 25000000)::BIGINT)
FROM consumer WHERE state IN ('enrolled', 'opted_out') AND hash(account_no) % 8 = ?
"""
_FACTS = """
INSERT INTO consent_event
SELECT changed_at, changed_at, account_no, mobile, CASE WHEN status = 'in' THEN 'opt_in' ELSE 'opt_out' END, 'form', '2026-11', 'opt-in file',
    'forms.csv:' || rowid
FROM consent
"""
_PLACES = """
INSERT INTO account_place SELECT TRY_CAST(account_no AS BIGINT) AS account_key, office_no FROM consumer ORDER BY account_key
"""
_PART = 2_000_000


def list_offices() -> list[Office]:
    """Return a tree of eight levels, numbered depth first."""
    found: list[Office] = []

    def add(depth: int, code: str, parent_no: int | None, place: int) -> int:
        number, at = len(found) + 1, len(found)
        name = "UPPCL" if depth == 0 else f"{LEVELS[depth].upper()} {place} {_DISTRICTS[place % 8]}"
        name_hi = "यूपीपीसीएल" if depth == 0 else f"{_HINDI[place % 8]} {place}"
        found.append(Office(number, number, parent_no, code, LEVELS[depth], name, name_hi, None))
        for below in range(BELOW[depth] if depth < len(BELOW) else 0):
            add(depth + 1, f"{code}{below + 1}", number, below + 1)
        found[at] = Office(number, len(found), parent_no, code, LEVELS[depth], name, name_hi, None)
        return number

    add(0, "UP", None, 1)
    return found


def fill(cursor: Cursor, from_no: int, to_no: int, total: int, enrolled: int) -> None:
    """Write the consumers of a stretch, in the order of their offices."""
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE feeder AS "
        "SELECT row_number() OVER (ORDER BY office_no) AS place, office_no FROM office WHERE level = 'feeder'"
    )
    row = cursor.execute("SELECT count(*) FROM feeder").fetchone()
    asked = {
        "from_no": from_no,
        "to_no": to_no,
        "total": total,
        "enrolled": enrolled,
        "feeders": row[0] if row else 0,
    }
    cursor.execute(_CONSUMERS, asked)


def make_registry(folder: Path, enrolled: int, others: int) -> Database:
    """Make the registry and return it open: consumers, consents, cube, what the audiences are counted from."""
    db = open_database(folder / "setu.duckdb")
    offices, total = list_offices(), enrolled + others
    db.write(lambda cursor: write_tree(cursor, offices))
    with db.read() as cursor:
        for start in range(0, total, _PART):
            fill(cursor, start, min(start + _PART, total), total, enrolled)
        for part in range(8):
            cursor.execute(_CONSENTS, [part])
        cursor.execute(_FACTS)
        cursor.execute(_PLACES)
        cursor.execute(
            "INSERT INTO undeliverable_number SELECT mobile, '2026-11-01' FROM consumer WHERE state = 'unusable'"
        )
    db.write(lambda cursor: refresh_cube(cursor, 1, len(offices)))
    renew_odd(db)
    return db


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--enrolled", type=int, default=20_000_000)
    parser.add_argument("--others", type=int, default=0)
    asked = parser.parse_args()
    began = time.perf_counter()
    db = make_registry(asked.folder, asked.enrolled, asked.others)
    db.close()
    size = (asked.folder / "setu.duckdb").stat().st_size / 1e9
    print(
        f"{asked.enrolled:,} enrolled and {asked.others:,} others in {time.perf_counter() - began:.0f} s, {size:.2f} GB; {utc_now():%H:%M} UTC"
    )


if __name__ == "__main__":
    main()
