"""How templates stand at WhatsApp: kept as told; what came back dearer is held until somebody accepts the price."""

from datetime import datetime, timedelta

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.delivery.client import TemplateStatus
from dashboard.delivery.news import read_news
from dashboard.delivery.platform import insert_news, list_open
from dashboard.errors import BadInput, Refused
from dashboard.notices.drafting import judge_draft, submit
from dashboard.notices.lifecycle import go_on, release_due, start
from dashboard.notices.notice import get_notice
from dashboard.notices.price_hold import hold_dear
from dashboard.notices.standing import (
    accept_price,
    category_of,
    find_obstacle_of,
    is_marketing,
    keep_standing,
    list_standing,
    may_manage,
)
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of
from tests.notices.town import DRAFT, approved

GOOD = TemplateStatus("bill_due", "en", "APPROVED", "UTILITY", "GREEN")
DEAR = TemplateStatus("bill_due", "en", "APPROVED", "MARKETING", "GREEN")
REFUSED = TemplateStatus("bill_due", "en", "REJECTED", "UTILITY", "UNKNOWN", "INVALID_FORMAT")
ASKED_AS_MARKETING = TemplateStatus("camp", "en", "APPROVED", "MARKETING")


@pytest.fixture
def admin(town: Database) -> Scope:
    return scope_of(town, Role.ADMINISTRATOR, "UP", "admin")


def _codes(db: Database, scope: Scope) -> list[str]:
    return [problem.code for problem in judge_draft(db, scope, DRAFT)]


def test_what_whatsapp_says_replaces_what_it_said(town: Database, clock: Clock, town_ee: Scope) -> None:
    assert list_standing(town, town_ee) == {}
    assert keep_standing(town, clock, [GOOD, TemplateStatus("not_ours", "en", "APPROVED", "UTILITY")]) == 1
    keep_standing(town, lambda: NOON + timedelta(hours=1), [REFUSED])
    (one,) = list_standing(town, town_ee).values()
    assert (one.status, one.rejected_reason, one.asked_at) == (
        "REJECTED",
        "INVALID_FORMAT",
        NOON + timedelta(hours=1),
    )


@pytest.mark.parametrize(
    ("told", "codes"),
    [(None, []), (GOOD, []), (DEAR, ["template_held"]), (REFUSED, ["template_refused"])],
)
def test_a_template_that_cannot_go_stands_in_the_way(
    town: Database, clock: Clock, town_ee: Scope, told: TemplateStatus | None, codes: list[str]
) -> None:
    if told:
        keep_standing(town, clock, [told])
    assert _codes(town, town_ee) == codes
    if codes:
        with pytest.raises(BadInput) as refusal:
            submit(town, town_ee, clock, DRAFT)
        assert refusal.value.code == codes[0]


def test_marketing_that_was_asked_for_is_not_held(town: Database, clock: Clock, town_ee: Scope) -> None:
    keep_standing(town, clock, [ASKED_AS_MARKETING])
    assert not list_standing(town, town_ee)["camp", "en"].is_held


def test_the_price_is_that_of_the_category_whatsapp_has_said(
    town: Database, clock: Clock, town_ee: Scope
) -> None:
    assert category_of(town, town_ee, "bill_due", "en") == "UTILITY"  # asked for, nothing said yet
    keep_standing(town, clock, [DEAR])
    assert category_of(town, town_ee, "bill_due", "en") == "MARKETING"


def test_a_category_that_changed_after_the_approval_stops_the_start(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, admin: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    keep_standing(town, clock, [DEAR])
    with pytest.raises(BadInput) as refusal:
        start(town, town_ee, clock, notice_id)
    assert refusal.value.code == "template_held"
    with pytest.raises(Refused):
        accept_price(town, town_se, clock, "bill_due", "en")
    accept_price(town, admin, clock, "bill_due", "en")
    assert _codes(town, town_ee) == []
    start(town, town_ee, clock, notice_id)
    event = list_audit(town, admin, 20).set_index("action").loc["template.accept_price"]
    assert event["username"] == "admin"
    with pytest.raises(BadInput) as again:
        accept_price(town, admin, clock, "bill_due", "en")
    assert again.value.code == "template_not_held"


def test_news_that_asks_for_a_leave_goes_when_it_is_given(town: Database, clock: Clock, admin: Scope) -> None:
    for place, language in enumerate(("hi", "en"), 1):
        told = {
            "message_template_name": "bill_due",
            "message_template_language": language,
            "new_category": "MARKETING",
        }
        news = read_news("template_category_update", told, NOON)
        town.write(lambda cursor, news=news, place=place: insert_news(cursor, [(1, place, news)]))  # type: ignore[misc]
    assert [event.language for event in list_open(town, admin)] == ["en", "hi"]
    accept_price(town, admin, clock, "bill_due", "en")
    assert [event.language for event in list_open(town, admin)] == ["hi"]  # its price is another question


def test_the_acceptance_outlives_the_next_asking(
    town: Database, clock: Clock, town_ee: Scope, admin: Scope
) -> None:
    keep_standing(town, clock, [DEAR])
    accept_price(town, admin, clock, "bill_due", "en")
    keep_standing(town, clock, [DEAR])
    assert list_standing(town, town_ee)["bill_due", "en"].accepted_by == "admin"


def test_a_price_for_the_whole_state_is_no_divisions_matter(town: Database, clock: Clock) -> None:
    keep_standing(town, clock, [DEAR])
    division = scope_of(town, Role.ADMINISTRATOR, "DIV1", "division_admin")
    assert not may_manage(division)
    with pytest.raises(Refused, match="office"):
        accept_price(town, division, clock, "bill_due", "en")


# what a webhook says after the asking: field, words; what then stands in the way of the notice
TOLD_SINCE: list[tuple[str, dict[str, str], list[str]]] = [
    ("message_template_status_update", {"event": "PAUSED"}, ["template_paused"]),
    ("message_template_status_update", {"event": "DISABLED"}, ["template_refused"]),
    ("message_template_status_update", {"event": "REJECTED", "reason": "SCAM"}, ["template_refused"]),
    ("message_template_status_update", {"event": "PENDING"}, ["template_pending"]),
    ("message_template_status_update", {"event": "FLAGGED"}, []),
    ("template_category_update", {"new_category": "MARKETING"}, ["template_held"]),
    ("message_template_quality_update", {"new_quality_score": "RED"}, []),
]


def _tell(db: Database, field: str, words: dict[str, str], at: datetime) -> None:
    about = {"message_template_name": "bill_due", "message_template_language": "en"}
    news = read_news(field, {**about, **words}, at)
    db.write(lambda cursor: insert_news(cursor, [(int(at.timestamp()), 0, news)]))


@pytest.mark.parametrize(("field", "words", "codes"), TOLD_SINCE)
def test_what_a_webhook_tells_holds_at_once_and_the_next_asking_overtakes_it(
    town: Database, clock: Clock, town_ee: Scope, field: str, words: dict[str, str], codes: list[str]
) -> None:
    keep_standing(town, clock, [GOOD])
    _tell(town, field, words, NOON - timedelta(minutes=1))
    assert _codes(town, town_ee) == []  # asked since
    _tell(town, field, words, NOON + timedelta(minutes=1))
    assert _codes(town, town_ee) == codes
    found = find_obstacle_of(town, town_ee, "bill_due", "en")
    assert ([found.code] if found else []) == codes
    keep_standing(town, lambda: NOON + timedelta(minutes=2), [GOOD])
    assert _codes(town, town_ee) == []


def test_news_before_any_asking_holds_too(town: Database, town_ee: Scope, admin: Scope, clock: Clock) -> None:
    _tell(town, "template_category_update", {"new_category": "MARKETING"}, NOON)
    assert _codes(town, town_ee) == ["template_held"]
    with town.read() as cursor:
        assert is_marketing(cursor, "bill_due", "en")
        assert not is_marketing(cursor, "bill_due", "hi")
    accept_price(town, admin, clock, "bill_due", "en")
    assert _codes(town, town_ee) == []


def test_a_scheduled_notice_waits_for_its_template_and_then_goes_back(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    due = NOON + timedelta(hours=1)
    held, back = (approved(town, clock, town_ee, town_se) for _ in range(2))
    start(town, town_ee, clock, held, due)
    start(town, town_ee, clock, back, due)
    _tell(town, "message_template_status_update", {"event": "PAUSED"}, NOON + timedelta(minutes=5))
    release_due(town, lambda: due)
    assert get_notice(town, town_ee, held).state == "scheduled"
    release_due(town, lambda: due + timedelta(hours=6))
    waiting = get_notice(town, town_ee, back)
    assert (waiting.state, waiting.comment) == ("returned", "template")


def test_a_scheduled_notice_goes_once_its_template_is_free(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id, NOON + timedelta(hours=1))
    _tell(town, "message_template_status_update", {"event": "PAUSED"}, NOON + timedelta(minutes=5))
    release_due(town, lambda: NOON + timedelta(hours=1))
    _tell(town, "message_template_status_update", {"event": "APPROVED"}, NOON + timedelta(hours=3))
    release_due(town, lambda: NOON + timedelta(hours=3, seconds=1))
    assert get_notice(town, town_ee, notice_id).state == "sending"


def test_a_send_that_becomes_dearer_on_the_way_is_paused_until_the_price_is_accepted(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, admin: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    assert hold_dear(town, clock) == 0
    _tell(town, "template_category_update", {"new_category": "MARKETING"}, NOON + timedelta(minutes=5))
    assert (hold_dear(town, clock), hold_dear(town, clock)) == (1, 0)
    paused = get_notice(town, town_ee, notice_id)
    assert (paused.state, paused.pause_reason) == ("paused", "template_held")
    with pytest.raises(BadInput, match="template_held"):
        go_on(town, town_ee, clock, notice_id)
    accept_price(town, admin, clock, "bill_due", "en")
    go_on(town, town_ee, clock, notice_id)
    assert hold_dear(town, clock) == 0
    assert get_notice(town, town_ee, notice_id).state == "sending"
