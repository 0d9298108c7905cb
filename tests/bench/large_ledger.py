"""What a send of crores leaves behind, for measuring: claims, outcomes and reports of a frozen notice, made by SQL in minutes.

`python -m tests.bench.large_ledger FOLDER` freezes a notice to the whole state in FOLDER/setu.duckdb (made by `tests.bench.large_registry`) and
writes its ledger as a send would have: one message in a thousand refused, one in five thousand in doubt, one in twenty thousand skipped; of
the others all are reported as sent, nine in ten as delivered, three in ten as read some time later, one in a hundred as failed.
"""

import argparse
import time
from pathlib import Path

from dashboard.access.scope import Role, Scope
from dashboard.delivery import ledger, tallies
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import submit
from dashboard.notices.notice import get_notice
from dashboard.store.clock import utc_now
from dashboard.store.database import Cursor, Database, open_database

DRAFT = NoticeDraft("bill_due", "en", {"month": "May", "due_date": "05-12-2026"}, Audience("UP"))
_PART = 500_000  # messages that are written together
_LATE = 8  # parts within which a message is read
_CLAIMS = """
INSERT INTO claim
SELECT $job, range // 100 + 1, range(range + 1, least(range + 100, $last_no) + 1)::INTEGER[], least(range + 100, $last_no), 1,
    $began::TIMESTAMP + to_milliseconds(range)
FROM range($first_no - 1, $last_no, 100)
"""
_OUTCOMES = """
INSERT INTO outcome
SELECT $job, no, 1, result, CASE WHEN result = 'accepted' THEN 'wamid.HBgMOTE5' || upper(left(sha256(no::VARCHAR), 24)) END,
    CASE WHEN result = 'failed' THEN 131047 END, $began::TIMESTAMP + to_milliseconds(no + 500), NULL
FROM (
    SELECT range::INTEGER AS no, CASE WHEN hash(range) % 1000 = 0 THEN 'failed' WHEN hash(range) % 5000 = 1 THEN 'in_doubt'
        WHEN hash(range) % 20000 = 2 THEN 'skipped' ELSE 'accepted' END AS result
    FROM range($first_no, $last_no + 1)
)
"""
_REPORTS = """
INSERT INTO status_event
WITH taken AS (
    SELECT message_no, wamid, hash(message_no) // 20000 % 100 AS fate, hash(message_no) // 2000000 % $late AS lateness,
        (message_no - 1) // $part AS written_in, answered_at
    FROM outcome WHERE job_id = $job AND message_no > $first_no - 1 - $late * $part AND message_no <= $last_no AND result = 'accepted'
), reported AS (
    SELECT *, 'sent' AS status, 2 AS seconds FROM taken WHERE written_in = ($first_no - 1) // $part
    UNION ALL
    SELECT *, CASE WHEN fate = 99 THEN 'failed' ELSE 'delivered' END, 5 FROM taken
    WHERE written_in = ($first_no - 1) // $part AND (fate < 90 OR fate = 99)
    UNION ALL
    SELECT *, 'read', 600 * lateness + 60 FROM taken WHERE written_in = ($first_no - 1) // $part - lateness AND fate < 30
)
SELECT $job, message_no, wamid, status, answered_at, CASE WHEN status = 'failed' THEN 131026 END, 'utility', status <> 'failed',
    answered_at + to_seconds(seconds)
FROM reported ORDER BY answered_at + to_seconds(seconds)
"""
_SUMS = """
INSERT INTO job_tally
SELECT $job, state, CASE WHEN state = 'failed' THEN coalesce(code, -1) ELSE -1 END, count(*), (message_no - 1) // $stretch
FROM message_state_among($job, $first_no, $last_no, NULL::INTEGER[]) WHERE state NOT IN ('waiting', 'in_flight') GROUP BY ALL
"""
_COUNTERS = """
INSERT INTO job_tally
SELECT $job, 'outcome_rows', -1, count(*), NULL FROM outcome WHERE job_id = $job
UNION ALL SELECT $job, 'status_rows', -1, count(*), NULL FROM status_event WHERE job_id = $job
"""
_PRICED = """
INSERT INTO job_priced
SELECT $job, 'utility', is_charged, count(*)
FROM (SELECT bool_or(billable) AS is_charged FROM status_event WHERE job_id = $job AND message_no BETWEEN $first_no AND $last_no GROUP BY message_no)
GROUP BY is_charged
"""


def write_ledger(cursor: Cursor, job_id: int, total: int) -> None:
    """Write what a finished send of a job of so many messages leaves behind; `message_state` counts its sums."""
    began = utc_now()
    parts = [(first, min(first + _PART - 1, total)) for first in range(1, total + 1, _PART)]
    for first_no, last_no in parts:
        place = {"job": job_id, "first_no": first_no, "last_no": last_no}
        cursor.execute(_CLAIMS, {**place, "began": began})
        cursor.execute(_OUTCOMES, {**place, "began": began})
        cursor.execute(_REPORTS, {**place, "part": _PART, "late": _LATE})
    for first_no, last_no in parts:
        place = {"job": job_id, "first_no": first_no, "last_no": last_no}
        cursor.execute(_SUMS, {**place, "stretch": tallies.STRETCH})
        cursor.execute(_PRICED, place)
    cursor.execute(_COUNTERS, {"job": job_id})


def send_to_all(db: Database) -> int:
    """Freeze a notice to the whole state, write its ledger, and return the notice."""
    with db.read() as cursor:
        first_no, last_no = cursor.execute(
            "SELECT office_no, last_no FROM office WHERE code = 'UP'"
        ).fetchall()[0]
    author = Scope("author", Role.COMPOSER, "UP", first_no, last_no)
    notice_id = submit(db, author, utc_now, DRAFT)
    notice = get_notice(db, author, notice_id)
    job_id = notice.job_id or 0
    with db.read() as cursor:
        write_ledger(cursor, job_id, notice.recipient_count)
    db.write(lambda cursor: ledger.release(cursor, job_id, utc_now()))
    assert db.write(lambda cursor: ledger.finish(cursor, job_id, utc_now()))
    db.write(lambda cursor: cursor.execute("UPDATE notice SET state = 'finished', send_at = ?, finished_at = ? WHERE notice_id = ?", [utc_now(), utc_now(), notice_id]))  # fmt: skip
    return notice_id


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    path = parser.parse_args().folder / "setu.duckdb"
    began, size = time.perf_counter(), path.stat().st_size
    db = open_database(path)
    notice_id = send_to_all(db)
    db.close()
    grown = path.stat().st_size - size
    print(
        f"notice {notice_id} sent in {time.perf_counter() - began:.0f} s; the file grew by {grown / 1e9:.2f} GB"
    )


if __name__ == "__main__":
    main()
