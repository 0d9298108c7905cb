"""Webhooks: signed, stored before the 200, applied once however often and in whatever order they come."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

import duckdb
import pytest

from dashboard.delivery import applier, ledger
from dashboard.delivery.applier import Ears, WebhookApplier, apply_waiting, count_waiting, replay
from dashboard.delivery.inbound import InboundText
from dashboard.delivery.json_parts import mobile_of
from dashboard.delivery.webhook import LONGEST_BODY, answer_handshake, receive, sign
from dashboard.delivery.webhook_keeping import forget_old
from dashboard.delivery.webhook_round import Body
from dashboard.errors import Refused
from dashboard.store.clock import utc_now
from dashboard.store.database import Cursor, Database

from .conftest import FIRST_MOBILE, add_job, make_settings, read_tally, wait_for
from .webhook_bodies import NOW, SETTINGS, add_accepted, apply_all, envelope, post, report, rows

# what a caller may bring, and the answer
CALLERS = [
    (lambda body: {"X-Hub-Signature-256": sign("secret", body)}, 200),
    (lambda body: {"x-hub-signature-256": sign("secret", body)}, 200),  # a server that lowers header names
    (lambda body: {}, 401),
    (lambda body: {"X-Hub-Signature-256": ""}, 401),
    (lambda body: {"X-Hub-Signature-256": sign("other", body)}, 401),
    (lambda body: {"X-Hub-Signature-256": sign("secret", body + b" ")}, 401),  # one blank more
    (lambda body: {"X-Hub-Signature-256": sign("secret", body).removeprefix("sha256=")}, 401),
    (lambda body: {"X-Hub-Signature-256": "sha256=ü"}, 401),
]


@pytest.mark.parametrize(("headers", "status"), CALLERS)
def test_only_signed_bodies_are_stored(db: Database, headers, status: int) -> None:
    body = b'{"entry":[]}'
    assert receive(db, SETTINGS, utc_now, headers(body), body) == status
    assert count_waiting(db) == (1 if status == 200 else 0)


def test_without_a_secret_nothing_is_believed(db: Database) -> None:
    settings = make_settings("http://127.0.0.1:1", app_secret="")
    assert receive(db, settings, utc_now, {"X-Hub-Signature-256": sign("", b"{}")}, b"{}") == 401


def test_body_over_three_megabytes_is_refused(db: Database) -> None:
    body = b" " * (LONGEST_BODY + 1)
    assert receive(db, SETTINGS, utc_now, {"X-Hub-Signature-256": sign("secret", body)}, body) == 413


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({}, "42"),
        ({"hub.verify_token": "guess"}, None),
        ({"hub.verify_token": "ü"}, None),
        ({"hub.mode": "unsubscribe"}, None),
    ],
)
def test_handshake_returns_the_challenge_to_who_knows_the_word(changes: dict, answer: str | None) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": "word", **changes}
    assert answer_handshake(SETTINGS, query) == answer


def test_reports_in_any_order_and_twice_give_the_furthest_state_and_are_kept_once(db: Database) -> None:
    job_id = add_job(db, 2)
    for status in ("read", "sent", "delivered", "sent", "read"):
        assert post(db, envelope({"statuses": [report(db, job_id, 1, status)]})) == 200
    post(db, envelope({"statuses": [report(db, job_id, 2, "delivered"), report(db, job_id, 2, "delivered")]}))
    assert apply_all(db).bodies == 6
    counted = read_tally(db, job_id)
    assert (counted.read, counted.delivered) == (1, 1)
    assert rows(db, "SELECT count(*) FROM status_event") == [(4,)]
    post(db, envelope({"statuses": [report(db, job_id, 2, "delivered")]}))  # once more, days later
    apply_all(db)
    assert rows(db, "SELECT count(*) FROM status_event") == [(4,)]


def test_report_before_our_own_record_settles_the_message(db: Database) -> None:
    job_id = add_job(db, 1)
    post(db, envelope({"statuses": [report(db, job_id, 1, "delivered")]}))
    apply_all(db)
    assert read_tally(db, job_id).delivered == 1
    add_accepted(db, job_id, 1)
    assert read_tally(db, job_id) == ledger.Tally(total=1, delivered=1)


def test_report_without_reference_finds_its_message_by_the_providers_id(db: Database) -> None:
    job_id = add_job(db, 2)
    add_accepted(db, job_id, 2)
    bare = {"id": "wamid.2", "status": "read", "timestamp": "1795497600"}
    post(db, envelope({"statuses": [bare]}))
    apply_all(db)
    assert read_tally(db, job_id).read == 1


def test_report_without_reference_that_comes_too_early_finds_its_message_later(db: Database) -> None:
    job_id = add_job(db, 2)
    post(db, envelope({"statuses": [{"id": "wamid.2", "status": "read", "timestamp": "1795497600"}]}))
    apply_all(db)
    assert read_tally(db, job_id).read == 0
    add_accepted(db, job_id, 2)
    post(db, envelope({"statuses": []}))
    apply_all(db)
    assert read_tally(db, job_id).read == 1


def test_report_without_reference_finds_a_message_of_last_week(db: Database) -> None:
    job_id = add_job(db, 2)
    add_accepted(db, job_id, 2)
    week_later = NOW + timedelta(days=7)
    post(
        db,
        envelope({"statuses": [{"id": "wamid.2", "status": "read", "timestamp": "1795497600"}]}),
        week_later,
    )
    apply_all(db, at=week_later)
    assert read_tally(db, job_id).read == 1


def test_answer_that_comes_between_the_look_and_the_commit_is_found_by_its_report(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = add_job(db, 2)
    look = applier._place_by_wamid

    def look_too_early(db: Database, bodies: list[Body]) -> None:
        look(db, bodies)
        assert [one.job_id for body in bodies for one in body.updates.statuses] == [0]
        add_accepted(db, job_id, 2)

    monkeypatch.setattr(applier, "_place_by_wamid", look_too_early)
    post(db, envelope({"statuses": [{"id": "wamid.2", "status": "read", "timestamp": "1795497600"}]}))
    apply_waiting(db, lambda: NOW, Ears(lambda messages: {}))
    assert read_tally(db, job_id).read == 1


def test_another_installations_reference_is_not_taken_for_ours(db: Database) -> None:
    job_id = add_job(db, 1)
    foreign = {**report(db, job_id, 1, "read"), "biz_opaque_callback_data": f"other.j{job_id}m1"}
    post(db, envelope({"statuses": [foreign]}))
    apply_all(db)
    assert read_tally(db, job_id).waiting == 1


def test_thousand_updates_in_one_post_are_all_applied(db: Database) -> None:
    job_id = add_job(db, 1000)
    post(db, envelope({"statuses": [report(db, job_id, number, "delivered") for number in range(1, 1001)]}))
    apply_all(db)
    assert read_tally(db, job_id) == ledger.Tally(total=1000, delivered=1000)


def test_price_and_reason_of_a_report_are_kept(db: Database) -> None:
    job_id = add_job(db, 1)
    details = {"pricing": {"billable": True, "category": "utility"}, "errors": [{"code": 131049}]}
    post(db, envelope({"statuses": [report(db, job_id, 1, "failed", **details)]}))
    apply_all(db)
    assert rows(db, "SELECT code, category, billable, status_at FROM status_event") == [
        (131049, "utility", True, datetime(2026, 11, 24, 5, 20))
    ]


def test_number_that_turns_out_not_to_be_on_whatsapp_is_told(db: Database) -> None:
    job_id = add_job(db, 3)
    reports = [report(db, job_id, 2, "failed", errors=[{"code": 131026}]), report(db, job_id, 3, "failed")]
    post(db, envelope({"statuses": reports}))
    apply_all(db)
    assert rows(db, "SELECT mobile, told_at FROM unreached_number") == [(FIRST_MOBILE + 1, NOW)]
    post(db, envelope({"statuses": reports}))
    apply_all(db)
    assert rows(db, "SELECT count(*) FROM unreached_number") == [(1,)]


# bodies that hold nothing for us, or nonsense: stored, noted, never an error
ODD_BODIES = [
    (b"\xff\xfe", "unreadable"),
    (b"[" * 100_000, "unreadable"),
    (b"[1, 2]", None),
    (b'{"entry": 7}', None),
    (b'{"entry": [{"changes": [{"field": "messages", "value": null}]}]}', "unknown: 1"),
    (json.dumps(envelope({}, "smb_app_state_sync")).encode(), "unknown: 1"),
    (json.dumps(envelope({"statuses": [{"id": 5}, {"status": "sent"}, 7]})).encode(), "unknown: 2"),
    (
        json.dumps(envelope({"messages": [{"id": "w", "from": "4915112345678", "type": "text"}]})).encode(),
        "unknown: 1",
    ),
    (
        json.dumps(envelope({"messages": [{"id": "w", "user_id": "IN.77", "type": "text"}]})).encode(),
        "unknown: 1",
    ),
    (
        b'{"entry":[{"changes":[{"field":"messages","value":{"statuses":[{"id":"\\ud800","status":"sent"}]}}]}]}',
        None,
    ),
]


@pytest.mark.parametrize(("body", "note"), ODD_BODIES)
def test_odd_bodies_are_noted_and_stop_nobody(db: Database, body: bytes, note: str | None) -> None:
    job_id = add_job(db, 1)
    assert post(db, body) == 200
    post(db, envelope({"statuses": [report(db, job_id, 1, "sent", timestamp="soon")]}))
    assert apply_all(db).bodies == 2
    assert rows(db, "SELECT note FROM webhook_applied ORDER BY raw_id LIMIT 1") == [(note,)]
    assert read_tally(db, job_id).sent == 1


def test_unknown_status_is_kept_and_proves_that_the_provider_has_the_message(db: Database) -> None:
    job_id = add_job(db, 1)
    post(db, envelope({"statuses": [report(db, job_id, 1, "warehoused")]}))
    apply_all(db)
    assert read_tally(db, job_id).accepted == 1


# an inbound message, the text that is understood, and what a pressed button stands for
INBOUND = [
    ({"type": "text", "text": {"body": "JOIN 0123456789"}}, "JOIN 0123456789", ""),
    ({"type": "button", "button": {"payload": "STOP", "text": "रोकें"}}, "रोकें", "STOP"),
    ({"type": "interactive", "interactive": {"button_reply": {"id": "1", "title": "बंद"}}}, "बंद", "1"),
    (
        {"type": "interactive", "interactive": {"list_reply": {"id": "STOP", "title": "और नहीं"}}},
        "और नहीं",
        "STOP",
    ),
    ({"type": "image", "image": {"id": "1"}}, "", ""),
]


@pytest.mark.parametrize(("content", "text", "payload"), INBOUND)
def test_what_a_consumer_writes_is_answered_by_a_free_text(
    db: Database, content: dict, text: str, payload: str
) -> None:
    heard: list[InboundText] = []

    def on_inbound(messages: Sequence[InboundText]) -> dict[str, str]:
        heard.extend(messages)
        return {one.wamid: "धन्यवाद" for one in messages}

    head = {"id": "wamid.in", "from": f"91{FIRST_MOBILE}", "timestamp": "1795497600"}
    post(db, envelope({"messages": [{**head, **content}]}))
    apply_all(db, on_inbound)
    assert heard == [InboundText("wamid.in", FIRST_MOBILE, text, datetime(2026, 11, 24, 5, 20), payload)]
    assert rows(db, "SELECT kind, state, mobile, parameters FROM job JOIN message USING (job_id)") == [
        ("text", "running", FIRST_MOBILE, ["धन्यवाद"])
    ]


def thank(messages: Sequence[InboundText]) -> dict[str, str]:
    return {one.wamid: "धन्यवाद" for one in messages}


def test_one_message_that_is_refused_keeps_no_other_from_its_answer(db: Database) -> None:
    def on_inbound(messages: Sequence[InboundText]) -> dict[str, str]:
        if any(one.text == "odd" for one in messages):
            raise Refused("office")
        return thank(messages)

    texts = ("one", "odd", "two")
    bodies = [
        {"id": f"w{place}", "from": f"91{FIRST_MOBILE}", "type": "text", "text": {"body": text}}
        for place, text in enumerate(texts)
    ]
    post(db, envelope({"messages": bodies}))
    apply_all(db, on_inbound)
    assert rows(db, "SELECT count(*) FROM message") == [(2,)]


def test_an_answer_and_the_note_that_it_is_given_are_one_commit(db: Database) -> None:
    body = {
        "id": "wamid.in",
        "from": f"91{FIRST_MOBILE}",
        "type": "text",
        "text": {"body": "JOIN 0123456789"},
    }
    for _ in range(2):  # delivered twice before the first is looked at
        post(db, envelope({"messages": [body]}))
    noted: list[str] = []

    def fail(cursor: Cursor, wamids: list[str]) -> None:
        raise duckdb.Error("the disk is full")

    with pytest.raises(duckdb.Error):
        apply_waiting(db, utc_now, Ears(thank, on_answered=fail))
    assert rows(db, "SELECT count(*) FROM job") == [(0,)]
    apply_waiting(db, utc_now, Ears(thank, on_answered=lambda cursor, wamids: noted.extend(wamids)))
    assert noted == ["wamid.in"]
    assert rows(db, "SELECT count(*) FROM message") == [(1,)]


def test_no_answer_means_no_job(db: Database) -> None:
    post(
        db,
        envelope(
            {"messages": [{"id": "w", "from": f"91{FIRST_MOBILE}", "type": "text", "text": {"body": "x"}}]}
        ),
    )
    apply_all(db)
    assert rows(db, "SELECT count(*) FROM job") == [(0,)]


@pytest.mark.parametrize(
    ("value", "mobile"),
    [("919800000001", 9800000001), ("+919800000001", 9800000001), ("9800000001", None), ("915222345678", None),
     ("९१9800000001", None), (919800000001, None), (None, None)],
)  # fmt: skip
def test_sender_is_an_indian_mobile_number_or_nobody(value: object, mobile: int | None) -> None:
    assert mobile_of(value) == mobile


def test_stored_bodies_can_be_applied_once_more(db: Database) -> None:
    job_id = add_job(db, 2)
    post(db, envelope({"statuses": [report(db, job_id, 1, "sent")]}))
    post(db, envelope({"statuses": [report(db, job_id, 2, "sent")]}), at=NOW + timedelta(days=1))
    apply_all(db)
    db.write(lambda cursor: cursor.execute("DELETE FROM status_event"))
    ears = Ears(lambda messages: {})
    day = (NOW - timedelta(hours=6), NOW + timedelta(hours=18))
    first, again = replay(db, utc_now, ears, *day), replay(db, utc_now, ears, *day)
    assert (first.bodies, first.statuses, first.new_statuses) == (1, 1, 1)
    assert (again.bodies, again.statuses, again.new_statuses) == (1, 1, 0)
    assert read_tally(db, job_id).sent == 1


def test_what_was_stored_and_not_applied_is_applied_after_a_restart(tmp_path) -> None:
    from dashboard.store.database import open_database

    path = tmp_path / "setu.duckdb"
    db = open_database(path)
    job_id = add_job(db, 1)
    post(db, envelope({"statuses": [report(db, job_id, 1, "sent")]}))
    db.close()
    db = open_database(path)
    applier = WebhookApplier(db, utc_now, on_inbound=lambda messages: {})
    applier.start()
    wait_for(lambda: read_tally(db, job_id).sent == 1)
    applier.stop()
    db.close()


def test_reports_long_unplaced_are_left_in_peace(db: Database) -> None:
    job_id = add_job(db, 1)
    post(db, envelope({"statuses": [{"id": "wamid.1", "status": "read", "timestamp": "1"}]}))
    apply_all(db)
    add_accepted(db, job_id, 1)
    later = NOW + timedelta(hours=2)
    post(db, envelope({"statuses": []}), at=later)
    apply_all(db, at=later)
    assert read_tally(db, job_id).accepted == 1


def test_old_bodies_go_and_their_facts_stay(db: Database) -> None:
    job_id = add_job(db, 1)
    ages = {
        40: report(db, job_id, 1, "sent"),
        35: report(db, job_id, 1, "warehoused"),
        5: report(db, job_id, 1, "delivered"),
    }
    for days, status in ages.items():
        post(db, envelope({"statuses": [status]}), at=NOW - timedelta(days=days))
    assert forget_old(db, lambda: NOW, 30) == 0  # nothing is applied yet
    apply_all(db)
    assert [forget_old(db, lambda: NOW, 30), forget_old(db, lambda: NOW, 30)] == [1, 0]  # the odd one stays
    assert rows(db, "SELECT raw_id FROM webhook_raw ORDER BY raw_id") == [(2,), (3,)]
    assert read_tally(db, job_id).delivered == 1


def test_the_last_body_stays_so_that_the_next_one_is_applied(db: Database) -> None:
    job_id = add_job(db, 1)
    for number in range(3):
        post(db, envelope({"statuses": []}), at=NOW - timedelta(days=100 - number))
    apply_all(db)
    assert forget_old(db, lambda: NOW, 30) == 2
    post(db, envelope({"statuses": [report(db, job_id, 1, "read")]}))
    assert apply_all(db).bodies == 1
    assert read_tally(db, job_id).read == 1
