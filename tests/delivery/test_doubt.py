"""Doubt is settled by a report, also one that came first, or after the grace time by a person; never by itself."""

from datetime import timedelta

import pytest

from dashboard.delivery import claims, doubts, ledger
from dashboard.errors import IllegalChange
from dashboard.store.clock import utc_now
from dashboard.store.database import Database

from .conftest import add_job, make_settings, mobiles, read_tally, settle_doubts, wait_for_state
from .counting_server import wrong_recipients

DAY = timedelta(hours=24)


def add_doubtful_job(db: Database, ages: list[timedelta]) -> int:
    """A job of as many messages, each claimed by a sender that died so long ago."""
    job_id = add_job(db, len(ages))

    def change(cursor) -> None:
        for place, age in enumerate(ages, start=1):
            row = [job_id, place, [place], place, 1, utc_now() - age]
            cursor.execute("INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?)", row)
            claims.mark_lost_claims(cursor, utc_now() - age)

    db.write(change)
    return job_id


def report(db: Database, job_id: int, message_no: int, status: str = "sent") -> None:
    row = [job_id, message_no, f"wamid.{message_no}", status, utc_now(), None, None, None, utc_now()]
    db.write(
        lambda cursor: cursor.execute("INSERT INTO status_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    )


def test_only_what_is_in_doubt_long_enough_is_settled_by_a_person(db) -> None:
    job_id = add_doubtful_job(db, [DAY * 2, DAY * 2, timedelta(hours=1)])
    with db.read() as cursor:
        found = doubts.count_doubts(cursor, job_id, utc_now(), DAY)
    assert (found.total, found.ripe) == (3, 2)
    assert timedelta(hours=22) < found.next_ripe_at - utc_now() < DAY
    assert settle_doubts(db, job_id, True, utc_now(), DAY) == 2
    assert read_tally(db, job_id) == ledger.Tally(total=3, accepted=2, in_doubt=1, treated_as_sent=2)
    assert settle_doubts(db, job_id, False, utc_now(), DAY) == 0


def test_report_settles_doubt_and_leaves_a_person_nothing_to_decide(db) -> None:
    job_id = add_doubtful_job(db, [DAY * 2, DAY * 2])
    report(db, job_id, 1, "delivered")
    assert read_tally(db, job_id) == ledger.Tally(total=2, delivered=1, in_doubt=1)
    assert settle_doubts(db, job_id, False, utc_now(), DAY) == 1
    assert read_tally(db, job_id) == ledger.Tally(total=2, delivered=1, waiting=1)


@pytest.mark.parametrize("as_sent", [True, False])
def test_report_between_choice_and_commit_is_believed(db, as_sent: bool, monkeypatch) -> None:
    """Two persons press, and a report comes in, after both have found what is in doubt."""
    monkeypatch.setattr(doubts, "_AT_ONCE", 2)
    job_id = add_doubtful_job(db, [DAY * 2] * 5)
    with db.read() as cursor:
        lots, others = (doubts.choose_ripe(cursor, job_id, utc_now()) for _ in range(2))
    assert [lot.count for lot in lots] == [2, 2, 1]
    report(db, job_id, 2, "delivered")
    settled = [
        db.write(lambda cursor, lot=lot: doubts.settle(cursor, lot, as_sent, utc_now())) for lot in lots
    ]
    assert settled == [1, 2, 1]
    again = [
        db.write(lambda cursor, lot=lot: doubts.settle(cursor, lot, not as_sent, utc_now())) for lot in others
    ]
    assert again == [0, 0, 0]
    counts = {"accepted": 4, "treated_as_sent": 4} if as_sent else {"waiting": 4}
    assert read_tally(db, job_id) == ledger.Tally(total=5, delivered=1, **counts)


def test_report_in_the_change_at_hand_is_believed_too(db) -> None:
    job_id = add_doubtful_job(db, [DAY * 2] * 2)
    with db.read() as cursor:
        [lot] = doubts.choose_ripe(cursor, job_id, utc_now())

    def change(cursor) -> int:
        row = [job_id, 2, "wamid.2", "sent", utc_now(), None, None, None, utc_now()]
        cursor.execute("INSERT INTO status_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        return doubts.settle(cursor, lot, False, utc_now())

    assert db.write(change) == 1
    assert read_tally(db, job_id) == ledger.Tally(total=2, sent=1, waiting=1)


def test_report_that_comes_before_our_own_record_leaves_no_doubt(db) -> None:
    job_id = add_job(db, 1)
    report(db, job_id, 1)
    claim = [job_id, 1, [1], 1, 1, utc_now()]
    db.write(lambda cursor: cursor.execute("INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?)", claim))
    db.write(lambda cursor: claims.mark_lost_claims(cursor, utc_now()))
    assert read_tally(db, job_id) == ledger.Tally(total=1, sent=1)


def test_report_between_sending_again_and_the_claim_keeps_it_from_going_twice(
    db, server, make_dispatcher
) -> None:
    job_id = add_doubtful_job(db, [DAY * 2] * 3)
    assert settle_doubts(db, job_id, False, utc_now(), DAY) == 3
    report(db, job_id, 2)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, [mobiles(3)[0], mobiles(3)[2]]) == {}


def test_cancelled_job_cannot_send_its_doubtful_again(db) -> None:
    job_id = add_doubtful_job(db, [DAY * 2])
    db.write(lambda cursor: ledger.cancel(cursor, job_id, utc_now()))
    with pytest.raises(IllegalChange):
        settle_doubts(db, job_id, False, utc_now(), DAY)
