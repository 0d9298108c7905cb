"""A brief's tables for a spreadsheet: bare numbers, every office of each level, one sheet a table."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dashboard.coverage.brief import Brief, Standing
from dashboard.coverage.brief_map import name_district
from dashboard.coverage.brief_sheet import name_count, write_target
from dashboard.coverage.figures import COUNTS, STATES, Coverage
from dashboard.coverage.funnel import STEPS
from dashboard.store.spreadsheet import Sheet, write_workbook
from dashboard.ui.catalogue import say
from dashboard.ui.formats import share

_MOVING = (*COUNTS, "to_collect")


def write_tables(brief: Brief, languages: Iterable[str], path: Path) -> int:
    """Write the tables of a brief as XLSX, one language behind the other; return the number of rows."""
    return write_workbook(path, [sheet for one in languages for sheet in list_sheets(brief, one)])


def list_sheets(brief: Brief, language: str) -> list[Sheet]:
    """Return the sheets: states, funnel, target, movement, the level below, the ranked level, districts, days; shares are 0 to 1."""

    def words(key: str, **values: Any) -> str:
        return say(language, f"brief.{key}", **values)

    figures = brief.figures
    office = [brief.office.code, brief.office.name_in(language)]
    counts = [name_count(name, language) for name in COUNTS]
    rates = [words("gap_rate"), words("enrolled_rate")]
    place = [words("column_code"), words("office")]
    states = [
        [*office, name_count(name, language), getattr(figures, name), figures.rate(name)] for name in COUNTS
    ]
    districts = [_name_district(one, language) for one in brief.districts]
    days = [[*office, at, *_count(then)] for at, then in brief.days]
    return [
        Sheet(words("sheet_states"), [*place, words("column_state"), words("consumers"), words("column_rate")], states),
        Sheet(words("funnel"), [*place, words("column_step"), words("consumers"), words("column_rate")], _list_funnel(brief, language)),
        _write_target_sheet(brief, language),
        Sheet(words("sheet_movement"), _head_movement(language), list(_list_movements(brief, language)), (1,)),
        Sheet(words("sheet_below"), [*place, *counts, *rates], _list_standings(brief.below, language)),
        Sheet(words("sheet_ranked"), [*place, *counts, *rates], _list_standings(brief.ranked, language)),
        Sheet(words("sheet_districts"), [words("column_district"), *counts, *rates], districts),
        Sheet(words("sheet_days"), [*place, words("column_day"), *counts], days, (2,)),
    ]  # fmt: skip


def _list_funnel(brief: Brief, language: str) -> list[list[object]]:
    office, funnel = [brief.office.code, brief.office.name_in(language)], brief.funnel
    return [
        [*office, say(language, f"coverage.step_{step}"), getattr(funnel, step), share(getattr(funnel, step), funnel.consumers)]
        for step in STEPS
    ]  # fmt: skip


def _write_target_sheet(brief: Brief, language: str) -> Sheet:
    """The target as figures, beside them the sentence of the first page; no row where none is set."""
    keys = ("target_share", "target_by", "target_goal", "target_per_week", "target_day", "target_earliest", "target_latest", "target_words")  # fmt: skip
    head = [say(language, f"brief.{key}") for key in ("column_code", "office", *keys)]
    rows: list[list[object]] = []
    if (outlook := brief.outlook) is not None:
        told = outlook.forecast
        days = [told.day, told.earliest, told.latest]
        pace = round(told.per_week, 1)
        rows.append(
            [brief.office.code, brief.office.name_in(language), outlook.share, outlook.by_day, outlook.goal, pace, *days, write_target(brief, language)]
        )  # fmt: skip
    return Sheet(say(language, "brief.sheet_target"), head, rows, (3, 6, 7, 8))


def _head_movement(language: str) -> list[str]:
    keys = ("column_span", "column_since", "column_state", "column_before", "movement_now", "column_change")
    return [say(language, f"brief.{key}") for key in keys]


def _list_movements(brief: Brief, language: str) -> Iterable[list[object]]:
    for one in brief.movements:
        for name in _MOVING:
            before, now = getattr(one.before, name), getattr(brief.figures, name)
            span = say(language, f"brief.span_{one.span}")
            yield [span, one.since, name_count(name, language), before, now, now - before]


def _list_standings(standings: Iterable[Standing], language: str) -> list[list[object]]:
    return [[one.code, one.name_in(language), *_count(one.figures), *_rate(one)] for one in standings]


def _name_district(one: Standing, language: str) -> list[object]:
    return [name_district(one.code, language), *_count(one.figures), *_rate(one)]


def _count(figures: Coverage) -> list[int]:
    return [figures.consumers, *(getattr(figures, state) for state in STATES)]


def _rate(one: Standing) -> list[float]:
    return [round(one.gap_rate, 6), round(one.figures.rate("enrolled"), 6)]
