"""What an audience may be narrowed by, saved and brought; large ones are counted from what is counted beforehand."""

import dataclasses
import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.twins import renew_odd
from dashboard.errors import BadInput, Refused
from dashboard.notices import audience as counting
from dashboard.notices.audience import REASONS, count_audience
from dashboard.notices.audience_preview import list_holes, preview_account
from dashboard.notices.audience_store import (
    delete_audience,
    judge_account_list,
    keep_account_list,
    list_account_lists,
    list_audiences,
    save_audience,
)
from dashboard.notices.draft import Audience, NoticeDraft, read_audience
from dashboard.notices.drafting import submit
from dashboard.notices.lifecycle import cancel, start
from dashboard.notices.notice import get_notice
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from tests.conftest import NOON, scope_of
from tests.notices.people import Person, fill_people
from tests.notices.town import DRAFT, FIRST_NUMBER, answer, approved, job_of, report_status


def _recipients(db: Database, scope: Scope, **choice: object) -> int:
    audience = dataclasses.replace(Audience("DIV1"), **choice)  # type: ignore[arg-type]
    return count_audience(db, scope, "bill_due", "en", audience).recipients


def _set(db: Database, sql: str) -> None:
    db.write(lambda cursor: cursor.execute(sql))


@pytest.mark.parametrize(
    ("kw", "band"),
    [(0.5, "up_to_1"), (1, "up_to_1"), (1.1, "1_to_2"), (5, "2_to_5"), (25, "10_to_25"), (99, "over_25")],
)
def test_a_load_belongs_to_one_band(town: Database, town_ee: Scope, kw: float, band: str) -> None:
    _set(town, f"UPDATE consumer SET load_kw = {kw} WHERE account_no LIKE '%1'")
    assert _recipients(town, town_ee, load_bands=(band,)) == 1


def test_whoever_chose_another_language_is_left_out_by_that_reason(town: Database, town_ee: Scope) -> None:
    _set(town, "UPDATE consent SET language = 'en' WHERE account_no LIKE '%3'")
    count = count_audience(town, town_ee, "bill_due", "en", Audience("DIV1", languages=("en",)))
    assert (count.recipients, count.exclusions["other_language"], count.consumers) == (1, 7, 8)


def test_whoever_had_a_notice_lately_is_left_out(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    fill_people(town, [Person("0000000090", mobile=9919912345)])
    assert _recipients(town, town_ee, not_since=NOON.date().isoformat()) == 1  # the others wait for theirs
    answer(town, job_of(town, town_ee, notice_id), [("accepted", None)] * 8)
    today, tomorrow = NOON.date(), NOON.date() + timedelta(days=1)
    assert _recipients(town, town_ee, not_since=today.isoformat()) == 1
    assert _recipients(town, town_ee, not_since=tomorrow.isoformat()) == 9


def test_whoever_got_nothing_of_a_notice_is_not_left_out(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    """Of eight one was refused, one failed on the way, one failed and arrived all the same; three went, and the rest was cancelled."""
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    job_id, today = job_of(town, town_ee, notice_id), NOON.date().isoformat()
    answer(
        town,
        job_id,
        [("failed", 131026), ("accepted", None), ("accepted", None), ("in_doubt", None), ("held", None)],
    )
    report_status(town, job_id, 2, "failed")
    report_status(town, job_id, 3, "failed")
    report_status(town, job_id, 3, "delivered")
    assert _recipients(town, town_ee, not_since=today) == 2  # three of the others wait for theirs
    cancel(town, town_ee, clock, notice_id)
    assert _recipients(town, town_ee, not_since=today) == 5


def test_a_send_of_many_days_counts_by_the_day_on_which_each_message_went(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    job_id = job_of(town, town_ee, notice_id)
    answer(town, job_id, [("accepted", None)] * 8)
    _set(
        town,
        f"UPDATE outcome SET answered_at = answered_at + INTERVAL 9 DAY WHERE job_id = {job_id} AND message_no > 5",
    )
    later = (NOON.date() + timedelta(days=7)).isoformat()
    assert (
        _recipients(town, town_ee, not_since=later) == 5
    )  # it still sends, without a change of its state since
    assert _recipients(town, town_ee, not_since=NOON.date().isoformat()) == 0


def test_a_number_of_three_accounts_gets_one_message_or_three(
    town: Database, clock: Clock, town_ee: Scope
) -> None:
    fill_people(town, [Person("0000000091", mobile=FIRST_NUMBER), Person("0000000092", mobile=FIRST_NUMBER)])
    assert (_recipients(town, town_ee), _recipients(town, town_ee, per_account=True)) == (8, 10)
    draft = dataclasses.replace(DRAFT, audience=Audience("DIV1", per_account=True))
    notice = get_notice(town, town_ee, submit(town, town_ee, clock, draft))
    assert (notice.recipient_count, notice.audience) == (10, draft.audience)


def test_a_brought_list_is_judged_row_by_row(
    town: Database, clock: Clock, town_ee: Scope, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("account_no\n0000000001\n0000000002\n0000000001\n0000009999\n", encoding="utf-8")
    judged = keep_account_list(town, town_ee, clock, path, "DIV1", "हमारी सूची.csv")
    assert (judged.rows, judged.accepted, judged.repeated, len(judged.rejects)) == (4, 2, 1, 1)
    assert judged.rejects.iloc[0].to_dict() == {"row_no": 5, "reason": "unknown_account", "row": "0000009999"}
    assert [(one.name, one.count) for one in list_account_lists(town, town_ee)] == [("हमारी सूची.csv", 2)]
    assert _recipients(town, town_ee, list_id=judged.list_id) == 2
    stranger = scope_of(town, Role.COMPOSER, "DIV1/1/SS/F2", "stranger")
    with pytest.raises(Refused):
        count_audience(
            town, stranger, "bill_due", "en", Audience("DIV1/1/SS/F2", list_id=judged.list_id or 0)
        )


def test_a_list_without_one_good_account_is_refused(
    town: Database, clock: Clock, town_ee: Scope, tmp_path: Path
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("account_no\n0000009999\n", encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        keep_account_list(town, town_ee, clock, path, "DIV1")
    assert refusal.value.code == "list_empty"


def test_a_saved_audience_is_there_for_everyone_of_the_office(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    audience = Audience(
        "DIV1", ("LMV-1",), ("due",), load_bands=("2_to_5",), languages=("hi",), per_account=True
    )
    audience_id = save_audience(town, town_ee, clock, "  बड़े  बकायेदार ", audience)
    assert [(one.name, one.audience) for one in list_audiences(town, town_se)] == [("बड़े बकायेदार", audience)]
    below = scope_of(town, Role.COMPOSER, "DIV1/1", "je")
    assert list_audiences(town, below) == []
    with pytest.raises(Refused):
        delete_audience(town, below, clock, audience_id)
    delete_audience(town, town_se, clock, audience_id)
    assert list_audiences(town, town_ee) == []
    for name in ("", " ", "x" * 81):
        with pytest.raises(BadInput):
            save_audience(town, town_ee, clock, name, audience)


def test_an_audience_kept_before_there_were_more_choices_is_still_read() -> None:
    old = {"office_code": "DIV1", "categories": ["LMV-1"], "arrears_segments": [], "feeder_codes": []}
    assert read_audience(old) == Audience("DIV1", ("LMV-1",))
    assert Audience("DIV1", ("LMV-1",)).as_fields == {
        **old, "categories": ("LMV-1",), "arrears_segments": (), "feeder_codes": ()
    }  # fmt: skip


def test_a_large_audience_is_counted_from_what_is_counted_beforehand(
    town: Database, town_ee: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_people(
        town,
        [
            Person("0000000091", mobile=FIRST_NUMBER),
            Person("0000000092", mobile=None, state="missing", consent=None, category="LMV-2"),
            Person("0000000093", state="on_file", consent=None, segment="due"),
        ],
    )
    town.write(lambda cursor: refresh_cube(cursor, 1, 9))
    monkeypatch.setattr(counting, "_EXACT_CONSUMERS", 0)
    count = count_audience(
        town, town_ee, "bill_due", "en", Audience("DIV1"), {"month": "May", "due_date": "1"}
    )
    assert (count.at_most_for, count.recipients, count.consumers) == (("stale",), 9, 11)
    assert renew_odd(town) > 0 and renew_odd(town) == 0
    count = count_audience(
        town, town_ee, "bill_due", "en", Audience("DIV1"), {"month": "May", "due_date": "1"}
    )
    assert (count.at_most_for, count.recipients, count.consumers) == ((), 8, 11)
    assert (count.exclusions["no_number"], count.exclusions["not_enrolled"]) == (1, 1)
    assert set(count.exclusions) == set(REASONS)
    assert _recipients(town, town_ee, categories=("LMV-2",)) == 0
    assert _recipients(town, town_ee, arrears_segments=("due",)) == 0
    assert _recipients(town, town_ee, feeder_codes=("DIV1/1/SS/F1",)) == 8
    monkeypatch.undo()
    exact = count_audience(
        town, town_ee, "bill_due", "en", Audience("DIV1"), {"month": "May", "due_date": "1"}
    )
    assert (exact.is_exact, exact.recipients, exact.exclusions["duplicate_number"]) == (True, 8, 1)
    assert count.longest_text >= exact.longest_text > 0


def _random_people(draw: random.Random) -> list[Person]:
    """Consumers whose numbers repeat within and across offices, some without a feeder, some dead."""
    people = []
    for number in range(60):
        state = draw.choice(("enrolled",) * 5 + ("on_file", "opted_out", "missing", "unusable"))
        mobile = None if state == "missing" else FIRST_NUMBER + draw.randrange(25)
        people.append(
            Person(
                f"{100 + number:010d}", draw.choice((6, 8, 8, 9)), mobile, state, "in" if state == "enrolled" else None,
                draw.choice(("LMV-1", "LMV-2")), draw.choice(("none", "due")),
            )
        )  # fmt: skip
    return people


@pytest.mark.parametrize("seed", range(4))
def test_counted_beforehand_is_the_same_as_counted_one_by_one(
    town: Database, town_ee: Scope, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Also after single offices were counted anew, with numbers whose other account lies elsewhere."""
    draw = random.Random(seed)
    fill_people(town, _random_people(draw))
    town.write(lambda cursor: refresh_cube(cursor, 1, 9))
    renew_odd(town)
    dead, gone = FIRST_NUMBER + draw.randrange(25), FIRST_NUMBER + draw.randrange(8)

    def change(cursor: Cursor) -> None:
        cursor.execute("INSERT INTO undeliverable_number VALUES (?, ?)", [dead, NOON])
        cursor.execute("UPDATE consumer SET state = 'unusable' WHERE mobile = ?", [dead])
        cursor.execute("UPDATE consumer SET state = 'opted_out' WHERE mobile = ? AND office_no = 8", [gone])
        refresh_cube(cursor, 8, 8)
        refresh_cube(cursor, 1, 9, among=[6, 9])

    town.write(change)
    renew_odd(town)
    choices: list[dict[str, object]] = [
        {}, {"per_account": True}, {"categories": ("LMV-2",)}, {"arrears_segments": ("due",)}, {"feeder_codes": ("DIV1/1/SS/F1",)},
    ]  # fmt: skip
    for template, variables in (
        ("bill_due", {"month": "May", "due_date": "1"}),
        ("supply_restored", {"time": "1"}),
    ):
        for choice in choices:
            audience = dataclasses.replace(Audience("DIV1"), **choice)  # type: ignore[arg-type]
            ask = (town, town_ee, template, "en", audience, variables)
            monkeypatch.setattr(counting, "_EXACT_CONSUMERS", 0)
            beforehand = count_audience(*ask)
            monkeypatch.setattr(counting, "_EXACT_CONSUMERS", 1_000)
            one_by_one = count_audience(*ask)
            assert beforehand.is_exact and beforehand.recipients == one_by_one.recipients
            assert beforehand.exclusions == one_by_one.exclusions


def test_one_account_is_looked_at_with_its_text_or_the_reason(town: Database, town_ee: Scope) -> None:
    _set(town, "UPDATE consumer SET state = 'opted_out' WHERE account_no LIKE '%2'")
    seen = preview_account(town, town_ee, DRAFT, " 0000000001 ")
    assert (seen.reason, seen.reader, seen.mobile_masked) == (None, "B", "94xxxxx341")
    assert "the bill for May" in seen.text
    assert preview_account(town, town_ee, DRAFT, "0000000002").reason == "opted_out"
    with pytest.raises(Refused) as refusal:
        preview_account(town, town_ee, DRAFT, "0000009999")
    assert refusal.value.code == "consumer"


def test_the_first_holes_name_the_account_and_what_is_empty(town: Database, town_ee: Scope) -> None:
    fill_people(town, [Person("0000000090", office_no=6, mobile=9919912345)])
    draft = NoticeDraft("supply_restored", "en", {"time": "10:00"}, Audience("DIV1"))
    holes = list_holes(town, town_ee, draft)
    assert [(one.account_no, one.names) for one in holes] == [("0000000090", ("feeder", "substation"))]


@pytest.mark.parametrize("said", ["2026-13-45", "20261124", "0000-00-00", "yesterday"])
def test_a_day_that_is_none_is_refused_in_words(town: Database, town_ee: Scope, said: str) -> None:
    with pytest.raises(BadInput, match="not_since_day"):
        _recipients(town, town_ee, not_since=said)


def test_a_list_is_found_by_name_however_old_it_is(town: Database, clock: Clock, town_ee: Scope) -> None:
    def change(cursor: Cursor) -> None:
        for place in range(1, 61):
            name = f"शिविर {place}" if place > 2 else f"Camp OLD {place}"
            cursor.execute(
                "INSERT INTO audience_list VALUES (?, ?, 'DIV1', 5, 'ee', ?)", [place, name, clock()]
            )

    town.write(change)

    def found(**asked: Any) -> list[int]:
        return [one.list_id for one in list_account_lists(town, town_ee, **asked)]

    assert found() == list(range(60, 10, -1))
    assert found(wanted=" camp old ") == [2, 1]
    assert found(wanted="शिविर 4", kept=1, limit=4) == [1, 49, 48, 47]
    assert found(wanted="nobody's") == []


def test_a_list_of_too_many_rows_is_refused_before_a_row_is_read(
    town: Database, town_ee: Scope, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("account_no\n0000000000\n0000000001\n0000000002\n")
    assert judge_account_list(town, town_ee, path, "DIV1").accepted == 3
    monkeypatch.setattr("dashboard.notices.audience_store._MOST_LINES", 2)
    monkeypatch.setattr("dashboard.notices.audience_store.read_table", None)  # whoever reads rows fails
    with pytest.raises(BadInput) as refusal:
        judge_account_list(town, town_ee, path, "DIV1")
    assert (refusal.value.code, refusal.value.values) == ("list_long", {"limit": 2})
