from typing import Any, cast

import pytest

from dashboard.access.scope import Role
from dashboard.access.sign_in import load_scope
from dashboard.access.users import add_user, disable_user
from dashboard.delivery import claims, ledger
from dashboard.delivery.dispatcher import DispatcherStatus
from dashboard.notices.approval import approve
from dashboard.notices.chain import rejudge_chains
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import submit
from dashboard.notices.lifecycle import settle_finished, start
from dashboard.notices.notice import get_notice
from dashboard.notices.repeats import list_repeats
from dashboard.notices.resend import count_refused
from dashboard.runtime import Runtime
from dashboard.ui.catalogue import say
from tests.conftest import NOON
from tests.full_disk import full_disk
from tests.views.conftest import CIRCLE, DIVISION, PASSWORD, Opener

DRAFT = NoticeDraft("fraud_warning", "en", {}, Audience(DIVISION))


@pytest.fixture
def submitted(rt: Runtime) -> int:
    return submit(rt.db, load_scope(rt.db, "ee"), rt.clock, DRAFT)


def _state(rt: Runtime, notice_id: int) -> str:
    return get_notice(rt.db, load_scope(rt.db, "se"), notice_id).state.value


def test_the_list_shows_the_notice(rt: Runtime, open_page: Opener, submitted: int) -> None:
    app = open_page("notices", "minister")
    assert not app.exception
    assert len(app.dataframe[0].value) == 1


@pytest.mark.parametrize("asked", ["²", "१२", "-1", "9" * 30, "<script>"])
def test_an_address_that_names_no_notice_opens_the_list(
    rt: Runtime, open_page: Opener, submitted: int, asked: str
) -> None:
    app = open_page("notices", "ee", notice=asked)
    assert not app.exception
    assert not app.error
    assert len(app.dataframe[0].value) == 1
    assert not open_page("compose", "ee", notice=asked).error


def test_another_person_approves_exactly_what_is_shown(
    rt: Runtime, open_page: Opener, submitted: int
) -> None:
    app = open_page("notices", "se", notice=str(submitted))
    assert not app.exception
    app.button(key="notices_approve").click().run()
    assert _state(rt, submitted) == "approved"


def test_a_press_approves_nothing_that_came_after_the_page(
    rt: Runtime, open_page: Opener, submitted: int
) -> None:
    """A press runs the page anew with the notice as it stands by then: the author has written it anew in another tab."""
    app = open_page("notices", "se", notice=str(submitted))
    changed = NoticeDraft("fraud_warning", "hi", {}, Audience(DIVISION))
    submit(rt.db, load_scope(rt.db, "ee"), rt.clock, changed, submitted)
    app.button(key="notices_approve").click().run()
    assert any("has changed since this page was shown" in element.value for element in app.warning)
    assert _state(rt, submitted) == "submitted"
    app.button(key="notices_approve").click().run()  # by now the new words stand on the page
    assert _state(rt, submitted) == "approved"


def test_a_send_whose_approver_left_is_approved_anew_on_its_page(
    rt: Runtime, open_page: Opener, submitted: int
) -> None:
    scope = load_scope(rt.db, "se")
    approve(rt.db, scope, rt.clock, submitted, get_notice(rt.db, scope, submitted).content_hash)
    start(rt.db, scope, rt.clock, submitted)
    add_user(
        rt.db, rt.clock, username="se2", full_name="se2", role=Role.APPROVER, office_code=CIRCLE,
        password=PASSWORD, language="en", by=None,
    )  # fmt: skip
    disable_user(rt.db, rt.clock, username="se", by=None)
    rejudge_chains(rt.db, rt.clock)
    app = open_page("notices", "se2", notice=str(submitted))
    assert any("lost the right" in element.value for element in app.warning)
    assert not [button for button in app.button if button.key in ("notices_go_on", "notices_return")]
    app.button(key="notices_approve").click().run()
    app.run()
    app.button(key="notices_go_on").click().run()
    assert get_notice(rt.db, load_scope(rt.db, "se2"), submitted).state.value == "sending"


def test_a_return_needs_a_comment(rt: Runtime, open_page: Opener, submitted: int) -> None:
    app = open_page("notices", "se", notice=str(submitted))
    app.button(key="notices_return").click().run()
    assert "comment" in app.error[0].value
    assert _state(rt, submitted) == "submitted"


def test_a_return_with_a_comment_goes_back(rt: Runtime, open_page: Opener, submitted: int) -> None:
    app = open_page("notices", "se", notice=str(submitted))
    app.text_area(key="notices_comment").set_value("name the date, please")
    app.button(key="notices_return").click().run()
    assert _state(rt, submitted) == "returned"


def test_the_author_finds_no_way_to_approve(rt: Runtime, open_page: Opener, submitted: int) -> None:
    app = open_page("notices", "ee", notice=str(submitted))
    assert not app.exception
    assert not [button for button in app.button if button.key == "notices_approve"]


def test_the_author_sends_what_was_approved(rt: Runtime, open_page: Opener, submitted: int) -> None:
    scope = load_scope(rt.db, "se")
    approve(rt.db, scope, rt.clock, submitted, get_notice(rt.db, scope, submitted).content_hash)
    app = open_page("notices", "ee", notice=str(submitted))
    button = app.button(key="notices_send")
    assert "messages now" in button.label
    button.click().run()
    assert not app.exception
    assert _state(rt, submitted) == "sending"


def test_a_running_notice_can_be_paused_and_go_on(rt: Runtime, open_page: Opener, submitted: int) -> None:
    scope = load_scope(rt.db, "se")
    approve(rt.db, scope, rt.clock, submitted, get_notice(rt.db, scope, submitted).content_hash)
    start(rt.db, scope, rt.clock, submitted)
    app = open_page("notices", "ee", notice=str(submitted))
    app.button(key="notices_pause").click().run()
    assert _state(rt, submitted) == "paused"
    app.run()
    app.button(key="notices_go_on").click().run()
    assert _state(rt, submitted) == "sending"


def test_a_pause_that_cannot_be_saved_is_told(rt: Runtime, open_page: Opener, submitted: int) -> None:
    scope = load_scope(rt.db, "se")
    approve(rt.db, scope, rt.clock, submitted, get_notice(rt.db, scope, submitted).content_hash)
    start(rt.db, scope, rt.clock, submitted)
    app = open_page("notices", "ee", notice=str(submitted))
    with full_disk(rt.settings.database_path):
        app.button(key="notices_pause").click().run()
        assert not app.exception
        assert any(
            "disk is full" in toast.value for toast in app.toast
        )  # an error in this part would be gone within a second
    assert _state(rt, submitted) == "sending"


class _HeldUp:
    """A dispatcher that cannot reach WhatsApp."""

    def status(self) -> DispatcherStatus:
        return DispatcherStatus(20.0, 0, "provider_down")


def test_a_send_that_waits_says_for_what(rt: Runtime, open_page: Opener, submitted: int) -> None:
    scope = load_scope(rt.db, "se")
    approve(rt.db, scope, rt.clock, submitted, get_notice(rt.db, scope, submitted).content_hash)
    start(rt.db, scope, rt.clock, submitted)
    rt.dispatcher = cast(Any, _HeldUp())
    app = open_page("notices", "ee", notice=str(submitted))
    assert any("does not answer" in element.value for element in app.warning)
    rt.dispatcher = None
    assert not app.run().warning


def test_a_time_in_the_past_is_refused(rt: Runtime, open_page: Opener, submitted: int) -> None:
    scope = load_scope(rt.db, "se")
    approve(rt.db, scope, rt.clock, submitted, get_notice(rt.db, scope, submitted).content_hash)
    app = open_page("notices", "ee", notice=str(submitted))
    app.toggle(key="notices_later").set_value(True).run()
    app.date_input(key="notices_day").set_value(NOON.date().replace(day=1)).run()
    app.button(key="notices_send").click().run()
    assert "passed" in app.error[0].value
    assert _state(rt, submitted) == "approved"


def test_a_notice_that_is_not_there_is_refused(rt: Runtime, open_page: Opener) -> None:
    app = open_page("notices", "ee", notice="4711")
    assert "not within your offices" in app.warning[0].value


def test_approvals_hold_what_waits_for_this_person(rt: Runtime, open_page: Opener, submitted: int) -> None:
    app = open_page("approvals", "se")
    assert not app.exception
    assert len(app.dataframe[0].value) == 1


def test_approvals_without_work_say_so(rt: Runtime, open_page: Opener) -> None:
    app = open_page("approvals", "se")
    assert not app.exception
    assert not app.dataframe


def test_a_finished_notice_shows_recipients_and_sends_once_more(
    rt: Runtime, open_page: Opener, submitted: int
) -> None:
    scope = load_scope(rt.db, "se")
    approve(rt.db, scope, rt.clock, submitted, get_notice(rt.db, scope, submitted).content_hash)
    start(rt.db, scope, rt.clock, submitted)
    batch = rt.db.write(lambda c: claims.claim_batch(c, NOON, 1000, lambda *_: set()))
    assert batch is not None
    outcomes = [
        claims.Outcome(
            batch.job_id,
            one.message_no,
            1,
            "failed" if place else "accepted",
            None,
            131000 if place else None,
        )
        for place, one in enumerate(batch.messages)
    ]
    rt.db.write(lambda c: claims.record_outcomes(c, outcomes, NOON))
    rt.db.write(lambda c: claims.finish_exhausted(c, NOON, frozenset(), {}))
    settle_finished(rt.db, rt.clock)
    app = open_page("notices", "ee", notice=str(submitted))
    assert not app.exception
    assert len(outcomes) > 1
    app.button(key="notices_resend").click().run()
    assert not app.exception and not app.error
    assert count_refused(rt.db, scope, rt.clock, submitted) == 0


def test_a_notice_is_repeated_every_month_and_keeps_to_hours(
    rt: Runtime, open_page: Opener, submitted: int
) -> None:
    scope = load_scope(rt.db, "se")
    approve(rt.db, scope, rt.clock, submitted, get_notice(rt.db, scope, submitted).content_hash)
    app = open_page("notices", "ee", notice=str(submitted))
    app.button(key="notices_repeat").click().run()
    assert not app.exception and not app.error
    assert [one.repeat.day_of_month for one in list_repeats(rt.db, scope, rt.clock)] == [5]
    app.number_input(key="notices_day_limit").set_value(1).run()
    app.button(key="notices_send").click().run()
    assert not app.exception and not app.error
    with rt.db.read() as cursor:
        assert cursor.execute("SELECT day_limit FROM job_plan").fetchall() == [(1,)]
    (progress,) = app.run().get("progress")
    assert " days " in progress.proto.text  # a message a day, not what the rate alone would allow


@pytest.mark.parametrize(("reason", "key"), [("not_on_whatsapp", "alike"), ("token_expired", "because")])
def test_a_pause_says_whether_messages_failed_alike_or_the_account_stands_still(
    rt: Runtime, open_page: Opener, submitted: int, reason: str, key: str
) -> None:
    scope = load_scope(rt.db, "se")
    approve(rt.db, scope, rt.clock, submitted, get_notice(rt.db, scope, submitted).content_hash)
    start(rt.db, scope, rt.clock, submitted)
    job_id = get_notice(rt.db, scope, submitted).job_id
    rt.db.write(lambda cursor: ledger.pause(cursor, job_id, reason, NOON))
    app = open_page("notices", "ee", notice=str(submitted))
    words = say("en", f"notices.paused_{key}", reason=say("en", f"provider.{reason}"))
    assert words in [one.value for one in app.warning]
