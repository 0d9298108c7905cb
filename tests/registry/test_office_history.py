"""Splits, merges, renames and moves of offices in newer exports: consumers move, earlier days read as they did."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.access.sign_in import load_scope
from dashboard.access.users import add_user
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.days import take_snapshot
from dashboard.coverage.figures import coverage_of, trend
from dashboard.coverage.movement import compare_days, coverage_by_on, outlook_of
from dashboard.coverage.targets import set_target
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.errors import BadInput, Refused
from dashboard.registry.importer import Upload, import_exports
from dashboard.registry.office_edit import list_offices, merge_office
from dashboard.registry.offices import find_office
from dashboard.store.clock import india_day
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of

HEADER = "ACCT_ID,MOBILE_NO,DISCOM,ZONE_NAME,CIRCLE_CODE,CIRCLE_NAME,DIV_CODE,DIV_NAME,SDO_CODE,SDO_NAME,SUBSTATION,FEEDER"
LATER = NOON + timedelta(days=30)
GOMTI = "MVVNL,LUCKNOW,C1,CIRCLE ONE,DIV000001,GOMTI,0000011,GOMTI EAST,SS A,F1"
ALAM = "MVVNL,LUCKNOW,C1,CIRCLE ONE,DIV000002,ALAM,0000021,ALAM WEST,SS B,F2"
NEW = "MVVNL,LUCKNOW,C1,CIRCLE ONE,DIV000003,NEW TOWN,0000031,NEW EAST,SS A,F1"
Bring = Callable[..., None]


@pytest.fixture(params=[200_000, 0], ids=["inside one commit", "the registry anew"])
def bring(request: pytest.FixtureRequest, db: Database, administrator: Scope, tmp_path: Path) -> Bring:
    """Bring in an export: `bring(now, {office columns: number of accounts}, first=…)`; accounts are numbered on."""

    def run(now: datetime, *groups: tuple[str, range]) -> None:
        lines = [HEADER]
        for offices, accounts in groups:
            lines += [
                f"{account:010d},{'' if account % 2 else '9415012345'},{offices}" for account in accounts
            ]
        path = tmp_path / "export.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        import_exports(
            db, administrator, [Upload(path, "export.csv")], clock=lambda: now, shared_threshold=100, refresh=refresh_cube,
            small_rows=request.param,
        )  # fmt: skip

    return run


def keep_day(db: Database, now: datetime) -> None:
    db.write(lambda cursor: take_snapshot(cursor, india_day(now)))


def days_of(db: Database, code: str, now: datetime = LATER) -> dict[date, int]:
    table = trend(db, scope_of(db, Role.VIEWER, "UP"), code, lambda: now)
    return {day: int(count) for day, count in zip(table["day"], table["consumers"], strict=True)}


def consumers_of(db: Database, code: str) -> int:
    return coverage_of(db, scope_of(db, Role.VIEWER, "UP"), code).consumers


def test_a_split_keeps_the_old_ones_days_and_gives_the_new_one_its_share(db: Database, bring: Bring) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (ALAM, range(101, 111)))
    keep_day(db, NOON)
    bring(LATER, (GOMTI, range(1, 31)), (NEW, range(31, 41)))
    assert (consumers_of(db, "DIV000001"), consumers_of(db, "DIV000003")) == (30, 10)
    keep_day(db, LATER + timedelta(days=1))
    first, last = india_day(NOON), india_day(LATER + timedelta(days=1))
    after = LATER + timedelta(days=1)
    assert days_of(db, "DIV000001", after) == {first: 40, last: 30}
    assert days_of(db, "DIV000003", after) == {first: 10, last: 10}
    assert days_of(db, "C1", after) == {first: 50, last: 50}


def test_offices_of_one_day_that_exchange_consumers_keep_their_figures(db: Database, bring: Bring) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (ALAM, range(101, 111)))
    bring(NOON, (GOMTI, range(101, 106)), (ALAM, range(1, 11)))
    keep_day(db, NOON)
    assert days_of(db, "DIV000001", NOON) == {india_day(NOON): 35}
    assert days_of(db, "DIV000002", NOON) == {india_day(NOON): 15}


def test_a_merged_division_leads_to_its_successor_and_so_do_its_people(db: Database, bring: Bring) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (ALAM, range(101, 111)))
    keep_day(db, NOON)
    add_user(
        db, lambda: NOON, username="ee", full_name="EE", role=Role.COMPOSER, office_code="DIV000002", password="a long enough one", by=None
    )  # fmt: skip
    bring(LATER, (ALAM.replace("DIV000002,ALAM", "DIV000001,GOMTI"), range(101, 111)))
    assert consumers_of(db, "DIV000001") == 50
    assert load_scope(db, "ee").office_code == "DIV000001"
    with db.read() as cursor:
        assert find_office(cursor, "DIV000002").code == "DIV000001"
    assert days_of(db, "DIV000002") == {india_day(NOON): 10}
    assert days_of(db, "DIV000001") == {india_day(NOON): 40}
    audit = list_audit(db, scope_of(db, Role.ADMINISTRATOR, "UP"))
    assert "user.follow_office" in set(audit["action"])


def compared(db: Database, office: str, level: str = "division") -> dict[str, tuple[object, object]]:
    """By office: enrolled and on file at the end of the first day and of the later one (the exports bring no consent)."""
    scope, days = scope_of(db, Role.VIEWER, "UP"), (india_day(NOON), india_day(LATER))
    tables = [coverage_by_on(db, scope, office, level, day) for day in days]
    known = [dict(zip(table["office_code"], table["on_file"], strict=True)) for table in tables]
    rows = compare_days(db, scope, office, level, *days, lambda: LATER + timedelta(days=1))
    assert set(rows["office_code"]) == set(known[0]) | set(known[1])
    return {code: (known[0].get(code), known[1].get(code)) for code in rows["office_code"]}


def test_two_days_are_compared_with_each_office_as_it_was(db: Database, bring: Bring) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (ALAM, range(101, 111)))
    keep_day(db, NOON)
    merged = ALAM.replace("DIV000002,ALAM", "DIV000001,GOMTI")
    bring(LATER, (GOMTI, range(1, 31)), (NEW, range(31, 41)), (merged, range(101, 111)))
    keep_day(db, LATER)
    expected = {"DIV000001": (20, 20), "DIV000002": (5, None), "DIV000003": (5, 5)}  # split and merged
    assert compared(db, "C1") == compared(db, "UP") == expected
    assert compared(db, "UP", "circle") == {"C1": (25, 25)}


def test_a_new_name_for_a_code_is_the_same_division(db: Database, bring: Bring) -> None:
    bring(NOON, (GOMTI, range(1, 41)))
    bring(LATER, (GOMTI.replace("GOMTI,", "INDIRA,"), range(1, 41)))
    with db.read() as cursor:
        assert find_office(cursor, "DIV000001").name == "INDIRA"
        spans = cursor.execute(
            "SELECT name, valid_from, valid_to FROM office_span WHERE code = 'DIV000001' ORDER BY valid_from"
        ).fetchall()
    assert spans == [("GOMTI", india_day(NOON), india_day(LATER)), ("INDIRA", india_day(LATER), None)]


def test_a_division_that_moves_to_another_circle_takes_its_consumers_along(
    db: Database, bring: Bring
) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (ALAM, range(101, 111)))
    keep_day(db, NOON)
    bring(LATER, (ALAM.replace("C1,CIRCLE ONE", "C2,CIRCLE TWO"), range(101, 111)))
    assert (consumers_of(db, "C1"), consumers_of(db, "C2"), consumers_of(db, "DIV000002")) == (40, 10, 10)
    assert days_of(db, "C2") == {india_day(NOON): 10}
    assert days_of(db, "C1") == {india_day(NOON): 50}


def test_contradictory_columns_are_unplaced_and_counted(db: Database, bring: Bring) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (GOMTI.replace("F1", "F9"), range(41, 61)), (ALAM, range(101, 111)))
    bring(LATER, (GOMTI.replace("C1,CIRCLE ONE", "C9,ELSEWHERE"), range(201, 204)))
    assert consumers_of(db, "MVVNL/UNPLACED") == 3
    assert consumers_of(db, "DIV000001") == 60
    assert consumers_of(db, "UP") == 73


def test_a_code_used_in_two_discoms_is_two_offices_and_the_old_figures_stand(
    db: Database, bring: Bring
) -> None:
    bring(NOON, (GOMTI, range(1, 41)))
    bring(LATER, (GOMTI.replace("MVVNL,LUCKNOW", "PVVNL,MEERUT"), range(201, 221)))
    assert (consumers_of(db, "DIV000001"), consumers_of(db, "PVVNL/DIV000001")) == (40, 20)
    assert (consumers_of(db, "MVVNL"), consumers_of(db, "PVVNL")) == (40, 20)


def test_a_merger_by_a_person_moves_only_that_office_and_later_exports_follow(
    db: Database, bring: Bring, administrator: Scope
) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (ALAM, range(101, 111)))
    keep_day(db, NOON)
    moved = merge_office(db, administrator, lambda: LATER, "DIV000002", "DIV000001", refresh_cube)
    assert moved == 10
    assert (consumers_of(db, "DIV000001"), consumers_of(db, "C1")) == (50, 50)
    bring(LATER, (ALAM, range(101, 121)))
    assert consumers_of(db, "DIV000001") == 60
    assert days_of(db, "DIV000002") == {india_day(NOON): 10}


def test_a_merger_before_single_changes_are_folded_moves_each_consumer_once(
    db: Database, bring: Bring, administrator: Scope
) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (ALAM, range(101, 111)))
    handle_inbound(
        db, lambda: NOON, refresh_cube, InboundText("w", 9415012345, "JOIN 0000000102", NOON)
    )  # the cube has a row that takes one away from those on file
    with db.read() as cursor:
        codes = dict(cursor.execute("SELECT name, code FROM office WHERE level = 'feeder'").fetchall())
    merge_office(db, administrator, lambda: LATER, codes["F2"], codes["F1"], refresh_cube)
    with db.read() as cursor:
        moved = cursor.execute(
            "SELECT consumers, missing, on_file, enrolled FROM office_move WHERE level = 'division' AND from_code = 'DIV000002'"
        ).fetchall()
    assert moved == [(10, 5, 4, 1)]


def test_what_could_not_be_placed_is_merged_into_the_right_office(
    db: Database, bring: Bring, administrator: Scope
) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (GOMTI.replace("F1", "F9"), range(41, 61)))
    odd = GOMTI.replace("C1,CIRCLE ONE", "C9,ELSEWHERE")
    bring(LATER, (odd, range(201, 204)))
    waiting = list_offices(db, administrator, "MVVNL/UNPLACED")
    assert waiting["consumers"].tolist() == [3]
    merge_office(db, administrator, lambda: LATER, waiting["office_code"][0], "DIV000001", refresh_cube)
    assert consumers_of(db, "DIV000001") == 63
    bring(LATER, (odd, range(201, 206)))
    assert consumers_of(db, "DIV000001") == 65


def test_offices_of_two_discoms_are_not_merged(db: Database, bring: Bring, administrator: Scope) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (ALAM.replace("MVVNL", "PVVNL"), range(101, 111)))
    with pytest.raises(BadInput, match="office_merge"):
        merge_office(db, administrator, lambda: LATER, "DIV000002", "DIV000001", refresh_cube)
    assert consumers_of(db, "DIV000002") == 10


def codes_at(db: Database, level: str) -> dict[str, int]:
    """The offices of a level and their consumers."""
    with db.read() as cursor:
        codes = [
            code for (code,) in cursor.execute("SELECT code FROM office WHERE level = ?", [level]).fetchall()
        ]
    return {code: consumers_of(db, code) for code in codes}


def test_subdivisions_that_became_one_by_a_merger_stay_one_in_later_exports(
    db: Database, bring: Bring, administrator: Scope
) -> None:
    twin = ALAM.replace("ALAM WEST,SS B,F2", "GOMTI EAST,SS A,F1")
    bring(NOON, (GOMTI, range(1, 41)), (twin, range(101, 111)))
    merge_office(db, administrator, lambda: LATER, "DIV000002", "DIV000001", refresh_cube)
    assert codes_at(db, "subdivision") == {"0000011": 50}
    bring(LATER, (GOMTI, range(1, 41)), (twin, range(101, 112)))
    assert codes_at(db, "subdivision") == {"0000011": 51}


def test_a_merged_feeder_stays_merged_when_its_substation_is_merged_too(
    db: Database, bring: Bring, administrator: Scope
) -> None:
    merged, other = GOMTI.replace("F1", "F2"), GOMTI.replace("SS A,F1", "SS B,F9")
    bring(NOON, (GOMTI, range(1, 41)), (merged, range(41, 50)), (other, range(51, 60)))
    with db.read() as cursor:
        codes = dict(
            cursor.execute("SELECT name, code FROM office WHERE level IN ('substation', 'feeder')").fetchall()
        )
    merge_office(db, administrator, lambda: LATER, codes["F2"], codes["F1"], refresh_cube)
    merge_office(db, administrator, lambda: LATER, codes["SS A"], codes["SS B"], refresh_cube)
    before = codes_at(db, "feeder")
    assert sorted(before.values()) == [9, 49]
    bring(LATER, (GOMTI, range(1, 41)), (merged, range(41, 51)), (other, range(51, 60)))
    assert codes_at(db, "feeder") == before | {codes["F1"]: 50}


def test_codes_without_their_zeros_are_the_same_offices(db: Database, bring: Bring) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (ALAM, range(101, 111)))
    cut = [one.replace(",00000", ",") for one in (GOMTI, ALAM)]
    bring(LATER, (cut[0], range(1, 41)), (cut[1], range(101, 111)))
    assert codes_at(db, "subdivision") == {"0000011": 40, "0000021": 10}


def test_an_office_whose_consumers_went_to_no_other_of_its_level_keeps_its_days(
    db: Database, bring: Bring
) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (ALAM, range(101, 111)))
    keep_day(db, NOON)
    add_user(
        db, lambda: NOON, username="sdo", full_name="SDO", role=Role.COMPOSER, office_code="0000021", password="a long enough one", by=None
    )  # fmt: skip
    bring(LATER, ("MVVNL" + "," * 9, range(101, 111)))  # the export has lost where they stand
    assert (consumers_of(db, "MVVNL/UNPLACED"), codes_at(db, "subdivision")) == (10, {"0000011": 40})
    day = coverage_by_on(db, scope_of(db, Role.VIEWER, "UP"), "UP", "subdivision", india_day(NOON))
    assert dict(zip(day["office_code"], day["consumers"], strict=True)) == {"0000011": 40, "0000021": 10}
    with pytest.raises(Refused, match="office"):  # nobody's right grows by itself
        load_scope(db, "sdo")


def test_a_new_code_is_a_new_division_though_the_old_one_shares_its_code_with_another_discom(
    db: Database, bring: Bring
) -> None:
    there = GOMTI.replace("MVVNL,LUCKNOW,C1", "PVVNL,MEERUT,C7")
    bring(NOON, (GOMTI, range(1, 41)), (there, range(101, 111)))
    bring(LATER, (there.replace("DIV000001", "DIV000009"), range(101, 111)))
    assert codes_at(db, "division") == {"DIV000001": 40, "DIV000009": 10}


def pace_of(db: Database, code: str, now: datetime) -> float:
    outlook = outlook_of(db, scope_of(db, Role.VIEWER, "UP"), code, lambda: now)
    assert outlook is not None
    return outlook.forecast.per_week


def test_a_pace_counts_who_joined_and_not_who_came_or_went_with_their_office(
    db: Database, bring: Bring, administrator: Scope
) -> None:
    bring(NOON, (GOMTI, range(1, 41)), (ALAM, range(101, 111)))
    for code in ("DIV000001", "DIV000002"):
        set_target(db, administrator, lambda: NOON, code, 0.9, india_day(LATER))
    for week in range(5):  # one account a week joins in each division
        now = NOON + timedelta(days=7 * week)
        keep_day(db, now - timedelta(days=1))
        for account in (2 + 2 * week, 102 + 2 * week):
            said = InboundText(f"w{account}", 9415012345, f"JOIN {account:010d}", now)
            handle_inbound(db, lambda now=now: now, refresh_cube, said)  # type: ignore[misc]
    now = NOON + timedelta(days=34)
    keep_day(db, now - timedelta(days=1))
    assert (pace_of(db, "DIV000001", now), pace_of(db, "DIV000002", now)) == (1, 1)
    bring(now, (ALAM, range(1, 9)))  # four of the five who joined go over
    assert (coverage_of(db, administrator, "DIV000001").enrolled, coverage_of(db, administrator, "DIV000002").enrolled) == (1, 9)  # fmt: skip
    assert (pace_of(db, "DIV000001", now), pace_of(db, "DIV000002", now)) == (1, 1)
    bring(now, (NEW, range(101, 111)), (NEW, range(1, 9)))  # a new code for all of it
    set_target(db, administrator, lambda: NOON, "DIV000003", 0.9, india_day(LATER))
    assert pace_of(db, "DIV000003", now) == 1


def test_a_division_merged_into_one_of_another_circle_is_not_unplaced_by_the_next_export(
    db: Database, bring: Bring, administrator: Scope
) -> None:
    there = ALAM.replace("C1,CIRCLE ONE", "C2,CIRCLE TWO")
    groups = [(GOMTI.replace("F1", f"F{place}"), range(10 * place, 10 * place + 10)) for place in (1, 2, 3)]
    bring(NOON, *groups, (there, range(101, 111)))
    merge_office(db, administrator, lambda: LATER, "DIV000002", "DIV000001", refresh_cube)
    bring(LATER, *groups, (there, range(101, 112)))
    assert codes_at(db, "division") == {"DIV000001": 41}
    bring(LATER, (there, range(101, 113)))
    assert codes_at(db, "division") == {"DIV000001": 42}
    assert codes_at(db, "circle") == {"C1": 42}
