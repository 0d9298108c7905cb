"""Messages that come together: one look through the registry for all, and what comes out is what one by one would have come out."""

import random
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.coverage.cube import refresh_cube
from dashboard.enrolment import known
from dashboard.enrolment.inbound import InboundText, handle_inbound, handle_messages, mark_answered
from dashboard.store.clock import Clock
from dashboard.store.database import Database, open_database
from tests.conftest import NOON

ACCOUNTS = ("0000000101", "0000000102", "0000000103", "0000000104", "0000000201", "0000000202", "9999999999")
NUMBERS = (9415012345, 9519912345, 8004642302, 9228186620, 7007012345)
TABLES = {
    "consumer": "account_no, mobile, verdict, state",
    "consent": "*",
    "consent_event": "*",
    "number_event": "*",
    "number_case": "* EXCLUDE (case_id)",
    "inbound_message": "*",
    "coverage_cube": "*",
}


def _say(draw: random.Random, place: int, minutes: int) -> InboundText:
    """Few people and few accounts, so that messages meet; some come late, some twice."""
    text = draw.choice(
        [
            "STOP",
            "बंद",
            "hello",
            f"JOIN {draw.choice(ACCOUNTS)}",
            f"जोड़ें {draw.choice(ACCOUNTS)}, {draw.choice(ACCOUNTS)}",
        ]
    )
    sent_at = NOON - timedelta(minutes=minutes)
    return InboundText(f"w{draw.choice([place, place - 1])}", draw.choice(NUMBERS), text, sent_at)


def _contents(db: Database) -> dict[str, list[tuple]]:
    with db.read() as cursor:
        found = {
            name: cursor.execute(f"SELECT {columns} FROM {name} ORDER BY ALL").fetchall()
            for name, columns in TABLES.items()
            if name != "coverage_cube"
        }
        found["coverage_cube"] = cursor.execute(
            "SELECT office_no, category, sum(COLUMNS(* EXCLUDE (office_no, category))) FROM coverage_cube GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    return found


@pytest.mark.parametrize("seed", range(6))
def test_together_comes_out_as_one_by_one(
    made_registry: Path, db: Database, clock: Clock, tmp_path: Path, seed: int
) -> None:
    draw = random.Random(seed)
    said = [_say(draw, place, minutes) for place, minutes in enumerate(draw.sample(range(90), 30))]
    answers = handle_messages(db, clock, refresh_cube, said)
    shutil.copy(made_registry, tmp_path / "alone.duckdb")
    alone = open_database(tmp_path / "alone.duckdb", memory_limit="1GB")
    try:
        apart = {one.wamid: handle_inbound(alone, clock, refresh_cube, one) for one in said}
        assert _contents(db) == _contents(alone)
    finally:
        alone.close()
    assert answers == {wamid: text for wamid, text in apart.items() if text}


def test_a_hundred_that_join_and_leave_are_one_look_and_one_commit(
    db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.write(
        lambda cursor: cursor.execute(
            "INSERT INTO consumer (account_no, office_no, arrears_segment, mobile, verdict, state, import_id)"
            " SELECT lpad((500 + n)::VARCHAR, 10, '0'), office_no, 'none', 7010000000 + n, 'ok', 'on_file', 1"
            " FROM range(100) AS numbers(n), consumer WHERE account_no = '0000000102'"
        )
    )
    looks: list[int] = []
    look = known.find_numbers
    monkeypatch.setattr(
        known, "find_numbers", lambda cursor, mobiles: looks.append(len(mobiles)) or look(cursor, mobiles)
    )
    said = [
        InboundText(f"w{n}", 7010000000 + n, "STOP" if n % 2 else f"JOIN {500 + n:010d}", NOON)
        for n in range(100)
    ]
    commits = db.commit_count
    first = handle_messages(db, clock, refresh_cube, said)
    assert len(first) == 100
    assert db.commit_count == commits + 1
    assert looks == [50]  # who joins with the account that has the number already needs no look
    with db.read() as cursor:
        assert cursor.execute(
            "SELECT state, count(*) FROM consumer WHERE mobile BETWEEN 7010000000 AND 7010000099 GROUP BY ALL ORDER BY ALL"
        ).fetchall() == [("enrolled", 50), ("opted_out", 50)]
    assert (
        handle_messages(db, clock, refresh_cube, said) == first
    )  # the application died before they were on their way
    db.write(lambda cursor: mark_answered(cursor, list(first)))
    assert handle_messages(db, clock, refresh_cube, said) == {}
    with db.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM consent_event").fetchone() == (100,)


def test_one_person_who_writes_and_writes_does_not_hold_up_the_writer(db: Database, clock: Clock) -> None:
    said = [
        InboundText(f"w{n}", NUMBERS[0], "STOP" if n % 2 else "JOIN 0000000101", NOON + timedelta(seconds=n))
        for n in range(20)
    ] + [InboundText("other", NUMBERS[1], "STOP", NOON)]
    commits = db.commit_count
    answers = handle_messages(db, lambda: NOON + timedelta(minutes=1), refresh_cube, said)
    assert db.commit_count - commits >= 5
    assert set(answers) == {one.wamid for one in said}
    with db.read() as cursor:
        kinds = cursor.execute(
            "SELECT kind FROM consent_event WHERE mobile = ? AND account_no = '0000000101' ORDER BY given_at",
            [NUMBERS[0]],
        ).fetchall()
    assert kinds == [] or [kind for (kind,) in kinds] == ["opt_in", "opt_out"] * 10
