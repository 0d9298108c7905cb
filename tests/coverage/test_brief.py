"""A brief: its figures are the coverage functions' own, it has two pages for every office, and no name is markup in it."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from dashboard.access.scope import Role, Scope
from dashboard.coverage.brief import Brief, Standing, compare_days, make_brief
from dashboard.coverage.brief_map import SHADES, classify, draw_map
from dashboard.coverage.brief_press import draw_pages, print_brief
from dashboard.coverage.brief_sheet import STATE_COLOURS, scale_of
from dashboard.coverage.brief_tables import list_sheets, write_tables
from dashboard.coverage.figures import Coverage, coverage_by, coverage_of
from dashboard.coverage.funnel import STEPS, funnel_of
from dashboard.coverage.movement import Outlook
from dashboard.coverage.pace import Forecast
from dashboard.coverage.targets import set_target
from dashboard.store.database import Database
from dashboard.ui import charts
from dashboard.ui.formats import group_digits, percent
from tests.conftest import NOON, scope_of
from tests.coverage.conftest import MARKUP, rename


def _brief(db: Database, code: str = "UP") -> Brief:
    return make_brief(db, scope_of(db, Role.VIEWER, "UP"), code, lambda: NOON)


def _read(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def _code_of(db: Database, level: str) -> str:
    with db.read() as cursor:
        return str(cursor.execute("SELECT min(code) FROM office WHERE level = ?", [level]).fetchall()[0][0])


@pytest.mark.parametrize("level", ["state", "circle", "division", "subdivision", "feeder"])
def test_a_brief_has_two_pages_a_language(filled: Database, level: str) -> None:
    brief = _brief(filled, _code_of(filled, level))
    assert len(_read(print_brief(brief, ("hi",)))) == 2
    assert len(_read(print_brief(brief, ("hi", "en")))) == 4


def test_the_figures_on_paper_are_those_of_the_coverage(filled: Database) -> None:
    scope = scope_of(filled, Role.VIEWER, "UP")
    figures = coverage_of(filled, scope, "UP")
    for language in ("hi", "en"):
        first, second = _read(print_brief(_brief(filled), (language,)))
        for state in STATE_COLOURS:
            assert group_digits(getattr(figures, state)) in first
            assert percent(figures.rate(state)) in first
        assert group_digits(figures.consumers) in first
        assert group_digits(figures.to_collect) in first
        for row in coverage_by(filled, scope, "UP", "subdivision").itertuples():
            gap = row.missing + row.unusable
            assert re.search(rf"{gap}\s+{re.escape(percent(gap / row.consumers))}", second), row.office_code


def test_the_funnel_and_the_target_stand_on_the_first_page_and_in_the_tables(filled: Database) -> None:
    scope = scope_of(filled, Role.ADMINISTRATOR, "UP")
    first = _read(print_brief(_brief(filled), ("en",)))[0]
    assert "No target is set" in first
    set_target(filled, scope, lambda: NOON, "UP", 0.8, date(2027, 3, 31))
    brief = _brief(filled)
    funnel = funnel_of(filled, scope, "UP")
    for language in ("hi", "en"):
        first = _read(print_brief(brief, (language,)))[0]
        assert "80%" in first
        assert group_digits(240) in first  # of 300
    assert "Verified by a reply or delivery" in first
    sheets = {sheet.title: list(sheet.rows) for sheet in list_sheets(brief, "en")}
    assert [row[3] for row in sheets["From consumer to enrolled"]] == [
        getattr(funnel, step) for step in STEPS
    ]
    assert sheets["Target"][0][2:5] == [0.8, date(2027, 3, 31), 240]


def test_the_worst_stand_first_and_nobody_is_in_both_lists(filled: Database) -> None:
    brief = _brief(filled)
    rates = [one.gap_rate for one in brief.ranked]
    assert rates == sorted(rates, reverse=True)
    assert brief.ranked_level == "subdivision"
    assert len(brief.worst) == 10
    assert set(brief.worst).isdisjoint(brief.best)
    assert {*brief.worst, *brief.best} == set(brief.ranked)  # 12 of them


def test_movement_is_counted_from_the_last_day_kept_before_the_span() -> None:
    today = date(2026, 11, 24)
    days = tuple((today - timedelta(days=back), Coverage(back, 0, 0, 0, 0, 0)) for back in (40, 9, 8, 3, 0))
    found = {one.span: (one.since, one.before.consumers) for one in compare_days(days, today)}
    assert found == {"week": (today - timedelta(days=8), 8), "month": (today - timedelta(days=40), 40)}
    assert compare_days(days[3:], today) == ()


def test_an_office_without_consumers_says_why(filled: Database) -> None:
    filled.write(lambda cursor: cursor.execute("DELETE FROM coverage_cube"))
    brief = _brief(filled)
    assert brief.ranked == brief.districts == ()
    pages = _read(print_brief(brief, ("en",)))
    assert len(pages) == 2
    assert "no consumer in this office yet" in pages[0]


@pytest.mark.parametrize("level", ["state", "discom", "subdivision"])
def test_a_name_with_markup_is_printed_as_it_is(filled: Database, level: str) -> None:
    rename(filled, _code_of(filled, level), MARKUP)
    printed = "".join("".join(_read(print_brief(_brief(filled), ("en",)))).split())
    assert "".join(MARKUP[:24].split()) in printed


def test_names_that_fill_a_page_push_nothing_off_it(filled: Database) -> None:
    with filled.read() as cursor:
        codes = [row[0] for row in cursor.execute("SELECT code FROM office").fetchall()]
    for code in codes:
        rename(filled, code, "विद्युत नगरीय वितरण उपखण्ड " * 30 + "W" * 300)
    brief = _brief(filled)
    dated = Forecast("dated", 1.0, NOON.date(), NOON.date(), NOON.date())
    outlook = Outlook(0.8, NOON.date(), 10**7, dated)
    many = tuple(replace(brief.ranked[0], code=f"x{number}") for number in range(20))
    full = replace(
        brief,
        ranked=many,
        below=many[:10],
        below_level="zone",
        outlook=outlook,
        funnel=replace(brief.funnel, joined=10**7),
    )
    pages = _read(print_brief(full))
    assert len(pages) == 4
    assert "Page 1 of 2" in pages[2]
    assert "Name, designation, date" in pages[3]


def test_hindi_is_shaped_and_each_page_has_ink(filled: Database) -> None:
    rename(filled, "UP", "क्ष")
    joined = draw_pages(_brief(filled), ("hi",))[0]
    rename(filled, "UP", "क्\u200cष")  # the same letters, kept apart
    apart = draw_pages(_brief(filled), ("hi",))[0]
    assert joined != apart
    assert joined.startswith(b"\x89PNG")


def test_the_five_colours_are_those_of_the_pages() -> None:
    assert {state: colour for state, (colour, _) in STATE_COLOURS.items()} == charts.STATE_COLOURS
    assert tuple(STATE_COLOURS) == charts.STATES


def test_districts_add_up_and_are_on_the_map(filled: Database) -> None:
    brief = _brief(filled)
    assert [one.code for one in brief.districts] == ["Agra", "Mathura"]
    assert sum(one.figures.consumers for one in brief.districts) + brief.no_district == 300
    drawn = draw_map(brief.districts)
    assert drawn is not None
    assert {label.district for label in drawn.labels if not label.is_neighbour} == {"Agra", "Mathura"}
    assert sorted(one.code for shade in drawn.shades for one in shade.districts) == ["Agra", "Mathura"]
    for shade in drawn.shades:
        assert not shade.districts or shade.colour in drawn.svg
    assert draw_map([replace(brief.districts[0], code="Atlantis")]) is None


@pytest.mark.parametrize("gaps", [[0], [100], [0, 100], [33, 34], [10, 20, 30, 40, 50, 60], [37, 37]])
def test_every_district_is_in_the_class_whose_bounds_hold_it(gaps: list[int]) -> None:
    standings = [Standing(str(gap), "", "", Coverage(100, gap, 0, 100 - gap, 0, 0)) for gap in gaps]
    shades = classify(standings)
    assert 1 <= len(shades) <= len(SHADES)
    for shade in shades:
        for one in shade.districts:
            assert shade.low <= one.gap_rate * 100 <= shade.high
    assert sum(len(shade.districts) for shade in shades) == len(gaps)


def test_shades_keep_their_order_in_grey() -> None:
    grey = [0.2126 * int(c[1:3], 16) + 0.7152 * int(c[3:5], 16) + 0.0722 * int(c[5:], 16) for c in SHADES]
    assert all(light - dark >= 25 for light, dark in pairwise(grey))


def test_a_flat_line_is_drawn_flat() -> None:
    assert scale_of([1000, 1001]) == (950, 1050)
    assert scale_of([0, 0]) == (0, 4)
    assert scale_of([100, 900]) == (100, 900)


def test_the_tables_hold_the_same_figures_and_no_formula(filled: Database, tmp_path: Path) -> None:
    rename(filled, "DIV000001", "=cmd|' /C calc'!A0")
    brief = _brief(filled)
    assert write_tables(brief, ("en",), tmp_path / "brief.xlsx") == sum(
        len(list(sheet.rows)) for sheet in list_sheets(brief, "en")
    )
    book = CalamineWorkbook.from_path(tmp_path / "brief.xlsx")
    sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    assert list(sheets) == [
        "States",
        "From consumer to enrolled",
        "Target",
        "Movement",
        "Level below",
        "All ranked",
        "Districts",
        "Days",
    ]
    assert sheets["States"][1][3] == sum(row[3] for row in sheets["States"][2:]) == 300
    assert sum(row[2] for row in sheets["All ranked"][1:]) == 300
    assert {row[0] for row in sheets["Movement"][1:]} == {"Last week"}
    assert {type(row[1]) for row in sheets["Movement"][1:]} == {date}  # a spreadsheet can sort and count days
    assert [row[2] for row in sheets["Days"][1:]] == [at for at, _ in brief.days]
    divisions = {
        sheet.title: sheet for sheet in list_sheets(_brief(filled, _code_of(filled, "circle")), "en")
    }
    assert write_tables(_brief(filled, _code_of(filled, "circle")), ("hi", "en"), tmp_path / "circle.xlsx")
    both = CalamineWorkbook.from_path(tmp_path / "circle.xlsx")
    assert both.sheet_names[8:] == list(sheets)  # Hindi, then English
    below = both.get_sheet_by_index(4).to_python()
    assert len(below) == 1 + len(list(divisions["Level below"].rows))
    assert {row[1] for row in below} >= {"'=cmd|' /C calc'!A0"}


def test_feeders_of_one_name_are_told_apart(filled: Database) -> None:
    brief = _brief(filled, "DIV000001")
    assert brief.ranked_level == "feeder"
    assert all(", SS1" in one.name for one in brief.ranked)


def test_a_foreign_office_gets_no_brief(filled: Database) -> None:
    scope = scope_of(filled, Role.VIEWER, "DIV000001")
    assert isinstance(scope, Scope)
    assert make_brief(filled, scope, "DIV000001", lambda: NOON).path[0].code == "DIV000001"
