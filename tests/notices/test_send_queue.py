"""What goes before a notice under the same rate and daily limit, and when the notice has gone then."""

from datetime import datetime, timedelta

import pytest

from dashboard.access.scope import Scope
from dashboard.config import Settings
from dashboard.delivery import ledger
from dashboard.delivery.claims import claim_batch
from dashboard.notices.hours import Span
from dashboard.notices.lifecycle import pause, start
from dashboard.notices.pacing import QUIET_HOURS, Pace
from dashboard.notices.prices import finish_at, send_until
from dashboard.notices.send_queue import Before, Queue, read_queue
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON
from tests.notices.town import LATER, approved, job_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _before(
    db: Database, clock: Clock, template: str, recipients: int, own: int | None = None
) -> list[Before]:
    return [one for one in read_queue(db, clock, template, recipients, own).before if one.messages]


def test_what_is_approved_goes_before_what_is_as_large(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    assert _before(town, clock, "bill_due", 8) == [Before(8)]
    assert _before(town, clock, "relief_scheme", 3) == [Before(8)]  # of less priority
    assert _before(town, clock, "bill_due", 7) == []  # the small before the large
    assert _before(town, clock, "safety_weather", 99) == []
    assert _before(town, clock, "bill_due", 8, own=notice_id) == []


def test_of_what_is_under_way_only_the_rest_goes_before(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    town.write(lambda cursor: claim_batch(cursor, NOON, 5, lambda *_: set()))
    assert read_queue(town, clock, "bill_due", 8) == Queue(5, (Before(3),))
    ledger_job = job_of(town, town_ee, notice_id)
    town.write(lambda cursor: ledger.pause(cursor, ledger_job, QUIET_HOURS, NOON))
    assert _before(town, clock, "bill_due", 8) == [Before(3)]  # it goes on by itself
    town.write(lambda cursor: ledger.go_on(cursor, ledger_job, NOON))
    pause(town, town_ee, clock, notice_id)
    assert _before(town, clock, "bill_due", 8) == []


def test_what_is_scheduled_keeps_its_time_and_its_share(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id, LATER, pace=Pace(day_limit=2))
    assert _before(town, clock, "bill_due", 8) == [Before(8, LATER, 2)]


@pytest.mark.parametrize(
    ("queue", "recipients", "rate", "limit", "end"),
    [
        (Queue(before=(Before(800),)), 200, 10, 1_000, NOON + timedelta(seconds=100)),
        (Queue(before=(Before(800),)), 201, 10, 1_000, NOON + DAY + timedelta(seconds=0.1)),  # no place is left today
        (Queue(600, (Before(800),)), 200, 10, 1_000, NOON + DAY + timedelta(seconds=60)),
        (Queue(before=(Before(5_000),)), 500, 10, 1_000, NOON + 5 * DAY + timedelta(seconds=50)),
        # what is scheduled for later goes before only what is left by then
        (Queue(before=(Before(100, NOON + HOUR),)), 36_000, 10, 99_999, NOON + HOUR),
        (Queue(before=(Before(100, NOON + HOUR),)), 36_001, 10, 99_999, NOON + HOUR + timedelta(seconds=10.1)),
        # a share of 400 a day leaves 600 of the limit
        (Queue(before=(Before(4_000, None, 400),)), 1_200, 10, 1_000, NOON + DAY + timedelta(seconds=100)),
        (Queue(before=(Before(500, None, 400),)), 1_200, 10, 1_000, NOON + DAY + timedelta(seconds=70)),
    ],
)  # fmt: skip
def test_when_the_last_message_goes_behind_others(
    queue: Queue, recipients: int, rate: float, limit: int, end: datetime
) -> None:
    found = send_until(NOON, recipients, rate, limit, (), queue)
    assert abs(found - end) < timedelta(milliseconds=1)


def test_quiet_hours_hold_up_what_goes_before_too() -> None:
    queue = Queue(before=(Before(9 * 3600),))  # 17:30 in India at NOON's rate of one a second
    end = send_until(NOON, 60, 1, 99_999, [Span(21 * 60, 8 * 60)], queue)
    assert end == NOON + timedelta(hours=20, minutes=1)


@pytest.mark.parametrize(
    ("pace", "end"),
    [
        (Pace(day_limit=20), NOON + timedelta(hours=36, seconds=1)),  # 20 today, 20 tomorrow, 10 from the midnight after
        (Pace(Span(600, 1080), 20), NOON + timedelta(hours=46, seconds=1)),  # and not before ten
        (Pace(Span(600, 660)), NOON + timedelta(hours=22, seconds=5)),  # today's hours are over
        (Pace(Span(600, 660), 20), NOON + timedelta(hours=70, seconds=1)),
        (Pace(day_limit=50), NOON + timedelta(seconds=5)),
    ],
)  # fmt: skip
def test_its_own_hours_and_share_of_a_day_tell_when_the_last_message_goes(pace: Pace, end: datetime) -> None:
    settings = Settings(rate_per_second=10, daily_limit=99_999, quiet_hours="")
    assert finish_at(settings, "bill_due", 50, NOON, pace=pace) == end


@pytest.mark.parametrize(
    ("begun", "end"),
    [
        (20, NOON + timedelta(hours=60, seconds=1)),  # 20 tomorrow, 20 on the next day, 10 on the one after
        (12, NOON + timedelta(hours=60, seconds=0.2)),  # 8 today, 20, 20 and 2
        (25, NOON + timedelta(hours=60, seconds=1)),
    ],
)
def test_what_went_today_is_of_todays_share(begun: int, end: datetime) -> None:
    settings = Settings(rate_per_second=10, daily_limit=99_999, quiet_hours="")
    assert finish_at(settings, "bill_due", 50, NOON, pace=Pace(day_limit=20), begun_today=begun) == end
