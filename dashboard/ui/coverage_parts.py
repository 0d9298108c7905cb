"""The parts of the coverage page: the five figures, what to do next, the offices below as bars and table, the trend."""

from dataclasses import dataclass
from itertools import dropwhile

import pandas as pd
import pyarrow as pa
import streamlit as st

from dashboard.access.scope import Right
from dashboard.coverage.figures import Coverage, coverage_by, trend
from dashboard.registry.offices import LEVELS, Office
from dashboard.store.clock import india_day
from dashboard.ui import charts
from dashboard.ui.formats import group_digits, percent, shorten
from dashboard.ui.kept import kept
from dashboard.ui.office_picker import go_to_office
from dashboard.ui.tables import Column, show_cells, write_cells
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t, t_each

ORDERS = ("gap", "count", "name")
_CHART_ROWS = 15
_TREND_DAYS = 90


def show_figures(figures: Coverage) -> None:
    """Show the share that has joined first and largest, then how many consumers are in each of the five states."""
    language = current_language()
    usable = figures.consumers - figures.to_collect
    with st.container(key="coverage_figures"):
        st.header(t("coverage.headline", rate=percent(figures.rate("enrolled"))))
        st.markdown(
            t("coverage.total", count=group_digits(figures.consumers))
            + " "
            + t(
                "coverage.funnel",
                usable=group_digits(usable),
                usable_rate=percent(usable / figures.consumers),
                enrolled=group_digits(figures.enrolled),
            ),
            help=t("coverage.total_help"),
        )
        with st.grid(5, min_column_width=150):
            for state in charts.STATES:
                st.metric(
                    t(f"state.{state}"),
                    shorten(getattr(figures, state), language),
                    percent(figures.rate(state)),
                    delta_color="off",
                    delta_arrow="off",
                    border=True,
                    help=_in_full(getattr(figures, state)),
                )


def _in_full(count: int) -> str | None:
    """The exact figure behind a shortened one; a figure below a lakh stands in full already."""
    return group_digits(count) if count >= 100_000 else None


def show_next_step(visitor: Visitor, office: Office, figures: Coverage) -> None:
    """Say what there is to do with these figures, with the way there where the person has the right."""
    with st.container(border=True, key="coverage_next"):
        st.markdown(f"**{t('page.next_step')}**")
        rate = percent(figures.to_collect / figures.consumers)
        with st.container(horizontal=True, vertical_alignment="center"):
            collect = t("coverage.next_collect", count=group_digits(figures.to_collect), rate=rate)
            st.markdown(f":material/person_search: {collect}", width="stretch")
            if visitor.may(Right.SEE_NUMBERS) and figures.to_collect:
                label = t("coverage.open_missing")
                st.page_link(
                    "views/missing.py",
                    label=label,
                    icon=":material/arrow_forward:",
                    query_params={"office": office.code},
                )
        if figures.on_file:
            st.markdown(f":material/forum: {t('coverage.next_invite', count=group_digits(figures.on_file))}")


def choose_level(visitor: Visitor, office: Office) -> str | None:
    """Let one choose the level by which the office is broken down; None where nothing lies below."""
    below = list(dropwhile(lambda level: level != office.level, LEVELS))[1:]
    if not below:
        return None
    start = "division" if office.level == "state" else below[0]
    key = f"coverage_level_{office.level}"
    level = st.segmented_control(
        t("coverage.by_level"),
        below[:5],
        default=start,
        required=True,
        format_func=t_each("level.", below).__getitem__,
        key=key,
    )
    return str(level or start)


def choose_order() -> str:
    """Let one choose the order of the offices; the furthest behind come first."""
    chosen = st.segmented_control(
        t("coverage.order"),
        ORDERS,
        default=ORDERS[0],
        required=True,
        key="coverage_order",
        format_func=t_each("coverage.order_", ORDERS).__getitem__,
    )
    return str(chosen or ORDERS[0])


def rank_offices(table: pd.DataFrame, order: str, language: str) -> pd.DataFrame:
    """Return the offices in the chosen order, with the shares to collect and enrolled and the name in one language."""
    ranked = table[table["consumers"] > 0].copy()
    ranked["gap_rate"] = (ranked["missing"] + ranked["unusable"]) / ranked["consumers"]
    ranked["enrolled_rate"] = ranked["enrolled"] / ranked["consumers"]
    ranked["name"] = (
        ranked["office_hi"].where(ranked["office_hi"] != "", ranked["office"])
        if language == "hi"
        else ranked["office"]
    )
    if order == "gap":
        ranked = ranked.sort_values(["gap_rate", "consumers"], ascending=False)
    elif order == "count":
        ranked = ranked.sort_values("consumers", ascending=False)
    return ranked.reset_index(drop=True)


def show_offices(visitor: Visitor, office: Office, level: str, order: str) -> None:
    """Show offices as stacked bars and as a table; a click on either goes down to that office."""
    view = kept(
        visitor, "coverage.offices", (office.code, level, order), lambda: _draw(visitor, office, level, order)
    )
    if not view.codes:
        st.caption(t("coverage.empty_below"))
        return
    words = {"office": office.name_in(current_language()), "level": t(f"level.{level}")}
    place = f"{office.code}_{level}"
    chosen = _show_bars(view.bars, f"coverage_chart_{place}", t("coverage.chart_alt", **words))
    if len(view.codes) > _CHART_ROWS:
        st.caption(t("coverage.chart_top", shown=_CHART_ROWS, total=group_digits(len(view.codes))))
    alt = t("coverage.table_alt", **words)
    picked = show_cells(view.cells, _describe_columns(), key=f"coverage_table_{place}", alt=alt, pick=True)
    for row in (chosen, picked):
        if row is not None:
            go_to_office(view.codes[row])
            st.rerun()


@dataclass(frozen=True)
class _Offices:
    """The offices of one level as they are shown: their codes in the order of the rows, bars, written cells."""

    codes: tuple[str, ...]
    bars: charts.ReadyFigure
    cells: pa.Table


def _draw(visitor: Visitor, office: Office, level: str, order: str) -> _Offices:
    table = coverage_by(visitor.rt.db, visitor.scope, office.code, level)
    ranked = rank_offices(table, order, current_language())
    shown = ranked.head(_CHART_ROWS)
    names = [str(name) for name in shown["name"]]
    bars = charts.draw_states(shown, names, lambda state: t(f"state.{state}"))
    codes = tuple(str(code) for code in ranked["office_code"])
    return _Offices(codes, charts.ReadyFigure(bars), write_cells(ranked, _describe_columns()))


def show_trend(visitor: Visitor, office: Office) -> None:
    """Show how enrolled consumers and numbers to collect have moved."""
    today = india_day(visitor.rt.clock())
    figure = kept(visitor, "coverage.trend", (office.code, today), lambda: _draw_trend(visitor, office))
    st.subheader(t("coverage.trend"))
    if figure is None:
        st.caption(t("coverage.trend_none"))
        return
    alt = t("coverage.trend_alt", office=office.name_in(current_language()))
    st.plotly_chart(figure, key="coverage_trend", config=charts.CONFIG, alt=alt)


def _draw_trend(visitor: Visitor, office: Office) -> charts.ReadyFigure | None:
    days = trend(visitor.rt.db, visitor.scope, office.code, visitor.rt.clock)
    if len(days) < 2:
        return None
    shown = days.tail(_TREND_DAYS).assign(to_collect=days["missing"] + days["unusable"])
    words = {"enrolled": t("state.enrolled"), "to_collect": t("coverage.trend_gap")}
    return charts.ReadyFigure(charts.draw_trend(shown, words))


def _show_bars(figure: charts.ReadyFigure, key: str, alt: str) -> int | None:
    event = st.plotly_chart(
        figure, key=key, config=charts.CONFIG, alt=alt, on_select="rerun", selection_mode="points"
    )
    st.caption(t("coverage.chart_hint"))
    points = event["selection"]["points"]
    return int(points[0]["point_index"]) if points else None


def _describe_columns() -> dict[str, Column]:
    return {
        "name": Column(t("coverage.column_office"), pinned=True),
        "consumers": Column(t("coverage.column_consumers"), "count"),
        "gap_rate": Column(t("coverage.column_gap_rate"), "rate"),
        "enrolled_rate": Column(t("coverage.column_enrolled_rate"), "rate"),
        **{state: Column(t(f"state.{state}"), "count") for state in charts.STATES},
    }
