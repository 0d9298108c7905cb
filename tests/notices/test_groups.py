"""Groups run by hand: who is in is known from lists, judged row by row, and never for people of other offices."""

from pathlib import Path

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.enrolment.groups import add_group, close_group, judge_members, keep_members, list_groups
from dashboard.errors import BadInput, Refused
from dashboard.notices.audience import REASONS, count_audience
from dashboard.notices.draft import IN_A_GROUP, IN_NO_GROUP, Audience, read_audience
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import scope_of
from tests.notices.people import Person, fill_people
from tests.notices.town import FIRST_NUMBER, fill_town

BY_NUMBER = """MOBILE_NO
+91 94150 12340
9415012341
09415012341
12345
9919900000

9519912345
"""
BY_ACCOUNT = "ACCOUNT_NO\n0000000002\n0000000003\n0000000003\n7777777777\n0000000091\n"


@pytest.fixture
def ee(db: Database) -> Scope:
    fill_town(db)
    fill_people(db, [Person("0000000090", office_no=5, mobile=9919912345, state="missing", consent=None)])
    db.write(
        lambda c: c.execute(
            """INSERT INTO consumer (account_no, office_no, name, arrears_segment, mobile, verdict, state, import_id)
               VALUES ('0000000091', 8, 'X', 'none', 9415012349, 'shared', 'unusable', 1)"""
        )
    )
    return scope_of(db, Role.COMPOSER, "DIV1", "ee")


def _file(folder: Path, text: str) -> Path:
    path = folder / "members.csv"
    path.write_text(text, encoding="utf-8")
    return path


def _count(db: Database, scope: Scope, group_id: int) -> int:
    return count_audience(db, scope, "bill_due", "en", Audience("DIV1", group_id=group_id)).recipients


def test_a_list_is_judged_row_by_row_and_only_good_rows_are_kept(
    db: Database, clock: Clock, ee: Scope, tmp_path: Path
) -> None:
    group_id = add_group(db, ee, clock, "DIV1", "  Gomti   Nagar ", "group")
    path = _file(tmp_path, BY_NUMBER)
    judged = judge_members(db, ee, path, group_id)
    assert (judged.rows, judged.accepted, judged.repeated, len(judged.rejects)) == (6, 2, 1, 3)
    assert list(judged.rejects[["row_no", "reason"]].itertuples(index=False, name=None)) == [
        (5, "number"),
        (6, "unknown_number"),
        (8, "unknown_number"),
    ]
    assert list_groups(db, ee)[0].members == 0  # judging keeps nothing
    keep_members(db, ee, clock, path, group_id)
    (shown,) = list_groups(db, ee)
    assert (shown.name, shown.kind, shown.members, shown.listed_at) == ("Gomti Nagar", "group", 2, clock())
    assert keep_members(db, ee, clock, path, group_id).joining == 0
    with db.read() as cursor:
        assert cursor.execute("SELECT mobile FROM wa_group_fact ORDER BY mobile").fetchall() == [
            (FIRST_NUMBER,),
            (FIRST_NUMBER + 1,),
        ]


def test_accounts_stand_for_their_usable_numbers(
    db: Database, clock: Clock, ee: Scope, tmp_path: Path
) -> None:
    group_id = add_group(db, ee, clock, "DIV1", "G", "group")
    judged = keep_members(db, ee, clock, _file(tmp_path, BY_ACCOUNT), group_id)
    assert (judged.rows, judged.accepted, judged.repeated) == (5, 2, 1)
    assert list(judged.rejects["reason"]) == ["unknown_account", "number"]


def test_a_full_list_says_who_left_and_what_was_said_stays(
    db: Database, clock: Clock, ee: Scope, tmp_path: Path
) -> None:
    group_id = add_group(db, ee, clock, "DIV1", "G", "group")
    keep_members(db, ee, clock, _file(tmp_path, BY_NUMBER), group_id)
    path = _file(tmp_path, "MOBILE\n9415012341\n9415012342\n")
    assert judge_members(db, ee, path, group_id).leaving == 0
    judged = keep_members(db, ee, clock, path, group_id, is_full=True)
    assert (judged.joining, judged.leaving, list_groups(db, ee)[0].members) == (1, 1, 2)
    with db.read() as cursor:
        facts = cursor.execute("SELECT mobile, is_in FROM wa_group_fact ORDER BY mobile, is_in DESC")
        assert [(mobile - FIRST_NUMBER, is_in) for mobile, is_in in facts.fetchall()] == [
            (0, True),
            (0, False),
            (1, True),
            (2, True),
        ]


def test_an_audience_is_narrowed_by_groups(db: Database, clock: Clock, ee: Scope, tmp_path: Path) -> None:
    first = add_group(db, ee, clock, "DIV1", "A", "group")
    second = add_group(db, ee, clock, "DIV1/1", "B", "group")
    keep_members(db, ee, clock, _file(tmp_path, BY_NUMBER), first)
    keep_members(db, ee, clock, _file(tmp_path, BY_ACCOUNT), second)
    assert [_count(db, ee, one) for one in (0, first, second, IN_A_GROUP, IN_NO_GROUP)] == [8, 2, 2, 4, 4]
    without = count_audience(db, ee, "bill_due", "en", Audience("DIV1", group_id=IN_NO_GROUP))
    assert (set(without.exclusions), without.consumers) == (set(REASONS), 6)  # who has no number is in none
    chosen = Audience("DIV1", group_id=first)
    assert read_audience(chosen.as_fields) == chosen
    with pytest.raises(BadInput, match="group_unknown"):
        _count(db, ee, -3)


def test_a_closed_group_has_no_members_and_takes_none(
    db: Database, clock: Clock, ee: Scope, tmp_path: Path
) -> None:
    group_id = add_group(db, ee, clock, "DIV1", "A", "group")
    path = _file(tmp_path, BY_NUMBER)
    keep_members(db, ee, clock, path, group_id)
    close_group(db, ee, clock, group_id)
    assert (list_groups(db, ee), _count(db, ee, IN_A_GROUP)) == ([], 0)
    for again in (
        lambda: _count(db, ee, group_id),
        lambda: keep_members(db, ee, clock, path, group_id),
        lambda: close_group(db, ee, clock, group_id),
    ):
        with pytest.raises(Refused, match="group"):
            again()
    trail = list_audit(db, scope_of(db, Role.APPROVER, "UP"), 10)
    assert set(trail["action"]) >= {"group.add", "group.list", "group.close"}
    assert not trail["detail"].str.contains("94150").any()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NAME\nX\n", "member_columns"),
        ("", "file_empty"),
        ("MOBILE\n12\n", "list_empty"),
        ("MOBILE,PHONE\n1,2\n", "two_account_columns"),
    ],
)
def test_a_file_without_members_is_told(
    db: Database, clock: Clock, ee: Scope, tmp_path: Path, text: str, code: str
) -> None:
    group_id = add_group(db, ee, clock, "DIV1", "A", "group")
    with pytest.raises(BadInput, match=code):
        keep_members(db, ee, clock, _file(tmp_path, text), group_id)


def test_a_channel_has_no_list_of_members(db: Database, clock: Clock, ee: Scope, tmp_path: Path) -> None:
    group_id = add_group(db, ee, clock, "DIV1", "News", "channel")
    with pytest.raises(BadInput, match="group_channel"):
        keep_members(db, ee, clock, _file(tmp_path, BY_NUMBER), group_id)
    for name, kind in ((" ", "group"), ("x" * 81, "group"), ("x", "community")):
        with pytest.raises(BadInput, match="group_name"):
            add_group(db, ee, clock, "DIV1", name, kind)
