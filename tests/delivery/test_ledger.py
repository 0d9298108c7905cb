"""The ledger: what is staged is frozen, and every message stands in exactly one state."""

from datetime import datetime, timedelta

import pandas as pd
import pytest

from dashboard.delivery import ledger, stretches
from dashboard.delivery.digest import content_digest
from dashboard.errors import BadInput, IllegalChange
from dashboard.store.database import Database

from .conftest import settle_doubts

NOW = datetime(2026, 11, 24, 6, 0)


def rows(count: int, first_mobile: int = 9_800_000_001) -> pd.DataFrame:
    numbers = range(count)
    return pd.DataFrame(
        {
            "account_no": [f"{number + 1:010d}" for number in numbers],
            "mobile": [first_mobile + number for number in numbers],
            "parameters": [["गोमती नगर", f"{number}"] for number in numbers],
        }
    )


def stage(db: Database, count: int = 5, **changes: object) -> int:
    wanted = {
        "kind": "template",
        "template": "bill_due",
        "language": "hi",
        "parameter_names": ["division", "month"],
    }
    return db.write(lambda cursor: ledger.stage(cursor, NOW, rows=rows(count), **{**wanted, **changes}))


def tally(db: Database, job_id: int) -> ledger.Tally:
    with db.read() as cursor:
        return ledger.tally(cursor, job_id)


def add_outcome(
    db: Database, job_id: int, message_no: int, attempt: int, result: str, code: int | None = None
) -> None:
    row = [job_id, message_no, attempt, result, None, code, NOW, NOW if result == "retry" else None]
    db.write(lambda cursor: cursor.execute("INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row))


def add_claim(db: Database, job_id: int, message_nos: list[int], attempt: int = 1) -> None:
    row = [job_id, 1, message_nos, max(message_nos), attempt, NOW]
    db.write(lambda cursor: cursor.execute("INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?)", row))


def add_status(db: Database, job_id: int, message_no: int, status: str, code: int | None = None) -> None:
    row = [job_id, message_no, f"wamid.{message_no}", status, NOW, code, None, None, NOW]
    db.write(
        lambda cursor: cursor.execute("INSERT INTO status_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    )


def parts(counted: ledger.Tally) -> int:
    fields = ("waiting", "accepted", "sent", "delivered", "read", "failed", "in_doubt", "skipped")
    return sum(getattr(counted, field) for field in fields)


def test_staged_job_is_held_and_numbers_its_messages_by_account(db: Database) -> None:
    job_id = stage(db)
    with db.read() as cursor:
        job = ledger.get_job(cursor, job_id)
        numbered = cursor.execute("SELECT message_no, account_no FROM message ORDER BY message_no").fetchall()
    assert (job.state, job.message_count, job.parameter_names) == ("held", 5, ("division", "month"))
    assert numbered == [(place, f"{place:010d}") for place in range(1, 6)]
    assert tally(db, job_id) == ledger.Tally(total=5, waiting=5)


def test_messages_come_from_a_temporary_table_of_the_same_change(db: Database) -> None:
    def change(cursor):
        cursor.execute(
            "CREATE TEMP TABLE staged_message AS "
            "SELECT '07' AS account_no, 9800000001 AS mobile, ['नमस्ते'] AS parameters"
        )
        return ledger.stage(cursor, NOW, kind="text", template="", language="", parameter_names=["text"])

    first, second = db.write(change), db.write(change)
    assert (tally(db, first).total, tally(db, second).total, second - first) == (1, 1, 1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda frame: frame.iloc[:0], "audience_empty"),
        (
            lambda frame: frame.assign(mobile=5_000_000_000),
            "recipient_rows",
        ),  # no Indian mobile begins with 5
        (lambda frame: frame.assign(mobile=98_000_000_010), "recipient_rows"),  # eleven digits
        (lambda frame: frame.assign(parameters=[["one"]] * len(frame)), "recipient_rows"),  # one value short
        (lambda frame: frame.assign(parameters=[["one", None]] * len(frame)), "recipient_rows"),  # a hole
    ],
)
def test_rows_that_cannot_be_sent_are_refused_and_leave_nothing(db: Database, change, code: str) -> None:
    wanted = {
        "kind": "template",
        "template": "bill_due",
        "language": "hi",
        "parameter_names": ["division", "month"],
    }
    with pytest.raises(BadInput) as caught:
        db.write(lambda cursor: ledger.stage(cursor, NOW, rows=change(rows(3)), **wanted))
    assert caught.value.code == code
    with db.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM job").fetchone() == (0,)
    assert stage(db) == 1  # the failed try does not stand in the way of the next


LEGAL = [("held", "release", "running"), ("held", "discard", "discarded"), ("running", "pause", "paused"),
         ("running", "cancel", "cancelled"), ("paused", "go_on", "running"), ("paused", "cancel", "cancelled")]  # fmt: skip
STEPS = {
    "release": ledger.release,
    "pause": lambda cursor, job_id, now: ledger.pause(cursor, job_id, "person", now),
    "go_on": ledger.go_on,
    "cancel": ledger.cancel,
    "discard": ledger.discard,
}


@pytest.mark.parametrize("state", ["held", "running", "paused", "finished", "cancelled", "discarded"])
@pytest.mark.parametrize("step", STEPS)
def test_job_changes_state_only_as_the_table_says(db: Database, state: str, step: str) -> None:
    job_id = stage(db)
    db.write(lambda cursor: cursor.execute("UPDATE job SET state = ?", [state]))
    wanted = {(start, name): end for start, name, end in LEGAL}.get((state, step))
    if wanted is None:
        with pytest.raises(IllegalChange):
            db.write(lambda cursor: STEPS[step](cursor, job_id, NOW))
    else:
        db.write(lambda cursor: STEPS[step](cursor, job_id, NOW))
    with db.read() as cursor:
        assert ledger.get_job(cursor, job_id).state == (wanted or state)


def test_pausing_everything_spares_what_is_held(db: Database) -> None:
    held, running = stage(db), stage(db)
    db.write(lambda cursor: ledger.release(cursor, running, NOW))
    assert db.write(lambda cursor: ledger.pause_running(cursor, "token_expired", NOW)) == 1
    with db.read() as cursor:
        assert ledger.get_job(cursor, held).state == "held"
        assert ledger.get_job(cursor, running).pause_reason == "token_expired"


def test_digest_changes_with_every_part_of_what_is_sent(db: Database) -> None:
    def digest(job_id: int) -> str:
        with db.read() as cursor:
            return content_digest(cursor, job_id)

    same, again = stage(db), stage(db)
    others = [stage(db, count=4), stage(db, template="camp"), stage(db, language="en")]
    assert digest(same) == digest(again)
    assert len({digest(job) for job in [same, *others]}) == 4
    for change in ("mobile = mobile + 1", "account_no = 'x'", "parameters = ['a', 'b']"):
        before = digest(again)
        update = f"UPDATE message SET {change} WHERE job_id = {again} AND message_no = 5"
        db.write(lambda cursor, update=update: cursor.execute(update))
        assert digest(again) != before


# outcomes as (attempt, result, code), reports, and the state that follows
STATES = [
    ([], [], "waiting"),
    ([(1, "accepted", None)], [], "accepted"),
    ([(1, "held", None)], [], "accepted"),  # Meta looks at the template's quality first
    ([(1, "failed", 131026)], [], "failed"),
    ([(1, "in_doubt", None)], [], "in_doubt"),
    ([(1, "skipped", None)], [], "skipped"),
    ([(1, "retry", 130429)], [], "waiting"),
    ([(1, "retry", 130429), (2, "accepted", None)], [], "accepted"),
    ([(1, "in_doubt", None), (1, "treated_as_sent", None)], [], "accepted"),  # a person's word
    ([(1, "in_doubt", None), (1, "retry", None)], [], "waiting"),  # a person: send again
    ([(1, "in_doubt", None)], ["sent"], "sent"),  # the report settles the doubt
    ([(1, "in_doubt", None)], ["failed"], "failed"),
    ([(1, "in_doubt", None)], ["warp"], "accepted"),  # unknown, but it proves that they have it
    ([], ["delivered"], "delivered"),  # the report came before our own record
    ([(1, "accepted", None)], ["read"], "read"),  # read without delivered
    ([(1, "accepted", None)], ["read", "delivered", "sent"], "read"),  # in any order, never back
    ([(1, "accepted", None)], ["sent", "sent"], "sent"),  # reported twice
    ([(1, "accepted", None)], ["sent", "failed"], "failed"),
    ([(1, "accepted", None)], ["failed", "delivered"], "delivered"),  # one of two devices
]


@pytest.mark.parametrize(("outcomes", "reports", "state"), STATES)
def test_state_of_a_message_follows_from_what_is_known(db: Database, outcomes, reports, state: str) -> None:
    job_id = stage(db, count=1)
    if outcomes:
        add_claim(db, job_id, [1], attempt=max(outcome[0] for outcome in outcomes))
    for attempt, result, code in outcomes:
        add_outcome(db, job_id, 1, attempt, result, code)
    for status in reports:
        add_status(db, job_id, 1, status)
    counted = tally(db, job_id)
    assert getattr(counted, state) == 1
    with db.read() as cursor:
        whole = cursor.execute("SELECT state, code FROM message_state(?)", [job_id]).fetchall()
        assert stretches.find_standing(cursor, job_id, 1)[3:] == whole[0]
    assert (parts(counted), counted.total) == (1, 1)


def test_states_of_a_mixed_job_add_up_and_its_sums_are_cumulative(db: Database) -> None:
    job_id = stage(db, count=9)
    add_claim(db, job_id, [1, 2, 3, 4, 5, 6, 7, 8])
    for message_no, result in enumerate(["accepted"] * 4 + ["failed", "in_doubt", "skipped"], start=1):
        add_outcome(db, job_id, message_no, 1, result)
    for message_no, status in ((2, "sent"), (3, "delivered"), (4, "read")):
        add_status(db, job_id, message_no, status)
    counted = tally(db, job_id)
    assert counted == ledger.Tally(
        total=9,
        waiting=2,
        accepted=1,
        sent=1,
        delivered=1,
        read=1,
        failed=1,
        in_doubt=1,
        skipped=1,
        in_flight=1,
    )
    assert (counted.accepted_or_beyond, counted.delivered_or_beyond, parts(counted)) == (4, 2, 9)


def test_cancelled_job_counts_what_it_never_claimed_as_skipped(db: Database) -> None:
    job_id = stage(db, count=3)
    db.write(lambda cursor: ledger.release(cursor, job_id, NOW))
    add_claim(db, job_id, [1])
    db.write(lambda cursor: ledger.cancel(cursor, job_id, NOW))
    assert tally(db, job_id) == ledger.Tally(total=3, waiting=1, in_flight=1, skipped=2)


def test_failures_come_with_their_code_from_the_answer_or_from_the_report(db: Database) -> None:
    job_id = stage(db, count=3)
    add_outcome(db, job_id, 1, 1, "failed", 132000)
    add_outcome(db, job_id, 2, 1, "accepted")
    add_status(db, job_id, 2, "failed", 131026)
    with db.read() as cursor:
        failed = stretches.list_page(cursor, job_id, ["failed"], 10)
        assert ledger.failures_by_code(cursor, job_id) == {131026: 1, 132000: 1}
    assert [(one.message_no, one.code) for one in failed] == [(1, 132000), (2, 131026)]


@pytest.mark.parametrize(
    ("as_sent", "state", "accepted", "waiting"), [(True, "finished", 3, 0), (False, "running", 1, 2)]
)
def test_a_person_settles_all_doubts_at_once(
    db: Database, as_sent: bool, state: str, accepted: int, waiting: int
) -> None:
    job_id = stage(db, count=3)
    db.write(lambda cursor: ledger.release(cursor, job_id, NOW))
    add_claim(db, job_id, [1, 2, 3])
    for message_no, result in ((1, "accepted"), (2, "in_doubt"), (3, "in_doubt")):
        add_outcome(db, job_id, message_no, 1, result)
    assert db.write(lambda cursor: ledger.finish(cursor, job_id, NOW))
    with db.read() as cursor:
        assert [one.message_no for one in stretches.list_page(cursor, job_id, ["in_doubt"], 10)] == [2, 3]
    later = NOW + timedelta(hours=1)
    assert settle_doubts(db, job_id, as_sent, later) == 2
    counted = tally(db, job_id)
    assert (counted.accepted, counted.waiting, counted.in_doubt) == (accepted, waiting, 0)
    assert counted.treated_as_sent == (2 if as_sent else 0)
    with db.read() as cursor:
        assert ledger.get_job(cursor, job_id).state == state


def test_cancelled_job_sends_no_doubt_again(db: Database) -> None:
    job_id = stage(db, count=1)
    db.write(lambda cursor: ledger.release(cursor, job_id, NOW))
    add_claim(db, job_id, [1])
    add_outcome(db, job_id, 1, 1, "in_doubt")
    db.write(lambda cursor: ledger.cancel(cursor, job_id, NOW))
    with pytest.raises(IllegalChange):
        settle_doubts(db, job_id, False, NOW)
    assert tally(db, job_id).in_doubt == 1


def test_job_with_a_waiting_message_does_not_finish(db: Database) -> None:
    job_id = stage(db, count=2)
    db.write(lambda cursor: ledger.release(cursor, job_id, NOW))
    add_outcome(db, job_id, 1, 1, "accepted")
    assert not db.write(lambda cursor: ledger.finish(cursor, job_id, NOW))
