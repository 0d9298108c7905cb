"""The sums that are kept equal a plain count, whatever happens in whatever order."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from dashboard.delivery import claims, doubts, ledger, stretches, tallies
from dashboard.delivery.claims import Outcome
from dashboard.store.database import Cursor, Database

from .conftest import add_job
from .webhook_bodies import NOW, apply_all, envelope, post, report

RESULTS = ["accepted"] * 6 + ["held", "failed", "retry", "retry", "in_doubt", "in_doubt"]
CODES = [131026, 131026, 0, None]
STATUSES = ["sent", "delivered", "read", "played", "failed", "failed", "deleted"]  # one that we do not know
COUNT = 60
GROUPS = [
    ("failed",), ("accepted", "sent"), ("in_doubt",), ("skipped",), ("delivered",), ("read",), ("waiting", "in_flight"),
    ("failed", "in_doubt", "accepted", "sent", "skipped"),
]  # fmt: skip


class Course:
    """A job, and what happens to it at random."""

    def __init__(self, db: Database, seed: int) -> None:
        self.db, self.dice = db, random.Random(seed)
        self.job_id = add_job(db, COUNT)
        self.out: list[tuple[int, int]] = []  # with the sender: message and attempt
        self.now = NOW
        self.wamids: dict[int, str] = {}
        self.settled = 0

    def claim(self) -> None:
        gone = {9_800_000_001 + self.dice.randrange(COUNT)}
        batch = self.db.write(
            lambda cursor: claims.claim_batch(
                cursor, self.now, self.dice.randint(1, 9), lambda c, m: gone & set(m)
            )
        )
        if batch and batch.job_id == self.job_id:
            self.out += [(one.message_no, batch.attempt) for one in batch.messages]

    def answer(self) -> None:
        self.dice.shuffle(self.out)
        taken, self.out = self.out[:5], self.out[5:]
        outcomes = []
        for message_no, attempt in taken:
            result = self.dice.choice(RESULTS)
            code = self.dice.choice(CODES) if result in ("failed", "retry") else None
            wamid = f"wamid.{message_no}" if result in ("accepted", "held") else None
            outcomes.append(Outcome(self.job_id, message_no, attempt, result, wamid, code, self.now if result == "retry" else None))  # fmt: skip
        self.db.write(lambda cursor: claims.record_outcomes(cursor, outcomes, self.now))

    def report(self) -> None:
        entries: list[dict[str, Any]] = []
        for _ in range(self.dice.randint(1, 8)):
            message_no, status = self.dice.randint(1, COUNT // 2), self.dice.choice(STATUSES)
            entry = report(self.db, self.job_id, message_no, status)
            if status == "failed":
                entry["errors"] = [{"code": self.dice.choice([131026, 131049, 0])}]
            if self.dice.random() < 0.6:
                category = self.dice.choice(["utility", "Marketing"])
                entry["pricing"] = {"billable": self.dice.random() < 0.5, "category": category}
            if self.dice.random() < 0.3:
                del entry["biz_opaque_callback_data"]
            entries.append(entry)
        post(self.db, envelope({"statuses": entries}), self.now)
        apply_all(self.db, at=self.now)

    def settle(self) -> None:
        """Between the choice and its commits reports and answers come in: what they move stays as they say."""
        as_sent = self.dice.random() < 0.5
        with self.db.read() as cursor:
            lots = doubts.choose_ripe(cursor, self.job_id, self.now)
        chosen = {number for lot in lots for number in lot.messages.column("message_no").to_pylist()}
        assert chosen == {number for number, state in self.states().items() if state == "in_doubt"}
        for lot in lots:
            self.dice.choice([lambda: None, self.answer, self.report, self.report])()
            before = self.states()
            count = self.db.write(lambda cursor, lot=lot: doubts.settle(cursor, lot, as_sent, self.now))
            moved = {number: state for number, state in self.states().items() if state != before[number]}
            assert len(moved) == count and moved.keys() <= chosen
            assert {before[number] for number in moved} <= {"in_doubt"}
            assert {*moved.values()} <= {"accepted" if as_sent else "waiting"}
            self.settled += count

    def states(self) -> dict[int, str]:
        with self.db.read() as cursor:
            return dict(
                cursor.execute("SELECT message_no, state FROM message_state(?)", [self.job_id]).fetchall()
            )

    def lose_the_sender(self) -> None:
        self.out.clear()
        self.db.write(lambda cursor: claims.mark_lost_claims(cursor, self.now))

    def fold(self) -> None:
        assert tallies.fold_long(self.db) == 1

    def step(self) -> None:
        self.now += timedelta(seconds=self.dice.randint(1, 60))
        self.dice.choices(
            [self.claim, self.answer, self.report, self.settle, self.lose_the_sender, self.fold],
            [8, 8, 6, 1, 1, 1],
        )[0]()


def compare(cursor: Cursor, job_id: int) -> None:
    assert tallies.read_sums(cursor, job_id) is not None  # it is the sums that are compared
    kept, plain = ledger.tally(cursor, job_id), ledger.count_plainly(cursor, job_id)
    assert {**vars(kept), "in_flight": 0} == {**vars(plain), "in_flight": 0}
    assert plain.in_flight <= kept.in_flight <= kept.waiting
    counted = ledger._queries.count_failures(cursor, job_id=job_id)
    assert ledger.failures_by_code(cursor, job_id) == dict(counted)
    priced = list(tallies._queries.count_priced(cursor, job_id=job_id))
    assert tallies.read_priced(cursor, job_id) == priced


def compare_pages(cursor: Cursor, job_id: int) -> None:
    """Each group of messages, page by page, is what a look through the whole ledger gives."""
    for states in GROUPS:
        whole = cursor.execute(
            "SELECT message_no, account_no, mobile, state, code FROM message_state(?) WHERE list_contains(?::VARCHAR[], state) ORDER BY 1",
            [job_id, list(states)],
        ).fetchall()
        pages = [
            stretches.list_page(cursor, job_id, states, 8, offset) for offset in range(0, len(whole) + 1, 8)
        ]
        assert [tuple(one) for page in pages for one in page] == whole
        lots = [
            cursor.execute("SELECT * FROM message_lot ORDER BY message_no").fetchall()
            for _ in stretches.fill_lots(cursor, job_id, states)
        ]
        assert [one for lot in lots for one in lot] == whole


@pytest.fixture
def short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "STRETCH", 13)
    monkeypatch.setattr(tallies, "_UNFOLDED", 0)
    monkeypatch.setattr(stretches, "_AT_ONCE", 3)
    monkeypatch.setattr(stretches, "_FEW_SPANS", 2)
    monkeypatch.setattr(stretches, "_NAMED_AT_ONCE", 5)
    monkeypatch.setattr(doubts, "_AT_ONCE", 3)


@pytest.mark.usefixtures("short_stretches")
@pytest.mark.parametrize("seed", range(6))
def test_sums_equal_a_plain_count_after_every_step(db: Database, seed: int) -> None:
    course = Course(db, seed)
    for step in range(60):
        course.step()
        with db.read() as cursor:
            compare(cursor, course.job_id)
            if step % 20 == 19:
                compare_pages(cursor, course.job_id)
    course.lose_the_sender()
    db.write(lambda cursor: ledger.cancel(cursor, course.job_id, course.now))
    with db.read() as cursor:
        compare(cursor, course.job_id)
        compare_pages(cursor, course.job_id)
        assert ledger.tally(cursor, course.job_id).is_settled


@pytest.mark.usefixtures("short_stretches")
def test_a_page_reads_the_stretches_that_hold_its_messages(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = add_job(db, COUNT)
    batch = db.write(lambda cursor: claims.claim_batch(cursor, NOW, COUNT, lambda c, m: set()))
    results = {9: "failed", 30: "in_doubt", 31: "failed", 59: "failed"}
    outcomes = [
        Outcome(job_id, one.message_no, 1, results.get(one.message_no, "accepted")) for one in batch.messages
    ]
    db.write(lambda cursor: claims.record_outcomes(cursor, outcomes, NOW))
    read, plain = [], stretches._read

    def note(cursor: Cursor, asked: int, span: Any, *rest: Any) -> list[stretches.Standing]:
        read.append((span.from_no, span.to_no))
        return plain(cursor, asked, span, *rest)

    monkeypatch.setattr(stretches, "_read", note)
    with db.read() as cursor:
        page = stretches.list_page(cursor, job_id, ["failed"], 2, 1)
    assert [one.message_no for one in page] == [31, 59]
    assert read == [(27, 39), (53, 65)]


def test_a_job_counted_before_stretches_is_looked_through_whole(db: Database) -> None:
    job_id = add_job(db, 3)
    batch = db.write(lambda cursor: claims.claim_batch(cursor, NOW, 3, lambda c, m: set()))
    outcomes = [Outcome(job_id, one.message_no, 1, "failed", code=131026) for one in batch.messages]
    db.write(lambda cursor: claims.record_outcomes(cursor, outcomes, NOW))
    db.write(lambda cursor: cursor.execute("UPDATE job_tally SET stretch = NULL"))
    with db.read() as cursor:
        assert tallies.list_stretches(cursor, job_id, ["failed"], with_rest=False) is None
        page = stretches.list_page(cursor, job_id, ["failed"], 2, 1)
    assert [one.message_no for one in page] == [2, 3]


def test_sums_that_are_not_whole_are_not_believed(db: Database) -> None:
    job_id = add_job(db, 3)
    row = [job_id, 1, 1, "accepted", "w", None, datetime(2026, 11, 24), None]
    db.write(lambda cursor: cursor.execute("INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row))
    with db.read() as cursor:
        assert tallies.read_sums(cursor, job_id) is None
        assert ledger.tally(cursor, job_id).accepted == 1
