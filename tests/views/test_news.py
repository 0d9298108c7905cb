"""News from WhatsApp stands above every page of those who write or send, until an administrator notes it."""

from datetime import timedelta

import pytest

from dashboard.access.sign_in import load_scope
from dashboard.delivery import ledger
from dashboard.delivery.news import read_news
from dashboard.delivery.platform import insert_news
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import submit
from dashboard.notices.notice import get_notice
from dashboard.runtime import Runtime
from tests.conftest import NOON
from tests.views.conftest import DIVISION, Opener


def test_news_is_shown_to_who_sends_and_noted_by_the_administrator(rt: Runtime, open_page: Opener) -> None:
    paused = {"message_template_name": "bill_due", "message_template_language": "hi", "event": "PAUSED"}
    news = read_news("message_template_status_update", paused, NOON)
    rt.db.write(lambda cursor: insert_news(cursor, [(1, 1, news)]))
    assert not open_page("coverage", "minister").warning
    app = open_page("coverage", "ee")
    assert not app.exception
    assert "“Bill due”" in app.warning[0].value  # its title, not the name that WhatsApp knows it by
    assert not [button for button in app.button if str(button.key).startswith("news_dismiss")]
    app = open_page("coverage", "admin")
    app.button(key="news_dismiss_1").click().run()
    assert not app.exception
    assert not app.warning


def test_a_refusal_that_meta_looks_at_anew_is_still_told(rt: Runtime, open_page: Opener) -> None:
    for place, event in enumerate(("REJECTED", "IN_APPEAL"), 1):
        told = {"message_template_name": "bill_due", "message_template_language": "hi", "event": event}
        news = read_news("message_template_status_update", told, NOON + timedelta(minutes=place))
        rt.db.write(lambda cursor, news=news, place=place: insert_news(cursor, [(place, 1, news)]))
    (banner,) = open_page("coverage", "ee").warning
    assert "Meta is looking anew at its refusal of the template “Bill due”" in banner.value


def test_an_administrator_is_asked_for_what_only_they_can_end(rt: Runtime, open_page: Opener) -> None:
    author = load_scope(rt.db, "ee")
    draft = NoticeDraft("fraud_warning", "en", {}, Audience(DIVISION))
    job_id = get_notice(rt.db, author, submit(rt.db, author, rt.clock, draft)).job_id or 0
    rt.db.write(lambda cursor: ledger.release(cursor, job_id, NOON))
    rt.db.write(lambda cursor: ledger.pause(cursor, job_id, "person", NOON))
    assert not open_page("coverage", "admin").error  # a person's wish is nobody else's business
    rt.db.write(lambda cursor: ledger.go_on(cursor, job_id, NOON))
    rt.db.write(lambda cursor: ledger.pause(cursor, job_id, "token_expired", NOON))
    app = open_page("coverage", "admin")
    assert not app.exception
    assert app.error[0].value.startswith(
        "One notice stands still. The WhatsApp token is invalid or has expired."
    )
    assert not open_page("coverage", "ee").error  # the notice itself says so


def test_a_disk_that_is_full_is_said_on_every_page(rt: Runtime, open_page: Opener) -> None:
    rt.db.trouble = "database_unwritable"
    app = open_page("coverage", "minister")
    assert not app.exception
    assert "the disk is full" in app.error[0].value


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("business_capability_update", {"max_daily_conversations_per_business": "TIER_100K"}, "to 1,00,000 different people"),
        ("business_capability_update", {"max_daily_conversation_per_phone": 10000}, "to 10,000 different people"),
        ("account_alerts", {"alert_info": {"alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED"}}, "not raised the limit yet"),
        ("account_alerts", {"alert_info": {"alert_type": "SOMETHING_NEW"}}, "SOMETHING"),
    ],
)  # fmt: skip
def test_news_is_told_in_words(
    rt: Runtime, open_page: Opener, field: str, value: dict[str, object], words: str
) -> None:
    news = read_news(field, value, NOON)
    rt.db.write(lambda cursor: insert_news(cursor, [(1, 1, news)]))
    assert words in open_page("coverage", "ee").warning[0].value
