"""The sums of a report add up, and failures are seen by those who may."""

from datetime import timedelta

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.delivery import doubts
from dashboard.errors import Refused
from dashboard.notices.doubts import settle_doubt
from dashboard.notices.lifecycle import cancel, settle_finished, start
from dashboard.notices.notice import get_notice
from dashboard.notices.recipients import list_recipients
from dashboard.notices.report import report
from dashboard.notices.states import State
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import scope_of
from tests.notices.town import LATER, answer, approved, end_in_doubt, job_of, report_status


@pytest.fixture
def half_sent(town: Database, clock: Clock, town_ee: Scope, town_se: Scope) -> int:
    """Eight recipients: two failed, one in doubt, one read, one delivered, one accepted, two waiting."""
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    job_id = job_of(town, town_ee, notice_id)
    answers: list[tuple[str, int | None]] = [
        ("failed", 131026), ("failed", 132005), ("in_doubt", None), ("accepted", None), ("accepted", None), ("accepted", None),
    ]  # fmt: skip
    answer(town, job_id, answers)
    report_status(town, job_id, 4, "read")
    report_status(town, job_id, 5, "delivered")
    return notice_id


def test_the_sums_of_a_report_add_up(town: Database, town_ee: Scope, half_sent: int) -> None:
    sums = report(town, town_ee, half_sent)
    assert (sums.accepted, sums.delivered, sums.read) == (3, 2, 1)
    assert (sums.failed, sums.in_doubt, sums.skipped, sums.waiting) == (2, 1, 0, 2)
    assert sums.waiting + sums.accepted + sums.failed + sums.in_doubt + sums.skipped == sums.recipients == 8
    assert {(one.code, one.count) for one in sums.failures} == {(131026, 1), (132005, 1)}
    assert all(one.words for one in sums.failures)


def test_a_viewer_reads_the_sums_but_no_recipient(town: Database, half_sent: int) -> None:
    viewer = scope_of(town, Role.VIEWER, "UP")
    assert report(town, viewer, half_sent).recipients == 8
    with pytest.raises(Refused):
        list_recipients(town, viewer, half_sent, "failed", 10)


def test_what_whatsapp_holds_back_is_told_apart(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    answer(town, job_of(town, town_ee, notice_id), [("held", None)] * 2 + [("accepted", None)] * 6)
    sums = report(town, town_ee, notice_id)
    assert (sums.accepted, sums.held, sums.waiting) == (8, 2, 0)


def test_doubt_settled_as_sent_counts_as_accepted(
    town: Database, clock: Clock, town_ee: Scope, half_sent: int
) -> None:
    assert settle_doubt(town, town_ee, clock, half_sent, True) == 1
    sums = report(town, town_ee, half_sent)
    assert (sums.in_doubt, sums.accepted) == (0, 4)


def test_doubts_settled_by_several_commits_stand_in_the_audit_trail_each(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubts, "_AT_ONCE", 2)
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    job_id = job_of(town, town_ee, notice_id)
    answer(town, job_id, [("in_doubt", None)] * 5 + [("accepted", None)] * 3)
    report_status(town, job_id, 1, "delivered")
    assert settle_doubt(town, town_ee, clock, notice_id, False) == 4
    sums = report(town, town_ee, notice_id)
    assert (sums.waiting, sums.in_doubt, sums.accepted) == (4, 0, 4)
    events = list_audit(town, town_se, 50)
    details = events["detail"][events["action"] == "notice.settle_doubt"]
    assert len(details) == 2 and all('"count": 2' in detail for detail in details)


def test_doubt_sent_again_after_the_end_makes_the_notice_run_again(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = end_in_doubt(town, clock, town_ee, town_se)
    assert get_notice(town, town_se, notice_id).finished_at == LATER
    assert settle_finished(town, clock) == 0
    settle_doubt(town, town_ee, clock, notice_id, False)
    assert get_notice(town, town_se, notice_id).state is State.SENDING
    assert report(town, town_ee, notice_id).waiting == 1


def test_doubt_is_not_sent_again_under_an_approval_of_long_ago(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = end_in_doubt(town, clock, town_ee, town_se)
    with pytest.raises(Refused, match="doubt_too_old"):
        settle_doubt(town, town_ee, lambda: LATER + timedelta(hours=48), notice_id, False)
    assert report(town, town_ee, notice_id).in_doubt == 1
    assert settle_doubt(town, town_ee, lambda: LATER + timedelta(hours=48), notice_id, True) == 1


def test_cancelling_half_way_skips_only_what_was_not_sent(
    town: Database, clock: Clock, town_ee: Scope, half_sent: int
) -> None:
    cancel(town, town_ee, clock, half_sent)
    sums = report(town, town_ee, half_sent)
    assert (sums.skipped, sums.waiting, sums.accepted, sums.failed) == (2, 0, 3, 2)
    assert get_notice(town, town_ee, half_sent).state is State.CANCELLED
