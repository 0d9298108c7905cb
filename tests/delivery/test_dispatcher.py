"""Nobody twice, nobody skipped, and "not sure" is a state: the dispatcher and its sender against a server that counts."""

import queue
import time
from datetime import timedelta

import pandas as pd
import pytest

from dashboard.delivery import ledger
from dashboard.delivery.account import account_of
from dashboard.delivery.claims import Batch, ClaimedMessage
from dashboard.delivery.governor import Governor
from dashboard.delivery.lane import InFlight, Lane
from dashboard.delivery.wire import MessageHead
from dashboard.store.clock import utc_now
from dashboard.store.database import Database

from .conftest import (
    FIRST_MOBILE,
    add_job,
    make_settings,
    mobiles,
    read_job,
    read_tally,
    wait_for,
    wait_for_state,
)
from .counting_server import ACCEPT, RESET, wrong_recipients


def test_everybody_gets_exactly_one_message(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 1500)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, mobiles(1500)) == {}
    assert read_tally(db, job_id) == ledger.Tally(total=1500, accepted=1500)


def test_call_is_what_the_provider_wants(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 1)
    make_dispatcher(make_settings(server.url, graph_version="v25.0"))
    wait_for_state(db, job_id, "finished")
    body, headers = server.bodies[0], server.headers[0]
    reference = body.pop("biz_opaque_callback_data")
    assert reference.endswith(f".j{job_id}m1") and len(reference) > 15  # with the installation's own prefix
    assert headers["Authorization"] == "Bearer token"
    parameters = [
        {"type": "text", "text": "गोमती नगर", "parameter_name": "division"},
        {"type": "text", "text": "0", "parameter_name": "month"},
    ]
    assert body == {
        "messaging_product": "whatsapp", "recipient_type": "individual", "to": f"+91{FIRST_MOBILE}",
        "type": "template",
        "template": {
            "name": "bill_due", "language": {"code": "hi"},
            "components": [{"type": "body", "parameters": parameters}],
        },
    }  # fmt: skip


def test_held_job_never_sends(db, server, make_dispatcher) -> None:
    held, running = add_job(db, 5, state="held"), add_job(db, 5)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, running, "finished")
    time.sleep(0.5)
    assert server.calls == 5
    assert read_tally(db, held).waiting == 5


def test_paused_job_claims_nothing_and_goes_on_where_it_stopped(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 400)
    make_dispatcher(make_settings(server.url, rate_per_second=200.0))
    wait_for(lambda: server.calls > 60)
    db.write(lambda cursor: ledger.pause(cursor, job_id, "person", utc_now()))
    wait_for(lambda: read_tally(db, job_id).in_flight == 0)
    calls = server.calls
    time.sleep(0.5)
    assert server.calls == calls < 400
    db.write(lambda cursor: ledger.go_on(cursor, job_id, utc_now()))
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, mobiles(400)) == {}


def test_cancelled_job_sends_no_more_and_its_counts_add_up(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 400)
    make_dispatcher(make_settings(server.url, rate_per_second=200.0))
    wait_for(lambda: server.calls > 60)
    db.write(lambda cursor: ledger.cancel(cursor, job_id, utc_now()))
    wait_for(lambda: read_tally(db, job_id).in_flight == 0)
    counted = read_tally(db, job_id)
    assert counted == ledger.Tally(total=400, accepted=server.calls, skipped=400 - server.calls)
    assert counted.skipped > 0


def test_who_opted_out_since_the_freezing_is_skipped(db, server, make_dispatcher) -> None:
    gone = set(mobiles(40)[::4])
    job_id = add_job(db, 40)
    make_dispatcher(make_settings(server.url), suppressed=lambda cursor, numbers: gone & set(numbers))
    wait_for_state(db, job_id, "finished")
    assert read_tally(db, job_id) == ledger.Tally(total=40, accepted=30, skipped=10)
    assert not {f"+91{mobile}" for mobile in gone} & set(server.taken)


def add_answer(db) -> int:
    """Stage an answer to a consumer and let it run."""

    def change(cursor) -> int:
        rows = [{"account_no": None, "mobile": FIRST_MOBILE, "parameters": ["आपको अब संदेश नहीं मिलेंगे।"]}]
        job_id = ledger.stage(
            cursor,
            utc_now(),
            kind="text",
            template="",
            language="",
            parameter_names=["text"],
            rows=pd.DataFrame(rows),
        )
        ledger.release(cursor, job_id, utc_now())
        return job_id

    return db.write(change)


def test_answer_to_a_consumer_goes_also_to_who_opted_out(db, server, make_dispatcher) -> None:
    job_id = add_answer(db)
    make_dispatcher(make_settings(server.url), suppressed=lambda cursor, numbers: set(numbers))
    wait_for_state(db, job_id, "finished")
    assert server.bodies[0]["text"] == {"preview_url": False, "body": "आपको अब संदेश नहीं मिलेंगे।"}


def test_answer_that_stopped_with_everything_is_tried_again_without_a_person(
    db, server, make_dispatcher
) -> None:
    moved = [timedelta()]
    server.behave = lambda number, body: (401, 190)
    job_id = add_answer(db)
    make_dispatcher(make_settings(server.url), clock=lambda: utc_now() + moved[0])
    wait_for_state(db, job_id, "paused")
    server.behave = lambda number, body: ACCEPT  # no page shows it, so nobody could let it go on
    moved[0] = timedelta(minutes=11)
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, [FIRST_MOBILE]) == {}


def test_daily_limit_makes_the_job_wait_and_a_day_later_it_goes_on(db, server, make_dispatcher) -> None:
    moved = [timedelta()]
    job_id = add_job(db, 60)
    settings = make_settings(server.url, daily_limit=25)
    dispatcher = make_dispatcher(settings, clock=lambda: utc_now() + moved[0])
    wait_for(lambda: dispatcher.status().waiting_reason == "daily_limit")
    wait_for(lambda: dispatcher.status().in_flight == 0)
    assert (server.calls, read_job(db, job_id).state) == (25, "running")
    moved[0] = timedelta(hours=24, minutes=1)
    wait_for(lambda: server.calls == 50)
    wait_for(lambda: dispatcher.status().in_flight == 0)
    moved[0] = timedelta(hours=48, minutes=2)
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, mobiles(60)) == {}


def test_rate_is_kept(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 150)
    begun = time.monotonic()
    make_dispatcher(make_settings(server.url, rate_per_second=60.0))
    wait_for_state(db, job_id, "finished")
    assert 2.0 < time.monotonic() - begun < 15.0  # 150 at 60 a second take 2.5 s; a busy machine more


def test_answers_that_come_together_share_a_commit(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 400)
    before, began = db.commit_count, time.monotonic()
    make_dispatcher(make_settings(server.url, rate_per_second=200.0))
    wait_for_state(db, job_id, "finished")
    commits, seconds = db.commit_count - before, time.monotonic() - began
    with db.read() as cursor:
        claims = cursor.execute("SELECT count(*) FROM claim").fetchall()[0][0]
    assert commits <= 2 * claims + seconds / 0.2 + 5


def test_demonstration_sends_to_loopback(db, server, make_dispatcher) -> None:
    db.write(lambda cursor: cursor.execute("INSERT INTO fact VALUES ('is_demo', '1')"))
    job_id = add_job(db, 3)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    assert read_tally(db, job_id).accepted == 3


def test_no_number_gets_into_the_log(db, server, make_dispatcher, caplog) -> None:
    caplog.set_level("DEBUG")
    server.behave = lambda number, body: [RESET, (400, 132000), (500, 1), ACCEPT][number % 4]
    job_id = add_job(db, 40)
    make_dispatcher(make_settings(server.url, max_attempts=2))
    wait_for(lambda: read_job(db, job_id).state in ("finished", "paused"))
    assert "98000000" not in caplog.text


def test_person_is_written_to_again_six_seconds_after_the_last_answer(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    account = account_of(db, make_settings("http://127.0.0.1:1"))
    lane = Lane(Governor(80.0, 3, 2.0), account, "", queue.SimpleQueue(), most_a_batch=60, pair_seconds=6.0)
    first, same, other = (ClaimedMessage(no, mobile, ()) for no, mobile in ((1, 11), (2, 11), (3, 12)))
    batch = Batch(1, 1, 1, MessageHead("text", "", "", ()), (first, other))
    assert lane.spare((first, same, other)) == (same,)
    lane.in_flight[1] = InFlight(batch, {1: first, 3: other})
    now[0] += 60.0
    assert lane.spare((same,)) == (same,)  # not answered yet, however long ago it went out
    lane.close_answered(1, 11)
    now[0] += 5.0
    lane.close_answered(1, 12)
    assert lane.spare((same,)) == (same,)
    now[0] += 1.0
    assert lane.spare((same, other)) == (other,)


def test_the_pace_is_told_where_the_provider_slows_the_number_down(db, server, make_dispatcher) -> None:
    taken_at: list[float] = []

    def behave(number: int, body: dict) -> object:
        """Take five a second and refuse the rest as beyond the number's throughput."""
        now = time.monotonic()
        if sum(now - at < 1.0 for at in taken_at) >= 5:
            return (429, 130429)
        taken_at.append(now)
        return ACCEPT

    server.behave = behave
    job_id = add_job(db, 200)
    dispatcher = make_dispatcher(make_settings(server.url, rate_per_second=60.0))
    assert dispatcher.status().pace is None
    told: list[float | None] = [None]

    def is_told() -> bool:
        told.append(dispatcher.status().pace)
        return told[-1] is not None

    wait_for(is_told, what="the pace")
    assert 0.5 < told[-1] < 15
    db.write(lambda cursor: ledger.cancel(cursor, job_id, utc_now()))
    wait_for(lambda: dispatcher.status().pace is None, what="nothing to wait any more")


def test_a_send_that_waits_only_for_its_retries_tells_no_pace(db, server, make_dispatcher) -> None:
    server.behave = lambda number, body: (503, 131057) if body["to"].endswith("7") else ACCEPT
    job_id = add_job(db, 80)
    dispatcher = make_dispatcher(make_settings(server.url, rate_per_second=10.0, max_attempts=1000))
    wait_for(lambda: dispatcher.status().pace is not None, what="the pace")
    wait_for(lambda: dispatcher.status().pace is None, what="nothing but retries to come")
    assert read_job(db, job_id).state == "running"
