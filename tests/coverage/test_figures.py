"""Every figure equals a plain count over the consumers, for random trees, before and after changes."""

import random
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.access.scope import Role, Scope
from dashboard.coverage.brief import make_brief
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.days import take_snapshot
from dashboard.coverage.figures import COUNTS, STATES, coverage_by, coverage_by_district, coverage_of, trend
from dashboard.coverage.funnel import DIMENSIONS, Funnel, coverage_by_part, funnel_of, top_readers
from dashboard.coverage.movement import changes_of, compare_days, rank_by_level
from dashboard.coverage.twins import renew_odd
from dashboard.coverage.verified import verify_numbers
from dashboard.enrolment.consent import mark_undeliverable
from dashboard.enrolment.corrections import Desk, correct_number
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.errors import BadInput
from dashboard.registry.importer import import_exports
from dashboard.registry.missing import count_missing, list_missing
from dashboard.registry.offices import LEVELS
from dashboard.registry.sources import Upload
from dashboard.store.clock import india_day
from dashboard.store.database import Database, open_database
from tests.conftest import NOON, scope_of

_DISTRICTS = "UPDATE office SET district = CASE code WHEN 'DIV000001' THEN 'Agra' WHEN 'DIV000002' THEN 'Mathura' END WHERE level = 'division'"
HEADER = "ACCT_ID,MOBILE_NO,TARIFF_TYPE,DISCOM,ZONE_NAME,CIRCLE_NAME,DIV_CODE,DIV_NAME,SDO_CODE,SDO_NAME,SUBSTATION,FEEDER,SUPPLY_TYPE,AGENT_ID,AGENT_MOB_NO,AMOUNT_PAYABLE"
MOBILES = [
    "",
    "NA",
    "9415012345",
    "8004642302",
    "9519912345",
    "12345",
    "9999999999",
    "0522-2900612",
    "7007012345",
]


def _random_export(draw: random.Random, path: Path) -> None:
    lines = [HEADER]
    for number in range(draw.randrange(1, 60)):
        division = draw.choice(["DIV000001", "DIV000002", "DIV000003", ""])
        name = {"DIV000001": "EUDD CITY", "": ""}.get(division, division)
        deeper = draw.choice(
            [
                ",,,",
                f"{division[3:]}{1},S1,,",
                f"{division[3:]}1,S1,SS{draw.randrange(2)},",
                f"{division[3:]}1,S1,SS1,F{draw.randrange(3)}",
            ]
        )
        offices = (
            f"D{draw.randrange(2)},Z{draw.randrange(2)},C{draw.randrange(2)},{division},{name},{deeper}"
            if division
            else "D1" + "," * 8
        )
        agent = draw.choice(["A1,8442056734", "A2,9519912345", ","])
        extra = f"{draw.choice(['10', '20', ''])},{agent},{draw.choice(['0', '120.50', ''])}"
        lines.append(
            f"{number:010d},{draw.choice(MOBILES)},{draw.choice(['LMV1', 'LMV-2', ''])},{offices},{extra}".replace(
                "0000000000,", "0000000999,"
            )
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class _Person:
    """What the figures are about, read without any of the code that makes them."""

    account_no: str
    office_no: int
    state: str
    category: str
    supply: str
    arrears: str
    agent_id: str
    verdict: str
    mobile: int | None
    area: str
    district: str


def _everyone(db: Database) -> list[_Person]:
    with db.read() as cursor:
        divisions = cursor.execute(
            "SELECT office_no, last_no, name, coalesce(district, '') FROM office WHERE level = 'division'"
        ).fetchall()
        rows = cursor.execute(
            "SELECT account_no, office_no, state, coalesce(category, ''), coalesce(supply_type, ''), arrears_segment,"
            " coalesce(agent_id, ''), verdict, mobile FROM consumer"
        ).fetchall()
    return [_Person(*row, *_area_and_district(row[1], divisions)) for row in rows]


def _area_and_district(office_no: int, divisions: list[tuple[int, int, str, str]]) -> tuple[str, str]:
    for first_no, last_no, name, district in divisions:
        if first_no <= office_no <= last_no:
            return "urban" if name.startswith("EUDD") else "other", district
    return "", ""


def _stood(db: Database) -> dict[str, tuple[int, int]]:
    """Consumers and enrolled of each office from state to subdivision, by plain loops."""
    everyone = _everyone(db)
    with db.read() as cursor:
        offices = cursor.execute(
            "SELECT code, office_no, last_no FROM office WHERE level NOT IN ('substation', 'feeder')"
        ).fetchall()
    inside = {
        code: [one.state for one in everyone if first_no <= one.office_no <= last_no]
        for code, first_no, last_no in offices
    }
    return {code: (len(states), states.count("enrolled")) for code, states in inside.items() if states}


def _assert_compared(db: Database, before: dict[str, tuple[int, int]]) -> None:
    """Two days beside each other and the change since yesterday: whatever offices have come, gone and moved since."""
    scope, now, today = scope_of(db, Role.VIEWER, "UP"), _stood(db), india_day(NOON)
    with db.read() as cursor:
        levels = dict(cursor.execute("SELECT code, level FROM office_ever").fetchall())
    for level in ("discom", "circle", "division", "subdivision"):
        table = compare_days(db, scope, "UP", level, today - timedelta(days=1), today, lambda: NOON)
        rows = {row.office_code: row for row in table.itertuples()}
        known = {code for code in {*before, *now} if levels.get(code) == level}
        assert set(rows) == known
        for code in known:
            assert pd.isna(rows[code].enrolled) if code not in now else rows[code].enrolled == now[code][1]
            if code in before:
                assert rows[code].enrolled_before == before[code][1]
                assert rows[code].rate_before == before[code][1] / before[code][0]
    for code in {*before} & {*now}:
        yesterday = changes_of(db, scope, code, lambda: NOON)[0]
        assert (yesterday.consumers, yesterday.enrolled) == tuple(
            new - old for new, old in zip(now[code], before[code], strict=True)
        )


def _steps(db: Database, people: list[_Person]) -> tuple[int, int]:
    """Verified and joined, by plain loops over the facts."""
    with db.read() as cursor:
        proved = {mobile for (mobile,) in cursor.execute("SELECT mobile FROM verified_number").fetchall()}
        came = {
            account
            for (account,) in cursor.execute(
                "SELECT account_no FROM consent_event WHERE kind = 'opt_in'"
            ).fetchall()
        }
    usable = [one for one in people if one.state in ("on_file", "enrolled", "opted_out")]
    verified = [one for one in usable if one.mobile in proved]
    joined = [
        one
        for one in usable
        if one.state == "enrolled" or (one.state == "opted_out" and one.account_no in came)
    ]
    return len(verified), len(joined)


def _assert_true_everywhere(db: Database) -> None:
    scope = scope_of(db, Role.VIEWER, "UP")
    everyone = _everyone(db)
    with db.read() as cursor:
        offices = cursor.execute("SELECT code, level, office_no, last_no FROM office").fetchall()
    for code, level, first_no, last_no in offices:
        people = [one for one in everyone if first_no <= one.office_no <= last_no]
        _assert_states(db, scope, code, people)
        _assert_parts(db, scope, code, people)
        for below in LEVELS[LEVELS.index(level) :][:2]:
            for row in coverage_by(db, scope, code, below).itertuples():
                first, last = next((first, last) for one, _, first, last in offices if one == row.office_code)
                plain = Counter(one.state for one in everyone if first <= one.office_no <= last)
                assert {state: getattr(row, state) for state in STATES} == {
                    state: plain[state] for state in STATES
                }
                assert row.consumers == plain.total()
        if level == "state" or code == "DIV000001":
            _assert_districts(db, scope, code, people)
            _assert_missing(db, code, people)
            _assert_brief(db, scope, code, people)
    for level in LEVELS:
        _assert_ranks(db, scope, level)


def _assert_districts(db: Database, scope: Scope, code: str, people: list[_Person]) -> None:
    plain = Counter((one.district, one.state) for one in people if one.area)
    for row in coverage_by_district(db, scope, code).itertuples():
        assert {state: getattr(row, state) for state in STATES} == {
            state: plain[row.district, state] for state in STATES
        }
        plain -= Counter({(row.district, state): plain[row.district, state] for state in STATES})
    assert plain.total() == 0


def _assert_missing(db: Database, code: str, people: list[_Person]) -> None:
    scope = scope_of(db, Role.COMPOSER, "UP")
    to_collect = [one for one in people if one.state in ("missing", "unusable")]
    plain = Counter("not on whatsapp" if one.verdict == "ok" else one.verdict for one in to_collect)
    assert count_missing(db, scope, code) == plain
    assert sorted(list_missing(db, scope, code, 999)["account_no"]) == sorted(
        one.account_no for one in to_collect
    )


def _assert_brief(db: Database, scope: Scope, code: str, people: list[_Person]) -> None:
    brief, plain = make_brief(db, scope, code, lambda: NOON), Counter(one.state for one in people)
    assert {state: getattr(brief.figures, state) for state in STATES} == {
        state: plain[state] for state in STATES
    }
    assert brief.funnel == funnel_of(db, scope, code)  # which is compared with a plain count above
    for standings in (brief.below, brief.ranked, brief.districts):
        assert sum(one.figures.consumers for one in standings) <= len(people)
    known = Counter(one.district for one in people if one.district)
    assert {one.code: one.figures.consumers for one in brief.districts} == known
    assert brief.no_district == len(people) - known.total()


def _assert_ranks(db: Database, scope: Scope, level: str) -> None:
    rows = [row for row in coverage_by(db, scope, "UP", level).itertuples() if row.consumers]
    ranked = pd.DataFrame(rank_by_level(db, scope, "UP", level, lambda: NOON))
    assert set(ranked["office_code"]) == {row.office_code for row in rows}
    for row in ranked.itertuples():
        better = [one for one in rows if one.enrolled / one.consumers > row.enrolled_rate]
        assert row.rank == len(better) + 1


def _assert_states(db: Database, scope: Scope, code: str, people: list[_Person]) -> None:
    plain = Counter(one.state for one in people)
    figures = coverage_of(db, scope, code)
    assert {state: getattr(figures, state) for state in STATES} == {state: plain[state] for state in STATES}
    assert (
        figures.consumers
        == len(people)
        == figures.on_file + figures.enrolled + figures.opted_out + figures.to_collect
    )
    verified, joined = _steps(db, people)
    assert funnel_of(db, scope, code) == Funnel(
        len(people),
        len(people) - plain["missing"],
        len(people) - plain["missing"] - plain["unusable"],
        verified,
        joined,
        plain["enrolled"],
    )


def _assert_parts(db: Database, scope: Scope, code: str, people: list[_Person]) -> None:
    for dimension in DIMENSIONS:
        plain = Counter((getattr(one, dimension), one.state) for one in people)
        table = coverage_by_part(db, scope, code, dimension)
        assert set(table["part"]) == {part for part, _ in plain}
        for row in table.itertuples():
            assert [getattr(row, state) for state in STATES] == [plain[row.part, state] for state in STATES]
            assert row.consumers == sum(plain[row.part, state] for state in STATES)
    own = Counter(one.agent_id for one in people if one.verdict == "reader's own" and one.agent_id)
    shown = top_readers(db, scope, code, limit=9)
    assert dict(zip(shown["agent_id"], shown["consumers"], strict=True)) == own


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 2**32))
def test_every_figure_equals_a_plain_count(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    draw, folder = random.Random(seed), tmp_path_factory.mktemp("coverage")
    db = open_database(folder / "setu.duckdb", memory_limit="1GB")
    try:
        _import_random(db, draw, folder / "first.csv", NOON - timedelta(days=1))
        _say(db, "w", 9415012345, "JOIN 0000000999")
        before = _stood(db)
        db.write(lambda cursor: take_snapshot(cursor, india_day(NOON) - timedelta(days=1)))
        _import_random(db, draw, folder / "second.csv", NOON)  # to other offices: splits and mergers
        _change_at_random(db, draw)
        _assert_true_everywhere(db)
        _assert_cube_as_counted(db)
        _assert_compared(db, before)
    finally:
        db.close()


def _assert_cube_as_counted(db: Database) -> None:
    """Single changes move the cube by what they changed; folded it is, row by row, what counting all anew makes of it."""
    renew_odd(db)
    moved = _cube_rows(db)
    db.write(lambda cursor: refresh_cube(cursor, 1, 2_147_483_647))
    assert moved == _cube_rows(db)


def _cube_rows(db: Database) -> list[list[tuple[object, ...]]]:
    with db.read() as cursor:
        return [
            cursor.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
            for table in ("coverage_cube", "coverage_part", "audience_part")
        ]


def _import_random(db: Database, draw: random.Random, path: Path, at: datetime) -> None:
    administrator = Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647)
    _random_export(draw, path)
    import_exports(
        db,
        administrator,
        [Upload(path, path.name)],
        clock=lambda: at,
        shared_threshold=6,
        refresh=refresh_cube,
    )
    db.write(lambda cursor: cursor.execute(_DISTRICTS))
    _assert_true_everywhere(db)


def _say(db: Database, wamid: str, mobile: int, text: str) -> None:
    handle_inbound(db, lambda: NOON, refresh_cube, InboundText(wamid, mobile, text, NOON))


def _change_at_random(db: Database, draw: random.Random) -> None:
    """Words of consumers, numbers that proved themselves or are dead, corrections at the door."""
    mobiles = [int(one) for one in MOBILES[2:5]]
    for number in range(8):
        text = draw.choice(["STOP", f"JOIN {draw.randrange(60):010d}"])
        _say(db, f"w{number}", draw.choice(mobiles), text)
    numbers = pa.table({"mobile": pa.array(draw.sample(mobiles, 2), pa.int64())})
    for _ in range(2):  # told twice, counted once
        db.write(lambda cursor: verify_numbers(cursor, numbers, NOON))
    db.write(lambda cursor: mark_undeliverable(cursor, [8004642302], NOON, refresh_cube))
    desk = Desk(db, scope_of(db, Role.COMPOSER, "UP"), lambda: NOON, refresh_cube, 6)
    cells = ("7007054321", "", "9415012345", "")
    for one, cell in zip(draw.choices(_everyone(db), k=4), cells, strict=True):
        with suppress(BadInput):  # nothing_changed, a reader's number
            correct_number(desk, one.account_no, cell, "asked at the door")


def test_a_day_is_kept_under_the_offices_code(db: Database, administrator: Scope, tmp_path: Path) -> None:
    _random_export(random.Random(1), tmp_path / "e.csv")
    import_exports(
        db,
        administrator,
        [Upload(tmp_path / "e.csv", "e.csv")],
        clock=lambda: NOON,
        shared_threshold=6,
        refresh=refresh_cube,
    )
    for _ in range(2):  # the last look of a day stands, once
        db.write(lambda cursor: take_snapshot(cursor, india_day(NOON)))
    scope = scope_of(db, Role.VIEWER, "UP")
    days = trend(db, scope, "UP", lambda: NOON)
    figures = coverage_of(db, scope, "UP")
    assert days[list(COUNTS)].to_numpy().tolist() == [[getattr(figures, name) for name in COUNTS]]
