"""The offices below one: ranked, sorted, searched, as bars and as a table from which one goes down."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import dropwhile

import pyarrow as pa
import streamlit as st

from dashboard.coverage.movement import rank_by_level
from dashboard.registry.offices import LEVELS, Office
from dashboard.store.clock import india_day
from dashboard.ui import address, charts
from dashboard.ui.formats import group_digits
from dashboard.ui.kept import kept
from dashboard.ui.maps import list_districts
from dashboard.ui.office_picker import go_to_office
from dashboard.ui.tables import Cells, Column, name_rows, show_cells, write_cells
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t, t_each

ORDERS = ("gap", "count", "name")
_CHART_ROWS = 15
_MOST_LEVELS = 5
_WITH_DAYS = LEVELS[:6]  # of substations and feeders no days are kept


def list_levels(office: Office) -> list[str]:
    """Return the levels below an office that it can be broken down by."""
    return list(dropwhile(lambda level: level != office.level, LEVELS))[1:][:_MOST_LEVELS]


def choose_level(office: Office, levels: list[str]) -> str:
    """Let one choose the level by which the office is broken down."""
    start = "division" if office.level == "state" else levels[0]
    return address.choose("coverage", "level", t_each("level.", levels), start, t("coverage.by_level"))


def show_offices(visitor: Visitor, office: Office) -> None:
    """Show the offices of a level as stacked bars and as a table; a click on either goes down to that office."""
    levels = list_levels(office)
    if not levels:
        st.caption(t("coverage.empty_below"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        level = choose_level(office, levels)
        order = address.choose(
            "coverage", "order", t_each("coverage.order_", ORDERS), ORDERS[0], t("coverage.order")
        )
        words = _ask_words()
    district = _tell_district()
    key = (level, order, words, district, india_day(visitor.rt.clock()))
    view = kept(
        visitor,
        office,
        "coverage.offices",
        key,
        lambda: _draw(visitor, office, level, order, words, district),
    )
    if not view.codes:
        st.caption(t("coverage.empty_found") if words or district else t("coverage.empty_below"))
        return
    _show_view(office, level, view)


def _show_view(office: Office, level: str, view: "_Offices") -> None:
    words = {"office": office.name_in(current_language()), "level": t(f"level.{level}")}
    place = f"{office.code}_{level}"
    go_down = partial(_go_down, view.codes)
    _show_bars(view.bars, f"coverage_chart_{place}", t("coverage.chart_alt", **words), go_down)
    hint = [t("coverage.chart_hint")]
    if len(view.codes) > _CHART_ROWS:
        hint.append(t("coverage.chart_top", shown=_CHART_ROWS, total=group_digits(len(view.codes))))
    st.caption(" ".join(hint))
    alt = t("coverage.table_alt", **words)
    show_cells(view.cells, _describe_columns(level), key=f"coverage_table_{place}", alt=alt, on_pick=go_down)


def _go_down(codes: tuple[str, ...], row: int) -> None:
    """Open the office of a row: told before the page is computed, so that it is computed once."""
    if row < len(codes):
        go_to_office(codes[row])


def _ask_words() -> str:
    """Return what the offices' names are searched for; the address keeps it."""
    key = "coverage_q"
    st.session_state[key] = st.query_params.get("q", "")
    st.text_input(
        t("coverage.search"), key=key, width=260, max_chars=60, icon=":material/search:",
        on_change=lambda: address.put("q", st.session_state[key].strip()),
    )  # fmt: skip
    return str(st.session_state[key]).strip()


def _tell_district() -> str:
    """Say that only one district's offices are shown, with the way back; return it, '' where there is none."""
    known = list_districts().get(st.query_params.get("district", ""))
    if known is None:
        return ""
    name = known.name_hi if current_language() == "hi" else known.name
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/filter_alt: {t('coverage.only_district', district=name)}", width="content")
        st.button(
            t("coverage.all_districts"), type="tertiary", key="coverage_all_districts",
            on_click=address.put, args=("district", None),
        )  # fmt: skip
    return known.name


@dataclass(frozen=True)
class _Offices:
    """The offices of one level as they are shown: their codes in the order of the rows, bars, written cells."""

    codes: tuple[str, ...]
    bars: charts.ReadyFigure
    cells: pa.Table


def _draw(visitor: Visitor, office: Office, level: str, order: str, words: str, district: str) -> _Offices:
    ranked = rank_by_level(visitor.rt.db, visitor.scope, office.code, level, visitor.rt.clock)
    found = search_offices(ranked, words, district)
    ordered = order_offices({**found, "name": name_rows(found)}, order)
    shown = {name: cells[:_CHART_ROWS] for name, cells in ordered.items()}
    bars = charts.draw_states(shown, shown["name"], lambda state: t(f"state.{state}"))
    codes = tuple(ordered["office_code"])
    return _Offices(codes, charts.ReadyFigure(bars), write_cells(ordered, _describe_columns(level)))


def search_offices(cells: Cells, words: str, district: str = "") -> Cells:
    """Return the offices whose names or code hold all of the words, and that lie in the district where one is named."""
    rows: Sequence[int] = range(len(cells["office_code"]))
    if district and "division" in cells["level"]:
        rows = [row for row in rows if cells["district"][row] == district]
    if words:
        texts = [
            _fold(f"{name} {name_hi} {code}")
            for name, name_hi, code in zip(
                cells["office"], cells["office_hi"], cells["office_code"], strict=True
            )
        ]
        wanted = _fold(words).split()
        rows = [row for row in rows if all(word in texts[row] for word in wanted)]
    return cells if isinstance(rows, range) else _pick(cells, rows)


def _fold(words: str) -> str:
    """Return words as they are compared: in one case, and a dot below a Hindi letter in one of its two spellings."""
    return unicodedata.normalize("NFC", words.casefold())


def order_offices(cells: Cells, order: str) -> Cells:
    """Return the offices furthest behind first, largest first, or as they stand in the tree."""
    rows = range(len(cells["office_code"]))
    counts = cells["consumers"]
    if order == "gap":
        gaps = cells["gap_rate"]
        return _pick(cells, sorted(rows, key=lambda row: (-gaps[row], -counts[row])))
    return _pick(cells, sorted(rows, key=lambda row: -counts[row])) if order == "count" else cells


def _pick(cells: Cells, rows: Sequence[int]) -> Cells:
    return {name: [column[row] for row in rows] for name, column in cells.items()}


def _show_bars(figure: charts.ReadyFigure, key: str, alt: str, on_pick: Callable[[int], None]) -> None:
    def tell() -> None:
        if points := st.session_state[key]["selection"]["points"]:
            on_pick(int(points[0]["point_index"]))

    st.plotly_chart(figure, key=key, config=charts.CONFIG, alt=alt, on_select=tell, selection_mode="points")


def _describe_columns(level: str) -> dict[str, Column]:
    moved = {
        "rank_change": Column(t("coverage.column_rank_change"), "places"),
        "course": Column(t("coverage.column_course"), "course"),
    }
    return {
        "name": Column(t("coverage.column_office"), pinned=True),
        "consumers": Column(t("coverage.column_consumers"), "count"),
        "gap_rate": Column(t("coverage.column_gap_rate"), "rate"),
        "enrolled_rate": Column(t("coverage.column_enrolled_rate"), "rate"),
        "rank": Column(t("coverage.column_rank"), "count"),
        **(moved if level in _WITH_DAYS else {}),
        **{state: Column(t(f"state.{state}"), "count") for state in charts.STATES},
    }
