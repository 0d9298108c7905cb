"""From draft to report: what is approved is what is sent, by nobody's own leave."""

import math
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.access.scope import Role, Scope
from dashboard.config import Settings
from dashboard.delivery import ledger
from dashboard.errors import BadInput, IllegalChange, Refused
from dashboard.notices.approval import approve, list_waiting_for, return_notice
from dashboard.notices.audience import count_audience
from dashboard.notices.audience_preview import preview_recipient
from dashboard.notices.doubts import settle_doubt
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import delete_draft, judge_draft, save_draft, submit
from dashboard.notices.drafting import test_send as send_test
from dashboard.notices.frozen import preview_message
from dashboard.notices.lifecycle import cancel, go_on, pause, release_due, settle_finished, start
from dashboard.notices.notice import get_notice
from dashboard.notices.prices import estimate, finish_at
from dashboard.notices.recipients import export_recipients, list_recipients
from dashboard.notices.report import list_notices, report
from dashboard.notices.send_queue import Queue
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of

VALUES = {"month": "November", "due_date": "05-12-2026"}


def a_draft(office: str = "DIV000001", **variables: str) -> NoticeDraft:
    return NoticeDraft("bill_due", "en", {**VALUES, **variables}, Audience(office))


def approved(db: Database, clock: Clock, ee: Scope, se: Scope) -> int:
    notice_id = submit(db, ee, clock, a_draft())
    approve(db, se, clock, notice_id, get_notice(db, se, notice_id).content_hash)
    return notice_id


def test_recipients_and_exclusions_add_up_to_the_consumers(registry: Database, ee: Scope) -> None:
    count = count_audience(registry, ee, "bill_due", "hi", Audience("DIV000001"))
    with registry.read() as cursor:
        states = dict(
            cursor.execute(
                "SELECT state, count(*) FROM consumer WHERE office_no BETWEEN ? AND ? GROUP BY 1",
                [ee.first_no, ee.last_no],
            ).fetchall()
        )
    assert count.consumers == 30
    assert count.exclusions["no_number"] == states["missing"]
    assert count.exclusions["opted_out"] == states["opted_out"] > 0
    assert count.exclusions["not_enrolled"] == states["on_file"] > 0
    assert count.recipients + count.exclusions["duplicate_number"] == states["enrolled"]


def test_each_recipient_can_be_looked_at_with_their_own_values(registry: Database, ee: Scope) -> None:
    count = count_audience(registry, ee, "bill_due", "en", Audience("DIV000001"))
    seen = [preview_recipient(registry, ee, a_draft(), place) for place in range(count.recipients)]
    assert all(
        one and "DIV000001 NAME" in one.text and "November" in one.text and "{" not in one.text
        for one in seen
    )
    assert preview_recipient(registry, ee, a_draft(), count.recipients) is None
    assert all(one and "xxxxx" in one.mobile_masked for one in seen)


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (a_draft(month=""), "variable_empty"),
        (a_draft(month="a\nb"), "variable_control"),
        (a_draft(month="x" * 1025), "text_too_long"),
        (
            NoticeDraft("bill_due", "en", VALUES, Audience("DIV000001", categories=("HV-4",))),
            "audience_empty",
        ),
    ],
)
def test_a_bad_draft_says_why_and_is_not_submitted(
    registry: Database, clock: Clock, ee: Scope, draft: NoticeDraft, code: str
) -> None:
    assert code in [problem.code for problem in judge_draft(registry, ee, draft)]
    with pytest.raises(BadInput) as refusal:
        submit(registry, ee, clock, draft)
    assert refusal.value.code == code
    assert list_notices(registry, ee).empty


def test_a_substation_is_named_without_its_voltage(registry: Database, ee: Scope) -> None:
    registry.write(
        lambda cursor: cursor.execute(
            "UPDATE office SET name = '33/11 KV GOMTI NAGAR', name_hi = '33/11 केवी उपकेन्द्र गोमती नगर' WHERE level = 'substation'"
        )
    )
    for language, place in (("en", "(GOMTI NAGAR substation)"), ("hi", "सूचना: गोमती नगर उपकेंद्र")):
        draft = NoticeDraft("planned_shutdown", language, {}, Audience("DIV000001"))
        message = preview_recipient(registry, ee, draft, 0)
        assert message is not None and place in message.text


def test_nobody_approves_their_own(registry: Database, clock: Clock, se: Scope) -> None:
    notice_id = submit(registry, se, clock, a_draft())
    with pytest.raises(Refused) as refusal:
        approve(registry, se, clock, notice_id, get_notice(registry, se, notice_id).content_hash)
    assert refusal.value.code == "own_notice"
    assert list_waiting_for(registry, se) == []


def test_an_approval_of_something_else_is_refused(
    registry: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    notice_id = submit(registry, ee, clock, a_draft())
    old = get_notice(registry, se, notice_id).content_hash
    submit(registry, ee, clock, a_draft(month="December"), notice_id)
    with pytest.raises(Refused) as refusal:
        approve(registry, se, clock, notice_id, old)
    assert refusal.value.code == "hash_stale"


def test_rows_changed_behind_our_back_do_not_go_out(
    registry: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    notice_id = approved(registry, clock, ee, se)
    registry.write(
        lambda cursor: cursor.execute("UPDATE message SET mobile = 9999912345 WHERE message_no = 1")
    )
    with pytest.raises(Refused) as refusal:
        start(registry, ee, clock, notice_id)
    assert refusal.value.code == "hash_stale"


def test_an_edit_voids_the_approval(registry: Database, clock: Clock, ee: Scope, se: Scope) -> None:
    notice_id = approved(registry, clock, ee, se)
    job_id = get_notice(registry, ee, notice_id).job_id
    save_draft(registry, ee, clock, a_draft(month="May"), notice_id)
    with pytest.raises(IllegalChange):
        start(registry, ee, clock, notice_id)
    with registry.read() as cursor:
        assert ledger.get_job(cursor, job_id or 0).state == "discarded"


def test_a_returned_notice_comes_back_with_its_comment_and_can_go_again(
    registry: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    notice_id = submit(registry, ee, clock, a_draft())
    with pytest.raises(BadInput):
        return_notice(registry, se, clock, notice_id, " ")
    return_notice(registry, se, clock, notice_id, "name the month in full")
    notice = get_notice(registry, ee, notice_id)
    assert (notice.state, notice.comment, notice.draft) == ("returned", "name the month in full", a_draft())
    submit(registry, ee, clock, a_draft(month="November 2026"), notice_id)
    assert get_notice(registry, se, notice_id).state == "submitted"


def test_two_presses_of_send_start_it_once(registry: Database, clock: Clock, ee: Scope, se: Scope) -> None:
    notice_id = approved(registry, clock, ee, se)
    start(registry, ee, clock, notice_id)
    with pytest.raises(IllegalChange):
        start(registry, ee, clock, notice_id)


def test_a_schedule_in_the_past_is_refused_and_one_to_come_is_kept(
    registry: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    notice_id = approved(registry, clock, ee, se)
    with pytest.raises(BadInput) as refusal:
        start(registry, ee, clock, notice_id, NOON - timedelta(minutes=1))
    assert refusal.value.code == "schedule_past"
    start(registry, ee, clock, notice_id, NOON + timedelta(hours=1))
    assert release_due(registry, clock) == 0
    assert release_due(registry, lambda: NOON + timedelta(hours=2)) == 1
    assert get_notice(registry, ee, notice_id).state == "sending"


def test_pause_go_on_and_cancel_are_the_same_truth_for_everyone(
    registry: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    notice_id = approved(registry, clock, ee, se)
    start(registry, ee, clock, notice_id)
    pause(registry, ee, clock, notice_id)
    assert (get_notice(registry, se, notice_id).state, get_notice(registry, se, notice_id).pause_reason) == (
        "paused",
        "person",
    )
    go_on(registry, se, clock, notice_id)
    assert get_notice(registry, ee, notice_id).state == "sending"
    cancel(registry, ee, clock, notice_id)
    sums = report(registry, ee, notice_id)
    assert (get_notice(registry, ee, notice_id).state, sums.skipped, sums.waiting) == (
        "cancelled",
        sums.recipients,
        0,
    )


def test_the_job_that_ends_ends_the_notice(registry: Database, clock: Clock, ee: Scope, se: Scope) -> None:
    notice_id = approved(registry, clock, ee, se)
    start(registry, ee, clock, notice_id)
    job_id = get_notice(registry, ee, notice_id).job_id
    registry.write(
        lambda cursor: cursor.execute("UPDATE job SET state = 'finished' WHERE job_id = ?", [job_id])
    )
    assert settle_finished(registry, clock) == 1
    assert get_notice(registry, ee, notice_id).state == "finished"


def test_a_test_goes_to_ones_own_number_only(registry: Database, clock: Clock, ee: Scope) -> None:
    with pytest.raises(BadInput) as refusal:
        send_test(registry, ee, clock, a_draft())
    assert refusal.value.code == "own_number_missing"
    registry.write(
        lambda cursor: cursor.execute(
            "INSERT INTO app_user VALUES ('ee', 'EE', 'composer', 'DIV000001', '', 9415000001, 'hi', true, 0, NULL, ?, ?)",
            [NOON, NOON],
        )
    )
    job_id = send_test(registry, ee, clock, a_draft())
    with registry.read() as cursor:
        assert cursor.execute("SELECT mobile FROM message WHERE job_id = ?", [job_id]).fetchall() == [
            (9415000001,)
        ]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 40_000_000))
def test_the_estimate_follows_rate_limit_and_price(recipients: int) -> None:
    setting = Settings(rate_per_second=80, daily_limit=100_000)
    result = estimate(setting, "UTILITY", recipients, NOON)
    assert result.cost == pytest.approx(recipients * 0.115 * 1.18)
    assert math.ceil(result.seconds / 86_400) == -(-recipients // 100_000)
    assert result.seconds >= recipients / 80 - 1e-6


@pytest.mark.parametrize(
    ("recipients", "taken", "seconds"),
    [
        (40, 60, 4.0),  # there is room today
        (41, 60, 86_400.1),
        (140, 60, 86_410.0),
        (141, 60, 172_800.1),
        (100, 250, 86_410.0),  # more was sent than may be: nothing goes today
        (0, 250, 0.0),
    ],
)
def test_what_others_have_sent_today_is_not_free(recipients: int, taken: int, seconds: float) -> None:
    setting = Settings(rate_per_second=10, daily_limit=100)
    result = estimate(setting, "UTILITY", recipients, NOON, Queue(taken))
    assert result.seconds == pytest.approx(seconds)
    end = finish_at(setting, "safety_weather", recipients, NOON, Queue(taken))
    assert (end - NOON).total_seconds() == pytest.approx(seconds)


def test_three_point_six_crore_people_take_360_days() -> None:
    seconds = estimate(Settings(daily_limit=100_000), "UTILITY", 36_000_000, NOON).seconds
    assert math.ceil(seconds / 86_400) == 360


Call = Callable[[Database, Scope, Clock, int, Path], object]
CALLS: list[Call] = [
    lambda db, scope, clock, n, path: count_audience(db, scope, "bill_due", "hi", Audience("DIV000001")),
    lambda db, scope, clock, n, path: preview_recipient(db, scope, a_draft(), 0),
    lambda db, scope, clock, n, path: judge_draft(db, scope, a_draft()),
    lambda db, scope, clock, n, path: save_draft(db, scope, clock, a_draft()),
    lambda db, scope, clock, n, path: save_draft(db, scope, clock, a_draft(), n),
    lambda db, scope, clock, n, path: submit(db, scope, clock, a_draft()),
    lambda db, scope, clock, n, path: send_test(db, scope, clock, a_draft()),
    lambda db, scope, clock, n, path: delete_draft(db, scope, clock, n),
    lambda db, scope, clock, n, path: approve(db, scope, clock, n, "x"),
    lambda db, scope, clock, n, path: return_notice(db, scope, clock, n, "not yours"),
    lambda db, scope, clock, n, path: start(db, scope, clock, n),
    lambda db, scope, clock, n, path: pause(db, scope, clock, n),
    lambda db, scope, clock, n, path: go_on(db, scope, clock, n),
    lambda db, scope, clock, n, path: cancel(db, scope, clock, n),
    lambda db, scope, clock, n, path: settle_doubt(db, scope, clock, n, True),
    lambda db, scope, clock, n, path: preview_message(db, scope, n, 0),
    lambda db, scope, clock, n, path: list_recipients(db, scope, n, "failed", 10),
    lambda db, scope, clock, n, path: export_recipients(
        db, scope, clock, n, "failed", path / "f.csv", "curious about them"
    ),
]
READS: list[Call] = [
    lambda db, scope, clock, n, path: get_notice(db, scope, n),
    lambda db, scope, clock, n, path: report(db, scope, n),
]


@pytest.mark.parametrize("call", CALLS + READS)
def test_a_foreign_division_is_refused_everywhere(
    registry: Database, clock: Clock, ee: Scope, stranger: Scope, tmp_path: Path, call: Call
) -> None:
    notice_id = submit(registry, ee, clock, a_draft())
    with pytest.raises(Refused):
        call(registry, stranger, clock, notice_id, tmp_path)
    assert list_notices(registry, stranger).empty


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMINISTRATOR])
def test_a_role_without_the_right_is_refused(
    registry: Database, clock: Clock, ee: Scope, tmp_path: Path, call: Call, role: Role
) -> None:
    notice_id = submit(registry, ee, clock, a_draft())
    with pytest.raises(Refused):
        call(registry, scope_of(registry, role, "UP"), clock, notice_id, tmp_path)


def test_a_composer_does_not_approve(registry: Database, clock: Clock, ee: Scope) -> None:
    notice_id = submit(registry, ee, clock, a_draft())
    other = scope_of(registry, Role.COMPOSER, "DIV000001", "other")
    with pytest.raises(Refused):
        approve(registry, other, clock, notice_id, get_notice(registry, ee, notice_id).content_hash)
    with pytest.raises(Refused):
        list_waiting_for(registry, other)
