"""Nobody twice, nobody skipped, and "not sure" is a state: the dispatcher and its sender against a server that counts."""

import os
import signal
import time
from datetime import timedelta

import pandas as pd
import pytest

from dashboard.delivery import claims, ledger
from dashboard.delivery.dispatcher import Dispatcher
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
from .counting_server import ACCEPT, HALF, HELD, RESET, SILENT, CountingServer, wrong_recipients


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


def test_sender_killed_in_the_middle_leaves_doubt_and_nobody_is_sent_twice(
    db, server, make_dispatcher
) -> None:
    job_id = add_job(db, 900)
    dispatcher = make_dispatcher(make_settings(server.url, rate_per_second=400.0))
    wait_for(lambda: server.calls > 150)
    os.kill(dispatcher.sender_process_id, signal.SIGKILL)
    wait_for_state(db, job_id, "finished")
    counted = read_tally(db, job_id)
    assert counted.in_doubt > 0
    assert counted.accepted + counted.in_doubt == 900
    assert max(server.taken.values()) == 1
    assert (
        counted.accepted <= sum(server.taken.values()) <= 900
    )  # who got one without our knowing is in doubt
    known = set(server.taken) | {f"+91{mobile}" for mobile in _doubtful(db, job_id)}
    assert known == {f"+91{mobile}" for mobile in mobiles(900)}  # nobody is skipped in silence


def _doubtful(db, job_id: int) -> list[int]:
    with db.read() as cursor:
        return ledger.in_doubt(cursor, job_id)["mobile"].tolist()


def test_sender_that_keeps_dying_is_not_fed_any_more(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 5000)
    dispatcher = make_dispatcher(make_settings(server.url, rate_per_second=100.0))
    for _ in range(3):
        wait_for(lambda: dispatcher.status().in_flight > 0)
        os.kill(dispatcher.sender_process_id, signal.SIGKILL)
        wait_for(lambda: dispatcher.status().in_flight == 0)
    wait_for_state(db, job_id, "paused")
    assert read_job(db, job_id).pause_reason == "sender_broken"


@pytest.mark.parametrize("fault", [SILENT, RESET, HALF, (502, None)])
def test_no_answer_leaves_the_message_in_doubt_and_is_not_repeated(
    db, server, make_dispatcher, fault
) -> None:
    server.behave = lambda number, body: fault if body["to"].endswith("3") else ACCEPT
    job_id = add_job(db, 40)
    make_dispatcher(make_settings(server.url, request_timeout_seconds=0.6))
    wait_for_state(db, job_id, "finished")
    assert read_tally(db, job_id) == ledger.Tally(total=40, accepted=36, in_doubt=4)
    assert server.calls == 40


def test_provider_that_answers_nobody_pauses_before_all_are_in_doubt(db, server, make_dispatcher) -> None:
    server.behave = lambda number, body: RESET
    job_id = add_job(db, 3000)
    make_dispatcher(make_settings(server.url, rate_per_second=200.0))
    wait_for_state(db, job_id, "paused")
    assert read_job(db, job_id).pause_reason == "provider_silent"
    assert 50 <= read_tally(db, job_id).in_doubt < 600


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


def test_unreachable_provider_puts_nothing_in_doubt_and_pauses_in_the_end(db, make_dispatcher) -> None:
    with CountingServer() as gone:
        port, url = gone.port, gone.url
    job_id = add_job(db, 500)
    make_dispatcher(make_settings(url, max_attempts=2))
    wait_for_state(db, job_id, "paused")
    assert read_job(db, job_id).pause_reason == "provider_down"
    wait_for(lambda: read_tally(db, job_id).in_flight == 0)
    assert read_tally(db, job_id) == ledger.Tally(total=500, waiting=500)
    with CountingServer(port=port) as back:
        db.write(lambda cursor: ledger.go_on(cursor, job_id, utc_now()))
        wait_for_state(db, job_id, "finished")
        assert wrong_recipients(back, mobiles(500)) == {}


def test_short_outage_passes_without_anybody_noticing(db, make_dispatcher) -> None:
    with CountingServer() as gone:
        port, url = gone.port, gone.url
    job_id = add_job(db, 300)
    dispatcher = make_dispatcher(make_settings(url, max_attempts=9), pause_unit=0.2)
    wait_for(lambda: dispatcher.status().waiting_reason == "provider_down")
    with CountingServer(port=port) as back:
        wait_for_state(db, job_id, "finished")
        assert wrong_recipients(back, mobiles(300)) == {}


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


def test_stop_leaves_nothing_open_and_the_next_start_goes_on(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 600)
    settings = make_settings(server.url, rate_per_second=300.0)
    first = make_dispatcher(settings)
    wait_for(lambda: server.calls > 100)
    process = first.sender_process_id
    first.stop()
    assert read_tally(db, job_id) == ledger.Tally(
        total=600, accepted=server.calls, waiting=600 - server.calls
    )
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    make_dispatcher(settings)
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, mobiles(600)) == {}


def test_claim_that_a_crash_left_open_is_in_doubt_after_the_start(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 30)
    row = [job_id, 1, list(range(1, 11)), 10, 1, utc_now()]
    db.write(lambda cursor: cursor.execute("INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?)", row))
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    assert read_tally(db, job_id) == ledger.Tally(total=30, accepted=20, in_doubt=10)
    assert not set(server.taken) & {f"+91{mobile}" for mobile in mobiles(10)}


def test_person_may_have_the_doubtful_sent_again(db, server, make_dispatcher) -> None:
    server.behave = lambda number, body: (502, None) if number <= 5 else ACCEPT
    job_id = add_job(db, 20)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    assert read_tally(db, job_id).in_doubt == 5
    db.write(lambda cursor: ledger.settle_in_doubt(cursor, job_id, False, utc_now()))
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, mobiles(20)) == {}


def test_doubt_that_a_report_has_settled_is_not_sent_again(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 2)
    row = [job_id, 1, [1, 2], 2, 1, utc_now()]
    db.write(lambda cursor: cursor.execute("INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?)", row))
    db.write(lambda cursor: claims.mark_lost_claims(cursor, utc_now()))
    assert db.write(lambda cursor: ledger.settle_in_doubt(cursor, job_id, False, utc_now())) == 2
    report = [job_id, 1, "wamid.x", "sent", utc_now(), None, None, None, utc_now()]
    db.write(
        lambda cursor: cursor.execute("INSERT INTO status_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", report)
    )
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    assert dict(server.taken) == {f"+91{FIRST_MOBILE + 1}": 1}


def test_who_opted_out_since_the_freezing_is_skipped(db, server, make_dispatcher) -> None:
    gone = set(mobiles(40)[::4])
    job_id = add_job(db, 40)
    make_dispatcher(make_settings(server.url), suppressed=lambda cursor, numbers: gone & set(numbers))
    wait_for_state(db, job_id, "finished")
    assert read_tally(db, job_id) == ledger.Tally(total=40, accepted=30, skipped=10)
    assert not {f"+91{mobile}" for mobile in gone} & set(server.taken)


def test_answer_to_a_consumer_goes_also_to_who_opted_out(db, server, make_dispatcher) -> None:
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

    job_id = db.write(change)
    make_dispatcher(make_settings(server.url), suppressed=lambda cursor, numbers: set(numbers))
    wait_for_state(db, job_id, "finished")
    assert server.bodies[0]["text"] == {"preview_url": False, "body": "आपको अब संदेश नहीं मिलेंगे।"}


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


def test_number_that_is_not_on_whatsapp_fails_and_is_told(db, server, make_dispatcher) -> None:
    told: list[int] = []
    server.behave = lambda number, body: (400, 131026) if body["to"].endswith("2") else ACCEPT
    job_id = add_job(db, 5)
    make_dispatcher(make_settings(server.url), on_undeliverable=told.extend)
    wait_for_state(db, job_id, "finished")
    wait_for(lambda: told)
    assert (told, read_tally(db, job_id).failed) == ([FIRST_MOBILE + 1], 1)


def test_held_by_the_provider_counts_as_accepted(db, server, make_dispatcher) -> None:
    server.behave = lambda number, body: HELD
    job_id = add_job(db, 3)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    assert read_tally(db, job_id).accepted == 3


def test_rate_is_kept(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 150)
    begun = time.monotonic()
    make_dispatcher(make_settings(server.url, rate_per_second=60.0))
    wait_for_state(db, job_id, "finished")
    assert 2.0 < time.monotonic() - begun < 15.0  # 150 at 60 a second take 2.5 s; a busy machine more


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


def test_demonstration_sends_to_loopback(db, server, make_dispatcher) -> None:
    db.write(lambda cursor: cursor.execute("INSERT INTO fact VALUES ('is_demo', '1')"))
    job_id = add_job(db, 3)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")


def test_no_number_gets_into_the_log(db, server, make_dispatcher, caplog) -> None:
    caplog.set_level("DEBUG")
    server.behave = lambda number, body: [RESET, (400, 132000), (500, 1), ACCEPT][number % 4]
    job_id = add_job(db, 40)
    make_dispatcher(make_settings(server.url, max_attempts=2))
    wait_for(lambda: read_job(db, job_id).state in ("finished", "paused"))
    assert "98000000" not in caplog.text
