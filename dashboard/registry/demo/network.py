"""A division's subdivisions, substations and feeders, and which of its consumers hang on which."""

from dataclasses import dataclass

import numpy as np

from dashboard.registry.demo.data import Words, feeder_names, villages
from dashboard.registry.demo.divisions import Division
from dashboard.registry.demo.draws import Places, draw, draw_one, share, spread

_CONSUMERS_A_SUBSTATION = 7_600  # of the state: 3.6 crore over 4,741
_CONSUMERS_A_FEEDER = 1_565  # of the state: 3.6 crore over 23,000
_SMALLEST_SUBDIVISION = 10
_STRIDES = (
    7,
    11,
    13,
    17,
    19,
    23,
    29,
    31,
)  # none divides the number of villages, so that a walk meets each once


@dataclass(frozen=True)
class Office:
    """One office below the division; `code` as the registry will call it."""

    code: str
    name: Words


@dataclass(frozen=True)
class Network:
    """A division from subdivision to feeder; `*_of` give the parent's place, `sizes` the consumers of each feeder."""

    subdivisions: tuple[Office, ...]
    substations: tuple[Office, ...]
    feeders: tuple[Office, ...]
    subdivision_of: Places
    substation_of: Places
    sizes: Places
    villages: tuple[Words, ...]


def plan_network(division: Division, seed: int) -> Network:
    """Return the offices below a division; their number follows its consumers."""
    subdivision_count = _count_subdivisions(division, seed)
    substation_count = max(subdivision_count, round(division.consumers / _CONSUMERS_A_SUBSTATION))
    subdivision_of = np.arange(substation_count) * subdivision_count // substation_count
    feeder_counts = _count_feeders(division, substation_count, seed)
    substation_of = np.repeat(np.arange(substation_count), feeder_counts)
    places = _walk_villages(division, subdivision_count + substation_count + 40, seed)
    subdivisions = _name_subdivisions(division, places[:subdivision_count])
    substations = _name_substations(
        division,
        subdivisions,
        subdivision_of,
        places[subdivision_count : subdivision_count + substation_count],
    )
    return Network(
        subdivisions,
        substations,
        _name_feeders(substations, feeder_counts),
        subdivision_of,
        substation_of,
        _size_feeders(division, len(substation_of), seed),
        places[-40:],
    )


def _count_subdivisions(division: Division, seed: int) -> int:
    wanted = 2 + int(3 * draw_one(seed, "subdivisions " + division.code, 0))
    return max(1, min(wanted, division.consumers // _SMALLEST_SUBDIVISION))


def _count_feeders(division: Division, substations: int, seed: int) -> Places:
    """Return feeders a substation: about 4.85 at full size, two where the export is small, one where it is tiny."""
    each = division.consumers / substations
    least = 2 if each >= 20 else 1
    draws = share(draw(seed, "feeders " + division.code, np.arange(substations, dtype=np.uint64)))
    return np.clip(np.round(each / _CONSUMERS_A_FEEDER + 2 * draws - 1), least, len(feeder_names())).astype(
        np.int64
    )


def _size_feeders(division: Division, feeders: int, seed: int) -> Places:
    draws = share(draw(seed, "feeder sizes " + division.code, np.arange(feeders, dtype=np.uint64)))
    return spread(division.consumers, 0.5 + draws)


def _walk_villages(division: Division, count: int, seed: int) -> tuple[Words, ...]:
    names = villages()
    start = int(draw_one(seed, "villages " + division.code, 0) * len(names))
    stride = _STRIDES[division.place % len(_STRIDES)]
    return tuple(names[(start + step * stride) % len(names)] for step in range(count))


def _name_subdivisions(division: Division, places: tuple[Words, ...]) -> tuple[Office, ...]:
    """Name the first for the division's own town; an SDO code is the division's six digits and one more."""
    short, hindi = (
        ("EUDSD", "विद्युत नगरीय वितरण उपखण्ड") if division.is_urban else ("EDSD", "विद्युत वितरण उपखण्ड")
    )
    return tuple(
        Office(f"{division.code[3:]}{number}", Words(f"{short} {place.latin}", f"{hindi}, {place.hindi}"))
        for number, place in enumerate((division.town, *places[1:]), 1)
    )


def _name_substations(
    division: Division, subdivisions: tuple[Office, ...], subdivision_of: Places, places: tuple[Words, ...]
) -> tuple[Office, ...]:
    towns = (division.town, *places[1:])
    return tuple(
        _below(subdivisions[parent], Words(f"33/11 KV {town.latin}", f"33/11 केवी उपकेन्द्र {town.hindi}"))
        for parent, town in zip(subdivision_of, towns, strict=True)
    )


def _name_feeders(substations: tuple[Office, ...], counts: Places) -> tuple[Office, ...]:
    return tuple(
        _below(substation, Words(f"FD {number + 1} {kind.latin}", f"फीडर {number + 1} {kind.hindi}"))
        for substation, count in zip(substations, counts, strict=True)
        for number, kind in enumerate(feeder_names()[: int(count)])
    )


def _below(parent: Office, name: Words) -> Office:
    """Return an office that has no code in exports: the registry calls it by its parent's code and its name."""
    return Office(f"{parent.code}/{name.latin}", name)
