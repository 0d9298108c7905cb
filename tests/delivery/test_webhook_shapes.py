"""Every shape a webhook may have, old and new, and any nonsense: understood or kept, never an error, never lost."""

import json
from collections.abc import Sequence
from datetime import datetime

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashboard.delivery import webhook_round
from dashboard.delivery.applier import Ears, apply_waiting, count_odd, list_odd, replay
from dashboard.delivery.inbound import InboundText, NumberChange, Preference
from dashboard.delivery.updates import Updates, read_updates
from dashboard.delivery.webhook import UPDATES_A_POST
from dashboard.errors import Unavailable
from dashboard.store.database import Database

from .conftest import FIRST_MOBILE, add_job, read_tally
from .webhook_bodies import NOW, add_accepted, apply_all, envelope, post, report, rows

AT = datetime(2026, 11, 24, 5, 20)  # "1795497600"
SENDER = f"91{FIRST_MOBILE}"
WRITTEN = {"id": "wamid.in", "timestamp": "1795497600", "type": "text", "text": {"body": "STOP"}}
CONTACT = {"profile": {"name": "A"}, "wa_id": SENDER, "user_id": "IN.77"}
STOPPED = InboundText("wamid.in", FIRST_MOBILE, "STOP", AT)


def read(value: object, field: str = "messages") -> Updates:
    return read_updates(json.dumps(envelope(value, field)).encode(), "own", NOW)


# what WhatsApp writes about a message from a person, and what is understood
MESSAGES = [
    ({"contacts": [CONTACT], "messages": [{**WRITTEN, "from": SENDER}]}, [STOPPED]),
    ({"messages": [{**WRITTEN, "from": SENDER}]}, [STOPPED]),  # without contacts
    ({"messages": [{**WRITTEN, "from": SENDER, "from_user_id": "IN.77"}]}, [STOPPED]),  # both
    ({"contacts": [CONTACT], "messages": [{**WRITTEN, "from_user_id": "IN.77"}]}, [STOPPED]),  # the contact has the number
    ({"contacts": [CONTACT], "messages": [{**WRITTEN, "user_id": "IN.77"}]}, [STOPPED]),
    ({"contacts": [7, {"wa_id": None}], "messages": [{**WRITTEN, "from": SENDER}]}, [STOPPED]),
    ({"messages": [{**WRITTEN, "from": SENDER, "referral": {"x": 1}, "new": [1]}], "more": {}}, [STOPPED]),  # unknown parts
    ({"messages": [{**WRITTEN, "from": SENDER, "type": "reaction"}]}, []),
    ({"messages": [{**WRITTEN, "from": "4915112345678"}]}, []),
    ({"messages": [{"id": "wamid.in", "timestamp": "1795497600", "from": SENDER, "type": "image", "image": {"id": "9", "caption": "STOP"}}]}, [STOPPED]),
    ({"messages": [{**WRITTEN}]}, []),  # from nobody
    ({"messages": [{**WRITTEN, "id": 5, "from": SENDER}]}, []),
]  # fmt: skip


@pytest.mark.parametrize(("value", "inbound"), MESSAGES)
def test_messages_of_every_shape(value: dict, inbound: list[InboundText]) -> None:
    found = read(value)
    assert found.inbound == inbound
    assert bool(found.odd) == (not inbound)


# what WhatsApp writes about a message of ours: status, code, category, billable
BASE = {"id": "wamid.1", "status": "delivered", "timestamp": "1795497600"}
OLD = {"recipient_id": SENDER, "conversation": {"id": "c", "origin": {"type": "utility"}}}
STATUSES = [
    ({**BASE, **OLD, "pricing": {"billable": True, "pricing_model": "CBP", "category": "utility"}}, ("delivered", None, "utility", True)),
    ({**BASE, "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "UTILITY"}}, ("delivered", None, "utility", True)),
    ({**BASE, "recipient_user_id": "IN.77"}, ("delivered", None, None, None)),  # number absent
    ({**BASE, "pricing": {"billable": False, "type": "free_customer_service", "category": "service"}}, ("delivered", None, "service", False)),
    ({**BASE, "pricing": {"pricing_model": "PMP", "type": "regular", "category": "utility"}}, ("delivered", None, "utility", True)),  # told by its type
    ({**BASE, "pricing": {"type": "free_entry_point", "category": "utility"}}, ("delivered", None, "utility", False)),
    ({**BASE, "pricing": {"type": "unheard_of", "category": "utility"}}, ("delivered", None, "utility", None)),
    ({**BASE, "pricing": 7, "conversation": None}, ("delivered", None, None, None)),
    ({**BASE, "status": "failed", "errors": [{"code": 131049, "title": "x"}]}, ("failed", 131049, None, None)),
    ({**BASE, "status": "failed", "errors": [{"code": "131049"}, {"code": True}, {"code": 10**12}]}, ("failed", None, None, None)),
    ({**BASE, "status": "failed", "errors": "none"}, ("failed", None, None, None)),
]  # fmt: skip


@pytest.mark.parametrize(("entry", "wanted"), STATUSES)
def test_statuses_of_every_shape(entry: dict, wanted: tuple) -> None:
    found = read({"statuses": [entry]})
    (status,) = found.statuses
    assert (status.status, status.code, status.category, status.billable) == wanted
    assert (status.status_at, found.odd) == (AT, {})


# fields and words that nobody knew when this was written: kept by name, digits that could be a number left out
ODD = [
    (envelope({}, "smb_app_state_sync"), [("field", "smb_app_state_sync")]),
    (envelope({"statuses": [{**BASE, "status": "warehoused"}]}), [("status", "warehoused")]),
    (envelope({"statuses": [{**BASE, "status": "to 919800000001"}]}), [("status", "to ############")]),
    (envelope({"messages": [{**WRITTEN, "from": SENDER, "type": "system", "system": {"type": "new"}}]}), [("message", "system")]),
    (envelope({"errors": [{"code": 131000}]}), [("errors", "131000")]),
    (envelope({"user_preferences": [{"wa_id": SENDER, "value": "maybe"}]}), [("message", "user_preferences")]),
    ({"object": "page", "entry": [{"changes": [{"field": None}]}]}, [("field", "None")]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "odd"), ODD)
def test_what_nobody_knows_is_kept_by_its_name(db: Database, body: dict, odd: list[tuple[str, str]]) -> None:
    post(db, body)
    apply_all(db)
    replay(db, lambda: NOW, Ears(lambda messages: {}), datetime(2000, 1, 1), datetime(2100, 1, 1))
    assert [(entry["kind"], entry["name"], entry["count"]) for entry in list_odd(db)] == [
        (*one, 1) for one in odd
    ]
    with db.read() as cursor:
        assert count_odd(cursor) == 1


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 200_000, b'{"entry": NaN', b"", b"9" * 5000])
def test_signed_nonsense_is_kept_and_told_once(db: Database, body: bytes) -> None:
    assert [post(db, body), post(db, body)] == [200, 200]
    assert apply_all(db).bodies == 2
    assert [bytes(kept) for (kept,) in rows(db, "SELECT body FROM webhook_raw")] == [body, body]
    assert rows(db, "SELECT field, tone FROM platform_event") == [("webhook_unreadable", "bad")]


def test_more_updates_than_meta_promises_are_taken_all_the_same(db: Database) -> None:
    count = UPDATES_A_POST + 200
    job_id = add_job(db, count)
    body = envelope({"statuses": [report(db, job_id, number, "sent") for number in range(1, count + 1)]})
    assert post(db, body) == 200
    assert apply_all(db).new_statuses == count
    assert read_tally(db, job_id).sent == count


def test_who_hides_the_number_is_known_from_reports_on_our_own_messages(db: Database) -> None:
    job_id = add_job(db, 1)
    hidden = {**WRITTEN, "from_user_id": "IN.77"}
    post(db, envelope({"messages": [hidden]}))
    heard: list[InboundText] = []

    def listen(messages: Sequence[InboundText]) -> dict[str, str]:
        heard.extend(messages)
        return {}

    apply_all(db, listen)
    assert heard == []
    seen = report(db, job_id, 1, "read", recipient_user_id="IN.77")
    post(db, envelope({"statuses": [seen]}))
    post(db, envelope({"messages": [{**hidden, "id": "wamid.later"}]}))
    apply_all(db, listen)
    post(db, envelope({"messages": [{**hidden, "id": "wamid.last"}]}))
    apply_all(db, listen)
    assert InboundText("wamid.last", FIRST_MOBILE, "STOP", AT) in heard
    replay(db, lambda: NOW, Ears(listen), datetime(2000, 1, 1), datetime(2100, 1, 1))
    assert {message.wamid for message in heard} == {"wamid.in", "wamid.later", "wamid.last"}


def test_preferences_and_changed_numbers_are_told(db: Database) -> None:
    told: list[object] = []
    stop = {
        "wa_id": SENDER, "category": "marketing_messages", "value": "STOP", "timestamp": "1795497600",
    }  # fmt: skip
    moved = {"id": "w", "from": SENDER, "type": "system", "timestamp": "1795497600",
             "system": {"type": "user_changed_number", "wa_id": "919800000099"}}  # fmt: skip
    post(db, envelope({"user_preferences": [stop]}, "user_preferences"))
    post(db, envelope({"user_preferences": [stop]}))
    post(db, envelope({"messages": [moved, moved]}))
    apply_all(db, on_preferences=told.extend, on_number_change=told.append)
    assert told == [Preference(FIRST_MOBILE, "stop", AT)] * 2 + [
        NumberChange("w", FIRST_MOBILE, 9800000099, AT)
    ]


def test_status_before_our_own_record_and_without_reference_waits_for_it(db: Database) -> None:
    job_id = add_job(db, 1)
    post(db, envelope({"statuses": [{**BASE, "recipient_user_id": "IN.77"}]}))
    apply_all(db)
    add_accepted(db, job_id, 1)
    post(db, envelope({"statuses": [{**BASE, "status": "read"}]}))
    apply_all(db)
    assert read_tally(db, job_id).read == 1
    assert rows(db, "SELECT DISTINCT job_id FROM status_event") == [(job_id,)]


def test_a_body_that_cannot_be_applied_holds_up_none_of_the_others(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = add_job(db, 2)
    for status in ("sent", "poison", "delivered"):
        post(db, envelope({"statuses": [report(db, job_id, 1, status)]}))
    write = webhook_round.queries.copy_new_status

    def fail_on_poison(cursor) -> None:
        if cursor.execute("SELECT count(*) FROM status_rows WHERE status = 'poison'").fetchone()[0]:
            raise duckdb.ConversionException("made by the test")
        write(cursor)

    monkeypatch.setattr(webhook_round.queries, "copy_new_status", fail_on_poison)
    assert apply_all(db).bodies == 3
    assert read_tally(db, job_id).delivered == 1
    assert [note for (note,) in rows(db, "SELECT note FROM webhook_applied ORDER BY raw_id")] == [
        None, "unknown: 1", None,
    ]  # fmt: skip
    monkeypatch.undo()
    assert (
        replay(
            db, lambda: NOW, Ears(lambda messages: {}), datetime(2000, 1, 1), datetime(2100, 1, 1)
        ).new_statuses
        == 1
    )


def test_a_disk_that_fails_sets_no_body_aside(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    job_id = add_job(db, 1)
    post(db, envelope({"statuses": [report(db, job_id, 1, "sent")]}))

    def fail(cursor) -> None:
        raise duckdb.IOException("no space left on device")

    monkeypatch.setattr(webhook_round.queries, "copy_new_status", fail)
    with pytest.raises(Unavailable, match="database_unwritable"):
        apply_waiting(db, lambda: NOW, Ears(lambda messages: {}))
    monkeypatch.undo()
    apply_all(db)
    assert read_tally(db, job_id).sent == 1


# bodies grown out of what WhatsApp writes: any part may be replaced by anything
_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(
        ["sent", "read", "failed", SENDER, "IN.77", "\ud800", "\x00", "1795497600", "own.j1m1", "9" * 30, "text", "system", "MARKETING"]
    ),
)  # fmt: skip
_NAMES = st.sampled_from(
    ["id", "status", "timestamp", "from", "type", "text", "body", "errors", "code", "pricing", "category", "billable", "wa_id", "user_id",
     "from_user_id", "recipient_user_id", "system", "value", "event", "message_template_name", "biz_opaque_callback_data", "button", "payload"]
)  # fmt: skip
_ANY = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=5), max_leaves=8
)  # fmt: skip
_FIELD = st.sampled_from(
    [
        "messages",
        "user_preferences",
        "message_template_status_update",
        "account_alerts",
        "account_update",
        "?",
    ]
)
_VALUE = st.one_of(
    st.dictionaries(st.sampled_from(["statuses", "messages", "contacts", "user_preferences", "errors"]), st.lists(_ANY, max_size=3)), _ANY
)  # fmt: skip
_BODY = st.one_of(
    st.lists(st.tuples(_FIELD, _VALUE), max_size=3).map(
        lambda pairs: {
            "entry": [{"time": 1795497600, "changes": [{"field": field, "value": value} for field, value in pairs]}]
        }
    ),
    _ANY,
).map(lambda content: json.dumps(content).encode())  # fmt: skip


@pytest.fixture(scope="module")
def any_db(tmp_path_factory: pytest.TempPathFactory):
    from dashboard.store.database import open_database

    database = open_database(tmp_path_factory.mktemp("any") / "setu.duckdb", memory_limit="1GB", threads=1)
    yield database
    database.close()


@settings(max_examples=150, deadline=None)
@given(body=_BODY)
def test_reading_never_raises(body: bytes) -> None:
    read_updates(body, "own", NOW)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(bodies=st.lists(st.one_of(_BODY, st.binary(max_size=40)), min_size=1, max_size=8))
def test_no_signed_body_whatever_raises_or_is_lost(any_db: Database, bodies: list[bytes]) -> None:
    before = rows(any_db, "SELECT count(*) FROM webhook_raw")[0][0]
    good = f"wamid.{before}"
    bodies = [*bodies, json.dumps(envelope({"statuses": [{**BASE, "id": good}]})).encode()]
    assert [post(any_db, body) for body in bodies] == [200] * len(bodies)
    apply_all(any_db, on_preferences=lambda preferences: None, on_number_change=lambda change: None)
    kept = rows(any_db, f"SELECT body FROM webhook_raw WHERE raw_id > {before} ORDER BY raw_id")
    assert [bytes(body) for (body,) in kept] == bodies
    assert rows(any_db, f"SELECT count(*) FROM webhook_applied WHERE raw_id > {before}") == [(len(bodies),)]
    assert rows(any_db, f"SELECT count(*) FROM status_event WHERE wamid = '{good}'") == [(1,)]
    assert rows(any_db, "SELECT count(*) FROM odd_update WHERE name = 'not_applied'") == [(0,)]
