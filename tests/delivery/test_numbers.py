"""Several sending numbers: each discom's people are written to from its own, at its own rate, and one that stops stops alone."""

from collections import Counter

import pandas as pd
import pytest

from dashboard.delivery import ledger, numbers
from dashboard.errors import BadInput
from dashboard.store.clock import utc_now
from dashboard.store.database import Database

from .conftest import FIRST_MOBILE, make_settings, read_job, read_tally, wait_for, wait_for_state
from .counting_server import ACCEPT

OFFICES = [
    (1, 100, None, "UP", "state", "UP", "यूपी", None),
    (10, 49, 1, "PVVNL", "discom", "West", "पश्चिम", None),
    (50, 90, 1, "MVVNL", "discom", "Centre", "मध्य", None),
]
WEST, CENTRE = 11, 60  # offices below the two discoms


def add_numbers(db: Database) -> None:
    def change(cursor) -> None:
        cursor.executemany("INSERT INTO office VALUES (?, ?, ?, ?, ?, ?, ?, ?)", OFFICES)
        numbers.keep_first(cursor, make_settings("http://127.0.0.1:1"), utc_now())
        numbers.add_number(cursor, "77", "PVVNL", "Meerut", 500.0, utc_now())

    db.write(change)


def add_routed_job(db: Database, offices: list[int]) -> int:
    rows = pd.DataFrame(
        {
            "account_no": [f"{place:010d}" for place in range(len(offices))],
            "mobile": [FIRST_MOBILE + place for place in range(len(offices))],
            "parameters": [["a", "b"]] * len(offices),
            "office_no": offices,
        }
    )

    def change(cursor) -> int:
        cursor.register("rows", rows)
        cursor.execute("CREATE OR REPLACE TEMP TABLE staged_message AS SELECT * FROM rows")
        job_id = ledger.stage(
            cursor, utc_now(), kind="template", template="bill_due", language="hi", parameter_names=["division", "month"]
        )  # fmt: skip
        ledger.release(cursor, job_id, utc_now())
        return job_id

    return db.write(change)


def test_each_discom_is_written_to_from_its_number_and_the_rest_from_the_states(
    db, server, make_dispatcher
) -> None:
    add_numbers(db)
    offices = [WEST, CENTRE, WEST, 100] * 40
    job_id = add_routed_job(db, offices)
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    wanted = {FIRST_MOBILE + place: "77" if office == WEST else "1" for place, office in enumerate(offices)}
    assert {int(to[3:]): number for to, number in server.senders.items()} == wanted
    assert max(server.taken.values()) == 1 and read_tally(db, job_id).accepted == 160


def test_number_that_stops_leaves_the_others_alone_and_goes_on_when_a_person_says_so(
    db, server, make_dispatcher
) -> None:
    add_numbers(db)
    job_id = add_routed_job(db, [WEST, CENTRE] * 60)
    only_west = add_routed_job(db, [WEST] * 5)
    server.behave = lambda number, body: (400, 133010) if body["from"] == "77" else ACCEPT
    make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "paused")
    wait_for_state(db, only_west, "paused")
    assert read_job(db, job_id).pause_reason == read_job(db, only_west).pause_reason == "number_not_ready"
    assert (read_tally(db, job_id).accepted, read_tally(db, job_id).failed) == (60, 0)  # the other half
    with db.read() as cursor:
        assert [one.stop_reason for one in numbers.list_numbers(cursor)] == [None, "number_not_ready"]
    server.behave = lambda number, body: ACCEPT

    def let_go_on(cursor) -> None:
        for one in (job_id, only_west):
            ledger.go_on(cursor, one, utc_now())
            numbers.open_numbers_of(cursor, one, utc_now())

    db.write(let_go_on)
    wait_for_state(db, job_id, "finished")
    wait_for_state(db, only_west, "finished")
    assert (read_tally(db, job_id).accepted, read_tally(db, only_west).accepted) == (120, 5)


def test_throughput_limit_slows_its_own_number_only(db, server, make_dispatcher) -> None:
    add_numbers(db)
    refused: Counter[str] = Counter()

    def behave(number: int, body: dict) -> object:
        refused[body["to"]] += 1
        return (429, 130429) if body["from"] == "77" and refused[body["to"]] == 1 else ACCEPT

    server.behave = behave
    job_id = add_routed_job(db, [WEST, CENTRE] * 30)
    dispatcher = make_dispatcher(make_settings(server.url))
    wait_for(lambda: dispatcher.status().rate_per_second == 2000 + 250, what="half the rate of one number")
    wait_for_state(db, job_id, "finished")
    assert max(server.taken.values()) == 1 and read_tally(db, job_id).accepted == 60


def test_limit_of_a_day_is_shared_by_all_numbers(db, server, make_dispatcher) -> None:
    add_numbers(db)
    add_routed_job(db, [WEST, CENTRE] * 30)
    dispatcher = make_dispatcher(make_settings(server.url, daily_limit=25))
    wait_for(lambda: server.calls == 25)
    wait_for(
        lambda: dispatcher.status().in_flight == 0 and dispatcher.status().waiting_reason == "daily_limit"
    )
    assert server.calls == 25 and len(set(server.senders.values())) == 2


def test_one_person_is_written_to_once_in_six_seconds(db, server, make_dispatcher) -> None:
    twice = add_routed_job(db, [CENTRE] * 3), add_routed_job(db, [CENTRE] * 3)
    make_dispatcher(make_settings(server.url), pause_unit=0.4)
    for job_id in twice:
        wait_for_state(db, job_id, "finished")
    gaps = [second - first for first, second in server.times.values()]
    assert min(gaps) >= 3 * 0.4 * 0.9  # three pause units: six seconds in production


def test_number_that_an_administrator_stopped_is_not_opened_by_a_notice(db) -> None:
    add_numbers(db)
    job_id = add_routed_job(db, [WEST])

    def change(cursor) -> list[str | None]:
        numbers.stop_number(cursor, 2, numbers.PERSON, utc_now())
        numbers.stop_number(cursor, 2, "spam_limit", utc_now())
        numbers.open_numbers_of(cursor, job_id, utc_now())
        return [one.stop_reason for one in numbers.list_numbers(cursor)]

    assert db.write(change) == [None, "person"]


@pytest.mark.parametrize(
    ("given", "code"),
    [(("x1", "MVVNL"), "number_id"), (("77", "MVVNL"), "number_known"), (("78", "PVVNL"), "number_known"), (("78", "NONE"), "office_unknown")],
)  # fmt: skip
def test_number_that_cannot_be_added_says_why(db, given: tuple[str, str], code: str) -> None:
    add_numbers(db)
    with pytest.raises(BadInput) as caught:
        db.write(lambda cursor: numbers.add_number(cursor, *given, "", 80.0, utc_now()))
    assert caught.value.code == code
