"""A clock that jumps over the beginning of the quiet hours, back into them and on again: nothing goes at night, nobody gets
two, nothing stands still for good. The clockwork itself is late here: only the sender looks at the hours."""

import time
from datetime import datetime, timedelta

from dashboard.delivery.dispatcher import Dispatcher
from dashboard.notices.hours import Span
from dashboard.notices.pacing import QUIET_HOURS, HoursWatch, keep_hours
from dashboard.store.database import Database

from .conftest import FIRST_MOBILE, add_job, make_settings, read_job, read_tally, wait_for, wait_for_state
from .counting_server import ACCEPT, CountingServer

NIGHT = Span(21 * 60, 8 * 60)
DUSK = datetime(2026, 11, 24, 15, 30)  # 21:00 in India
DAWN = datetime(2026, 11, 25, 2, 30)  # 08:00
COUNT = 120


class JumpingClock:
    """A clock that goes on from where it was put last."""

    def __init__(self, now: datetime) -> None:
        self.put(now)

    def put(self, now: datetime) -> None:
        self._put, self._at = now, time.monotonic()

    def __call__(self) -> datetime:
        return self._put + timedelta(seconds=time.monotonic() - self._at)


def add_notice(db: Database, job_id: int) -> None:
    db.write(
        lambda cursor: cursor.execute(
            "INSERT INTO notice BY NAME SELECT 1 AS notice_id, 'sending' AS state, 'bill_due' AS template, 'hi' AS language,"
            " 'text' AS body, '{}' AS variables, 'UP' AS office_code, '{}' AS audience, ? AS recipient_count, '{}' AS exclusions,"
            " 'hash' AS content_hash, ? AS job_id, 'ee' AS created_by, ? AS created_at",
            [COUNT, job_id, DUSK],
        )
    )


def count_claims_at_night(db: Database) -> int:
    with db.read() as cursor:
        return int(
            cursor.execute(
                "SELECT count(*) FROM claim WHERE claimed_at >= ? AND claimed_at < ?", [DUSK, DAWN]
            ).fetchall()[0][0]
        )


def test_a_clock_that_jumps_wakes_nobody_and_hangs_nothing(
    db: Database, server: CountingServer, make_dispatcher
) -> None:
    refused: set[str] = set()

    def behave(number: int, body: dict) -> object:
        """Refuse every tenth person once for a moment: their second attempt has a time of its own."""
        if int(body["to"][3:]) % 10 == 0 and body["to"] not in refused:
            refused.add(body["to"])
            return (503, 131016)
        return ACCEPT

    server.behave = behave
    job_id = add_job(db, COUNT)
    add_notice(db, job_id)
    clock = JumpingClock(DUSK - timedelta(hours=1))
    settings = make_settings(server.url, rate_per_second=60.0)
    dispatcher: Dispatcher = make_dispatcher(settings, clock=clock, before_claim=HoursWatch(db, NIGHT))

    def rests() -> bool:
        job = read_job(db, job_id)
        return job.pause_reason == QUIET_HOURS and dispatcher.status().in_flight == 0

    wait_for(lambda: server.calls >= 20, 60, "a part to go out in the evening")
    clock.put(DUSK + timedelta(hours=2))  # over the beginning
    wait_for(rests, 60, "the send to rest")
    assert server.calls < COUNT and count_claims_at_night(db) == 0
    clock.put(DAWN)  # the morning comes …
    assert keep_hours(db, clock, NIGHT) == 1
    before = server.calls
    wait_for(lambda: server.calls >= before + 10, 60, "the send to go on")
    clock.put(DUSK + timedelta(hours=3))  # … and the clock is set back into the night
    wait_for(rests, 60, "the send to rest again")
    assert server.calls < COUNT + len(refused) and count_claims_at_night(db) == 0
    clock.put(DUSK - timedelta(hours=6))  # then by most of a day
    assert keep_hours(db, clock, NIGHT) == 1
    wait_for_state(db, job_id, "finished", 60)
    assert count_claims_at_night(db) == 0
    assert sorted(server.taken) == [f"+91{FIRST_MOBILE + place}" for place in range(COUNT)]
    assert set(server.taken.values()) == {1} and read_tally(db, job_id).accepted == COUNT
