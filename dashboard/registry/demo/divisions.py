"""The divisions of the made-up export: their places in the tree, their codes, names and sizes."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np

from dashboard.registry.demo.data import PlanRow, Words, districts, plan_rows, quarters_named_alike, towns
from dashboard.registry.demo.draws import draw_one, spread

_CONSUMERS_A_DIVISION = 50  # where there are fewer, the export has fewer divisions
_ROMAN = ("I", "II", "III", "IV", "V", "VI")
_ORDINAL = ("प्रथम", "द्वितीय", "तृतीय", "चतुर्थ", "पंचम", "षष्ठम")
_DISCOMS = ("MVVNL", "PVVNL", "PuVVNL", "DVVNL", "KESCO")
_LOWEST_USABLE, _HIGHEST_USABLE = 0.35, 0.93


@dataclass(frozen=True)
class Circle:
    """A circle, with the zone and discom above it."""

    discom: str
    zone_code: str
    zone: Words
    code: str
    name: Words


@dataclass(frozen=True)
class Division:
    """One division; its consumers have the state-wide numbers `first_consumer` and following."""

    place: int
    code: str
    name: Words
    town: Words
    circle: Circle
    district: str
    is_urban: bool
    usable_rate: float
    std_code: str
    consumers: int = 0
    first_consumer: int = 0


@dataclass
class _Naming:
    """What has been named so far: circles a zone, divisions a district."""

    circles: Counter[str]
    rural_circles: Counter[str]
    urban: Counter[str]
    rural: Counter[str]
    codes: int = 0


def plan_divisions(consumers: int, seed: int) -> list[Division]:
    """Return the divisions that have consumers, in the order of the tree; their consumers add up to the number asked for."""
    naming = _Naming(Counter(), Counter(), Counter(), Counter())
    planned = [division for row in plan_rows() for division in _divisions_of(row, naming, seed)]
    kept = _thin_out(planned, min(1.0, consumers / (_CONSUMERS_A_DIVISION * len(planned))))
    weights = np.array([_weight(division, seed) for division in kept])
    sizes = [int(size) for size in spread(consumers, weights)]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    sized = [
        replace(division, place=place, consumers=size, first_consumer=int(starts[place]))
        for place, (division, size) in enumerate(zip(kept, sizes, strict=True))
    ]
    return [division for division in sized if division.consumers]


def _thin_out(divisions: list[Division], ratio: float) -> list[Division]:
    """Keep a share of the divisions, at least the first of each circle's district."""
    kept, due = [], Counter[tuple[str, str]]()
    for division in divisions:
        place = (division.circle.zone_code, division.district)
        if int(due[place] * ratio) != int((due[place] - 1) * ratio) or due[place] == 0:
            kept.append(division)
        due[place] += 1
    return kept


def _weight(division: Division, seed: int) -> float:
    return (0.6 + 0.9 * draw_one(seed, "size " + division.code, 0)) * (1.1 if division.is_urban else 1.0)


def _divisions_of(row: PlanRow, naming: _Naming, seed: int) -> list[Division]:
    """Lay one plan row's divisions into its circles."""
    divisions: list[Division] = []
    for kinds in _group_by_circle(row):
        names = [_name_division(row.district, is_urban, naming) for is_urban in kinds]
        circle = _name_circle(row, all(kinds), names[0][1], naming)
        divisions += [
            _make_division(row, circle, is_urban, name, town, naming, seed)
            for is_urban, (name, town) in zip(kinds, names, strict=True)
        ]
    return divisions


def _group_by_circle(row: PlanRow) -> list[list[bool]]:
    """Return, a circle, which of its divisions are urban; cities have circles of their own where there are several."""
    kinds = [True] * row.urban + [False] * row.rural
    urban_circles = round(row.circles * row.urban / len(kinds)) if row.urban > 1 and row.rural else 0
    urban_circles = min(urban_circles, row.circles - 1)
    if not urban_circles:
        return [list(map(bool, group)) for group in np.array_split(kinds, row.circles)]
    parts = (kinds[: row.urban], urban_circles), (kinds[row.urban :], row.circles - urban_circles)
    return [list(map(bool, group)) for part, count in parts for group in np.array_split(part, count)]


def _make_division(
    row: PlanRow, circle: Circle, is_urban: bool, name: Words, town: Words, naming: _Naming, seed: int
) -> Division:
    naming.codes += 1
    code = f"DIV{_DISCOMS.index(row.discom) + 1}{naming.codes:03d}11"
    lift = 0.07 if is_urban and row.rural else -0.02
    rate = row.usable_rate + lift + 0.22 * (draw_one(seed, "usable " + code, 0) - 0.5)
    usable = round(min(_HIGHEST_USABLE, max(_LOWEST_USABLE, rate)), 4)
    return Division(0, code, name, town, circle, row.district, is_urban, usable, row.std_code)


def _name_division(district: str, is_urban: bool, naming: _Naming) -> tuple[Words, Words]:
    """Return a division's name and the town that it is named for: EUDD … in cities, EDD-I, EDD-II, EDD … elsewhere."""
    capital = districts()[district][0]
    if is_urban:
        town = _next_quarter(district, naming.urban[district], capital)
        naming.urban[district] += 1
        return Words(f"EUDD {town.latin}", f"विद्युत नगरीय वितरण खण्ड, {town.hindi}"), town
    number = naming.rural[district]
    naming.rural[district] += 1
    if number < 2:
        name = Words(
            f"EDD-{_ROMAN[number]} {capital.latin}", f"विद्युत वितरण खण्ड-{_ORDINAL[number]}, {capital.hindi}"
        )
        return name, capital
    town = towns(district, "town")[number - 2]
    return Words(f"EDD {town.latin}", f"विद्युत वितरण खण्ड, {town.hindi}"), town


def _next_quarter(district: str, number: int, capital: Words) -> Words:
    quarters = towns(district, "city")
    if not quarters:
        return capital
    quarter = quarters[number]
    if quarter.latin in quarters_named_alike():
        return Words(f"{quarter.latin} {capital.latin}", f"{quarter.hindi} {capital.hindi}")
    return quarter


def _name_circle(row: PlanRow, is_urban: bool, town: Words, naming: _Naming) -> Circle:
    naming.circles[row.zone_code] += 1
    code = f"{row.zone_code}{naming.circles[row.zone_code]}"
    if is_urban:
        name = Words(f"EUDC {town.latin}", f"विद्युत नगरीय वितरण मण्डल, {town.hindi}")
    else:
        name = _name_rural_circle(row.district, naming)
    return Circle(row.discom, row.zone_code, row.zone, code, name)


def _name_rural_circle(district: str, naming: _Naming) -> Words:
    capital = districts()[district][0]
    number = naming.rural_circles[district]
    naming.rural_circles[district] += 1
    roman, ordinal = (f"-{_ROMAN[number]}", f"-{_ORDINAL[number]}") if number else ("", "")
    return Words(f"EDC{roman} {capital.latin}", f"विद्युत वितरण मण्डल{ordinal}, {capital.hindi}")
