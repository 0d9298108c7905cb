"""What goes wrong in the middle of a send: the state stays true, says so, and goes on by itself or by a person's word."""

import time
from datetime import timedelta

import pytest

from dashboard.delivery import ledger
from dashboard.delivery.claims import claim_batch, record_outcomes
from dashboard.delivery.daily_limit import count_people_today
from dashboard.delivery.verdict import judge
from dashboard.delivery.wire import Answer
from dashboard.store import database as database_module
from dashboard.store.clock import utc_now
from dashboard.store.database import Database
from tests.full_disk import full_disk

from .conftest import add_job, make_settings, mobiles, read_job, read_tally, wait_for, wait_for_state
from .counting_server import ACCEPT, wrong_recipients
from .webhook_bodies import apply_all, envelope, post


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "_MEND_SECONDS", 0.05)
    monkeypatch.setattr("dashboard.delivery.dispatcher._BROKEN_SECONDS", 0.05)


def test_a_disk_that_fills_up_in_the_middle_of_a_send_costs_nobody_a_message(
    db, server, make_dispatcher
) -> None:
    job_id = add_job(db, 900)
    dispatcher = make_dispatcher(make_settings(server.url, rate_per_second=1000.0))
    wait_for(lambda: server.calls > 150)
    with full_disk(db.path):
        wait_for(lambda: db.trouble and dispatcher.status().waiting_reason == "database")
        calls = server.calls
        time.sleep(0.3)
        assert server.calls - calls < 400  # nothing is claimed that cannot be written down
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, mobiles(900)) == {}
    assert read_tally(db, job_id) == ledger.Tally(total=900, accepted=900)
    assert (db.trouble, dispatcher.status().waiting_reason) == (None, None)


@pytest.mark.parametrize("jump", [timedelta(days=-2), timedelta(days=2)])
def test_a_clock_that_jumps_in_the_middle_of_a_send_sends_nobody_two_and_skips_nobody(
    db, server, make_dispatcher, jump
) -> None:
    moved, refused = [timedelta()], set()

    def behave(number: int, body: dict) -> object:
        is_first = body["to"] not in refused
        refused.add(body["to"])
        return (500, 131000) if is_first and number % 5 == 0 else ACCEPT

    server.behave = behave
    job_id = add_job(db, 300)
    dispatcher = make_dispatcher(
        make_settings(server.url, rate_per_second=600.0), clock=lambda: utc_now() + moved[0]
    )
    wait_for(lambda: server.calls > 100)
    moved[0] = jump
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, mobiles(300)) == {}
    assert read_tally(db, job_id) == ledger.Tally(total=300, accepted=300)
    assert dispatcher.status().rate_per_second == 600.0


def test_a_clock_set_back_between_the_answer_and_its_commit_holds_up_nobody(db) -> None:
    job_id, now = add_job(db, 1), utc_now()
    ahead = now + timedelta(days=2)  # what the clock said when the refusal was judged
    batch = db.write(lambda cursor: claim_batch(cursor, ahead, 10, lambda *_: set()))
    outcome = judge(
        batch, batch.messages[0], Answer("refused", code=131016), ahead, pause_unit=0.05, max_attempts=9
    )
    db.write(lambda cursor: record_outcomes(cursor, [outcome], now))
    again = db.write(lambda cursor: claim_batch(cursor, now, 10, lambda *_: set()))
    assert (again.job_id, again.messages[0].message_no) == (job_id, batch.messages[0].message_no)


def test_a_clock_set_back_does_not_forget_who_was_written_to_today(db, server, make_dispatcher) -> None:
    moved = [timedelta()]
    job_id = add_job(db, 60)
    dispatcher = make_dispatcher(
        make_settings(server.url, daily_limit=25), clock=lambda: utc_now() + moved[0]
    )
    wait_for(lambda: dispatcher.status().waiting_reason == "daily_limit")
    moved[0] = timedelta(hours=-40)
    time.sleep(0.6)  # some recounts
    assert (server.calls, read_job(db, job_id).state) == (25, "running")
    with db.read() as cursor:
        assert count_people_today(cursor, utc_now() + moved[0], 25, 0) == 25


def test_a_token_that_expires_in_the_middle_stops_all_and_a_new_one_finishes(
    db, server, make_dispatcher
) -> None:
    tokens = {"Bearer token": True, "Bearer new": True}

    def behave(number: int, body: dict) -> object:
        return ACCEPT if tokens[server.headers[-1]["Authorization"]] else (401, 190)

    server.behave = behave
    jobs = [add_job(db, 250), add_job(db, 150)]
    old = make_dispatcher(make_settings(server.url, rate_per_second=500.0))
    wait_for(lambda: server.calls > 100)
    tokens["Bearer token"] = False
    for job_id in jobs:
        wait_for_state(db, job_id, "paused")
        assert read_job(db, job_id).pause_reason == "token_expired"
    wait_for(lambda: old.status().in_flight == 0)
    counted = [read_tally(db, job_id) for job_id in jobs]
    assert all(one.failed == one.in_doubt == 0 and one.waiting == one.total - one.accepted for one in counted)
    old.stop()
    make_dispatcher(make_settings(server.url, whatsapp_token="new", rate_per_second=1000.0))
    for job_id in jobs:
        db.write(lambda cursor, job_id=job_id: ledger.go_on(cursor, job_id, utc_now()))
        wait_for_state(db, job_id, "finished")
    assert sorted(server.taken.values()) == [1] * 100 + [2] * 150  # the first 150 people are in both


def tell_template(db: Database, event: str, minute: int) -> None:
    about = {"message_template_name": "bill_due", "message_template_language": "hi", "event": event}
    content = envelope(about, "message_template_status_update")
    content["entry"][0]["time"] = int(time.time()) - 600 + 60 * minute
    post(db, content, utc_now())
    apply_all(db, at=utc_now())


def test_a_template_paused_by_webhook_stops_its_send_at_once_and_goes_on_when_meta_says_so(
    db, server, make_dispatcher
) -> None:
    job_id, other = add_job(db, 500), add_job(db, 20)
    db.write(lambda cursor: cursor.execute("UPDATE job SET template = 'camp' WHERE job_id = ?", [other]))
    dispatcher = make_dispatcher(make_settings(server.url, rate_per_second=400.0))
    wait_for(lambda: server.calls > 80)
    tell_template(db, "PAUSED", 1)
    assert read_job(db, job_id).pause_reason == "template_paused"
    wait_for_state(db, other, "finished")
    wait_for(lambda: dispatcher.status().in_flight == 0)
    counted = read_tally(db, job_id)
    assert counted.accepted + counted.waiting == 500 and counted.waiting > 50
    tell_template(db, "PAUSED", 0)  # an older word, come late
    tell_template(db, "APPROVED", 2)
    wait_for_state(db, job_id, "finished")
    assert read_tally(db, job_id) == ledger.Tally(total=500, accepted=500)


def test_every_word_of_a_body_acts_and_an_older_one_that_comes_late_does_not(db) -> None:
    job_id, now = add_job(db, 5), int(time.time())

    def tell(events: list[tuple[str, str]], at: int) -> None:
        content = envelope({}, "message_template_status_update")
        content["entry"][0].update(time=at, changes=[
            {"field": "message_template_status_update", "value": {"message_template_name": name, "message_template_language": "hi", "event": event}}
            for name, event in events
        ])  # fmt: skip
        post(db, content, utc_now())
        apply_all(db, at=utc_now())

    tell([("camp", "PAUSED"), ("bill_due", "PAUSED")], now - 300)
    assert read_job(db, job_id).pause_reason == "template_paused"
    tell([("camp", "APPROVED"), ("bill_due", "APPROVED")], now - 100)
    assert read_job(db, job_id).state == "running"
    tell([("bill_due", "PAUSED")], now - 200)
    assert read_job(db, job_id).state == "running"


@pytest.mark.parametrize(("event", "reason"), [("DISABLED", "template_disabled"), ("REJECTED", "template_missing"), ("FLAGGED", None)])  # fmt: skip
def test_a_template_that_meta_takes_away_waits_for_a_person(db, event: str, reason: str | None) -> None:
    job_id = add_job(db, 5)
    tell_template(db, event, 1)
    assert read_job(db, job_id).pause_reason == reason
    tell_template(db, "APPROVED", 2)
    assert read_job(db, job_id).pause_reason == reason  # it does not go on by itself


@pytest.mark.parametrize(("code", "reason"), [(132015, "template_paused"), (132016, "template_disabled")])
def test_a_template_that_an_answer_calls_paused_or_disabled_loses_no_message(
    db, server, make_dispatcher, code: int, reason: str
) -> None:
    moved, is_well = [timedelta()], [True]
    server.behave = lambda number, body: ACCEPT if is_well[0] else (400, code)
    job_id = add_job(db, 200)
    settings = make_settings(server.url, rate_per_second=400.0, template_pause_hours=3)
    make_dispatcher(settings, clock=lambda: utc_now() + moved[0])
    wait_for(lambda: server.calls > 50)
    is_well[0] = False
    wait_for_state(db, job_id, "paused")
    assert read_job(db, job_id).pause_reason == reason
    # Those on their way come back first: a refusal after the clock has moved would begin the pause anew, and rightly so.
    wait_for(lambda: read_tally(db, job_id).in_flight == 0)
    assert read_tally(db, job_id).failed == 0
    is_well[0] = True
    moved[0] = timedelta(hours=4)
    if reason == "template_disabled":
        time.sleep(0.3)
        assert read_job(db, job_id).state == "paused"
        db.write(lambda cursor: ledger.go_on(cursor, job_id, utc_now()))
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, mobiles(200)) == {}
