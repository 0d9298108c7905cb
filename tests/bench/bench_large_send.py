"""A send of crores: how long freezing takes, what a message's ledger costs on disk, how fast its report is, what it does to later sends.

`python -m pytest tests/bench/bench_large_send.py -o addopts= -q -s`, SETU_BENCH_MESSAGES (20,00,000) recipients. Beside every time stand the
processor's seconds: on a machine with two free cores the time is about half of them, or what is done by one thread alone. Freezing is
also told as it would be at 2 crore. The whole ledger is written by the product's own functions, the later sends' too.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.twins import renew_odd
from dashboard.delivery import claims, ledger, tallies
from dashboard.delivery.applier import Ears, apply_waiting
from dashboard.delivery.claims import Outcome
from dashboard.delivery.digest import content_digest
from dashboard.delivery.reference import make_reference, read_prefix
from dashboard.delivery.webhook import insert_bodies
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import submit
from dashboard.notices.notice import get_notice
from dashboard.notices.report import report
from dashboard.store.clock import utc_now
from dashboard.store.database import Cursor, Database, open_database

MESSAGES = int(os.environ.get("SETU_BENCH_MESSAGES", "2000000"))
TWO_CRORE, FREEZE_BAR, BYTES_BAR = (
    20_000_000,
    60,
    200,
)  # bars: seconds at 2 crore; bytes a message, that is 4 GB
FEEDERS = 8_000
AUTHOR = Scope("author", Role.COMPOSER, "UP", 1, FEEDERS + 1)
DRAFT = NoticeDraft("bill_due", "en", {"month": "May", "due_date": "05-12-2026"}, Audience("UP"))
_BODY = '{"entry":[{"changes":[{"field":"messages","value":{"statuses":[STATUSES]}}]}]}'
_LATER, _BATCH = 60, 100  # batches of the later sends


def nobody(cursor: Cursor, mobiles: list[int]) -> set[int]:
    return set()


def fill(cursor: Cursor) -> None:
    """A state of many feeders, each consumer enrolled with a number of their own."""
    cursor.execute(
        "INSERT INTO office VALUES (1, ?, NULL, 'UP', 'state', 'UPPCL', 'यूपीपीसीएल', NULL)", [FEEDERS + 1]
    )
    cursor.execute(
        """INSERT INTO office SELECT range + 2, range + 2, 1, 'DIV' || range, 'division', 'EDD ' || range || ' GONDA', 'खंड ' || range, NULL
           FROM range(?)""", [FEEDERS]
    )  # fmt: skip
    cursor.execute(
        """INSERT INTO consumer (account_no, office_no, name, category, arrears_segment, mobile, verdict, state, import_id)
           SELECT lpad((range * 1103515245 % 2147483648)::VARCHAR, 10, '0'), range * ? // ? + 2, 'PERSON ' || range, 'LMV-1', 'none',
                  6000000000 + (range * 1103515245 + 12345) % 2147483648, 'ok', 'enrolled', 1 FROM range(?)""", [FEEDERS, MESSAGES, MESSAGES]
    )  # fmt: skip
    cursor.execute("INSERT INTO consent SELECT account_no, mobile, 'in', 'hi', ? FROM consumer", [utc_now()])


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "setu.duckdb")
    database.write(fill)
    database.write(lambda cursor: refresh_cube(cursor, 1, FEEDERS + 1))
    renew_odd(database)
    yield database
    database.close()


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that a call took, and the processor's."""
    began, computed = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - began, time.process_time() - computed


def size_of(db: Database) -> int:
    with db.read() as cursor:
        cursor.execute("CHECKPOINT")
        used, block = cursor.execute("SELECT used_blocks, block_size FROM pragma_database_size()").fetchall()[
            0
        ]
    return int(used) * int(block)


def digest(db: Database, job_id: int) -> str:
    with db.read() as cursor:
        return content_digest(cursor, job_id)


def send_later_jobs(db: Database) -> float:
    """Return the messages a second that a further send claims, answers and reports, without any HTTP."""
    rows = f"SELECT range::VARCHAR AS account_no, 9000000000 + range AS mobile, ['a'] AS parameters FROM range({_LATER * _BATCH})"

    def stage(cursor: Cursor) -> None:
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE staged_message AS {rows}")
        job = ledger.stage(
            cursor, utc_now(), kind="template", template="x", language="hi", parameter_names=["x"]
        )
        ledger.release(cursor, job, utc_now())

    db.write(stage)
    began = time.perf_counter()
    run_all(db, _BATCH)
    return _LATER * _BATCH / (time.perf_counter() - began)


def run_all(db: Database, batch_size: int) -> None:
    """Send all that waits: claimed, accepted, reported as sent and delivered."""
    prefix, ears = read_prefix(db), Ears(lambda messages: {})
    while batch := db.write(lambda cursor: claims.claim_batch(cursor, utc_now(), batch_size, nobody)):
        outcomes = [Outcome(batch.job_id, one.message_no, 1, "accepted", make_wamid(batch.job_id, one.message_no)) for one in batch.messages]  # fmt: skip
        db.write(partial(claims.record_outcomes, outcomes=outcomes, now=utc_now()))
        statuses = [make_status(prefix, one, status) for one in outcomes for status in ("sent", "delivered")]
        body = _BODY.replace("STATUSES", ",".join(statuses)).encode()
        db.write(partial(insert_bodies, bodies=[(utc_now(), body)]))
        apply_waiting(db, utc_now, ears)
    db.write(lambda cursor: claims.finish_exhausted(cursor, utc_now(), frozenset(), {}))


def make_wamid(job_id: int, message_no: int) -> str:
    """An id that does not compress better than WhatsApp's own."""
    return "wamid.HBgMOTE5" + hashlib.sha256(f"{job_id} {message_no}".encode()).hexdigest()[:24].upper()


def make_status(prefix: str, one: Outcome, status: str) -> str:
    reference = make_reference(prefix, one.job_id, one.message_no)
    return f'{{"id":"{one.wamid}","status":"{status}","timestamp":"1795497600","biz_opaque_callback_data":"{reference}","pricing":{{"billable":true,"category":"utility"}}}}'


def test_a_large_send(db: Database) -> None:
    before = send_later_jobs(db)
    began_size = size_of(db)
    notice_id = 0

    def freeze() -> None:
        nonlocal notice_id
        notice_id = submit(db, AUTHOR, utc_now, DRAFT)

    wall, computed = timed(freeze)
    share = TWO_CRORE / MESSAGES
    print(
        f"\nfreezing {MESSAGES:,}: {wall:.1f} s, {computed:.1f} s of processor; at 2 crore {wall * share:.0f} s ({computed * share:.0f} s of processor, bar {FREEZE_BAR} s)"
    )
    job_id = get_notice(db, AUTHOR, notice_id).job_id or 0
    wall, computed = timed(lambda: digest(db, job_id))
    print(f"the hash of what was frozen, once more: {wall:.1f} s, {computed:.1f} s of processor")
    db.write(lambda cursor: ledger.release(cursor, job_id, utc_now()))
    sent, _ = timed(lambda: run_all(db, 5_000))
    with db.read() as cursor:
        assert tallies.read_sums(cursor, job_id) is not None
        assert ledger.get_job(cursor, job_id).state == "finished"
    print(f"claimed, answered, reported twice: {MESSAGES / sent:,.0f} messages/s without HTTP")
    db.write(
        lambda cursor: cursor.execute("DELETE FROM webhook_raw")
    )  # kept for SETU_WEBHOOK_DAYS, and measured by bench_webhook
    kept = (size_of(db) - began_size) / MESSAGES
    print(f"ledger on disk: {kept:.0f} bytes a message with claim, outcome and two reports (bar {BYTES_BAR})")
    seconds, _ = timed(lambda: report(db, AUTHOR, notice_id))
    found = report(db, AUTHOR, notice_id)
    assert (found.recipients, found.delivered) == (MESSAGES, MESSAGES)

    def count() -> None:
        with db.read() as cursor:
            assert ledger.count_plainly(cursor, job_id).delivered == MESSAGES

    plain, _ = timed(count)
    print(f"report's sums: {1000 * seconds:.0f} ms; a plain count {plain:.1f} s")
    after = send_later_jobs(db)
    print(f"a later send: {before:,.0f} messages/s before, {after:,.0f} after; ratio {before / after:.2f}")
