"""The made-up world's word lists and plan, as they lie in `data/demo/`."""

import csv
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from dashboard.config import SHIPPED_DATA_DIR


class Words(NamedTuple):
    """One name in both scripts."""

    latin: str
    hindi: str


@dataclass(frozen=True)
class PlanRow:
    """What one district has in one zone: its divisions, how many numbers are usable, the code of its landlines."""

    discom: str
    zone_code: str
    zone: Words
    district: str
    urban: int
    rural: int
    circles: int
    usable_rate: float
    std_code: str


def _rows(folder: str, name: str) -> list[dict[str, str]]:
    with (SHIPPED_DATA_DIR / folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def plan_rows() -> tuple[PlanRow, ...]:
    """Return the zones and districts in the order of the offices: 40 zones, 120 circles, 392 divisions."""
    return tuple(
        PlanRow(
            row["discom"], row["zone_code"], Words(row["zone"], row["zone_hi"]), row["district"],
            int(row["urban"]), int(row["rural"]), int(row["circles"]), float(row["usable"]), row["std"],
        )
        for row in _rows("demo", "plan.csv")
    )  # fmt: skip


@cache
def districts() -> dict[str, tuple[Words, float, float]]:
    """Return each district's names, latitude and longitude."""
    return {
        row["district"]: (
            Words(row["district"].upper(), row["district_hi"]),
            float(row["lat"]),
            float(row["lon"]),
        )
        for row in _rows("geo", "districts.csv")
    }


@cache
def towns(district: str, kind: str) -> tuple[Words, ...]:
    """Return a district's towns (kind `town`) or city quarters (kind `city`)."""
    return tuple(
        Words(row["name"], row["name_hi"])
        for row in _rows("demo", "towns.csv")
        if (row["district"], row["kind"]) == (district, kind)
    )


@cache
def quarters_named_alike() -> frozenset[str]:
    """Return the names of city quarters that more than one district has."""
    names = [row["name"] for row in _rows("demo", "towns.csv")]
    return frozenset(name for name in names if names.count(name) > 1)


@cache
def villages() -> tuple[Words, ...]:
    """Return made-up village names: every stem with every ending."""
    parts = _rows("demo", "places.csv")
    stems = [row for row in parts if row["kind"] == "stem"]
    endings = [row for row in parts if row["kind"] == "suffix"]
    return tuple(
        Words(stem["name"] + end["name"], stem["name_hi"] + end["name_hi"])
        for end in endings
        for stem in stems
    )


@cache
def feeder_names() -> tuple[Words, ...]:
    """Return what feeders of a substation are called."""
    return tuple(
        Words(row["name"], row["name_hi"]) for row in _rows("demo", "places.csv") if row["kind"] == "feeder"
    )


@cache
def name_parts(part: str) -> tuple[Words, ...]:
    """Return one list of people's or bodies' names: hindu, hindu_last, muslim, muslim_last, trade, public."""
    return tuple(
        Words(row["name"], row["name_hi"]) for row in _rows("demo", "names.csv") if row["part"] == part
    )


@cache
def mobile_prefixes() -> tuple[int, ...]:
    """Return three-digit beginnings, each as often as its weight, that the national plan gives to mobiles alone."""
    rows = _rows("demo", "mobile_prefixes.csv")
    return tuple(int(row["prefix"]) for row in rows for _ in range(int(row["weight"])))
