"""News about our account, templates and number: kept once, the last word counts, an administrator takes note."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.delivery.applier import Ears, replay
from dashboard.delivery.client import PhoneHealth
from dashboard.delivery.news import bad_words
from dashboard.delivery.phone_watch import note_quality
from dashboard.delivery.platform import dismiss, latest_of, list_open, may_dismiss
from dashboard.errors import BadInput, IllegalChange
from dashboard.store.database import Database
from dashboard.ui.catalogue import has_words

from .webhook_bodies import NOW, apply_all, envelope, post, rows

ADMIN = Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647)


def tell(db: Database, field: str, minutes: int = 0, **value: object) -> None:
    content = envelope(value, field)
    content["entry"][0]["time"] = 1795497600 + 60 * minutes
    post(db, content, NOW + timedelta(hours=1))
    apply_all(db, at=NOW + timedelta(hours=1))


def tell_template(
    db: Database, event: str, minutes: int = 0, name: str = "camp", language: str = "hi"
) -> None:
    about = {"message_template_name": name, "message_template_language": language, "event": event}
    tell(db, "message_template_status_update", minutes, **about)


def shown(db: Database) -> list[tuple[str, str, str]]:
    return [(event.field, event.subject, event.value) for event in list_open(db, ADMIN)]


# a field, what it brings, and what is shown of it: about whom and which word
NEWS = [
    ("message_template_status_update", {"message_template_name": "camp", "event": "PAUSED"}, ("camp", "PAUSED")),
    ("message_template_status_update", {"message_template_name": "camp", "event": "APPROVED"}, None),
    ("message_template_quality_update", {"message_template_name": "camp", "new_quality_score": "YELLOW"}, ("camp", "YELLOW")),
    ("message_template_quality_update", {"message_template_name": "camp", "new_quality_score": "GREEN"}, None),
    ("template_category_update", {"message_template_name": "camp", "new_category": "MARKETING"}, ("camp", "MARKETING")),
    ("template_category_update", {"message_template_name": "camp", "new_category": "UTILITY"}, None),
    ("phone_number_quality_update", {"display_phone_number": "15550001111", "event": "FLAGGED"}, ("15550001111", "FLAGGED")),
    ("phone_number_quality_update", {"display_phone_number": "15550001111", "event": "THROUGHPUT_UPGRADE"}, None),
    ("business_capability_update", {"max_daily_conversation_per_phone": 2000}, ("", "2000")),
    ("account_update", {"phone_number": "15550001111", "event": "ACCOUNT_VIOLATION"}, ("15550001111", "ACCOUNT_VIOLATION")),
    ("account_update", {"event": "PARTNER_ADDED"}, None),
    ("account_alerts", {"entity_type": "WABA", "alert_info": {"alert_type": "OBA_REJECTED"}}, ("WABA", "OBA_REJECTED")),
    ("account_review_update", {"decision": "REJECTED"}, ("", "REJECTED")),
    ("message_template_status_update", {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "open_one"), NEWS)
def test_what_a_person_should_know_is_shown(
    db: Database, field: str, value: dict, open_one: tuple | None
) -> None:
    tell(db, field, **value)
    assert shown(db) == ([(field, *open_one)] if open_one else [])
    assert [json.loads(detail) for (detail,) in rows(db, "SELECT detail FROM platform_event")] == [value]


def test_the_last_word_on_a_subject_counts_in_whatever_order_it_comes(db: Database) -> None:
    tell_template(db, "APPROVED", minutes=5)
    tell_template(db, "PAUSED", minutes=1)  # older, comes later
    assert shown(db) == []
    tell_template(db, "PAUSED", minutes=9)
    tell_template(db, "REJECTED", minutes=9, language="en")
    assert {value for _, _, value in shown(db)} == {"PAUSED", "REJECTED"}
    with db.read() as cursor:
        found = latest_of(cursor, "message_template_status_update", "camp", "hi")
        assert (found.value if found else None) == "PAUSED"
        assert latest_of(cursor, "message_template_status_update", "unheard_of") is None


def test_news_that_comes_twice_or_is_replayed_stands_once(db: Database) -> None:
    tell_template(db, "PAUSED")
    replay(db, lambda: NOW, Ears(lambda messages: {}), NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert rows(db, "SELECT count(*) FROM platform_event") == [(1,)]


def test_noted_news_is_shown_no_more_until_something_new_comes(db: Database) -> None:
    tell_template(db, "PAUSED")
    (event,) = list_open(db, ADMIN)
    dismiss(db, ADMIN, lambda: NOW, event.event_id)
    assert shown(db) == []
    assert rows(db, "SELECT username, action FROM audit_event") == [("admin", "platform.dismiss")]
    with pytest.raises(IllegalChange):
        dismiss(db, ADMIN, lambda: NOW, event.event_id)
    with pytest.raises(BadInput):
        dismiss(db, ADMIN, lambda: NOW, 99)
    tell_template(db, "DISABLED", minutes=3)
    assert shown(db) == [("message_template_status_update", "camp", "DISABLED")]


def test_only_an_administrator_of_the_whole_state_is_offered_to_note_news(db: Database) -> None:
    office = (1, 90, None, "UP", "state", "UP", "यूपी", None)
    db.write(lambda cursor: cursor.execute("INSERT INTO office VALUES (?, ?, ?, ?, ?, ?, ?, ?)", office))
    below = Scope("west", Role.ADMINISTRATOR, "PVVNL", 10, 49)
    assert [may_dismiss(db, one) for one in (ADMIN, below, replace(ADMIN, role=Role.APPROVER))] == [
        True,
        False,
        False,
    ]


def test_all_that_is_shown_has_words() -> None:
    keys = [
        f"platform.{field}_{word.lower()}" if word else f"platform.{field}" for field, word in bad_words()
    ]
    assert len(keys) > 20
    assert [key for key in keys if not has_words(key)] == []


class _Client:
    """Answers with a colour of the test's choice."""

    def __init__(self) -> None:
        self.colour = "GREEN"

    def phone_health(self) -> PhoneHealth:
        return PhoneHealth(self.colour, "TIER_100K", "STANDARD", "15550001111")


def test_the_numbers_colour_is_noted_when_it_changes(db: Database) -> None:
    client = _Client()

    def look(colour: str, minutes: int) -> bool:
        client.colour = colour
        return note_quality(db, lambda: NOW + timedelta(minutes=minutes), client)  # type: ignore[arg-type]

    assert [look("GREEN", 0), look("UNKNOWN", 1), look("", 2)] == [False, False, False]
    assert [look("YELLOW", 3), look("YELLOW", 4)] == [True, False]
    assert shown(db) == [("phone_quality", "15550001111", "YELLOW")]
    assert look("RED", 5)
    assert shown(db) == [("phone_quality", "15550001111", "RED")]
    assert look("GREEN", 6)
    assert shown(db) == []
