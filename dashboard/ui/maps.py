"""The map of districts as a plain Plotly dictionary: filled outlines on two axes, so that it needs no tiles and no network."""

import csv
import json
from dataclasses import dataclass
from functools import cache
from math import cos, radians
from typing import Any

from dashboard.config import SHIPPED_DATA_DIR
from dashboard.ui.formats import percent

# One hue from light to dark: reads the same in grey and to the colour-blind; the darker, the larger the share.
SHADES = ("#F3F8FC", "#B7D3EA", "#7FAFD6", "#4585B8", "#0A4A7A")
_TEXT_ON = ("#14202E", "#14202E", "#14202E", "#FFFFFF", "#FFFFFF")
_UNKNOWN, _LINE = "#F7F7F5", "#7C8896"
_AROUND = 0.2  # degrees around the districts that are looked at
_STRETCH = 1 / cos(radians(27))  # a degree of latitude against one of longitude in the middle of the state


@dataclass(frozen=True)
class District:
    """A district as the map shows it; outlines as (longitudes, latitudes), the point to click on inside it."""

    name: str
    name_hi: str
    outlines: tuple[tuple[list[float], list[float]], ...]
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Shade:
    """One step of the legend: shares from `low` to `high` (0 to 1) and the districts that fall into it."""

    low: float
    high: float
    districts: tuple[str, ...]


@cache
def list_districts() -> dict[str, District]:
    """Read the districts of the state, by their English names."""
    shapes = json.loads((SHIPPED_DATA_DIR / "geo" / "up_districts.geojson").read_text(encoding="utf-8"))
    outlines = {
        feature["properties"]["district"]: _read_outlines(feature["geometry"])
        for feature in shapes["features"]
    }
    with (SHIPPED_DATA_DIR / "geo" / "districts.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["district"]: District(
                row["district"], row["district_hi"], outlines.get(row["district"], ()), float(row["lon"]), float(row["lat"])
            )
            for row in csv.DictReader(file)
        }  # fmt: skip


def _read_outlines(geometry: dict[str, Any]) -> tuple[tuple[list[float], list[float]], ...]:
    """Return the outer rings, to a hundredth of a degree (a kilometre): the figure travels with every page."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = []
    for polygon in polygons:
        points = [(round(x, 2), round(y, 2)) for x, y, *_ in polygon[0]]
        kept = [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]
        rings.append(([x for x, _ in kept], [y for _, y in kept]))
    return tuple(rings)


def shade(rates: dict[str, float]) -> list[Shade]:
    """Divide shares by district into at most five even steps of whole per cent, from the lowest up."""
    if not rates:
        return []
    low, high = int(min(rates.values()) * 100), int(max(rates.values()) * 100) + 1
    step = max(1, -(-(high - low) // len(SHADES)))
    bounds = [(low + step * place, low + step * (place + 1)) for place in range(len(SHADES))]
    shades = [
        Shade(begin / 100, end / 100, tuple(sorted(name for name, rate in rates.items() if begin <= rate * 100 < end)))
        for begin, end in bounds
        if begin < high
    ]  # fmt: skip
    return shades


def draw_map(
    rates: dict[str, float], legend: list[str], names: dict[str, str], hover: dict[str, str]
) -> dict[str, Any]:
    """Return the map; `legend` words a step of `shade(rates)` each, `names` and `hover` a district each.

    The last trace holds one point a district of `rates`, in the order of `rates`: what a click selects.
    """
    districts = list_districts()
    steps = shade(rates)
    others = [name for name in districts if name not in rates]
    traces = [_fill(others, _UNKNOWN, "")] if others else []
    traces += [_fill(step.districts, SHADES[place], legend[place]) for place, step in enumerate(steps)]
    text_colours = {name: _TEXT_ON[place] for place, step in enumerate(steps) for name in step.districts}
    known = [name for name in rates if name in districts]
    traces.append(
        {
            "type": "scatter", "mode": "markers+text", "showlegend": False,
            "x": [districts[name].longitude for name in known], "y": [districts[name].latitude for name in known],
            "text": [percent(rates[name], 0).rstrip("%") for name in known], "textposition": "middle center",
            "textfont": {"size": 11, "color": [text_colours[name] for name in known]},
            "customdata": [[names[name], hover[name]] for name in known],
            "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
            "marker": {"size": 24, "opacity": 0}, "selected": {"marker": {"opacity": 0}}, "unselected": {"marker": {"opacity": 0}},
        }
    )  # fmt: skip
    return {"data": traces, "layout": _lay_out(known if others else [])}


def _fill(names: Any, colour: str, words: str) -> dict[str, Any]:
    x: list[float | None] = []
    y: list[float | None] = []
    for name in names:
        for xs, ys in list_districts()[name].outlines if name in list_districts() else ():
            x += [*xs, None]
            y += [*ys, None]
    return {
        "type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": colour, "x": x or [None], "y": y or [None], "name": words,
        "line": {"color": _LINE, "width": 1}, "hoverinfo": "skip", "showlegend": bool(words),
    }  # fmt: skip


def _lay_out(shown: list[str]) -> dict[str, Any]:
    """Return the layout; where districts are named, these fill the map."""
    axis: dict[str, Any] = {"visible": False, "fixedrange": True}
    rings = [ring for name in shown for ring in list_districts()[name].outlines]
    x, y = ([value for ring in rings for value in ring[side]] for side in (0, 1))
    x_range = {"range": [min(x) - _AROUND, max(x) + _AROUND]} if x else {}
    y_range = {"range": [min(y) - _AROUND, max(y) + _AROUND]} if y else {}
    return {
        "height": 560, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}, "dragmode": False, "hovermode": "closest", "clickmode": "event+select",
        "xaxis": axis | x_range, "yaxis": {**axis, **y_range, "scaleanchor": "x", "scaleratio": _STRETCH},
        "legend": {"orientation": "h", "yanchor": "top", "y": 0, "xanchor": "left", "x": 0, "itemclick": False, "itemdoubleclick": False,
                   "traceorder": "normal"},
    }  # fmt: skip
