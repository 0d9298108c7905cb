"""Across an office: by what its consumers have in common, on the map, against another office, against another day."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard.coverage.figures import coverage_by_district, coverage_of, trend
from dashboard.coverage.funnel import DIMENSIONS, coverage_by_part
from dashboard.coverage.movement import compare_days
from dashboard.registry.offices import Office, get_office, list_at_level
from dashboard.store.clock import india_day
from dashboard.ui import address, charts, maps
from dashboard.ui.coverage_offices import choose_level, list_levels
from dashboard.ui.formats import DASH, day, group_digits, percent, points, share, shorten
from dashboard.ui.kept import kept
from dashboard.ui.tables import Column, ask_to_choose, name_offices, show_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t, t_each, t_or_code

_MEASURES = ("enrolled", "gap")
_COURSE_DAYS, _FIRST_DAYS_BACK = 90, 30


def show_groups(visitor: Visitor, office: Office) -> None:
    """Show an office's consumers by category, urban and other divisions, arrears or supply: bars and a table."""
    dimension = address.choose(
        "coverage", "by", t_each("coverage.by_", DIMENSIONS), DIMENSIONS[0], t("coverage.by")
    )
    table = kept(
        visitor,
        office,
        "coverage.part",
        (dimension,),
        lambda: coverage_by_part(visitor.rt.db, visitor.scope, office.code, dimension),
    )
    if dimension == "area":
        st.caption(t("coverage.area_help"))
    if list(table["part"]) == [""]:
        st.caption(t("coverage.part_none"))
        return
    table = table.assign(name=[name_part(dimension, part) for part in table["part"]])
    words = {"office": office.name_in(current_language()), "level": t(f"coverage.by_{dimension}")}
    figure = charts.ReadyFigure(
        charts.draw_states(table, list(table["name"]), lambda state: t(f"state.{state}"))
    )
    st.plotly_chart(
        figure, key=f"coverage_part_{dimension}", config=charts.CONFIG, alt=t("coverage.chart_alt", **words)
    )
    columns = {
        "name": Column(t(f"coverage.by_{dimension}"), pinned=True),
        "consumers": Column(t("coverage.column_consumers"), "count"),
        "enrolled_rate": Column(t("coverage.column_enrolled_rate"), "rate"),
        **{state: Column(t(f"state.{state}"), "count") for state in charts.STATES},
    }
    table["enrolled_rate"] = table["enrolled"] / table["consumers"]
    show_table(table, columns, key=f"coverage_part_table_{dimension}", alt=t("coverage.table_alt", **words))


def name_part(dimension: str, part: str) -> str:
    """Return the words of one value of a dimension."""
    if not part:
        return t("coverage.part_unknown")
    if dimension == "area":
        return t(f"coverage.area_{part}")
    if dimension == "arrears":
        return t(f"compose.segment_{part}")
    return t("coverage.supply", code=part) if dimension == "supply" else t_or_code("category", part)


def show_map(visitor: Visitor, office: Office) -> None:
    """Show the districts shaded by a share; a click shows that district's divisions. A table holds the same figures."""
    measure = address.choose(
        "coverage", "shade", t_each("coverage.shade_", _MEASURES), _MEASURES[0], t("coverage.shade")
    )
    table = kept(visitor, office, "coverage.districts", (), lambda: _list_districts(visitor, office))
    known = table[table["district"].isin(maps.list_districts())]
    if known.empty:
        st.caption(t("coverage.map_none"))
        return
    column = f"{measure}_rate"
    figure = kept(visitor, office, "coverage.map", (measure,), lambda: _draw_map(known, column))
    words = {"office": office.name_in(current_language()), "measure": t(f"coverage.shade_{measure}")}
    event = st.plotly_chart(
        figure, key=f"coverage_map_{office.code}_{measure}", config=charts.CONFIG, alt=t("coverage.map_alt", **words),
        on_select="rerun", selection_mode="points",
    )  # fmt: skip
    ask_to_choose(t("coverage.map_hint"))
    columns = {
        "name": Column(t("coverage.column_district"), pinned=True),
        "consumers": Column(t("coverage.column_consumers"), "count"),
        "gap_rate": Column(t("coverage.column_gap_rate"), "rate"),
        "enrolled_rate": Column(t("coverage.column_enrolled_rate"), "rate"),
        **{state: Column(t(f"state.{state}"), "count") for state in charts.STATES},
    }
    ordered = table.sort_values(column, ascending=measure == "enrolled").reset_index(drop=True)
    picked = show_table(
        ordered, columns, key="coverage_map_table", alt=t("coverage.map_alt", **words), pick=True
    )
    chosen = [str(known["district"].iloc[int(one["point_index"])]) for one in event["selection"]["points"]]
    chosen += [str(ordered["district"].iloc[picked])] if picked is not None else []
    if chosen and chosen[0]:
        _open_district(chosen[0])


def _open_district(district: str) -> None:
    """Go on to the divisions of one district."""
    address.put("district", district)
    address.put("view", None)
    address.put("level", "division")
    st.rerun()


def _list_districts(visitor: Visitor, office: Office) -> pd.DataFrame:
    table = coverage_by_district(visitor.rt.db, visitor.scope, office.code)
    table = table[table["consumers"] > 0].reset_index(drop=True)
    places, language = maps.list_districts(), current_language()
    table["name"] = [
        (places[name].name_hi if language == "hi" else name) if name in places else name or t("coverage.part_unknown")
        for name in table["district"]
    ]  # fmt: skip
    table["gap_rate"] = (table["missing"] + table["unusable"]) / table["consumers"]
    table["enrolled_rate"] = table["enrolled"] / table["consumers"]
    return table


def _draw_map(table: pd.DataFrame, column: str) -> charts.ReadyFigure:
    rates = dict(zip(table["district"], table[column], strict=True))
    consumers = dict(zip(table["district"], table["consumers"], strict=True))
    language = current_language()
    legend = [
        t(
            "coverage.map_legend",
            low=percent(step.low, 0),
            high=percent(step.high, 0),
            count=len(step.districts),
            consumers=shorten(sum(int(consumers[name]) for name in step.districts), language),
        )
        for step in maps.shade(rates)
    ]
    hover = {
        name: t("coverage.map_hover", rate=percent(rate), consumers=group_digits(int(consumers[name])))
        for name, rate in rates.items()
    }
    names = dict(zip(table["district"], table["name"], strict=True))
    return charts.ReadyFigure(maps.draw_map(rates, legend, names, hover))


def show_comparison(visitor: Visitor, office: Office) -> None:
    """Set the office beside another one of its level, or its offices of one day beside those of another."""
    kinds = ("day", "office")
    kind = address.choose(
        "coverage", "against", t_each("coverage.against_", kinds), "day", t("coverage.against")
    )
    if kind == "day":
        _compare_days(visitor, office)
    else:
        _compare_offices(visitor, office)


def _compare_offices(visitor: Visitor, office: Office) -> None:
    """Both offices' figures in one table, both courses in one chart; the other one comes from the person's own offices."""
    db, scope = visitor.rt.db, visitor.scope
    others = {
        one.code: one.name_in(current_language())
        for one in list_at_level(db, scope, visitor.user.office_code, office.level)
        if one.code != office.code
    }
    if not others:
        st.caption(t("coverage.other_none"))
        return
    key = "coverage_other"
    st.session_state[key] = address.read("other", others, "") or None
    st.selectbox(
        t("coverage.other"), list(others), format_func=others.__getitem__, key=key, width=420, index=None,
        placeholder=t("coverage.open_office_placeholder"), on_change=lambda: address.put("other", st.session_state[key]),
    )  # fmt: skip
    if not (code := st.session_state[key]):
        return
    pair = [office, get_office(db, scope, str(code))]
    names = [one.name_in(current_language()) for one in pair]
    show_table(
        _set_side_by_side(visitor, pair), _describe_pair(names), key="coverage_pair",
        alt=t("coverage.pair_alt", one=names[0], other=names[1]), rows=7,
    )  # fmt: skip
    _show_courses(visitor, pair, names)


def _set_side_by_side(visitor: Visitor, pair: list[Office]) -> pd.DataFrame:
    figures = [coverage_of(visitor.rt.db, visitor.scope, one.code) for one in pair]
    rows = [[t("coverage.column_consumers"), *(group_digits(one.consumers) for one in figures), DASH]]
    for state in charts.STATES:
        rates = [share(getattr(one, state), one.consumers) for one in figures]
        cells = [
            f"{group_digits(getattr(one, state))} ({percent(rate)})"
            for one, rate in zip(figures, rates, strict=True)
        ]
        apart = points(rates[0] - rates[1]) if rates[0] is not None and rates[1] is not None else DASH
        rows.append([t(f"state.{state}"), *cells, apart])
    return pd.DataFrame(rows, columns=["name", "one", "other", "apart"])


def _describe_pair(names: list[str]) -> dict[str, Column]:
    return {
        "name": Column(t("coverage.column_figure"), pinned=True),
        "one": Column(names[0], "figure"),
        "other": Column(names[1], "figure"),
        "apart": Column(t("coverage.column_apart"), "figure"),
    }


def _show_courses(visitor: Visitor, pair: list[Office], names: list[str]) -> None:
    lines = {}
    for one, name in zip(pair, names, strict=True):
        days = trend(visitor.rt.db, visitor.scope, one.code, visitor.rt.clock, days=_COURSE_DAYS)
        days = days[days["consumers"] > 0]
        rates = [float(rate) for rate in days["enrolled"] / days["consumers"]]
        lines[name] = [str(value)[:10] for value in days["day"]], rates
    if min(len(days) for days, _ in lines.values()) < 2:
        st.caption(t("coverage.trend_none"))
        return
    alt = t("coverage.courses_alt", one=names[0], other=names[1])
    figure = charts.ReadyFigure(charts.draw_courses(lines))
    st.plotly_chart(figure, key="coverage_courses", config=charts.CONFIG, alt=alt)


def _compare_days(visitor: Visitor, office: Office) -> None:
    """Each office of a level at the end of two days, those that moved least first."""
    db, scope, today = visitor.rt.db, visitor.scope, india_day(visitor.rt.clock())
    known = list(trend(db, scope, office.code, visitor.rt.clock, days=3660)["day"])
    levels = [level for level in list_levels(office) if level not in ("substation", "feeder")]
    if len(known) < 2 or not levels:
        st.caption(t("coverage.days_none"))
        return
    begin = max(known[0], today - timedelta(days=_FIRST_DAYS_BACK))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = address.choose_day("coverage", "from", begin, known[0], today, t("coverage.day_from"))
        last = address.choose_day("coverage", "to", today, known[0], today, t("coverage.day_to"))
        level = choose_level(office, levels)
    key = (level, first, last, today)
    table = kept(
        visitor,
        office,
        "coverage.days",
        key,
        lambda: compare_days(db, scope, office.code, level, first, last, visitor.rt.clock),
    )
    if table.empty:
        st.caption(t("coverage.days_unknown", first=day(first), last=day(last)))
        return
    table = (
        table.assign(name=name_offices(table)).sort_values(["rate_change", "change"]).reset_index(drop=True)
    )
    alt = t("coverage.days_alt", first=day(first), last=day(last), level=t(f"level.{level}"))
    show_table(table, _describe_days(day(first), day(last)), key="coverage_days", alt=alt)
    if table["change"].isna().any():
        st.caption(t("coverage.days_gap"))


def _describe_days(first: str, last: str) -> dict[str, Column]:
    return {
        "name": Column(t("coverage.column_office"), pinned=True),
        "rate_before": Column(t("coverage.column_rate_on", day=first), "rate"),
        "rate": Column(t("coverage.column_rate_on", day=last), "rate"),
        "rate_change": Column(t("coverage.column_points"), "points"),
        "enrolled_before": Column(t("coverage.column_enrolled_on", day=first), "count"),
        "enrolled": Column(t("coverage.column_enrolled_on", day=last), "count"),
        "change": Column(t("coverage.column_change"), "change"),
    }
