"""Outages: told in a minute, extended, restored to exactly those who were told."""

from datetime import datetime, timedelta

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.delivery import claims, ledger
from dashboard.delivery.claims import Outcome, claim_batch
from dashboard.delivery.client import TemplateStatus
from dashboard.errors import BadInput, Refused
from dashboard.notices.after_restore import hold_after_restore
from dashboard.notices.doubts import find_doubt_bar, settle_doubt
from dashboard.notices.hours import Span
from dashboard.notices.lifecycle import settle_finished
from dashboard.notices.notice import get_notice
from dashboard.notices.outage import (
    Outage,
    OutageOrder,
    list_feeders,
    list_outages,
    list_overdue,
    preview_outage,
)
from dashboard.notices.outage_course import extend_outage, open_outage, restore_outage, tell_restored
from dashboard.notices.outage_words import causes, say_expected, say_hour
from dashboard.notices.resend import count_refused, resend_refused
from dashboard.notices.standing import keep_standing
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of

NIGHT = Span(21 * 60, 8 * 60)
LATER = NOON + timedelta(hours=2)
RESULTS = ("accepted", "accepted", "accepted", "failed", "in_doubt")


@pytest.fixture
def feeder(registry: Database, ee: Scope) -> str:
    return list_feeders(registry, ee)[0].office.code


def _order(feeder: str, **changes: object) -> OutageOrder:
    values: dict = {
        "cause": "cable",
        "began_at": NOON - timedelta(minutes=20),
        "expected_at": LATER,
        "language": "en",
    }
    return OutageOrder(feeder, **{**values, **changes})


def _only(db: Database, scope: Scope, now: datetime = NOON) -> Outage:
    (one,) = list_outages(db, scope, lambda: now)
    return one


def _claim(db: Database, now: datetime = NOON) -> claims.Batch | None:
    return db.write(lambda c: claim_batch(c, now, 100, lambda *_: set()))


def _answer(db: Database, batch: claims.Batch | None) -> dict[str, set[int]]:
    """Answer a batch with every result in turn; return the numbers by result."""
    assert batch is not None
    told: dict[str, set[int]] = {}
    outcomes = []
    for place, message in enumerate(batch.messages):
        result = RESULTS[place % len(RESULTS)]
        told.setdefault(result, set()).add(message.mobile)
        outcomes.append(
            Outcome(
                batch.job_id,
                message.message_no,
                batch.attempt,
                result,
                f"w{place}",
                131026 if result == "failed" else None,
            )
        )
    db.write(lambda c: claims.record_outcomes(c, outcomes, NOON))
    db.write(lambda c: claims.finish_exhausted(c, NOON, frozenset(), {}))
    return told


def _numbers(db: Database, scope: Scope, notice_id: int) -> set[int]:
    job_id = get_notice(db, scope, notice_id).job_id
    with db.read() as cursor:
        return {
            row[0]
            for row in cursor.execute("SELECT mobile FROM message WHERE job_id = ?", [job_id]).fetchall()
        }


def test_every_cause_has_words_in_both_languages() -> None:
    assert list(causes()["hi"]) == list(causes()["en"])


@pytest.mark.parametrize(
    ("moment", "hindi", "english"),
    [
        (NOON + timedelta(hours=2), "आज 14:00 बजे", "today at 14:00"),
        (NOON + timedelta(hours=14), "कल 02:00 बजे", "tomorrow at 02:00"),
        (NOON + timedelta(hours=40), "26-11-2026 04:00 बजे", "26-11-2026 at 04:00"),
    ],
)
def test_an_expected_time_is_said_as_people_say_it(moment: datetime, hindi: str, english: str) -> None:
    assert (say_expected(moment, NOON, "hi"), say_expected(moment, NOON, "en")) == (hindi, english)
    assert say_hour(NOON - timedelta(days=1), NOON) == "23-11-2026 12:00"


def test_the_preview_is_what_is_sent(registry: Database, ee: Scope, feeder: str) -> None:
    shown = preview_outage(registry, ee, lambda: NOON, _order(feeder))
    assert "11:40" in shown.text and "a cable fault" in shown.text and "today at 14:00" in shown.text
    open_outage(registry, ee, lambda: NOON, _order(feeder))
    batch = _claim(registry)
    assert batch is not None and len(batch.messages) == shown.recipients > 4


def test_an_outage_goes_out_without_leave_and_keeps_its_hash(
    registry: Database, ee: Scope, feeder: str
) -> None:
    open_outage(registry, ee, lambda: NOON, _order(feeder))
    notice = get_notice(registry, ee, _only(registry, ee).notice_id)
    assert (notice.state, notice.decided_by, len(notice.content_hash)) == ("sending", None, 64)
    assert list_feeders(registry, ee)[0].office.code == feeder


def test_two_presses_tell_once(registry: Database, ee: Scope, feeder: str) -> None:
    open_outage(registry, ee, lambda: NOON, _order(feeder))
    with pytest.raises(BadInput, match="outage_open"):
        open_outage(registry, ee, lambda: NOON, _order(feeder))
    with registry.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM job").fetchone() == (1,)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expected_at": NOON}, "outage_expected"),
        ({"expected_at": NOON + timedelta(days=4)}, "outage_expected"),
        ({"began_at": NOON + timedelta(hours=1)}, "outage_began"),
        ({"began_at": NOON - timedelta(days=2)}, "outage_began"),
        ({"cause": "gremlins"}, "cause_unknown"),
    ],
)
def test_what_makes_no_sense_is_refused(
    registry: Database, ee: Scope, feeder: str, changes: dict[str, object], code: str
) -> None:
    with pytest.raises(BadInput, match=code):
        open_outage(registry, ee, lambda: NOON, _order(feeder, **changes))


def test_only_a_feeder_within_the_scope(registry: Database, ee: Scope, stranger: Scope, feeder: str) -> None:
    with pytest.raises(BadInput, match="not_a_feeder"):
        open_outage(registry, ee, lambda: NOON, _order("DIV000001"))
    with pytest.raises(Refused, match="office"):
        open_outage(registry, stranger, lambda: NOON, _order(feeder))
    outage_id = open_outage(registry, ee, lambda: NOON, _order(feeder))
    assert list_outages(registry, stranger, lambda: NOON) == []
    with pytest.raises(Refused, match="outage"):
        restore_outage(registry, stranger, lambda: LATER, outage_id, LATER)


def test_restored_goes_to_exactly_those_who_were_told(registry: Database, ee: Scope, feeder: str) -> None:
    outage_id = open_outage(registry, ee, lambda: NOON, _order(feeder))
    told = _answer(registry, _claim(registry))
    assert told["failed"] and told["in_doubt"]
    restore_outage(registry, ee, lambda: LATER, outage_id, LATER)
    after = _only(registry, ee, LATER)
    assert after.told_notice_id is not None
    assert _numbers(registry, ee, after.told_notice_id) == told["accepted"]
    notice = get_notice(registry, ee, after.told_notice_id)
    assert (notice.state, notice.template) == ("sending", "supply_restored")
    with pytest.raises(BadInput, match="outage_over"):
        restore_outage(registry, ee, lambda: LATER, outage_id, LATER)


def test_the_end_waits_for_messages_on_their_way_and_stops_the_rest(
    registry: Database, ee: Scope, feeder: str
) -> None:
    outage_id = open_outage(registry, ee, lambda: NOON, _order(feeder))
    batch = registry.write(lambda c: claim_batch(c, NOON, 3, lambda *_: set()))
    restore_outage(registry, ee, lambda: LATER, outage_id, LATER)
    first = _only(registry, ee, LATER)
    assert first.restored_at == LATER and first.told_notice_id is None
    assert get_notice(registry, ee, first.notice_id).state == "cancelled"
    assert tell_restored(registry, lambda: LATER) == 1
    assert _only(registry, ee, LATER).told_notice_id is None
    told = _answer(registry, batch)
    tell_restored(registry, lambda: LATER)
    after = _only(registry, ee, LATER)
    assert after.told_notice_id is not None
    assert _numbers(registry, ee, after.told_notice_id) == told["accepted"]
    assert tell_restored(registry, lambda: LATER) == 0


def test_an_end_that_waits_is_told_by_nobody_after_a_restore(
    registry: Database, ee: Scope, feeder: str
) -> None:
    outage_id = open_outage(registry, ee, lambda: NOON, _order(feeder))
    batch = registry.write(lambda c: claim_batch(c, NOON, 3, lambda *_: set()))
    restore_outage(registry, ee, lambda: LATER, outage_id, LATER)
    hold_after_restore(registry, lambda: LATER)
    _answer(registry, batch)
    assert tell_restored(registry, lambda: LATER) == 0  # it may have been told since, and is of another day
    assert _only(registry, ee, LATER).told_notice_id is None


def test_nobody_told_means_nobody_to_tell(registry: Database, ee: Scope, feeder: str) -> None:
    outage_id = open_outage(registry, ee, lambda: NOON, _order(feeder))
    restore_outage(registry, ee, lambda: LATER, outage_id, LATER)
    assert _only(registry, ee, LATER).told_notice_id is None
    assert tell_restored(registry, lambda: LATER) == 0


def test_a_passed_expectation_reminds_until_extended(registry: Database, ee: Scope, feeder: str) -> None:
    outage_id = open_outage(registry, ee, lambda: NOON, _order(feeder))
    assert list_overdue(registry, ee, lambda: LATER - timedelta(minutes=1)) == []
    assert [one.outage_id for one in list_overdue(registry, ee, lambda: LATER)] == [outage_id]
    extend_outage(registry, ee, lambda: LATER, outage_id, LATER + timedelta(hours=1), tell=False)
    assert list_overdue(registry, ee, lambda: LATER) == []
    assert len(list_overdue(registry, ee, lambda: LATER + timedelta(hours=1))) == 1


def test_a_later_time_is_told_to_those_who_were_told(registry: Database, ee: Scope, feeder: str) -> None:
    outage_id = open_outage(registry, ee, lambda: NOON, _order(feeder))
    batch = _claim(registry)
    with pytest.raises(BadInput, match="outage_sending"):
        extend_outage(registry, ee, lambda: NOON, outage_id, LATER + timedelta(hours=1), tell=True)
    told = _answer(registry, batch)
    extend_outage(registry, ee, lambda: NOON, outage_id, LATER + timedelta(hours=1), tell=True)
    again = _claim(registry)
    assert again is not None and {message.mobile for message in again.messages} == told["accepted"]
    assert "today at 15:00" in again.messages[0].parameters


def test_at_night_it_goes_out_and_the_trail_says_why(registry: Database, ee: Scope, feeder: str) -> None:
    night = datetime(2026, 11, 24, 17, 0)
    open_outage(
        registry,
        ee,
        lambda: night,
        _order(feeder, began_at=night, expected_at=night + timedelta(hours=1)),
        NIGHT,
    )
    assert get_notice(registry, ee, _only(registry, ee, night).notice_id).state == "sending"
    with registry.read() as cursor:
        actions = [
            row[0]
            for row in cursor.execute("SELECT action FROM audit_event WHERE username = 'ee'").fetchall()
        ]
    assert {"notice.submit", "notice.start", "notice.quiet_override", "outage.open"} <= set(actions)


def test_a_viewer_sees_outages_and_tells_of_none(registry: Database, ee: Scope, feeder: str) -> None:
    open_outage(registry, ee, lambda: NOON, _order(feeder))
    viewer = scope_of(registry, Role.VIEWER, "DIV000001")
    assert len(list_outages(registry, viewer, lambda: NOON)) == 1
    with pytest.raises(Refused, match="right"):
        open_outage(registry, viewer, lambda: NOON, _order(feeder))


def test_an_end_that_cannot_be_told_yet_stops_nobody_elses_and_is_told_once(
    registry: Database, ee: Scope, feeder: str
) -> None:
    outage_id = open_outage(registry, ee, lambda: NOON, _order(feeder))
    batch = registry.write(lambda c: claim_batch(c, NOON, 3, lambda *_: set()))
    restore_outage(registry, ee, lambda: LATER, outage_id, LATER)
    _answer(registry, batch)
    keep_standing(registry, lambda: LATER, [TemplateStatus("supply_restored", "en", "DISABLED", "UTILITY")])
    assert tell_restored(registry, lambda: LATER) == 1
    assert _only(registry, ee, LATER).told_notice_id is None
    keep_standing(registry, lambda: LATER, [])
    assert (tell_restored(registry, lambda: LATER), tell_restored(registry, lambda: LATER)) == (1, 0)
    with registry.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM notice_follow").fetchone() == (1,)


def test_a_new_time_is_told_only_by_whoever_saw_the_last_one(
    registry: Database, ee: Scope, feeder: str
) -> None:
    """Two tabs: the second press would tell everybody twice."""
    outage_id = open_outage(registry, ee, lambda: NOON, _order(feeder))
    _answer(registry, _claim(registry))
    seen, until, soon = (
        _only(registry, ee).expected_at,
        LATER + timedelta(hours=1),
        NOON + timedelta(minutes=1),
    )
    extend_outage(registry, ee, lambda: soon, outage_id, until, tell=True, seen=seen)
    with pytest.raises(BadInput, match="outage_changed"):
        extend_outage(registry, ee, lambda: soon, outage_id, until, tell=True, seen=seen)
    with registry.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM job").fetchone() == (2,)


def test_after_the_end_nobody_is_told_of_the_outage_again(registry: Database, ee: Scope, feeder: str) -> None:
    """Neither those in doubt nor those refused: the first notice is not true any more."""
    open_outage(registry, ee, lambda: NOON, _order(feeder))
    told = _answer(registry, _claim(registry))
    assert told["in_doubt"] and told["failed"]
    first = _only(registry, ee).notice_id
    assert find_doubt_bar(registry, ee, lambda: NOON, first) is None
    job_id = get_notice(registry, ee, first).job_id or 0
    registry.write(lambda cursor: ledger.finish(cursor, job_id, NOON))
    settle_finished(registry, lambda: NOON)
    restore_outage(registry, ee, lambda: LATER, _only(registry, ee).outage_id, LATER)
    for again in (
        lambda: settle_doubt(registry, ee, lambda: LATER, first, False),
        lambda: resend_refused(registry, ee, lambda: LATER, first),
    ):
        with pytest.raises(Refused, match="notice_overtaken"):
            again()
    assert find_doubt_bar(registry, ee, lambda: LATER, first) == "notice_overtaken"
    assert count_refused(registry, ee, lambda: LATER, first) == 0
    assert settle_doubt(registry, ee, lambda: LATER, first, True) == len(told["in_doubt"])
