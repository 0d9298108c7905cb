"""The mobile column: real mobiles by the national plan, and every kind of dirt that exports carry.

The numbers are made up; some are in someone's use only by chance, so nothing made from here may be sent outside.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.registry.demo.cells import digit_bytes, digits, glue, take_words, text_of
from dashboard.registry.demo.data import mobile_prefixes
from dashboard.registry.demo.divisions import Division
from dashboard.registry.demo.draws import Counts, Places, draw, pick, pick_low, share

_HOUSEHOLD_RATE = 0.07  # of neighbouring fours of accounts, two to four of which share one number
_ACCOUNTS_A_SHARED_NUMBER = 300
_SHARED_RATE = (
    0.026  # of all accounts, about: the share of form `shared` below where 63 % of numbers are usable
)
_ROUND = np.uint64(10_000_000)
_DUMMIES = (
    "9999999999", "9999999999", "9999999999", "8888888888", "7777777777", "6666666666",
    "1234567890", "9876543210", "9898989898", "9000000000", "1111111111",
)  # fmt: skip


@dataclass(frozen=True)
class Cells:
    """What the writer of one form has to work with: a row's good number as text, another, and random bits."""

    good: pa.Array
    other: pa.Array
    draws: Counts
    seed: int
    division: Division
    readers: pa.Array


@dataclass(frozen=True)
class Form:
    """One way to fill the cell; `share` is its part of the usable, or of the not usable cells."""

    name: str
    is_usable: bool
    share: float
    write: Callable[[Cells], pa.Array]


def make_mobiles(seed: int, stream: str, numbers: Counts) -> Counts:
    """Return a mobile of ten digits for each number: every beginning used is wholly mobile in the national plan."""
    draws = draw(seed, stream, numbers)
    prefixes = np.array(mobile_prefixes(), np.uint64)
    return prefixes[pick(draws, len(prefixes))] * _ROUND + pick_low(draws, int(_ROUND)).astype(np.uint64)


def write_mobiles(
    seed: int, numbers: Counts, division: Division, readers: pa.Array, division_count: int, consumers: int
) -> pa.Array:
    """Return the mobile cells of a division's consumers; `readers` holds each row's own meter reader's number."""
    owners = _find_owners(seed, numbers)
    good = digits(make_mobiles(seed, "mobile", owners), 10)
    forms = forms_of(division_count, consumers)
    chosen = _choose_forms(seed, numbers, division.usable_rate, forms)
    kinds = np.unique(chosen)
    rows = [np.flatnonzero(chosen == kind) for kind in kinds]
    draws = draw(seed, "form bits", numbers)
    pieces = [
        forms[kind].write(_cells_at(seed, numbers, good, draws, readers, division, places))
        for kind, places in zip(kinds, rows, strict=True)
    ]
    back = np.empty(len(numbers), np.int64)
    back[np.concatenate(rows)] = np.arange(len(numbers))
    return pa.concat_arrays(pieces).take(pa.array(back))


def _cells_at(
    seed: int,
    numbers: Counts,
    good: pa.Array,
    draws: Counts,
    readers: pa.Array,
    division: Division,
    places: Places,
) -> Cells:
    at = pa.array(places)
    other = digits(make_mobiles(seed, "second mobile", numbers[places]), 10)
    return Cells(good.take(at), other, draws[places], seed, division, readers.take(at))


def _choose_forms(seed: int, numbers: Counts, usable_rate: float, forms: tuple[Form, ...]) -> Places:
    rates = [form.share * (usable_rate if form.is_usable else 1 - usable_rate) for form in forms]
    return np.minimum(
        np.searchsorted(np.cumsum(rates), share(draw(seed, "form", numbers)), side="right"), len(forms) - 1
    )


def _find_owners(seed: int, numbers: Counts) -> Counts:
    """Return whose number each account has: its own, or that of its household's first account."""
    firsts = numbers - numbers % np.uint64(4)
    draws = draw(seed, "household", firsts)
    members = np.uint64(2) + pick_low(draws, 3).astype(np.uint64)
    is_shared = (share(draws) < _HOUSEHOLD_RATE) & (numbers - firsts < members)
    return np.where(is_shared, firsts, numbers)


@cache
def forms_of(division_count: int, consumers: int) -> tuple[Form, ...]:
    """Return all forms with their shares; the shared numbers are as many as make each stand on hundreds of accounts."""
    shared_count = max(1, round(consumers * _SHARED_RATE / _ACCOUNTS_A_SHARED_NUMBER))

    def write_shared(cells: Cells) -> pa.Array:
        places = cells.division.place + share(cells.draws)
        which = (places * shared_count / division_count).astype(np.uint64)
        return digits(make_mobiles(cells.seed, "shared mobile", which), 10)

    return (
        Form("plain", True, 0.858, lambda cells: cells.good),
        Form("plus 91", True, 0.015, lambda cells: glue("+91", cells.good)),
        Form("plus 91 with blanks", True, 0.015, _write_with_blanks),
        Form("91 in front", True, 0.030, lambda cells: glue("91", cells.good)),
        Form("0 in front", True, 0.032, lambda cells: glue("0", cells.good)),
        Form("a float", True, 0.025, lambda cells: glue(cells.good, ".0")),
        Form("two numbers", True, 0.009, lambda cells: glue(cells.good, "/", cells.other)),
        Form("two numbers apart", True, 0.003, lambda cells: glue(cells.good, " ", cells.other)),
        Form("Devanagari digits", True, 0.006, _write_devanagari),
        Form("zero-width mark", True, 0.007, lambda cells: glue("\u200b", cells.good)),
        Form("blank", False, 0.395, lambda cells: _repeat(cells, "")),
        Form("0", False, 0.080, lambda cells: _repeat(cells, "0")),
        Form("NA", False, 0.050, lambda cells: _repeat(cells, "NA")),
        Form("dummy", False, 0.125, lambda cells: take_words(_DUMMIES, pick(cells.draws, len(_DUMMIES)))),
        Form("nine digits", False, 0.060, lambda cells: pc.utf8_slice_codeunits(cells.good, 0, 9)),
        Form("eleven digits", False, 0.050, _write_eleven_digits),
        Form("cut", False, 0.035, _write_scientific),
        Form("landline", False, 0.045, _write_landline),
        Form("1912", False, 0.010, lambda cells: _repeat(cells, "1912")),
        Form("reader's own", False, 0.080, lambda cells: cells.readers),
        Form("shared", False, 0.070, write_shared),
    )


def _repeat(cells: Cells, text: str) -> pa.Array:
    return pa.array([text], pa.string()).take(pa.array(np.zeros(len(cells.draws), np.int64)))


def _write_with_blanks(cells: Cells) -> pa.Array:
    first, second = pc.utf8_slice_codeunits(cells.good, 0, 5), pc.utf8_slice_codeunits(cells.good, 5, 10)
    return glue("+91 ", first, " ", second)


def _write_devanagari(cells: Cells) -> pa.Array:
    """Write १२३: in UTF-8 the digits are E0 A5 A6 to E0 A5 AF."""
    plain = np.array(cells.good.to_pylist(), "S10").view(np.uint8).reshape(len(cells.good), 10)
    wide = np.empty((len(plain), 10, 3), np.uint8)
    wide[:, :, 0], wide[:, :, 1], wide[:, :, 2] = 0xE0, 0xA5, plain - ord("0") + 0xA6
    return text_of(wide.reshape(len(plain), 30))


def _write_eleven_digits(cells: Cells) -> pa.Array:
    return glue(cells.good, digits(pick_low(cells.draws, 10).astype(np.uint64), 1))


def _write_scientific(cells: Cells) -> pa.Array:
    """Write what a spreadsheet leaves of a number: six digits, the others lost for good."""
    return glue(
        pc.utf8_slice_codeunits(cells.good, 0, 1), ".", pc.utf8_slice_codeunits(cells.good, 1, 6), "E+09"
    )


def _write_landline(cells: Cells) -> pa.Array:
    """Write a fixed line with its STD code: seven digits, the first 2 to 7."""
    local = np.uint64(2_000_000) + pick_low(cells.draws, 6_000_000).astype(np.uint64)
    codes = [f"0{cells.division.std_code}-", f"0{cells.division.std_code}", f"0{cells.division.std_code} "]
    return glue(take_words(codes, pick(cells.draws, len(codes))), text_of(digit_bytes(local, 7)))
