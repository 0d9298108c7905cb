"""Senders that die and answers that never come: in doubt, never sent again by itself."""

import os
import signal
from contextlib import suppress

import pytest

from dashboard.delivery import claims, ledger, stretches
from dashboard.store.clock import utc_now

from .conftest import (
    FIRST_MOBILE,
    add_job,
    make_settings,
    mobiles,
    read_job,
    read_tally,
    settle_doubts,
    wait_for,
    wait_for_state,
)
from .counting_server import ACCEPT, HALF, RESET, SILENT, CountingServer, wrong_recipients


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
        return [one.mobile for one in stretches.list_page(cursor, job_id, ["in_doubt"], 10_000)]


def test_sender_that_stands_still_is_replaced_and_what_it_had_is_in_doubt(
    db, server, make_dispatcher, monkeypatch
) -> None:
    job_id = add_job(db, 300)
    dispatcher = make_dispatcher(
        make_settings(server.url, rate_per_second=100.0, request_timeout_seconds=2.0)
    )
    wait_for(lambda: server.calls > 50)
    frozen = dispatcher.sender_process_id
    os.kill(frozen, signal.SIGSTOP)
    try:
        with (
            monkeypatch.context() as patch
        ):  # only now: a new sender takes its time to begin on a busy machine
            patch.setattr("dashboard.delivery.lane._SPARE_SILENCE", 1.0)
            wait_for(lambda: dispatcher.sender_process_id != frozen)
        wait_for_state(db, job_id, "finished")
    finally:
        with suppress(ProcessLookupError):
            os.kill(frozen, signal.SIGCONT)
    assert dispatcher.sender_process_id != frozen
    counted = read_tally(db, job_id)
    assert 0 < counted.in_doubt < 100
    assert counted.accepted + counted.in_doubt == 300
    assert max(server.taken.values()) == 1


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
    make_dispatcher(make_settings(server.url, request_timeout_seconds=4.0 if fault == SILENT else 20.0))
    wait_for_state(db, job_id, "finished")
    assert read_tally(db, job_id) == ledger.Tally(total=40, accepted=36, in_doubt=4)
    assert server.calls == 40


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (b"[" * 100_000, {"accepted": 36, "in_doubt": 4}),
        (b'{"messages": [{"id": "wamid.\\ud800"}]}', {"accepted": 40}),
        (b'{"messages": [{"id": "wamid.\\u0000x"}]}', {"accepted": 40}),
        ((400, 10**14), {"accepted": 36, "failed": 4}),
    ],
    ids=["deep", "half a letter", "NUL", "code beyond all"],
)
def test_an_answer_that_nobody_expects_stops_no_other_message(
    db, server, make_dispatcher, answer, wanted
) -> None:
    server.behave = lambda number, body: answer if body["to"].endswith("3") else ACCEPT
    job_id = add_job(db, 40)
    dispatcher = make_dispatcher(make_settings(server.url))
    wait_for(lambda: read_job(db, job_id).state == "finished" or not dispatcher.is_alive, what="the end")
    assert dispatcher.is_alive
    assert read_tally(db, job_id) == ledger.Tally(total=40, **wanted)
    assert server.calls == 40


def test_provider_that_answers_nobody_pauses_before_all_are_in_doubt(db, server, make_dispatcher) -> None:
    server.behave = lambda number, body: RESET
    job_id = add_job(db, 3000)
    make_dispatcher(make_settings(server.url, rate_per_second=200.0))
    wait_for_state(db, job_id, "paused")
    assert read_job(db, job_id).pause_reason == "provider_silent"
    assert 50 <= read_tally(db, job_id).in_doubt < 600


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
    settle_doubts(db, job_id, False, utc_now())
    wait_for_state(db, job_id, "finished")
    assert wrong_recipients(server, mobiles(20)) == {}


def test_doubt_that_a_report_has_settled_is_not_sent_again(db, server, make_dispatcher) -> None:
    job_id = add_job(db, 2)
    row = [job_id, 1, [1, 2], 2, 1, utc_now()]
    db.write(lambda cursor: cursor.execute("INSERT INTO claim VALUES (?, ?, ?, ?, ?, ?)", row))
    db.write(lambda cursor: claims.mark_lost_claims(cursor, utc_now()))
    assert settle_doubts(db, job_id, False, utc_now()) == 2
    report = [job_id, 1, "wamid.x", "sent", utc_now(), None, None, None, utc_now()]
    db.write(
        lambda cursor: cursor.execute("INSERT INTO status_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", report)
    )
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    assert dict(server.taken) == {f"+91{FIRST_MOBILE + 1}": 1}
