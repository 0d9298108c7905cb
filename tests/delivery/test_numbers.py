"""Several sending numbers: each discom's people are written to from its own, at its own rate, and one that stops stops alone."""

from collections import Counter
from contextlib import closing

import pandas as pd
import pytest

from dashboard.access.scope import Role, Scope
from dashboard.commands.numbers import manage_numbers
from dashboard.commands.parser import build_parser
from dashboard.delivery import ledger, numbers
from dashboard.delivery.account import account_of
from dashboard.delivery.client import ManagementClient, PhoneHealth
from dashboard.delivery.phone_watch import note_all
from dashboard.delivery.platform import list_open
from dashboard.errors import BadInput
from dashboard.notices.follow_up import follow_queries
from dashboard.store.clock import utc_now
from dashboard.store.database import Database, open_database

from .conftest import FIRST_MOBILE, make_settings, read_job, read_tally, wait_for, wait_for_state
from .counting_server import ACCEPT
from .webhook_bodies import NOW, apply_all, envelope, post, report

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


def read_state(db: Database) -> list[tuple[int, str | None]]:
    with db.read() as cursor:
        return [(one.number_no, one.stop_reason) for one in numbers.list_numbers(cursor)]


def rate_numbers(db: Database) -> None:
    """What WhatsApp's answers told: how the two numbers are dialled."""

    def change(cursor) -> None:
        for number_no, dialled in ((1, "919876500001"), (2, "919876500077")):
            numbers.keep_standing(
                cursor, numbers.Standing(number_no, dialled, "GREEN", "TIER_100K", "STANDARD", NOW)
            )

    db.write(change)


def test_a_failed_report_stops_the_number_that_its_message_went_from(db, server, make_dispatcher) -> None:
    add_numbers(db)
    job_id = add_routed_job(db, [WEST, CENTRE] * 3)  # messages 1 to 3 go from number 1, 4 to 6 from number 2
    dispatcher = make_dispatcher(make_settings(server.url))
    wait_for_state(db, job_id, "finished")
    post(db, envelope({"statuses": [report(db, job_id, 5, "failed", errors=[{"code": 131048}])]}))
    apply_all(db, on_failed=dispatcher.report_failures)
    wait_for(lambda: read_state(db) == [(1, None), (2, "spam_limit")], what="number 2 alone to stop")


# what Meta says of an account, and which numbers send no more; all: every running job pauses instead
ACCOUNT_NEWS = [
    ({"phone_number": "+91 98765 00077", "event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": ["DISABLE"]}}, {2}),
    ({"phone_number": "919876500001", "event": "ACCOUNT_DELETED"}, {1}),
    ({"phone_number": "77", "event": "ACCOUNT_OFFBOARDED"}, {2}),
    ({"phone_number": "919999900000", "event": "ACCOUNT_DELETED"}, set()),  # none of ours
    ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}}, set()),
    ({"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"}]}, set()),
    ({"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]}, "all"),
    ({"event": "DISABLED_UPDATE", "ban_info": "?"}, set()),
]  # fmt: skip


@pytest.mark.parametrize(("value", "stopped"), ACCOUNT_NEWS)
def test_news_of_an_account_stops_the_number_that_it_names(
    db: Database, value: dict, stopped: set[int] | str
) -> None:
    add_numbers(db)
    rate_numbers(db)
    job_id = add_routed_job(db, [WEST, CENTRE])
    post(db, envelope(value, "account_update"))
    apply_all(db)
    found = {number for number, reason in read_state(db) if reason == "account_blocked"}
    assert found == (set() if stopped == "all" else stopped)
    assert read_job(db, job_id).state == ("paused" if stopped == "all" else "running")


def test_each_number_keeps_its_own_colour_and_limit_and_the_news_names_its_discom(db: Database) -> None:
    add_numbers(db)
    rate_numbers(db)
    change = {"display_phone_number": "919876500077", "event": "DOWNGRADE", "current_limit": "TIER_10K"}
    post(db, envelope(change, "phone_number_quality_update"))
    apply_all(db)
    with db.read() as cursor:
        found = [(one.number_no, one.quality, one.messaging_limit) for one in numbers.list_standings(cursor)]
    assert found == [(1, "GREEN", "TIER_100K"), (2, "GREEN", "TIER_10K")]
    (event,) = list_open(db, Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647))
    assert (event.office, event.office_hi) == ("West", "पश्चिम")


def test_all_numbers_are_asked_about_each_by_its_own_id(db: Database, monkeypatch) -> None:
    add_numbers(db)
    colours = {"1": "GREEN", "77": "YELLOW"}

    def ask(client: ManagementClient) -> PhoneHealth:
        number = client._account.phone_number_id
        return PhoneHealth(colours[number], f"TIER_{number}", "STANDARD", f"+91 98765 000 {number:0>2}")

    monkeypatch.setattr(ManagementClient, "phone_health", ask)
    for _ in range(2):
        note_all(db, lambda: NOW, account_of(db, make_settings("http://127.0.0.1:1")))
    with db.read() as cursor:
        found = {one.display_number: one.quality for one in numbers.list_standings(cursor)}
    assert found == {"919876500001": "GREEN", "919876500077": "YELLOW"}
    (event,) = list_open(db, Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647))
    assert (event.value, event.office) == ("YELLOW", "West")


def test_a_reply_goes_from_the_number_that_was_written_to(db: Database) -> None:
    add_numbers(db)
    for place, heard_by in enumerate(("77", "1", "unknown", "77"), start=1):
        message = {"from": f"91{FIRST_MOBILE + place}", "id": f"in.{place}", "type": "text", "text": {"body": "JOIN"}, "timestamp": "1795497600"}  # fmt: skip
        post(db, envelope({"metadata": {"phone_number_id": heard_by}, "messages": [message]}))
    apply_all(db, lambda messages: {one.wamid: "welcome" for one in messages})
    with db.read() as cursor:
        found = cursor.execute(
            """SELECT message.mobile - ?, job_route.number_no FROM message JOIN job_route ON job_route.job_id = message.job_id
               AND message_no BETWEEN first_no AND last_no ORDER BY 1""", [FIRST_MOBILE]
        ).fetchall()  # fmt: skip
        assert [numbers.number_heard(cursor, FIRST_MOBILE + place) for place in range(1, 6)] == [
            2,
            1,
            1,
            2,
            1,
        ]
    assert found == [(1, 2), (2, 1), (3, 1), (4, 2)]


def test_what_follows_a_notice_goes_from_the_numbers_that_it_went_from(db: Database) -> None:
    add_numbers(db)
    job_id = add_routed_job(db, [WEST, CENTRE, WEST])
    taken = [(job_id, number, 1, "accepted", f"w{number}", None, NOW, None) for number in (1, 2, 3)]

    def change(cursor) -> list:
        cursor.executemany("INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?)", taken)
        cursor.execute("INSERT INTO claim VALUES (?, 1, [1, 2, 3], 3, 1, ?)", [job_id, NOW])
        follow_queries.stage_got(cursor, job_id=job_id, places=[1, 0], typed=["", "back"])
        follow = ledger.stage(
            cursor, NOW, kind="template", template="restored", language="hi", parameter_names=["a", "b"]
        )
        return cursor.execute(
            """SELECT message.mobile - ?, job_route.number_no, parameters FROM message JOIN job_route ON job_route.job_id = message.job_id
               AND message_no BETWEEN first_no AND last_no WHERE message.job_id = ? ORDER BY 1""", [FIRST_MOBILE, follow]
        ).fetchall()  # fmt: skip

    assert db.write(change) == [(0, 2, ["a", "back"]), (1, 1, ["a", "back"]), (2, 2, ["a", "back"])]


def test_the_command_adds_stops_and_lists_numbers_and_leaves_its_trace(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SETU_DATA_DIR", str(tmp_path))
    with closing(open_database(tmp_path / "setu.duckdb", memory_limit="1GB", threads=2)) as db:
        db.write(
            lambda cursor: cursor.executemany("INSERT INTO office VALUES (?, ?, ?, ?, ?, ?, ?, ?)", OFFICES)
        )

    def command(*words: str) -> list[tuple]:
        found = manage_numbers(build_parser().parse_args(["number", *words]))
        return [(one["number_no"], one["phone_number_id"][-2:], one["office_code"], one["stop_reason"]) for one in found]  # fmt: skip

    first = (1, "01", "UP", None)
    added = command("add", "77", "--office", "PVVNL", "--label", "Meerut", "--rate", "50")
    assert added == [first, (2, "77", "PVVNL", None)]
    assert command("stop", "2") == [first, (2, "77", "PVVNL", "person")]
    assert command("go", "2") == command("list") == added
    with pytest.raises(BadInput) as caught:
        command("stop", "9")
    assert caught.value.code == "number_unknown"
    with closing(open_database(tmp_path / "setu.duckdb")) as db:
        with db.read() as cursor:
            trail = cursor.execute("SELECT action FROM audit_event ORDER BY happened_at").fetchall()
    assert trail == [("number.add",), ("number.stop",), ("number.go",)]
