"""What a notice costs, when it ends, and what an author is warned of before submitting."""

import dataclasses
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.access.scope import Scope
from dashboard.config import Settings
from dashboard.errors import BadInput
from dashboard.notices.audience import AudienceCount
from dashboard.notices.checks import warn_of
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import save_draft, submit
from dashboard.notices.hours import read_span
from dashboard.notices.prices import Price, price_on, send_until
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON
from tests.notices.town import DRAFT

FEW = AudienceCount(8, {}, 100)
TWO_QUARTERS = """
[[price]]
valid_from = 2027-01-01
utility = 0.2
marketing = 0.9
gst_rate = 0.18
[[price]]
valid_from = 2026-10-01
utility = 0.1
marketing = 0.8
gst_rate = 0.12
"""


@pytest.mark.parametrize(
    ("day", "category", "price"),
    [
        (date(2026, 12, 31), "UTILITY", Price(0.1, 0.12)),
        (date(2027, 1, 1), "UTILITY", Price(0.2, 0.18)),
        (date(2027, 1, 1), "MARKETING", Price(0.9, 0.18)),
        (date(2020, 1, 1), "UTILITY", Price(0.1, 0.12)),  # before the table begins
        (date(2027, 1, 1), "SERVICE", Price(0.2, 0.18)),  # a category that the table does not know
    ],
)
def test_the_price_is_that_of_the_day(tmp_path: Path, day: date, category: str, price: Price) -> None:
    (tmp_path / "prices.toml").write_text(TWO_QUARTERS)
    assert price_on(Settings(data_dir=tmp_path), category, day) == price


def test_the_shipped_table_is_read(tmp_path: Path) -> None:
    assert price_on(Settings(data_dir=tmp_path), "UTILITY", NOON.date()) == Price(0.115, 0.18)


@pytest.mark.parametrize("text", ["", "price = 3", "[[price]]\nutility = 1", "not toml ["])
def test_a_table_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "prices.toml").write_text(text)
    with pytest.raises(BadInput) as refusal:
        price_on(Settings(data_dir=tmp_path), "UTILITY", NOON.date())
    assert refusal.value.code == "prices_unreadable"


NIGHT = read_span("21:00-08:00")


@pytest.mark.parametrize(
    ("start", "recipients", "rate", "limit", "quiet", "end"),
    [
        (NOON, 0, 80, 1_000, NIGHT, NOON),
        (NOON, 800, 80, 1_000, NIGHT, NOON + timedelta(seconds=10)),
        # 9 hours at one a second until 21:00 in India, the rest from 08:00 on
        (NOON, 32_400 + 60, 1, 100_000, NIGHT, NOON + timedelta(hours=20, minutes=1)),
        (NOON + timedelta(hours=10), 60, 1, 100_000, NIGHT, NOON + timedelta(hours=20, minutes=1)),
        # 1,000 a day: the third thousand goes on the third day
        (NOON, 2_500, 100, 1_000, None, NOON + timedelta(days=2, seconds=5)),
    ],
)
def test_when_the_last_message_goes(
    start: datetime, recipients: int, rate: float, limit: int, quiet: object, end: datetime
) -> None:
    assert send_until(start, recipients, rate, limit, [quiet] if quiet else []) == end  # type: ignore[arg-type]


def _codes(
    db: Database, scope: Scope, draft: NoticeDraft, count: AudienceCount = FEW, settings: Settings | None = None,
    own: int | None = None, hours: float = 1,
) -> list[str]:  # fmt: skip
    warnings = warn_of(
        db, scope, lambda: NOON + timedelta(hours=hours), settings or Settings(), draft, count, own
    )
    return [warning.code for warning in warnings]


def test_the_same_words_to_the_same_people_are_warned_of_for_a_day(
    town: Database, clock: Clock, town_ee: Scope
) -> None:
    assert _codes(town, town_ee, DRAFT) == []
    notice_id = submit(town, town_ee, clock, DRAFT)
    assert _codes(town, town_ee, DRAFT) == ["same_text"]
    assert _codes(town, town_ee, DRAFT, own=notice_id) == []
    assert _codes(town, town_ee, DRAFT, hours=25) == []
    blanks = dataclasses.replace(DRAFT, variables={"month": " May ", "due_date": "05-12-2026"})
    assert _codes(town, town_ee, blanks) == ["same_text"]
    for other in (
        dataclasses.replace(DRAFT, variables={"month": "June", "due_date": "05-12-2026"}),
        dataclasses.replace(DRAFT, language="hi"),
    ):
        assert _codes(town, town_ee, other) == []


def test_the_same_words_to_other_people_are_not_warned_of(
    town: Database, clock: Clock, town_ee: Scope
) -> None:
    narrow = dataclasses.replace(DRAFT, audience=Audience("DIV1", ("LMV-1",)))
    submit(town, town_ee, clock, narrow)
    assert _codes(town, town_ee, dataclasses.replace(DRAFT, audience=Audience("DIV1", ("LMV-2",)))) == []
    assert _codes(town, town_ee, dataclasses.replace(DRAFT, audience=Audience("DIV1/1/SS/F1"))) == [
        "same_text"
    ]
    whole = dataclasses.replace(DRAFT, audience=Audience("DIV1/1/SS/F1"), language="hi")
    submit(town, town_ee, clock, whole)
    other = dataclasses.replace(whole, audience=Audience("DIV1/1/SS/F2"))
    assert _codes(town, town_ee, other) == []


def test_a_draft_of_the_same_words_is_no_reason_to_warn(town: Database, clock: Clock, town_ee: Scope) -> None:
    save_draft(town, town_ee, clock, DRAFT)
    assert _codes(town, town_ee, DRAFT) == []


def test_price_holes_quiet_hours_and_long_sends_are_told(town: Database, town_ee: Scope) -> None:
    camp = NoticeDraft("camp", "en", {}, Audience("DIV1"))
    assert _codes(town, town_ee, camp) == ["marketing"]
    assert _codes(town, town_ee, DRAFT, AudienceCount(8, {"empty_variable": 3}, 1)) == ["holes"]
    night = Settings(quiet_hours="21:00-08:00")
    assert _codes(town, town_ee, DRAFT, settings=night, hours=10) == ["quiet"]
    safety = NoticeDraft("safety_weather", "en", {}, Audience("DIV1"))
    assert _codes(town, town_ee, safety, settings=night, hours=10) == []
    assert _codes(town, town_ee, DRAFT, AudienceCount(36_000_000, {}, 1)) == ["long"]
