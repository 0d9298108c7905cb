"""Every figure equals a plain count over the consumers, for random trees, before and after changes."""

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube, take_snapshot
from dashboard.coverage.figures import COUNTS, STATES, coverage_by, coverage_by_category, coverage_of, trend
from dashboard.enrolment.consent import mark_undeliverable
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.registry.importer import import_exports
from dashboard.registry.offices import LEVELS
from dashboard.registry.sources import Upload
from dashboard.store.clock import india_day
from dashboard.store.database import Database, open_database
from tests.conftest import NOON, scope_of

HEADER = "ACCT_ID,MOBILE_NO,TARIFF_TYPE,DISCOM,ZONE_NAME,CIRCLE_NAME,DIV_CODE,DIV_NAME,SDO_CODE,SDO_NAME,SUBSTATION,FEEDER"
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
        deeper = draw.choice(
            [
                ",,,",
                f"{division[3:]}{1},S1,,",
                f"{division[3:]}1,S1,SS{draw.randrange(2)},",
                f"{division[3:]}1,S1,SS1,F{draw.randrange(3)}",
            ]
        )
        offices = (
            f"D{draw.randrange(2)},Z{draw.randrange(2)},C{draw.randrange(2)},{division},{division},{deeper}"
            if division
            else "D1" + "," * 8
        )
        lines.append(
            f"{number:010d},{draw.choice(MOBILES)},{draw.choice(['LMV1', 'LMV-2', ''])},{offices}".replace(
                "0000000000,", "0000000999,"
            )
        )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _assert_true_everywhere(db: Database) -> None:
    scope = scope_of(db, Role.VIEWER, "UP")
    with db.read() as cursor:
        consumers = cursor.execute("SELECT office_no, state, coalesce(category, '') FROM consumer").fetchall()
        offices = cursor.execute("SELECT code, level, office_no, last_no FROM office").fetchall()
    for code, level, first_no, last_no in offices:
        plain = Counter(state for office_no, state, _ in consumers if first_no <= office_no <= last_no)
        figures = coverage_of(db, scope, code)
        assert {state: getattr(figures, state) for state in STATES} == {
            state: plain[state] for state in STATES
        }
        assert (
            figures.consumers
            == sum(plain.values())
            == figures.on_file + figures.enrolled + figures.opted_out + figures.to_collect
        )
        by_category = coverage_by_category(db, scope, code)
        assert by_category["consumers"].sum() == figures.consumers
        for below in LEVELS[LEVELS.index(level) :]:
            for row in coverage_by(db, scope, code, below).itertuples():
                assert row.consumers == coverage_of(db, scope, row.office_code).consumers


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32))
def test_every_figure_equals_a_plain_count(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    draw, folder = random.Random(seed), tmp_path_factory.mktemp("coverage")
    administrator = Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647)
    db = open_database(folder / "setu.duckdb", memory_limit="1GB")
    try:
        for name in ("first.csv", "second.csv"):
            _random_export(draw, folder / name)
            import_exports(
                db,
                administrator,
                [Upload(folder / name, name)],
                clock=lambda: NOON,
                shared_threshold=6,
                refresh=refresh_cube,
            )
            _assert_true_everywhere(db)
        for number in range(8):
            text = draw.choice(["STOP", f"JOIN {draw.randrange(60):010d}"])
            handle_inbound(
                db,
                lambda: NOON,
                refresh_cube,
                InboundText(f"w{number}", int(draw.choice(MOBILES[2:5])), text, NOON),
            )
        db.write(lambda cursor: mark_undeliverable(cursor, [8004642302], NOON, refresh_cube))
        _assert_true_everywhere(db)
    finally:
        db.close()


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
