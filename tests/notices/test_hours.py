"""Hours of the Indian day, and what rests in them."""

from datetime import datetime, timedelta

import pytest

from dashboard.access.scope import Scope
from dashboard.config import Settings
from dashboard.delivery import ledger
from dashboard.delivery.claims import claim_batch
from dashboard.errors import BadInput, Refused
from dashboard.notices.approval import approve
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import submit
from dashboard.notices.hours import Span, quiet_span, read_span
from dashboard.notices.lifecycle import go_on, release_due, start
from dashboard.notices.notice import get_notice
from dashboard.notices.pacing import Pace, find_rest, keep_hours
from dashboard.notices.report import read_pace
from dashboard.store.database import Database
from tests.conftest import NOON

NIGHT = Span(21 * 60, 8 * 60)
EVENING = datetime(2026, 11, 24, 16, 0)  # 21:30 in India
MORNING = datetime(2026, 11, 25, 2, 30)  # 08:00 in India


@pytest.mark.parametrize(
    ("span", "moment", "holds"),
    [
        ("21:00-08:00", EVENING, True),
        ("21:00-08:00", MORNING, False),  # the last minute is not in it
        ("21:00-08:00", MORNING - timedelta(minutes=1), True),
        ("21:00-08:00", NOON, False),
        ("10:00-18:00", NOON, True),
        ("10:00-18:00", EVENING, False),
        ("10:00-10:00", NOON, False),
    ],
)
def test_a_span_holds_its_minutes(span: str, moment: datetime, holds: bool) -> None:
    read = read_span(span)
    assert read is not None and str(read) == span
    assert read.holds(moment) is holds


def test_the_next_end_is_the_coming_one() -> None:
    assert NIGHT.next_end(EVENING) == MORNING
    assert NIGHT.next_end(MORNING) == MORNING + timedelta(days=1)
    assert NIGHT.next_start(NOON) == datetime(2026, 11, 24, 15, 30)


@pytest.mark.parametrize(
    ("url", "setting", "expected"),
    [
        ("", "auto", None),  # the sandbox wakes nobody
        ("http://127.0.0.1:8502", "auto", None),
        ("https://graph.facebook.com", "auto", NIGHT),
        ("https://graph.facebook.com", "", None),
        ("", "22:00-06:00", Span(22 * 60, 6 * 60)),  # who sets hours means them, also for training
    ],
)
def test_quiet_hours_are_for_people(url: str, setting: str, expected: Span | None) -> None:
    assert quiet_span(Settings(graph_url=url, quiet_hours=setting)) == expected


@pytest.mark.parametrize(
    ("purpose", "pace", "now", "claimed", "reason"),
    [
        ("billing", Pace(), NOON, 0, None),
        ("billing", Pace(), EVENING, 0, "quiet_hours"),
        ("outage", Pace(), EVENING, 0, None),
        ("safety", Pace(), EVENING, 0, None),
        ("scheme", Pace(window=Span(600, 660)), NOON, 0, "send_window"),
        ("scheme", Pace(window=Span(600, 1080)), NOON, 0, None),
        ("scheme", Pace(day_limit=10), NOON, 10, "day_share"),
        ("scheme", Pace(day_limit=10), NOON, 9, None),
    ],
)
def test_what_rests_and_why(
    purpose: str, pace: Pace, now: datetime, claimed: int, reason: str | None
) -> None:
    assert find_rest(purpose, pace, NIGHT, now, claimed) == reason


@pytest.fixture
def approved(registry: Database, ee: Scope, se: Scope) -> int:
    return _approved(registry, ee, se, "fraud_warning", {})


def _approved(db: Database, ee: Scope, se: Scope, template: str, variables: dict[str, str]) -> int:
    draft = NoticeDraft(template, "en", variables, Audience("DIV000001"))
    notice_id = submit(db, ee, lambda: NOON, draft)
    approve(db, se, lambda: NOON, notice_id, get_notice(db, se, notice_id).content_hash)
    return notice_id


def test_hours_that_are_all_quiet_are_refused(registry: Database, ee: Scope, approved: int) -> None:
    late = Pace(window=Span(22 * 60, 23 * 60))
    with pytest.raises(BadInput, match="send_window"):
        start(registry, ee, lambda: NOON, approved, pace=late, quiet=NIGHT)
    start(registry, ee, lambda: NOON, approved, pace=late)


def test_a_notice_rests_at_night_and_goes_on_in_the_morning(
    registry: Database, ee: Scope, approved: int
) -> None:
    start(registry, ee, lambda: EVENING, approved, quiet=NIGHT)
    notice = get_notice(registry, ee, approved)
    assert (notice.state, notice.pause_reason) == ("paused", "quiet_hours")
    assert registry.write(lambda c: claim_batch(c, EVENING, 10, lambda *_: set())) is None
    with pytest.raises(Refused, match="rests"):
        go_on(registry, ee, lambda: EVENING, approved)
    assert keep_hours(registry, lambda: MORNING, NIGHT) == 1
    assert get_notice(registry, ee, approved).state == "sending"
    assert keep_hours(registry, lambda: MORNING, NIGHT) == 0
    assert keep_hours(registry, lambda: EVENING + timedelta(days=1), NIGHT) == 1
    assert get_notice(registry, ee, approved).pause_reason == "quiet_hours"


def test_what_a_person_paused_is_not_let_go_by_the_clock(
    registry: Database, ee: Scope, approved: int
) -> None:
    start(registry, ee, lambda: NOON, approved, quiet=NIGHT)
    job_id = get_notice(registry, ee, approved).job_id or 0
    registry.write(lambda c: ledger.pause(c, job_id, "person", NOON))
    assert keep_hours(registry, lambda: EVENING, NIGHT) == keep_hours(registry, lambda: MORNING, NIGHT) == 0
    assert get_notice(registry, ee, approved).pause_reason == "person"


def test_a_scheduled_notice_keeps_its_pace(registry: Database, ee: Scope, approved: int) -> None:
    later = NOON + timedelta(hours=1)
    start(registry, ee, lambda: NOON, approved, later, pace=Pace(day_limit=5))
    release_due(registry, lambda: later, NIGHT)
    assert get_notice(registry, ee, approved).state == "sending"
    batch = registry.write(lambda c: claim_batch(c, later, 3, lambda *_: set()))
    assert batch is not None and len(batch.messages) == 3
    batch = registry.write(lambda c: claim_batch(c, later, 200, lambda *_: set()))
    assert (
        batch is not None and len(batch.messages) == 2
    )  # not one more than its share, however many may go at once
    assert registry.write(lambda c: claim_batch(c, later, 200, lambda *_: set())) is None
    assert read_pace(registry, ee, lambda: later, approved) == (Pace(day_limit=5), 5)
    assert read_pace(registry, ee, lambda: later + timedelta(days=1), approved) == (Pace(day_limit=5), 0)
    assert keep_hours(registry, lambda: later, NIGHT) == 1
    assert get_notice(registry, ee, approved).pause_reason == "day_share"
    assert keep_hours(registry, lambda: later + timedelta(days=1), NIGHT) == 1
    assert get_notice(registry, ee, approved).state == "sending"


def test_an_urgent_notice_goes_at_night_first_and_says_why(
    registry: Database, ee: Scope, se: Scope, approved: int
) -> None:
    values = {"time": "21:20", "fault": "a cable fault", "eta": "23:00"}
    urgent = _approved(registry, ee, se, "unplanned_fault", values)
    start(registry, ee, lambda: NOON, approved, quiet=NIGHT)
    start(registry, ee, lambda: EVENING, urgent, quiet=NIGHT)
    batch = registry.write(lambda c: claim_batch(c, EVENING, 1, lambda *_: set()))
    assert batch is not None and batch.job_id == get_notice(registry, ee, urgent).job_id
    with registry.read() as cursor:
        rows = cursor.execute(
            "SELECT username, detail->>'reason' FROM audit_event WHERE action = 'notice.quiet_override'"
        ).fetchall()
    assert rows == [("ee", "outage")]
