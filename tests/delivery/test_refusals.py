"""Refusals and a provider that is down: what is tried again, what fails, and what pauses."""

import pytest

from dashboard.delivery import ledger
from dashboard.delivery.dispatcher import Dispatcher
from dashboard.delivery.unreached import list_unreached
from dashboard.errors import Refused
from dashboard.store.clock import utc_now

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
from .counting_server import ACCEPT, HELD, CountingServer, wrong_recipients


@pytest.mark.parametrize("refusal", [(429, 130429), (400, 130429), (429, None), (500, 131016), (503, 2)])
def test_storm_of_passing_refusals_ends_with_everybody_served_once(
    db, server, make_dispatcher, refusal
) -> None:
    tried: set[str] = set()

    def behave(number: int, body: dict) -> object:
        first = body["to"] not in tried
        tried.add(body["to"])
        return refusal if first and number % 3 == 0 else ACCEPT

    server.behave = behave
    job_id = add_job(db, 300)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, mobiles(300)) == {}
    assert server.calls > 300
    assert read_tally(db, job_id) == ledger.Tally(total=300, accepted=300)


def test_throughput_limit_is_never_held_against_a_message(db, server, make_dispatcher) -> None:
    server.behave = lambda number, body: (429, 130429) if number <= 60 else ACCEPT  # six refusals each
    job_id = add_job(db, 10)
    dispatcher = make_dispatcher(make_settings(server.url, max_attempts=2))
    wait_for(lambda: dispatcher.status().rate_per_second < 2000, what="a slower rate")
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, mobiles(10)) == {}


def test_message_that_is_refused_too_often_fails_with_its_code(db, server, make_dispatcher) -> None:
    server.behave = lambda number, body: (500, 131000) if body["to"].endswith("1") else ACCEPT
    job_id = add_job(db, 5)
    make_dispatcher(make_settings(server.url, max_attempts=3))
    wait_for_state(db, job_id, "finished")
    assert read_tally(db, job_id) == ledger.Tally(total=5, accepted=4, failed=1)
    assert server.calls == 4 + 3
    with db.read() as cursor:
        assert ledger.failures_by_code(cursor, job_id) == {131000: 1}


@pytest.mark.parametrize(
    ("refusal", "reason"), [((401, 190), "token_expired"), ((401, None), "token_expired")]
)
def test_expired_token_pauses_everything_and_fails_nobody(
    db, server, make_dispatcher, refusal, reason
) -> None:
    server.behave = lambda number, body: refusal
    first, second = add_job(db, 200), add_job(db, 300)
    dispatcher = make_dispatcher(make_settings(server.url))
    wait_for_state(db, first, "paused")
    wait_for_state(db, second, "paused")
    assert read_job(db, first).pause_reason == reason
    wait_for(lambda: dispatcher.status().in_flight == 0)
    wait_for(lambda: not read_tally(db, first).in_flight + read_tally(db, second).in_flight)
    assert read_tally(db, first) == ledger.Tally(total=200, waiting=200)
    server.behave = lambda number, body: ACCEPT  # a new token
    for job_id in (first, second):
        db.write(lambda cursor, job_id=job_id: ledger.go_on(cursor, job_id, utc_now()))
        wait_for_state(db, job_id, "finished")
    # the two jobs share their first 200 numbers: these get one of each, the others one
    assert sorted(server.taken.values()) == [1] * 100 + [2] * 200


def test_template_at_fault_pauses_its_job_only(db, server, make_dispatcher) -> None:
    server.behave = lambda number, body: (404, 132001) if body["template"]["name"] == "bill_due" else ACCEPT
    job_id = add_job(db, 30)
    other = add_job(db, 3)
    db.write(lambda cursor: cursor.execute("UPDATE job SET template = 'camp' WHERE job_id = ?", [other]))
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "paused")
    wait_for_state(db, other, "finished")
    assert read_job(db, job_id).pause_reason == "template_missing"
    assert read_tally(db, job_id).failed == 0


def test_first_rows_failing_alike_stop_the_job_after_ten(db, server, make_dispatcher) -> None:
    server.behave = lambda number, body: (400, 132000)
    job_id = add_job(db, 5000)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "paused")
    assert read_job(db, job_id).pause_reason == "parameter_count"
    assert (server.calls, read_tally(db, job_id).failed) == (10, 10)


def test_short_outage_passes_without_anybody_noticing(db, make_dispatcher) -> None:
    with CountingServer() as gone:
        port, url = gone.port, gone.url
    job_id = add_job(db, 300)
    dispatcher = make_dispatcher(make_settings(url, max_attempts=9), pause_unit=0.2)
    wait_for(lambda: dispatcher.status().waiting_reason == "provider_down")
    with CountingServer(port=port) as back:
        wait_for_state(db, job_id, "finished")
        assert wrong_recipients(back, mobiles(300)) == {}


def test_number_that_is_not_on_whatsapp_fails_and_is_told(db, server, make_dispatcher) -> None:
    server.behave = lambda number, body: (400, 131026) if body["to"].endswith("2") else ACCEPT
    job_id = add_job(db, 5)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    with db.read() as cursor:
        assert [*list_unreached(cursor)] == [FIRST_MOBILE + 1]
    assert read_tally(db, job_id).failed == 1


def test_held_by_the_provider_counts_as_accepted(db, server, make_dispatcher) -> None:
    server.behave = lambda number, body: HELD
    job_id = add_job(db, 3)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    assert read_tally(db, job_id).accepted == 3


@pytest.mark.parametrize(
    "url",
    ["https://graph.facebook.com", "http://10.0.0.1", "http://127.0.0.1.example.org", "http://0.0.0.0:80"],
)
def test_demonstration_refuses_to_send_anywhere_but_loopback(db, url: str) -> None:
    db.write(lambda cursor: cursor.execute("INSERT INTO fact VALUES ('is_demo', '1')"))
    dispatcher = Dispatcher(db, make_settings(url), utc_now, lambda cursor, numbers: set())
    with pytest.raises(Refused) as caught:
        dispatcher.start()
    assert caught.value.code == "demo_loopback_only"
