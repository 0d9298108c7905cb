"""Names and addresses, all put together at random, in both scripts."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa

from dashboard.registry.demo.cells import CellStyle, WordTable, glue
from dashboard.registry.demo.data import Words, districts, name_parts
from dashboard.registry.demo.divisions import Division
from dashboard.registry.demo.draws import Counts, Places, draw, share

_MUSLIM_RATE = 0.19
_HINDI_RATE = {True: 0.10, False: 0.28}  # by urban: village accounts are more often in Devanagari
_NO_ADDRESS_RATE = 0.01
_HINDU, _MUSLIM, _TRADE, _PUBLIC = 0, 2, 4, 6  # groups of the name table: Latin, and one on: Devanagari
_HOUSE_NUMBERS = range(1, 400)


def is_hindi(seed: int, numbers: Counts, division: Division) -> Places:
    """Return 1 for each consumer who is written in Devanagari, else 0."""
    return (share(draw(seed, "script", numbers)) < _HINDI_RATE[division.is_urban]).astype(np.int64)


def write_names(seed: int, numbers: Counts, kinds: Places, scripts: Places, style: CellStyle) -> pa.Array:
    """Return each consumer's name; `kinds` is 0 for a household, 1 for a trade, 2 for a public body."""
    faith = np.where(share(draw(seed, "faith", numbers)) < _MUSLIM_RATE, _MUSLIM, _HINDU)
    groups = np.choose(kinds, [faith, np.full(len(kinds), _TRADE), np.full(len(kinds), _PUBLIC)]) + scripts
    return _name_table(style).take(groups, draw(seed, "name", numbers))


@cache
def _name_table(style: CellStyle) -> WordTable:
    groups: list[list[str]] = []
    for names in (_full_names("hindu"), _full_names("muslim"), _trades(), list(name_parts("public"))):
        groups.append([style.cell(variant) for name in names for variant in _spellings(name.latin)])
        groups.append([style.cell(name.hindi) for name in names])
    return WordTable.of(groups)


def _full_names(faith: str) -> list[Words]:
    return [
        Words(f"{first.latin} {last.latin}", f"{first.hindi} {last.hindi}")
        for first in name_parts(faith)
        for last in name_parts(f"{faith}_last")
    ]


def _trades() -> list[Words]:
    return [
        Words(f"M/S {owner.latin} {trade.latin}", f"मे० {owner.hindi} {trade.hindi}")
        for owner in name_parts("hindu_last") + name_parts("muslim_last")
        for trade in name_parts("trade")
    ]


def _spellings(name: str) -> list[str]:
    """Return a Latin name as clerks write it: nearly always in capitals, now and then not, or with a second blank."""
    return [name] * 18 + [name.title(), name.replace(" ", "  ")]


def write_addresses(
    seed: int, numbers: Counts, division: Division, places: Sequence[Words], scripts: Places, style: CellStyle
) -> pa.Array:
    """Return each consumer's address: a house and a place, with commas, line breaks and quotes as they come."""
    houses = _house_table(division.is_urban, style).take(scripts, draw(seed, "house", numbers))
    streets = _place_table(division, places, style).take(scripts, draw(seed, "street", numbers))
    is_blank = share(draw(seed, "no address", numbers)) < _NO_ADDRESS_RATE
    return pa.compute.if_else(pa.array(is_blank), "", glue(houses, streets))


@cache
def _house_table(is_urban: bool, style: CellStyle) -> WordTable:
    """Return first halves of addresses; where the style needs quotes, with the opening one."""
    opening = "" if style.quote_all else '"'
    houses = (
        (_city_houses(), _city_houses_hindi()) if is_urban else (_village_houses(), _village_houses_hindi())
    )
    return WordTable.of([[opening + house.replace('"', '""') for house in group] for group in houses])


def _city_houses() -> list[str]:
    plain = [f"H NO {number}, " for number in _HOUSE_NUMBERS]
    blocks = [f"{block}-{number % 9 + 1}/{number}, " for number in _HOUSE_NUMBERS for block in "AB"]
    broken = [f"PLOT {number}\nSECTOR {number % 20 + 1}, " for number in range(1, 60)]
    return [
        *plain,
        *blocks,
        *broken,
        *['NEAR "GANDHI" CHOWK, ', 'OPP. "SHIV MANDIR", ', "FLAT NO 203 2ND FLOOR\n"] * 15,
    ]


def _city_houses_hindi() -> list[str]:
    return [f"मकान सं० {number}, " for number in _HOUSE_NUMBERS] + ['निकट "गांधी" चौक, '] * 15


def _village_houses() -> list[str]:
    parents = [f"S/O {name.latin}, VILL " for name in _full_names("hindu")[::5] + _full_names("muslim")[::4]]
    return [
        *parents,
        *["VILL ", "GRAM ", "VILL & POST "] * 150,
        *["MAJRA\nVILL ", 'PURWA "BADA", GRAM '] * 12,
    ]


def _village_houses_hindi() -> list[str]:
    parents = [f"पुत्र {name.hindi}, ग्राम " for name in _full_names("hindu")[::5] + _full_names("muslim")[::4]]
    return [*parents, *["ग्राम ", "ग्राम व पोस्ट "] * 200]


def _place_table(division: Division, places: Sequence[Words], style: CellStyle) -> WordTable:
    """Return second halves of addresses; where the style needs quotes, with the closing one."""
    closing = "" if style.quote_all else '"'
    district = districts()[division.district][0]
    others = [*places[1:], places[0]]
    if division.is_urban:
        latin = [f"{place.latin}, {division.town.latin}, {district.latin}{closing}" for place in places]
        hindi = [f"{place.hindi}, {division.town.hindi}, {district.hindi}{closing}" for place in places]
    else:
        pairs = list(zip(places, others, strict=True))
        latin = [f"{place.latin}, POST {post.latin}, {district.latin}{closing}" for place, post in pairs]
        hindi = [f"{place.hindi}, पोस्ट {post.hindi}, {district.hindi}{closing}" for place, post in pairs]
    return WordTable.of([latin, hindi])
