"""What a send of crores leaves slow: pages and lists of its recipients, a consumer's notices, doubts, claims, small notices, late reports,
many stored webhooks.

`SETU_BENCH_LEDGER=FOLDER/setu.duckdb python -m pytest tests/bench/bench_large_ledger.py -o addopts= -q -s`, the folder by
`python -m tests.bench.large_registry FOLDER --enrolled 20000000 --others 16000000` and `python -m tests.bench.large_ledger FOLDER`; without one,
2,00,000 enrolled are made and sent to first. It is worked on in a copy. Told are the processor's seconds, of both cores together, median of three.
"""

import json
import os
import random
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.delivery import claims, doubts, ledger
from dashboard.delivery.applier import Ears, apply_waiting
from dashboard.delivery.reference import make_reference, read_prefix
from dashboard.delivery.webhook import insert_bodies
from dashboard.enrolment.opted_out import OptedOut
from dashboard.notices.audience_preview import preview_recipient
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import submit
from dashboard.notices.history import list_sent_notices
from dashboard.notices.recipients import GROUPS, export_recipients, list_recipients
from dashboard.notices.report import report
from dashboard.store.clock import utc_now
from dashboard.store.database import Cursor, Database, open_database
from tests.bench.large_ledger import send_to_all
from tests.bench.large_registry import make_registry

ENROLLED = 200_000
PAGE_BAR, CONSUMER_BAR = 1.0, 0.1  # seconds of processor
SETTLED_BAR = 0.3  # seconds of processor that a commit of doubts takes
HELD_BAR = 1.0  # seconds by the clock that a small notice holds every other change up
GROWTH_BAR = 3.0  # storing webhooks beside a crore of them, against beside none
WORDS = {"month": "May", "due_date": "05-12-2026"}
_STORED = 10_000_000  # webhooks
_DOUBTS = 1_000_000


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder, given = tmp_path_factory.mktemp("ledger"), os.environ.get("SETU_BENCH_LEDGER")
    if given:
        shutil.copy(given, folder / "setu.duckdb")
        opened = open_database(folder / "setu.duckdb")
    else:
        opened = make_registry(folder, ENROLLED, 0)
        send_to_all(opened)
    yield opened
    opened.close()
    shutil.rmtree(folder)


@pytest.fixture
def author(db: Database) -> Scope:
    first_no, last_no = ask(db, "SELECT office_no, last_no FROM office WHERE code = 'UP'")[0]
    return Scope("author", Role.COMPOSER, "UP", first_no, last_no)


@pytest.fixture
def sent(db: Database) -> tuple[int, int]:
    """The notice that went to all, and its job."""
    return ask(db, "SELECT notice_id, job_id FROM notice ORDER BY recipient_count DESC LIMIT 1")[0]


def ask(db: Database, sql: str, *values: object) -> list[Any]:
    with db.read() as cursor:
        return cursor.execute(sql, list(values)).fetchall()


def tell(what: str, work: Callable[[], object], rounds: int = 3) -> float:
    """Print and return the processor's seconds that a piece of work takes."""
    seconds = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        seconds.append(time.process_time() - began)
    print(f"\n{what}: {1000 * statistics.median(seconds):.0f} ms", end="")
    return statistics.median(seconds)


def test_pages_of_recipients(db: Database, author: Scope, sent: tuple[int, int]) -> None:
    sums = report(db, author, sent[0])
    print(
        f"\n{sums.recipients:,} recipients, {sums.failed:,} failed, {sums.in_doubt:,} in doubt, {sums.skipped:,} skipped"
    )
    counts = {"failed": sums.failed, "in_doubt": sums.in_doubt, "delivered": sums.delivered - sums.read, "read": sums.read}  # fmt: skip
    slowest = 0.0
    for group in GROUPS:
        for where, offset in (("first", 0), ("last", max(0, counts.get(group, 0) - 25))):
            page = partial(list_recipients, db, author, sent[0], group, 25, offset)
            slowest = max(slowest, tell(f"{where} page, {group}", page))
            assert page().empty is (group == "waiting")
    assert slowest <= PAGE_BAR


def test_a_consumers_notices(db: Database, author: Scope, sent: tuple[int, int]) -> None:
    account = ask(db, "SELECT account_no FROM message WHERE job_id = ? AND message_no = ?", sent[1], 77_777)[
        0
    ][0]
    assert len(list_sent_notices(db, author, account)) == 1
    assert tell("a consumer's notices", partial(list_sent_notices, db, author, account)) <= CONSUMER_BAR


def test_doubts_are_counted(db: Database, author: Scope, sent: tuple[int, int]) -> None:
    def read(what: Callable[[Cursor], object]) -> None:
        with db.read() as cursor:
            what(cursor)

    now = utc_now() + timedelta(days=1)
    tell(
        "doubts counted", lambda: read(lambda cursor: doubts.count_doubts(cursor, sent[1], now, timedelta()))
    )


def test_very_many_doubts_settled(db: Database) -> None:
    """A job of which nobody knows anything: first half of them treated as sent, then the other half sent again."""

    def change(cursor: Cursor) -> int:
        rows = "range::VARCHAR AS account_no, 6000000000 + range AS mobile, ['a'] AS parameters"
        cursor.execute(f"CREATE TEMP TABLE staged_message AS SELECT {rows} FROM range(?)", [_DOUBTS])
        job_id = ledger.stage(
            cursor, utc_now(), kind="template", template="bill_due", language="en", parameter_names=["x"]
        )
        ledger.release(cursor, job_id, utc_now())
        cursor.execute(
            "INSERT INTO claim SELECT ?, 1, range(1, ?)::INTEGER[], ?, 1, now()",
            [job_id, _DOUBTS + 1, _DOUBTS],
        )
        claims.mark_lost_claims(cursor, utc_now())
        return job_id

    job_id = db.write(change)
    held: list[float] = []

    def settle(cursor: Cursor, lot: doubts.Chosen, as_sent: bool) -> int:
        began = time.process_time()
        count = doubts.settle(cursor, lot, as_sent, utc_now())
        held.append(time.process_time() - began)
        return count

    def work() -> None:
        with db.read() as cursor:
            lots = doubts.choose_ripe(cursor, job_id, utc_now())
        half = len(lots) // 2
        counts = [db.write(partial(settle, lot=lot, as_sent=place < half)) for place, lot in enumerate(lots)]
        assert sum(counts) == _DOUBTS

    tell(f"{_DOUBTS:,} doubts settled", work, 1)
    print(f", the longest commit {1000 * max(held):.0f} ms", end="")
    assert max(held) <= SETTLED_BAR
    claim = partial(claims.claim_batch, now=utc_now(), size=200, suppressed=lambda cursor, mobiles: set())
    tell("200 of those that wait claimed", lambda: db.write(claim), 9)
    db.write(lambda cursor: ledger.cancel(cursor, job_id, utc_now()))


def test_who_has_opted_out(db: Database, sent: tuple[int, int]) -> None:
    opted_out = OptedOut(db)
    tell("those who ever said STOP read", opted_out.renew, 1)
    mobiles = [mobile for (mobile,) in ask(db, "SELECT mobile FROM message WHERE job_id = ? AND message_no BETWEEN 5001 AND 5200", sent[1])]  # fmt: skip

    def look() -> None:
        with db.read() as cursor:
            opted_out.among(cursor, mobiles)

    assert tell("200 numbers looked at before they are claimed", look, 9) <= CONSUMER_BAR


def test_a_list_of_recipients(db: Database, author: Scope, sent: tuple[int, int], tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    tell("all that failed, as CSV", lambda: export_recipients(db, author, utc_now, sent[0], "failed", path, "measured"), 1)  # fmt: skip
    tell("all that were read, as CSV", lambda: export_recipients(db, author, utc_now, sent[0], "read", path, "measured"), 1)  # fmt: skip
    with path.open(encoding="utf-8-sig") as file:
        assert sum(1 for _ in file) > 1_000
    print(f" for {path.stat().st_size / 1e6:.0f} MB", end="")


def test_small_notices(db: Database, author: Scope) -> None:
    """`held`: for how long every other change waits for the writer."""
    held: list[float] = []

    def submit_watched(draft: NoticeDraft) -> None:
        plain = db.write_later

        def write(change: Callable[[Cursor], Any], **rest: Any) -> Any:
            return plain(partial(note, change), **rest)

        def note(change: Callable[[Cursor], Any], cursor: Cursor) -> Any:
            began = time.perf_counter()
            done = change(cursor)
            held.append(time.perf_counter() - began)
            return done

        db.write_later = write  # type: ignore[method-assign]
        try:
            submit(db, author, utc_now, draft)
        finally:
            del db.write_later  # type: ignore[method-assign]

    for level in ("feeder", "subdivision", "division"):
        code = ask(db, "SELECT min(code) FROM office WHERE level = ?", level)[0][0]
        draft = NoticeDraft("bill_due", "en", WORDS, Audience(code))
        tell(f"{level}: a recipient shown", partial(preview_recipient, db, author, draft, 0))
        held.clear()
        tell(f"{level}: frozen", partial(submit_watched, draft))
        print(f", writer held {1000 * min(held):.0f} to {1000 * max(held):.0f} ms by the clock", end="")
        assert max(held) <= HELD_BAR


def test_late_reports(db: Database, sent: tuple[int, int]) -> None:
    """Two hundred messages are read: of the send's last minutes, its last hour, all of it."""
    prefix, total = read_prefix(db), ask(db, "SELECT message_count FROM job WHERE job_id = ?", sent[1])[0][0]
    unread = [number for (number,) in ask(db, "SELECT message_no FROM message_state(?) WHERE state = 'delivered' AND message_no % 7 = 3", sent[1])]  # fmt: skip
    for where, span in (("the last minutes", 20_000), ("the last hour", total // 5), ("all of it", total)):
        for _ in range(2):
            late = [number for number in unread if number > total - span]
            apply_reports(db, prefix, sent[1], random.sample(late, 200), where)


def apply_reports(db: Database, prefix: str, job_id: int, numbers: list[int], where: str) -> None:
    statuses = [{"id": f"wamid.late{number}", "status": "read", "timestamp": "1795497600", "biz_opaque_callback_data": make_reference(prefix, job_id, number)} for number in numbers]  # fmt: skip
    body = json.dumps(
        {"entry": [{"changes": [{"field": "messages", "value": {"statuses": statuses}}]}]}
    ).encode()
    db.write(lambda cursor: insert_bodies(cursor, [(utc_now(), body)]), alters_pages=False)
    applied = []
    tell(f"a round of 200 late reports, {where}", lambda: applied.append(apply_waiting(db, utc_now, Ears(lambda messages: {}))), 1)  # fmt: skip
    assert applied[0].statuses == 200


def test_reports_without_our_reference(db: Database, sent: tuple[int, int]) -> None:
    wamid = ask(db, "SELECT wamid FROM outcome WHERE job_id = ? AND message_no > 70000 AND wamid IS NOT NULL LIMIT 1", sent[1])[0][0]  # fmt: skip
    body = json.dumps({"entry": [{"changes": [{"field": "messages", "value": {"statuses": [{"id": wamid, "status": "played"}]}}]}]}).encode()  # fmt: skip
    db.write(lambda cursor: insert_bodies(cursor, [(utc_now(), body)]), alters_pages=False)
    tell("a round with a report without our reference", lambda: apply_waiting(db, utc_now, Ears(lambda messages: {})), 1)  # fmt: skip
    assert ask(db, "SELECT job_id FROM status_event WHERE status = 'played'") == [(sent[1],)]


def test_bodies_beside_many_stored(db: Database) -> None:
    bodies = [(utc_now(), b"{}")] * 200

    def store() -> None:
        db.write(lambda cursor: insert_bodies(cursor, bodies), alters_pages=False)

    alone = tell("200 bodies stored", store, 9)
    with db.read() as cursor:
        cursor.execute(
            "INSERT INTO webhook_raw SELECT range + 100000, ?, '{}' FROM range(?)", [utc_now(), _STORED]
        )
    db.write(lambda cursor: cursor.execute("INSERT INTO webhook_applied VALUES (?, ?, NULL)", [100_000 + _STORED - 1, utc_now()]))  # fmt: skip
    assert tell(f"200 bodies stored beside {_STORED:,}", store, 9) <= GROWTH_BAR * alone
    print()
