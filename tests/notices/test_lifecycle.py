"""What is frozen stays frozen, and no two people see two truths."""

import csv
import dataclasses
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.delivery import ledger
from dashboard.errors import BadInput, IllegalChange, Refused, SetuError
from dashboard.notices import drafting, templates
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import delete_draft, save_draft, submit
from dashboard.notices.frozen import preview_message
from dashboard.notices.lifecycle import (
    approve,
    cancel,
    go_on,
    list_actions,
    pause,
    release_due,
    return_notice,
    settle_doubt,
    settle_finished,
    start,
)
from dashboard.notices.notice import get_notice
from dashboard.notices.report import export_failures, list_failures, report
from dashboard.notices.states import TRANSITIONS, Action, State, next_state
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from dashboard.ui.catalogue import say
from tests.conftest import NOON, scope_of
from tests.notices.people import Person, fill_offices, fill_people

FIRST_NUMBER = 9415012340
DRAFT = NoticeDraft("bill_due", "en", {"month": "May", "due_date": "05-12-2026"}, Audience("DIV1"))
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def town(db: Database) -> Database:
    fill_offices(db)
    names = ["=cmd()", "B", "C", "D", "E", "F", "G", "H"]
    fill_people(
        db,
        [Person(f"{place:010d}", mobile=FIRST_NUMBER + place, name=name) for place, name in enumerate(names)],
    )
    return db


@pytest.fixture
def ee(town: Database) -> Scope:
    return scope_of(town, Role.COMPOSER, "DIV1", "ee")


@pytest.fixture
def se(town: Database) -> Scope:
    return scope_of(town, Role.APPROVER, "C1", "se")


def approved(db: Database, clock: Clock, ee: Scope, se: Scope) -> int:
    notice_id = submit(db, ee, clock, DRAFT)
    approve(db, se, clock, notice_id, get_notice(db, se, notice_id).content_hash)
    return notice_id


def job_of(db: Database, scope: Scope, notice_id: int) -> int:
    return get_notice(db, scope, notice_id).job_id or 0


def test_the_table_knows_every_state_and_refuses_all_else() -> None:
    assert {state for state, _ in TRANSITIONS} == set(State) - {State.CANCELLED, State.FINISHED}
    assert {action for _, action in TRANSITIONS} == set(Action)
    for state in State:
        for action in Action:
            if (state, action) not in TRANSITIONS:
                with pytest.raises(IllegalChange) as refusal:
                    next_state(state, action)
                assert refusal.value.code == "notice_transition"


def test_only_the_author_edits_deletes_and_submits_anew(
    town: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    notice_id = save_draft(town, ee, clock, DRAFT)
    for attempt in (
        lambda: save_draft(town, se, clock, DRAFT, notice_id),
        lambda: submit(town, se, clock, DRAFT, notice_id),
        lambda: delete_draft(town, se, clock, notice_id),
    ):
        with pytest.raises(Refused) as refusal:
            attempt()
        assert refusal.value.code == "not_author"
    delete_draft(town, ee, clock, notice_id)
    with pytest.raises(Refused):
        get_notice(town, ee, notice_id)


def test_a_draft_is_opened_again_as_it_was_saved(town: Database, clock: Clock, ee: Scope) -> None:
    audience = Audience("DIV1", ("LMV-1",), ("due", "never_paid"), ("DIV1/1/SS/F1",))
    draft = dataclasses.replace(DRAFT, variables={"month": 'मई "1"'}, audience=audience)
    notice_id = save_draft(town, ee, clock, draft)
    assert get_notice(town, ee, notice_id).draft == draft
    assert save_draft(town, ee, clock, DRAFT, notice_id) == notice_id
    assert get_notice(town, ee, notice_id).draft == DRAFT


def test_what_is_sent_cannot_be_edited_or_deleted(town: Database, clock: Clock, ee: Scope, se: Scope) -> None:
    notice_id = approved(town, clock, ee, se)
    start(town, ee, clock, notice_id)
    for attempt in (
        lambda: save_draft(town, ee, clock, DRAFT, notice_id),
        lambda: delete_draft(town, ee, clock, notice_id),
    ):
        with pytest.raises(IllegalChange):
            attempt()


def test_the_approver_sees_the_frozen_messages_not_todays_audience(
    town: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    notice_id = submit(town, ee, clock, DRAFT)
    town.write(
        lambda cursor: cursor.execute("UPDATE consumer SET state = 'opted_out' WHERE account_no LIKE '%1'")
    )
    town.write(lambda cursor: cursor.execute("UPDATE office SET name = 'RENAMED' WHERE code = 'DIV1'"))
    seen = preview_message(town, se, notice_id, 1)
    assert seen is not None
    assert (seen.total, seen.reader, seen.mobile_masked) == (8, "B", "94xxxxx341")
    assert "– EDD-II GONDA, " in seen.text
    assert "the bill for May has been issued" in seen.text
    assert preview_message(town, se, notice_id, 8) is None


def test_a_draft_has_no_frozen_messages(town: Database, clock: Clock, ee: Scope) -> None:
    assert preview_message(town, ee, save_draft(town, ee, clock, DRAFT), 0) is None


def _change_template(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = dataclasses.replace(
        templates.get_template("bill_due"), bodies={"hi": "क {month} ख", "en": "a {month} b"}
    )
    monkeypatch.setattr(drafting, "get_template", lambda name: changed)


def test_a_template_that_changed_since_stops_the_start(
    town: Database, clock: Clock, ee: Scope, se: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice_id = approved(town, clock, ee, se)
    _change_template(monkeypatch)
    with pytest.raises(Refused) as refusal:
        start(town, ee, clock, notice_id)
    assert refusal.value.code == "hash_stale"


def test_a_scheduled_notice_whose_template_changed_goes_back_to_its_author(
    town: Database, clock: Clock, ee: Scope, se: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice_id = approved(town, clock, ee, se)
    start(town, ee, clock, notice_id, LATER)
    _change_template(monkeypatch)
    release_due(town, lambda: LATER)
    notice = get_notice(town, ee, notice_id)
    assert (notice.state, notice.comment) == (State.RETURNED, "hash_stale")
    with town.read() as cursor:
        assert ledger.get_job(cursor, notice.job_id or 0).state == "discarded"


def test_a_scheduled_notice_can_start_at_once_or_be_cancelled(
    town: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    first, second = approved(town, clock, ee, se), approved(town, clock, ee, se)
    for notice_id in (first, second):
        start(town, ee, clock, notice_id, LATER)
        assert get_notice(town, se, notice_id).send_at == LATER
    start(town, ee, clock, first)
    cancel(town, ee, clock, second)
    assert release_due(town, lambda: LATER) == 0
    assert [get_notice(town, ee, one).state for one in (first, second)] == [State.SENDING, State.CANCELLED]


def test_of_many_presses_at_once_one_starts_the_notice(
    town: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    notice_id = approved(town, clock, ee, se)
    answers: list[str] = []

    def press() -> None:
        try:
            start(town, ee, clock, notice_id)
            answers.append("started")
        except SetuError as error:
            answers.append(error.code)

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["notice_transition"] * 7 + ["started"]


def test_the_senders_own_pause_shows_with_its_reason_and_a_person_lets_it_go_on(
    town: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    notice_id = approved(town, clock, ee, se)
    start(town, ee, clock, notice_id)
    town.write(lambda cursor: ledger.pause(cursor, job_of(town, ee, notice_id), "token_expired", NOON))
    notice = get_notice(town, se, notice_id)
    assert (notice.state, notice.pause_reason) == (State.PAUSED, "token_expired")
    with pytest.raises(IllegalChange):
        pause(town, ee, clock, notice_id)
    go_on(town, ee, clock, notice_id)
    assert get_notice(town, se, notice_id).state is State.SENDING


def _answer(db: Database, job_id: int, results: list[tuple[str, int | None]]) -> None:
    """What the provider said to the first messages: result and code."""
    rows = [
        (job_id, place, 1, result, None, code, NOON, None) for place, (result, code) in enumerate(results, 1)
    ]
    claimed = list(range(1, len(results) + 1))
    db.write(
        lambda cursor: cursor.execute(
            "INSERT INTO claim VALUES (?, 1, ?, ?, 1, ?)", [job_id, claimed, len(results), NOON]
        )
    )
    db.write(lambda cursor: cursor.executemany("INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows))


def _report_status(db: Database, job_id: int, message_no: int, status: str) -> None:
    row = [job_id, message_no, f"w{message_no}", status, NOON, None, None, None, NOON]
    db.write(
        lambda cursor: cursor.execute("INSERT INTO status_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
    )


@pytest.fixture
def half_sent(town: Database, clock: Clock, ee: Scope, se: Scope) -> int:
    """Eight recipients: two failed, one in doubt, one read, one delivered, one accepted, two waiting."""
    notice_id = approved(town, clock, ee, se)
    start(town, ee, clock, notice_id)
    job_id = job_of(town, ee, notice_id)
    answers: list[tuple[str, int | None]] = [
        ("failed", 131026), ("failed", 132005), ("in_doubt", None), ("accepted", None), ("accepted", None), ("accepted", None),
    ]  # fmt: skip
    _answer(town, job_id, answers)
    _report_status(town, job_id, 4, "read")
    _report_status(town, job_id, 5, "delivered")
    return notice_id


def test_the_sums_of_a_report_add_up(town: Database, ee: Scope, half_sent: int) -> None:
    sums = report(town, ee, half_sent)
    assert (sums.accepted, sums.delivered, sums.read) == (3, 2, 1)
    assert (sums.failed, sums.in_doubt, sums.skipped, sums.waiting) == (2, 1, 0, 2)
    assert sums.waiting + sums.accepted + sums.failed + sums.in_doubt + sums.skipped == sums.recipients == 8
    assert {(one.code, one.count) for one in sums.failures} == {(131026, 1), (132005, 1)}
    assert all(one.words for one in sums.failures)


def test_a_viewer_reads_the_sums_but_no_failure_by_person(town: Database, half_sent: int) -> None:
    viewer = scope_of(town, Role.VIEWER, "UP")
    assert report(town, viewer, half_sent).recipients == 8
    with pytest.raises(Refused):
        list_failures(town, viewer, half_sent)


def test_failures_show_masked_and_download_whole_without_formulas(
    town: Database, clock: Clock, ee: Scope, se: Scope, half_sent: int, tmp_path: Path
) -> None:
    assert list(list_failures(town, ee, half_sent)["mobile"]) == ["94xxxxx340", "94xxxxx341"]
    path = tmp_path / "failures.csv"
    assert export_failures(town, ee, clock, half_sent, path, "call them", lambda key: f"said: {key}") == 2
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["name"], row["mobile"], row["code"]) for row in rows] == [
        ("'=cmd()", "9415012340", "131026"),
        ("B", "9415012341", "132005"),
    ]
    assert all(row["words"].startswith("said: ") for row in rows)
    event = list_audit(town, se, 1).iloc[0]
    assert (event["action"], event["username"], event["row_count"]) == ("failures.download", "ee", 2)
    assert "94150" not in event["detail"]


def test_a_download_without_a_reason_is_refused_and_writes_nothing(
    town: Database, clock: Clock, ee: Scope, half_sent: int, tmp_path: Path
) -> None:
    with pytest.raises(BadInput) as refusal:
        export_failures(town, ee, clock, half_sent, tmp_path / "failures.csv", "  ")
    assert refusal.value.code == "reason_missing"
    assert not (tmp_path / "failures.csv").exists()


def test_doubt_settled_as_sent_counts_as_accepted(
    town: Database, clock: Clock, ee: Scope, half_sent: int
) -> None:
    assert settle_doubt(town, ee, clock, half_sent, True) == 1
    sums = report(town, ee, half_sent)
    assert (sums.in_doubt, sums.accepted) == (0, 4)


def test_doubt_sent_again_after_the_end_makes_the_notice_run_again(
    town: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    notice_id = approved(town, clock, ee, se)
    start(town, ee, clock, notice_id)
    job_id = job_of(town, ee, notice_id)
    _answer(town, job_id, [("in_doubt", None)] + [("accepted", None)] * 7)
    assert town.write(lambda cursor: ledger.finish(cursor, job_id, LATER))
    assert settle_finished(town, clock) == 1
    assert get_notice(town, se, notice_id).finished_at == LATER
    assert settle_finished(town, clock) == 0
    settle_doubt(town, ee, clock, notice_id, False)
    assert get_notice(town, se, notice_id).state is State.SENDING
    assert report(town, ee, notice_id).waiting == 1


def test_cancelling_half_way_skips_only_what_was_not_sent(
    town: Database, clock: Clock, ee: Scope, half_sent: int
) -> None:
    cancel(town, ee, clock, half_sent)
    sums = report(town, ee, half_sent)
    assert (sums.skipped, sums.waiting, sums.accepted, sums.failed) == (2, 0, 3, 2)
    assert get_notice(town, ee, half_sent).state is State.CANCELLED


def test_every_step_is_in_the_audit_trail_without_numbers(
    town: Database, clock: Clock, ee: Scope, se: Scope
) -> None:
    notice_id = submit(town, ee, clock, DRAFT)
    return_notice(town, se, clock, notice_id, "wrong month")
    submit(town, ee, clock, DRAFT, notice_id)
    approve(town, se, clock, notice_id, get_notice(town, se, notice_id).content_hash)
    start(town, ee, clock, notice_id)
    pause(town, ee, clock, notice_id)
    go_on(town, se, clock, notice_id)
    cancel(town, ee, clock, notice_id)
    trail = list_audit(town, se, 50)
    steps = {"submit", "return", "approve", "start", "pause", "go_on", "cancel"}
    assert {f"notice.{step}" for step in steps} <= set(trail["action"])
    assert set(trail[trail["action"] == "notice.approve"]["username"]) == {"se"}
    assert not trail["detail"].str.contains("94150").any()


DEEDS = {
    Action.EDIT: lambda db, who, clock, n: save_draft(db, who, clock, DRAFT, n),
    Action.SUBMIT: lambda db, who, clock, n: submit(db, who, clock, DRAFT, n),
    Action.DELETE: lambda db, who, clock, n: delete_draft(db, who, clock, n),
    Action.APPROVE: lambda db, who, clock, n: approve(db, who, clock, n, get_notice(db, who, n).content_hash),
    Action.RETURN: lambda db, who, clock, n: return_notice(db, who, clock, n, "not like this"),
    Action.START: lambda db, who, clock, n: start(db, who, clock, n),
    Action.SCHEDULE: lambda db, who, clock, n: start(db, who, clock, n, LATER),
    Action.PAUSE: lambda db, who, clock, n: pause(db, who, clock, n),
    Action.GO_ON: lambda db, who, clock, n: go_on(db, who, clock, n),
    Action.CANCEL: lambda db, who, clock, n: cancel(db, who, clock, n),
}


def _bring_to(db: Database, clock: Clock, ee: Scope, se: Scope, state: State) -> int:
    if state is State.DRAFT:
        return save_draft(db, ee, clock, DRAFT)
    notice_id = submit(db, ee, clock, DRAFT)
    if state is State.RETURNED:
        return_notice(db, se, clock, notice_id, "not like this")
    if state in (State.SUBMITTED, State.RETURNED):
        return notice_id
    approve(db, se, clock, notice_id, get_notice(db, se, notice_id).content_hash)
    if state is State.SCHEDULED:
        start(db, ee, clock, notice_id, LATER)
    if state in (State.SENDING, State.PAUSED):
        start(db, ee, clock, notice_id)
    if state is State.PAUSED:
        pause(db, ee, clock, notice_id)
    if state is State.CANCELLED:
        cancel(db, ee, clock, notice_id)
    return notice_id


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("state", [state for state in State if state is not State.FINISHED])
def test_the_buttons_offered_are_those_that_the_functions_allow(
    town: Database, ee: Scope, se: Scope, state: State, action: Action
) -> None:
    def clock() -> datetime:
        return NOON

    viewer = scope_of(town, Role.VIEWER, "UP", "viewer")
    for who in (ee, se, viewer):
        notice_id = _bring_to(town, clock, ee, se, state)
        offered = action in list_actions(who, get_notice(town, who, notice_id))
        try:
            DEEDS[action](town, who, clock, notice_id)
            allowed = True
        except SetuError:
            allowed = False
        assert offered == allowed, f"{who.username}: offered {offered}, allowed {allowed}"


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize(
    "variables", [{}, {"month": "a\tb"}, {"month": "a     b"}, {"x": "1"}, {"month": "x" * 1100}]
)
def test_every_refused_draft_has_a_sentence(
    town: Database, clock: Clock, ee: Scope, variables: dict[str, str], language: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        submit(town, ee, clock, dataclasses.replace(DRAFT, variables={**variables, "due_date": "1"}))
    sentence = say(language, f"error.{refusal.value.code}", **refusal.value.values)
    assert sentence.endswith((".", "।"))
    assert "{" not in sentence
