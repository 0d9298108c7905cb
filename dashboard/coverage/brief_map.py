"""The district map of a brief: shapes from `data/geo` as SVG, shaded by the share that is still to be collected."""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import ceil, cos, floor, radians
from typing import Any

from dashboard.config import SHIPPED_DATA_DIR
from dashboard.coverage.brief import Standing

# From light to dark in one hue: a copy in grey keeps the order. The first is darker than paper.
SHADES = ("#FBE8D3", "#F3C08C", "#DE8F4C", "#B45A22", "#6B2A0C")
OUTSIDE = "#FFFFFF"
_LINE, _OWN_LINE = "#A9B2BC", "#3C4652"
_MARGIN = 0.3  # of an office's own extent, so that its neighbours show where it lies
_RATIO = 0.9  # height to width of a part of the state
_EDGE = 0.06  # of the map, in which no neighbour is named
_WIDTH = 1000.0
_FEW = 12  # districts that have room for their names
_GEO = SHIPPED_DATA_DIR / "geo"

Point = tuple[float, float]
Ring = tuple[Point, ...]


@dataclass(frozen=True)
class Shade:
    """One class of the legend: districts whose share lies between two whole per cents."""

    colour: str
    low: int
    high: int
    districts: tuple[Standing, ...]


@dataclass(frozen=True)
class Label:
    """A district's place on the map, each coordinate 0 to 1 from the upper left corner."""

    district: str
    district_hi: str
    x: float
    y: float
    is_neighbour: bool = False


@dataclass(frozen=True)
class DistrictMap:
    """`svg` is `ratio` times as high as wide. `labels` name few districts; of many, the five furthest behind."""

    svg: str
    ratio: float
    shades: tuple[Shade, ...]
    labels: tuple[Label, ...]
    behind: tuple[Standing, ...]
    names_all: bool
    shows_others: bool


@dataclass(frozen=True)
class _Window:
    """The part of the state that is drawn, in degrees; a degree of longitude is `squeeze` of one of latitude."""

    west: float
    south: float
    east: float
    north: float

    @property
    def squeeze(self) -> float:
        return cos(radians((self.south + self.north) / 2))

    @property
    def ratio(self) -> float:
        return (self.north - self.south) / ((self.east - self.west) * self.squeeze)

    def place(self, point: Point) -> Point:
        return (
            (point[0] - self.west) / (self.east - self.west),
            (self.north - point[1]) / (self.north - self.south),
        )


def draw_map(districts: Iterable[Standing]) -> DistrictMap | None:
    """Return the map of these districts; None where `data/geo` knows none of them."""
    known = {one.code: one for one in districts if one.code in _shapes()}
    if not known:
        return None
    shades = classify(known.values())
    colours = {one.code: shade.colour for shade in shades for one in shade.districts}
    window = _frame(known)
    behind = tuple(sorted(known.values(), key=lambda one: (-one.gap_rate, one.code))[:5])
    names_all = len(known) <= _FEW
    labels = _label_all(known, window) if names_all else tuple(_label(one.code, window) for one in behind)
    return DistrictMap(
        svg=_to_svg(window, colours), ratio=window.ratio, shades=shades, labels=labels, behind=behind,
        names_all=names_all, shows_others=len(known) < len(_shapes()),
    )  # fmt: skip


def classify(districts: Iterable[Standing]) -> tuple[Shade, ...]:
    """Return up to five classes of equal width in whole per cents, lightest first; empty ones stay, so that the scale has no hole."""
    standings = list(districts)
    lowest = floor(min(one.gap_rate for one in standings) * 100)
    highest = max(ceil(max(one.gap_rate for one in standings) * 100), lowest + 1)
    step = ceil((highest - lowest) / len(SHADES))
    count = ceil((highest - lowest) / step)
    members: list[list[Standing]] = [[] for _ in range(count)]
    for one in standings:
        members[min(int((one.gap_rate * 100 - lowest) // step), count - 1)].append(one)
    return tuple(
        Shade(SHADES[place], lowest + step * place, lowest + step * (place + 1), tuple(members[place]))
        for place in range(count)
    )


def name_district(district: str, language: str) -> str:
    """Return a district's name in a language; one that is not in the table as it is."""
    centre = _centres().get(district)
    return centre.district_hi if centre and language == "hi" else district


def _frame(known: Mapping[str, Standing]) -> _Window:
    """The whole state where most of it is shown, else the districts' own extent with their neighbours' edges."""
    codes = known if len(known) <= len(_shapes()) / 3 else _shapes()
    points = [point for code in codes for ring in _shapes()[code] for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    margin = (_MARGIN if codes is known else 0.01) * max(east - west, north - south)
    window = _Window(west - margin, south - margin, east + margin, north + margin)
    return _widen(window) if codes is known else window


def _widen(window: _Window) -> _Window:
    """Take in more of the neighbours on the shorter sides, so that every part of the state is drawn in one shape."""
    high = max(window.north - window.south, (window.east - window.west) * window.squeeze * _RATIO)
    wide = high / _RATIO / window.squeeze
    x, y = (window.west + window.east) / 2, (window.south + window.north) / 2
    return _Window(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)


def _label(code: str, window: _Window, is_neighbour: bool = False) -> Label:
    centre = _centres()[code]
    return Label(code, centre.district_hi, *window.place((centre.x, centre.y)), is_neighbour)


def _label_all(known: Mapping[str, Standing], window: _Window) -> tuple[Label, ...]:
    """Name the districts themselves and, smaller, the neighbours whose centres lie on the map."""
    labels = (_label(code, window, is_neighbour=code not in known) for code in _centres())
    return tuple(
        one
        for one in labels
        if not one.is_neighbour or (_EDGE < one.x < 1 - _EDGE and _EDGE < one.y < 1 - _EDGE)
    )


def _to_svg(window: _Window, colours: Mapping[str, str]) -> str:
    height = _WIDTH * window.ratio
    own_last = sorted(_shapes().items(), key=lambda item: item[0] in colours)
    paths = "".join(
        f'<path d="{"".join(_to_path(ring, window, height) for ring in rings)}" fill="{colours.get(code, OUTSIDE)}"'
        f' stroke="{_OWN_LINE if code in colours else _LINE}" stroke-width="1.6" stroke-linejoin="round" fill-rule="evenodd"/>'
        for code, rings in own_last
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {height:.0f}">{paths}</svg>'


def _to_path(ring: Ring, window: _Window, height: float) -> str:
    places = [window.place(point) for point in ring]
    return "M" + "L".join(f"{x * _WIDTH:.1f} {y * height:.1f}" for x, y in places) + "Z"


@cache
def _shapes() -> dict[str, tuple[Ring, ...]]:
    features = json.loads((_GEO / "up_districts.geojson").read_text(encoding="utf-8"))["features"]
    return {feature["properties"]["district"]: tuple(_rings(feature["geometry"])) for feature in features}


def _rings(geometry: dict[str, Any]) -> list[Ring]:
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [tuple((x, y) for x, y, *_ in ring) for part in parts for ring in part]


@cache
def _centres() -> dict[str, Label]:
    """Districts with their centres in degrees: x longitude, y latitude."""
    with (_GEO / "districts.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["district"]: Label(row["district"], row["district_hi"], float(row["lon"]), float(row["lat"]))
            for row in csv.DictReader(file)
        }
