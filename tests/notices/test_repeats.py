"""Monthly notices: each occurrence frozen and approved anew, once a month, never without leave."""

from datetime import date, datetime, timedelta

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.delivery.client import TemplateStatus
from dashboard.errors import BadInput, Refused
from dashboard.notices.approval import approve
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.notice import get_notice
from dashboard.notices.repeats import (
    create_repeat,
    end_repeat,
    fill_month,
    list_repeats,
    make_occurrences,
    schedule_approved,
)
from dashboard.notices.standing import keep_standing
from dashboard.store.database import Database
from tests.conftest import NOON

PLAN = NoticeDraft("bill_due", "en", {"month": "{month}", "due_date": "{day:15}"}, Audience("DIV1"))
EIGHT = 10 * 60
DECEMBER = datetime(2026, 12, 5, 4, 30)  # 10:00 in India on the fifth
AHEAD = DECEMBER - timedelta(hours=47)


@pytest.fixture
def repeat_id(town_with_author: Database, town_ee: Scope) -> int:
    return create_repeat(town_with_author, town_ee, lambda: NOON, PLAN, 5, EIGHT)


def _notice_id(db: Database, scope: Scope, now: datetime) -> int:
    (standing,) = list_repeats(db, scope, lambda: now)
    assert standing.notice_id is not None
    return standing.notice_id


@pytest.mark.parametrize(("language", "month"), [("en", "December 2026 bill"), ("hi", "दिसंबर 2026 bill")])
def test_an_occurrence_speaks_of_its_own_month(language: str, month: str) -> None:
    values = {"month": "{month} bill", "due_date": "{day:5}", "other": "{days}"}
    filled = fill_month(values, date(2026, 12, 1), language)
    assert filled == {"month": month, "due_date": "05-12-2026", "other": "{days}"}


def test_it_is_submitted_two_days_ahead_and_once(
    town_with_author: Database, town_ee: Scope, repeat_id: int
) -> None:
    db = town_with_author
    assert list_repeats(db, town_ee, lambda: NOON)[0].next_at == DECEMBER
    assert make_occurrences(db, lambda: DECEMBER - timedelta(hours=49)) == 0
    assert make_occurrences(db, lambda: AHEAD) == 1
    assert make_occurrences(db, lambda: AHEAD) == 0
    notice = get_notice(db, town_ee, _notice_id(db, town_ee, AHEAD))
    assert (notice.state, notice.created_by) == ("submitted", "ee")
    assert notice.variables == {"month": "December 2026", "due_date": "15-12-2026"}


def test_a_second_press_repeats_nothing_twice(
    town_with_author: Database, town_ee: Scope, repeat_id: int
) -> None:
    with pytest.raises(BadInput, match="repeat_exists"):
        create_repeat(town_with_author, town_ee, lambda: NOON, PLAN, 5, EIGHT)
    create_repeat(town_with_author, town_ee, lambda: NOON, PLAN, 6, EIGHT)
    end_repeat(town_with_author, town_ee, lambda: NOON, repeat_id)
    create_repeat(town_with_author, town_ee, lambda: NOON, PLAN, 5, EIGHT)
    assert len(list_repeats(town_with_author, town_ee, lambda: NOON)) == 2


def test_it_goes_out_at_its_hour_once_approved_and_not_before(
    town_with_author: Database, town_ee: Scope, town_se: Scope, repeat_id: int
) -> None:
    db = town_with_author
    make_occurrences(db, lambda: AHEAD)
    notice_id = _notice_id(db, town_ee, AHEAD)
    assert schedule_approved(db, lambda: AHEAD) == 0
    approve(db, town_se, lambda: AHEAD, notice_id, get_notice(db, town_se, notice_id).content_hash)
    assert schedule_approved(db, lambda: AHEAD) == 1
    notice = get_notice(db, town_ee, notice_id)
    assert (notice.state, notice.send_at) == ("scheduled", DECEMBER)
    assert schedule_approved(db, lambda: AHEAD) == 0
    assert list_repeats(db, town_ee, lambda: AHEAD)[0].next_at == DECEMBER
    january = DECEMBER + timedelta(days=31)
    assert list_repeats(db, town_ee, lambda: DECEMBER + timedelta(minutes=1))[0].next_at == january


def test_one_approved_a_little_late_goes_at_once(
    town_with_author: Database, town_ee: Scope, town_se: Scope, repeat_id: int
) -> None:
    db, late = town_with_author, DECEMBER + timedelta(hours=1)
    make_occurrences(db, lambda: AHEAD)
    notice_id = _notice_id(db, town_ee, AHEAD)
    approve(db, town_se, lambda: late, notice_id, get_notice(db, town_se, notice_id).content_hash)
    schedule_approved(db, lambda: late)
    assert get_notice(db, town_ee, notice_id).state == "sending"
    assert make_occurrences(db, lambda: late) == 0
    assert make_occurrences(db, lambda: datetime(2027, 1, 4, 4, 30)) == 1


def test_an_end_is_an_end(town_with_author: Database, town_ee: Scope, repeat_id: int) -> None:
    foreign = Scope("stranger", Role.COMPOSER, "X", 5000, 6000)
    assert list_repeats(town_with_author, foreign, lambda: NOON) == []
    with pytest.raises(Refused, match="repeat"):
        end_repeat(town_with_author, foreign, lambda: NOON, repeat_id)
    end_repeat(town_with_author, town_ee, lambda: NOON, repeat_id)
    assert make_occurrences(town_with_author, lambda: AHEAD) == 0
    with pytest.raises(Refused, match="repeat"):
        end_repeat(town_with_author, town_ee, lambda: NOON, repeat_id)


def test_one_that_cannot_be_submitted_says_why_once(town: Database, town_ee: Scope) -> None:
    """Its author has no account any more."""
    create_repeat(town, town_ee, lambda: NOON, PLAN, 5, EIGHT)
    assert make_occurrences(town, lambda: AHEAD) == 1
    assert make_occurrences(town, lambda: AHEAD) == 0
    assert list_repeats(town, town_ee, lambda: AHEAD)[0].problem == "signed_out"


@pytest.mark.parametrize(
    ("draft", "day", "code"),
    [
        (PLAN, 29, "repeat_day"),
        (NoticeDraft("bill_due", "en", {"month": "{month}"}, Audience("DIV1")), 5, "variable_empty"),
    ],
)
def test_what_could_never_be_submitted_is_refused(
    town: Database, town_ee: Scope, draft: NoticeDraft, day: int, code: str
) -> None:
    with pytest.raises(BadInput, match=code):
        create_repeat(town, town_ee, lambda: NOON, draft, day, EIGHT)


def test_one_whose_template_is_held_keeps_the_others_waiting_for_nothing(
    town_with_author: Database, town_ee: Scope, town_se: Scope, repeat_id: int
) -> None:
    db = town_with_author
    make_occurrences(db, lambda: AHEAD)
    notice_id = _notice_id(db, town_ee, AHEAD)
    approve(db, town_se, lambda: AHEAD, notice_id, get_notice(db, town_se, notice_id).content_hash)
    refused = TemplateStatus("bill_due", "en", "DISABLED", "UTILITY")
    keep_standing(db, lambda: AHEAD, [refused])
    assert schedule_approved(db, lambda: AHEAD) == 1
    assert get_notice(db, town_ee, notice_id).state == "approved"
