"""Charts as plain Plotly dictionaries (`st.plotly_chart` takes them; building figure objects costs ten times as much)."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pandas as pd
import plotly.io
from plotly.basedatatypes import BaseFigure

from dashboard.ui.formats import group_digits, percent, share

# One order and one set of colours everywhere. Distinct for the colour-blind (Okabe-Ito hues) and in grey: their
# lightness runs 46, 73, 89, 60, 33 of 100, so that neighbours in a bar differ by 13 or more; two also carry a pattern.
STATES = ("enrolled", "on_file", "opted_out", "unusable", "missing")
STATE_COLOURS = {
    "enrolled": "#0072B2",
    "on_file": "#74BDE8",
    "opted_out": "#E0E0E0",
    "unusable": "#D07A00",
    "missing": "#8F2A0C",
}
_STATE_PATTERNS = {"unusable": "/", "opted_out": "."}
_LABEL_COLOURS = {
    "enrolled": "#FFFFFF",
    "on_file": "#14202E",
    "opted_out": "#14202E",
    "unusable": "#14202E",
    "missing": "#FFFFFF",
}
_OUTLINE = "#7C8896"
_LABEL_MIN_RATE = 0.06
_ROW_PIXELS = 50
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
Namer = Callable[[str], str]


class ReadyFigure(BaseFigure):
    """A figure in Streamlit's colours that Plotly need not check: a plain dictionary it checks on every run, some 15 ms.

    That our figures are right by Plotly's rules is held by tests.
    """

    def __init__(self, figure: dict[str, Any]) -> None:
        layout = figure["layout"] | {"template": _template()}
        object.__setattr__(self, "_ready", {"data": figure["data"], "layout": layout})

    def to_dict(self) -> dict[str, Any]:
        return self._ready


@cache
def _template() -> dict[str, Any]:
    """The template that Streamlit's page turns into the theme's colours."""
    return dict(plotly.io.templates[plotly.io.templates.default].to_plotly_json())


def draw_states(
    table: pd.DataFrame | Mapping[str, list[Any]], names: list[str], name_state: Namer
) -> dict[str, Any]:
    """Return a stacked horizontal bar a row of `table` (columns consumers and the five states): shares, adding up to 100 %.

    `names` label the rows from top to bottom; `name_state` gives the words of a state.
    """
    traces = [_draw_state(table, names, state, name_state(state)) for state in STATES]
    return {"data": traces, "layout": _bar_layout(len(names)) | {"annotations": _write_names(names)}}


def draw_trend(table: pd.DataFrame, columns: dict[str, str]) -> dict[str, Any]:
    """Return lines over the column `day`; `columns` maps a column to its words. One dash style a line, not colour alone."""
    dashes = ("solid", "dash", "dot")
    colours = (STATE_COLOURS["enrolled"], STATE_COLOURS["missing"], STATE_COLOURS["unusable"])
    days = [str(value)[:10] for value in table["day"]]
    traces = [
        {
            "type": "scatter", "mode": "lines", "name": words, "x": days, "y": [int(v) for v in table[column]],
            "customdata": [group_digits(int(v)) for v in table[column]],
            "line": {"color": colour, "width": 2, "dash": dash},
            "hovertemplate": "%{x|%d-%m-%Y}<br>%{customdata}<extra>" + words + "</extra>",
        }
        for (column, words), colour, dash in zip(columns.items(), colours, dashes, strict=False)
    ]  # fmt: skip
    return {"data": traces, "layout": _trend_layout(table, list(columns))}


def draw_progress(counts: dict[str, int], colours: dict[str, str], name_part: Namer) -> dict[str, Any]:
    """Return one stacked bar of parts that add up (a notice's messages): each part with its count as a label."""
    total = sum(counts.values())
    traces = [
        {
            "type": "bar", "orientation": "h", "name": f"{name_part(part)} {group_digits(count)}", "x": [count], "y": [0],
            "marker": {"color": colours[part], "line": {"color": _OUTLINE, "width": 1}},
            "text": [percent(share(count, total))] if total and count / total >= _LABEL_MIN_RATE else [""],
            "textposition": "inside", "insidetextanchor": "middle", "hoverinfo": "name",
        }
        for part, count in counts.items() if count
    ]  # fmt: skip
    layout = _bar_layout(1) | {
        "height": 150,
        "showlegend": True,  # of one part as well: its name stands nowhere else
        "xaxis": {"visible": False, "range": [0, max(total, 1)], "fixedrange": True},
    }
    return {"data": traces, "layout": layout}


def draw_rates(names: list[str], rates: dict[str, list[float | None]]) -> dict[str, Any]:
    """Return horizontal bars of several shares (words to 0..1 a name), each name above its bars; the last stands at the bottom."""
    colours, patterns = ("#74BDE8", "#0072B2"), ("", "/")
    traces = [
        {
            "type": "bar", "orientation": "h", "name": words, "x": [rate or 0 for rate in values], "y": list(range(len(names))),
            "text": [percent(rate) for rate in values], "textposition": "outside", "hoverinfo": "name+text",
            "marker": {
                "color": colour, "line": {"color": _OUTLINE, "width": 1},
                "pattern": {"shape": pattern, "fillmode": "overlay", "size": 6, "solidity": 0.15},
            },
        }
        for (words, values), colour, pattern in zip(rates.items(), colours, patterns, strict=False)
    ]  # fmt: skip
    layout = _bar_layout(len(names)) | {
        "barmode": "group", "bargap": 0.4, "height": 80 + 66 * len(names), "annotations": _write_names(names, 31),
        "xaxis": {"visible": False, "range": [0, 1.25], "fixedrange": True},
    }  # fmt: skip
    return {"data": traces, "layout": layout}


def draw_funnel(counts: dict[str, int]) -> dict[str, Any]:
    """Return one bar a step (words to count) as a share of the first; each with its name above and its figures on it."""
    names, whole = list(counts), next(iter(counts.values()))
    rates = [share(count, whole) or 0 for count in counts.values()]
    figures = [
        f"{group_digits(count)} ({percent(rate)})" for count, rate in zip(counts.values(), rates, strict=True)
    ]
    trace = {
        "type": "bar", "orientation": "h", "y": list(range(len(names))), "x": rates, "text": figures,
        "textposition": ["auto" if rate else "outside" for rate in rates],  # inside a bar of no length Plotly writes nothing
        "insidetextanchor": "start", "textangle": 0, "constraintext": "none", "hoverinfo": "skip",
        "insidetextfont": {"color": "#FFFFFF", "size": 12}, "outsidetextfont": {"size": 12},
        "marker": {"color": STATE_COLOURS["enrolled"], "line": {"color": _OUTLINE, "width": 1}},
    }  # fmt: skip
    layout = _bar_layout(len(names)) | {
        "annotations": _write_names(names), "showlegend": False, "height": 24 + 54 * len(names),
        "xaxis": {"range": [0, 1], "visible": False, "fixedrange": True},
    }  # fmt: skip
    return {"data": [trace], "layout": layout}


def draw_courses(lines: dict[str, tuple[list[str], list[float]]]) -> dict[str, Any]:
    """Return one line a name over days (ISO) and shares (0 to 1); one dash style a line, not colour alone."""
    dashes, colours = ("solid", "dash"), (STATE_COLOURS["enrolled"], STATE_COLOURS["missing"])
    traces = [
        {
            "type": "scatter", "mode": "lines", "name": name, "x": days, "y": rates, "customdata": [percent(rate) for rate in rates],
            "line": {"color": colour, "width": 2, "dash": dash},
            "hovertemplate": "%{x|%d-%m-%Y}<br>%{customdata}<extra>" + name + "</extra>",
        }
        for (name, (days, rates)), colour, dash in zip(lines.items(), colours, dashes, strict=False)
    ]  # fmt: skip
    layout = _trend_layout(pd.DataFrame(), [])
    layout["yaxis"] = {
        "rangemode": "tozero",
        "fixedrange": True,
        "automargin": True,
        "tickformat": ".0%",
        "nticks": 5,
    }
    return {"data": traces, "layout": layout}


def _draw_state(
    table: pd.DataFrame | Mapping[str, list[Any]], names: list[str], state: str, words: str
) -> dict[str, Any]:
    rates = [
        share(int(part), int(whole)) or 0
        for part, whole in zip(table[state], table["consumers"], strict=True)
    ]
    return {
        "type": "bar", "orientation": "h", "name": words, "y": list(range(len(names))), "x": rates,
        "customdata": [[group_digits(int(count)), percent(rate), name] for count, rate, name in zip(table[state], rates, names, strict=True)],
        "hovertemplate": "%{customdata[2]}<br>" + words + ": %{customdata[0]} (%{customdata[1]})<extra></extra>",
        "text": [percent(rate, 0) if rate >= _LABEL_MIN_RATE else "" for rate in rates],
        "textposition": "inside", "insidetextanchor": "middle", "textangle": 0, "constraintext": "none",
        "textfont": {"color": _LABEL_COLOURS[state], "size": 12},
        "marker": {
            "color": STATE_COLOURS[state],
            "line": {"color": _OUTLINE, "width": 1},
            "pattern": {"shape": _STATE_PATTERNS.get(state, ""), "fillmode": "overlay", "size": 6, "solidity": 0.1, "fgcolor": "#14202E"},
        },
        "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 0.7}},
    }  # fmt: skip


def _bar_layout(rows: int) -> dict[str, Any]:
    return {
        "barmode": "stack", "bargap": 0.48, "height": 80 + _ROW_PIXELS * max(rows, 1), "margin": {"l": 4, "r": 20, "t": 8, "b": 8},
        "xaxis": {"range": [0, 1], "tickvals": [0, 0.25, 0.5, 0.75, 1], "ticktext": ["0", "25%", "50%", "75%", "100%"],
                  "fixedrange": True, "showgrid": False, "zeroline": False},
        "yaxis": {"range": [rows - 0.5, -0.75], "showticklabels": False, "showgrid": False, "zeroline": False, "fixedrange": True},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1, "xanchor": "left", "x": 0, "traceorder": "normal",
                   "itemclick": False, "itemdoubleclick": False},
        "dragmode": False, "hovermode": "closest", "clickmode": "event+select",
    }  # fmt: skip


def _write_names(names: list[str], pixels: int = 23) -> list[dict[str, Any]]:
    """Put each row's name above its bar: a phone then has its whole width for the bar, and no name is cut.

    `pixels` lie between the middle of the row and that of the name.
    """
    return [
        {"x": 0, "xref": "paper", "xanchor": "left", "y": row, "yshift": pixels, "text": name, "showarrow": False, "font": {"size": 12}}
        for row, name in enumerate(names)
    ]  # fmt: skip


def _trend_layout(table: pd.DataFrame, columns: list[str]) -> dict[str, Any]:
    top = max((int(table[column].max()) for column in columns if len(table)), default=1) or 1
    step = _round_step(top / 3)
    ticks = [step * part for part in range(-(-top // step) + 1)]
    return {
        "height": 260, "margin": {"l": 8, "r": 16, "t": 8, "b": 8}, "dragmode": False, "hovermode": "x",
        "xaxis": {"type": "date", "tickformat": "%d-%m-%y", "fixedrange": True, "showgrid": False, "nticks": 5},
        "yaxis": {"rangemode": "tozero", "fixedrange": True, "automargin": True, "tickvals": ticks,
                  "ticktext": [group_digits(tick) for tick in ticks]},
        "legend": {"orientation": "h", "yanchor": "bottom", "y": 1, "xanchor": "left", "x": 0},
    }  # fmt: skip


def _round_step(least: float) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50 … that is not below `least`."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if step >= least:
                return step
        size *= 10
