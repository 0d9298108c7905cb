"""A large audience is frozen beside the writer: the same messages as inside it, all or nothing, and nothing twice."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.delivery import ledger, making
from dashboard.errors import BadInput, IllegalChange, Refused, SetuError, Unavailable
from dashboard.notices import drafting, seal
from dashboard.notices.approval import approve
from dashboard.notices.draft import Audience, Binding, NoticeDraft
from dashboard.notices.drafting import save_draft, submit
from dashboard.notices.freeze_jobs import FreezeJobs
from dashboard.notices.freezing import Chosen
from dashboard.notices.lifecycle import release_due, start
from dashboard.notices.notice import Notice, get_notice
from dashboard.notices.states import State
from dashboard.registry.office_edit import merge_office
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from tests.conftest import NOON, scope_of
from tests.notices.people import Person, fill_people
from tests.notices.town import DRAFT, FIRST_NUMBER

PERSONAL = replace(DRAFT, bindings={"due_date": Binding("meter_no", "soon")}, variables={"month": "May"})
STEPS = ("judge", "choose", "write", "hash", "put_in")


@pytest.fixture
def all_large(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(drafting, "is_large", lambda db, scope, draft: True)
    yield


@pytest.fixture
def crowd(town: Database) -> Database:
    """The town, three accounts with numbers of others, one without consent, one who left."""
    fill_people(
        town,
        [
            Person("0000000020", mobile=FIRST_NUMBER + 1),
            Person("0000000021", mobile=FIRST_NUMBER + 1),
            Person("00000000009", mobile=FIRST_NUMBER + 2),  # before 0000000002 in the order of accounts
            Person("0000000022", mobile=FIRST_NUMBER + 22, consent=None),
            Person("0000000023", mobile=FIRST_NUMBER + 23, state="opted_out", consent="out"),
        ],
    )
    return town


def messages_of(db: Database, notice: Notice) -> list[Any]:
    with db.read() as cursor:
        return cursor.execute(
            "SELECT account_no, mobile, parameters FROM message WHERE job_id = ? ORDER BY account_no",
            [notice.job_id],
        ).fetchall()


def count_rows(db: Database) -> tuple[int, ...]:
    with db.read() as cursor:
        rows = cursor.execute(
            "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM job), (SELECT count(*) FROM job_making)"
        ).fetchall()
    return tuple(rows[0])


def count_places(cursor: Cursor, job_id: int) -> int:
    """How many of a job's messages a consumer's page finds."""
    return cursor.execute("SELECT count(*) FROM message_place WHERE job_id = ?", [job_id]).fetchall()[0][0]


@pytest.mark.parametrize(
    "draft",
    [DRAFT, PERSONAL, replace(DRAFT, audience=Audience("DIV1", per_account=True))],
    ids=["office", "row", "account"],
)
def test_beside_the_writer_the_same_is_frozen_as_inside_it(
    crowd: Database, clock: Clock, town_ee: Scope, monkeypatch: pytest.MonkeyPatch, draft: NoticeDraft
) -> None:
    inside = get_notice(crowd, town_ee, submit(crowd, town_ee, clock, draft))
    monkeypatch.setattr(drafting, "FEW", -1)
    shares: list[tuple[float, str]] = []
    beside = get_notice(
        crowd, town_ee, submit(crowd, town_ee, clock, draft, progress=lambda *told: shares.append(told))
    )
    assert messages_of(crowd, beside) == messages_of(crowd, inside)
    assert (beside.exclusions, beside.recipient_count) == (inside.exclusions, inside.recipient_count)
    assert (beside.state, len(beside.steps)) == (inside.state, len(inside.steps))
    told = [share for share, _ in shares]
    assert sorted(told) == told
    assert tuple(dict.fromkeys(step for _, step in shares)) == STEPS
    with crowd.read() as cursor:
        numbers = cursor.execute(
            "SELECT message_no FROM message WHERE job_id = ? ORDER BY 1", [beside.job_id]
        )
        assert [number for (number,) in numbers.fetchall()] == list(range(1, beside.recipient_count + 1))
        assert ledger.tally(cursor, beside.job_id or 0).waiting == beside.recipient_count
    assert count_rows(crowd)[2] == 0


def test_what_was_frozen_beside_the_writer_is_approved_and_sent(
    crowd: Database, clock: Clock, town_ee: Scope, town_se: Scope, all_large: None
) -> None:
    notice_id = submit(crowd, town_ee, clock, DRAFT)
    approve(crowd, town_se, clock, notice_id, get_notice(crowd, town_se, notice_id).content_hash)
    crowd.write(lambda cursor: cursor.execute("UPDATE message SET mobile = mobile + 1 WHERE message_no = 3"))
    with pytest.raises(Refused) as refused:
        start(crowd, town_ee, clock, notice_id)
    assert refused.value.code == "hash_stale"
    crowd.write(lambda cursor: cursor.execute("UPDATE message SET mobile = mobile - 1 WHERE message_no = 3"))
    start(crowd, town_ee, clock, notice_id)
    assert get_notice(crowd, town_ee, notice_id).state is State.SENDING


class GivenUp(Refused):
    pass


@pytest.mark.parametrize("step", STEPS)
def test_whoever_gives_it_up_is_left_the_draft_alone(
    crowd: Database, clock: Clock, town_ee: Scope, all_large: None, step: str
) -> None:
    def give_up(share: float, at: str) -> None:
        if at == step:
            raise GivenUp("freeze_cancelled")

    notice_id = save_draft(crowd, town_ee, clock, DRAFT)
    with pytest.raises(GivenUp):
        submit(crowd, town_ee, clock, DRAFT, notice_id, progress=give_up)
    assert count_rows(crowd) == (0, 0, 0)
    assert get_notice(crowd, town_ee, notice_id).state is State.DRAFT
    submit(crowd, town_ee, clock, DRAFT, notice_id)
    assert get_notice(crowd, town_ee, notice_id).state is State.SUBMITTED


def during(step: str, do: Callable[[], object]) -> Callable[[float, str], None]:
    """Return a progress that does something once, when a step begins."""
    done: list[object] = []

    def progress(share: float, at: str) -> None:
        if at == step and not done:
            done.append(do())

    return progress


def edit(db: Database, scope: Scope, clock: Clock, notice_id: int) -> None:
    save_draft(db, scope, clock, replace(DRAFT, variables={**DRAFT.variables, "month": "June"}), notice_id)


def bring_in(db: Database, scope: Scope, clock: Clock, notice_id: int) -> None:
    row = ["export", "f", "d", NOON, NOON, "admin", *[0] * 6, None]
    db.write(lambda cursor: cursor.execute(f"INSERT INTO import_run VALUES (7, {', '.join('?' * 13)})", row))


def merge(db: Database, scope: Scope, clock: Clock, notice_id: int) -> None:
    merge_office(
        db, scope_of(db, Role.ADMINISTRATOR, "UP"), clock, "DIV1/1/SS/F1", "DIV1/1/SS/F2", refresh_cube
    )


@pytest.mark.parametrize("step", ["judge", "hash"])
@pytest.mark.parametrize(
    ("meanwhile", "code"),
    [(edit, "notice_changed"), (bring_in, "registry_changed"), (merge, "registry_changed")],
)
def test_what_changed_meanwhile_is_not_put_in(
    crowd: Database, clock: Clock, town_ee: Scope, all_large: None, meanwhile: Callable[..., None], code: str, step: str
) -> None:  # fmt: skip
    notice_id = save_draft(crowd, town_ee, clock, DRAFT)
    progress = during(step, lambda: meanwhile(crowd, town_ee, clock, notice_id))
    with pytest.raises(Refused) as refused:
        submit(crowd, town_ee, clock, DRAFT, notice_id, progress=progress)
    assert refused.value.code == code
    assert count_rows(crowd) == (0, 0, 0)


@pytest.mark.parametrize("meanwhile", [None, bring_in])
def test_a_small_audience_is_chosen_beside_the_writer(
    crowd: Database,
    clock: Clock,
    town_ee: Scope,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Callable[..., None] | None,
) -> None:
    """Others write while it is chosen; where they replace the registry it is chosen anew, so that nobody who has gone gets anything."""
    plain, looks = drafting.choose_few, []

    def choose(cursor: Cursor, scope: Scope, draft: NoticeDraft) -> Chosen:
        chosen = plain(cursor, scope, draft)
        looks.append(chosen.count.recipients)
        if len(looks) == 1:
            gone = crowd.write_later(
                lambda writer: writer.execute("DELETE FROM consumer WHERE account_no = '0000000005'")
            )
            gone.result(timeout=5)  # for ever, if we were in the writer ourselves
            if meanwhile:
                meanwhile(crowd, town_ee, clock, 0)
        return chosen

    monkeypatch.setattr(drafting, "choose_few", choose)
    notice = get_notice(crowd, town_ee, submit(crowd, town_ee, clock, DRAFT))
    assert len(looks) == (2 if meanwhile else 1)
    assert notice.recipient_count == looks[-1]
    if meanwhile:
        assert looks[1] == looks[0] - 1


def test_a_second_press_does_not_freeze_twice_and_the_writer_stays_free(
    crowd: Database, clock: Clock, town_ee: Scope, all_large: None
) -> None:
    refused: list[SetuError] = []

    def press_again() -> None:
        try:
            submit(crowd, town_ee, clock, DRAFT)
        except Unavailable as error:
            refused.append(error)
        reply = {"kind": "text", "template": "", "language": "", "parameter_names": ["text"]}
        rows = pd.DataFrame({"account_no": [None], "mobile": [FIRST_NUMBER], "parameters": [["a"]]})
        crowd.write(lambda cursor: ledger.stage(cursor, NOON, rows=rows, **reply))

    notice_id = submit(crowd, town_ee, clock, DRAFT, progress=during("write", press_again))
    assert [error.code for error in refused] == ["freeze_running"]
    assert count_rows(crowd)[1:] == (2, 0)
    notice = get_notice(crowd, town_ee, notice_id)
    assert len(messages_of(crowd, notice)) == notice.recipient_count


def test_what_a_kill_left_behind_is_swept_at_the_start(
    crowd: Database, clock: Clock, town_ee: Scope, all_large: None
) -> None:
    kept = submit(crowd, town_ee, clock, DRAFT)
    before = count_rows(crowd)
    job_id = crowd.write(lambda cursor: making.reserve(cursor, NOON))
    with crowd.read() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE staged_message AS SELECT '1' AS account_no, 9415012345 AS mobile, ['a'] AS parameters, 1 AS office_no"
        )
        assert making.write_messages(cursor, job_id, 1, lambda share: None).count == 1
        assert count_places(cursor, job_id) == 1
    assert count_rows(crowd) == (before[0] + 1, before[1], 1)
    assert making.sweep_unmade(crowd) == 1
    assert count_rows(crowd) == before
    with crowd.read() as cursor:
        assert count_places(cursor, job_id) == 0
    assert get_notice(crowd, town_ee, kept).state is State.SUBMITTED


def test_messages_go_by_number_where_there_are_several(
    crowd: Database, clock: Clock, town_ee: Scope, all_large: None
) -> None:
    def add_numbers(cursor: Any) -> None:
        for number_no, office in ((1, "UP"), (2, "DIV1")):
            cursor.execute(
                "INSERT INTO sending_number VALUES (?, '1', ?, 'x', 80, 'open', NULL, ?)",
                [number_no, office, NOON],
            )

    crowd.write(lambda cursor: cursor.execute("DELETE FROM sending_number"))
    crowd.write(add_numbers)
    notice = get_notice(crowd, town_ee, submit(crowd, town_ee, clock, DRAFT))
    with crowd.read() as cursor:
        routes = cursor.execute("SELECT number_no, first_no, last_no FROM job_route").fetchall()
    assert routes == [(2, 1, notice.recipient_count)]


def test_rows_that_cannot_be_sent_are_refused(db: Database) -> None:
    with db.read() as cursor:
        for mobile, parameters in ((5_000_000_000, ["a"]), (9_415_012_345, ["a", "b"])):
            cursor.execute(
                "CREATE OR REPLACE TEMP TABLE staged_message AS SELECT '1' AS account_no, ?::BIGINT AS mobile, ?::VARCHAR[] AS parameters,"
                " 1 AS office_no",
                [mobile, parameters],
            )
            with pytest.raises(BadInput, match="recipient_rows"):
                making.write_messages(cursor, 1, 1, lambda share: None)


def test_a_submission_beside_the_page_is_seen_given_up_and_taken_once(
    crowd: Database, clock: Clock, town_ee: Scope, all_large: None
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def run(scope: Scope, draft: NoticeDraft, notice_id: int | None, progress: Callable[..., None]) -> int:
        def slow(share: float, step: str) -> None:
            progress(share, step)
            if step == "write":
                begun.set()
                assert go_on.wait(30)

        return submit(crowd, scope, clock, draft, notice_id, progress=slow)

    jobs = FreezeJobs(run)
    jobs.start(town_ee, DRAFT, None)
    assert begun.wait(30)
    job = jobs.look(town_ee)
    assert job and job.is_running and (job.step, job.seconds_left is not None) == ("write", True)
    with pytest.raises(Unavailable, match="freeze_running"):
        jobs.start(town_ee, DRAFT, None)
    assert jobs.look(replace(town_ee, username="another")) is None
    jobs.cancel(town_ee)
    go_on.set()
    jobs.stop()
    ended = jobs.take(town_ee)
    assert ended and ended.error and ended.error.code == "freeze_cancelled"
    assert jobs.take(town_ee) is None
    with pytest.raises(IllegalChange, match="freeze_over"):
        jobs.cancel(town_ee)
    assert count_rows(crowd) == (0, 0, 0)


def test_a_large_notice_is_hashed_before_the_change_that_approves_or_starts_it(
    crowd: Database,
    clock: Clock,
    town_ee: Scope,
    town_se: Scope,
    all_large: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seal, "FEW", 1)
    hashed_by: list[str] = []
    hash_plainly = seal.content_digest

    def hash_told(cursor: Cursor, job_id: int) -> str:
        hashed_by.append(threading.current_thread().name)
        return hash_plainly(cursor, job_id)

    monkeypatch.setattr(seal, "content_digest", hash_told)
    notice_id = submit(crowd, town_ee, clock, DRAFT)
    approve(crowd, town_se, clock, notice_id, get_notice(crowd, town_se, notice_id).content_hash)
    start(crowd, town_ee, clock, notice_id, NOON + timedelta(days=1))
    assert release_due(crowd, lambda: NOON + timedelta(days=2)) == 1
    assert get_notice(crowd, town_ee, notice_id).state is State.SENDING
    assert len(hashed_by) == 3 and "database-writer" not in hashed_by
