"""Tariffs, loads, bills and payments."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from dashboard.registry.demo.cells import CellStyle, WordTable
from dashboard.registry.demo.divisions import Division
from dashboard.registry.demo.draws import Counts, Places, draw, pick, share

BILL_DATES = ("19-MAY-26", "20-MAY-26", "21-MAY-26", "22-MAY-26")
DUE_DATES = ("03-JUN-26", "04-JUN-26", "05-JUN-26", "06-JUN-26")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_PAID_UP, _DUE, _LONG_UNPAID, _NEVER_PAID = range(4)
HOUSEHOLD, TRADE, PUBLIC = range(3)


@dataclass(frozen=True)
class Tariff:
    """One category: its shares of urban and rural consumers, its spellings, its loads, who its consumers are."""

    urban_share: float
    rural_share: float
    spellings: tuple[str, ...]
    loads: tuple[str, ...]
    units: tuple[str, ...]
    kind: int


_TARIFFS = (
    Tariff(0.845, 0.855, ("LMV1", "LMV1", "LMV-1", "LMV1A"), ("1.00", "1.00", "2.00", "2.00", "3.00", "4.00", "5.00"), ("KW",) * 24 + ("BHP",), HOUSEHOLD),
    Tariff(0.125, 0.062, ("LMV2", "LMV-2", "LMV2A"), ("1.00", "2.00", "4.00", "7.50", "10.00"), ("KW", "KW", "KW", "KVA"), TRADE),
    Tariff(0.002, 0.001, ("LMV3", "LMV-3"), ("5.00", "12.00"), ("KW",), PUBLIC),
    Tariff(0.008, 0.007, ("LMV4", "LMV-4", "LMV4A"), ("2.00", "5.00", "20.00"), ("KW", "KVA"), PUBLIC),
    Tariff(0.002, 0.068, ("LMV5", "LMV-5"), ("5.00", "7.50", "10.00"), ("BHP", "BHP", "KW"), HOUSEHOLD),
    Tariff(0.014, 0.005, ("LMV6", "LMV-6"), ("10.00", "25.00", "50.00"), ("KW", "KVA", "BHP"), TRADE),
    Tariff(0.003, 0.0015, ("HV1", "HV-1"), ("75.00", "150.00", "500.00"), ("KVA",), TRADE),
    Tariff(0.001, 0.0005, ("HV2", "HV-2"), ("100.00", "1000.00"), ("KVA",), TRADE),
)  # fmt: skip


@dataclass(frozen=True)
class Connections:
    """The tariff side of a division's rows; `kinds` says who the consumer is."""

    tariff: pa.Array
    load: pa.Array
    kinds: Places


@dataclass(frozen=True)
class Payments:
    """The payment side of a division's rows."""

    last_pay_date: pa.Array
    last_pay_amount: pa.Array
    amount_payable: pa.Array


def write_connections(seed: int, numbers: Counts, division: Division, style: CellStyle) -> Connections:
    """Return tariff and load with its unit (two cells) of each consumer."""
    shares = [tariff.urban_share if division.is_urban else tariff.rural_share for tariff in _TARIFFS]
    places = np.searchsorted(np.cumsum(shares), share(draw(seed, "tariff", numbers)), side="right")
    places = np.minimum(places, len(_TARIFFS) - 1)
    spellings, loads = _tariff_tables(style)
    kinds = np.array([tariff.kind for tariff in _TARIFFS])[places]
    return Connections(
        spellings.take(places, draw(seed, "spelling", numbers)),
        loads.take(places, draw(seed, "load", numbers)),
        kinds,
    )


@cache
def _tariff_tables(style: CellStyle) -> tuple[WordTable, WordTable]:
    loads = [
        [style.join((load, unit)) for load in tariff.loads for unit in tariff.units] for tariff in _TARIFFS
    ]
    return WordTable.of([tariff.spellings for tariff in _TARIFFS]), WordTable.of(loads)


def write_payments(seed: int, numbers: Counts, division: Division, style: CellStyle) -> Payments:
    """Return when and what each consumer last paid and owes; where numbers are bad, arrears are bad too."""
    bad = 1 - division.usable_rate
    rates = np.cumsum([0.30 + 0.30 * (1 - bad), 0.35, 0.04 + 0.20 * bad])  # the rest has never paid
    habits = np.searchsorted(
        rates / (rates[-1] + 0.02 + 0.18 * bad), share(draw(seed, "habit", numbers)), side="right"
    )
    dates, paid, payable = _payment_tables(style)
    return Payments(
        dates.take(habits, draw(seed, "last pay date", numbers)),
        paid.take(habits, draw(seed, "last pay amount", numbers)),
        payable.take(habits, draw(seed, "payable", numbers)),
    )


@cache
def _payment_tables(style: CellStyle) -> tuple[WordTable, WordTable, WordTable]:
    """Return dates, amounts paid and amounts owed, in the order paid up, due, long unpaid, never paid."""
    recent = [f"{day:02d}-{month}-26" for month in ("MAR", "APR", "MAY") for day in range(1, 29)]
    older = [
        f"{day:02d}-{month}-{year}" for year in range(15, 25) for month in _MONTHS for day in (3, 11, 18, 27)
    ]
    paid = [style.cell(text) for text in _amounts(150, 4_000, 37)] + ["300", "500", "1000"] * 8
    nothing = ["0", "0", "0.00", "-15.50", *[f"-{rupees}.00" for rupees in range(2, 40, 5)]]
    owed = [style.cell(text) for text in _amounts(200, 9_000, 83)]
    much = [style.cell(text) for text in _amounts(8_000, 2_60_000, 1_613)]
    dates = WordTable.of([recent, recent, older, [""]])
    return dates, WordTable.of([paid, paid, paid, [""]]), WordTable.of([nothing, owed, much, much])


def _amounts(lowest: int, highest: int, step: int) -> list[str]:
    return [f"{group_indian(rupees)}.{rupees * 7 % 100:02d}" for rupees in range(lowest, highest, step)]


def group_indian(rupees: int) -> str:
    """Return a whole amount with commas as India writes them: 1,04,500."""
    head, tail = divmod(rupees, 1000)
    if not head:
        return str(rupees)
    pairs: list[str] = []
    while head > 99:
        head, pair = divmod(head, 100)
        pairs.insert(0, f"{pair:02d}")
    return ",".join([str(head), *pairs, f"{tail:03d}"])


def pick_words(seed: int, stream: str, numbers: Counts, words: tuple[str, ...]) -> pa.Array:
    """Return one of the words, already written as cells, for each consumer."""
    return pa.array(words, pa.string()).take(pa.array(pick(draw(seed, stream, numbers), len(words))))
