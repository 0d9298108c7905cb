"""All rows of a division, as the lines of a Billed report."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from dashboard.registry.demo import bills
from dashboard.registry.demo.cells import (
    CellStyle,
    digit_bytes,
    digits,
    glue,
    join_lines,
    take_words,
    text_of,
)
from dashboard.registry.demo.data import districts
from dashboard.registry.demo.divisions import Division
from dashboard.registry.demo.draws import Counts, Places, draw, pick, pick_low, share, stream_key
from dashboard.registry.demo.mobiles import make_mobiles, write_mobiles
from dashboard.registry.demo.network import Network, plan_network
from dashboard.registry.demo.people import is_hindi, write_addresses, write_names

COLUMNS = (
    "ACCT_ID", "BOOK_NO", "SCNO", "NAME", "ADDRESS", "MOBILE_NO", "TARIFF_TYPE", "SANCTION_LOAD", "SANCTION_LOAD_UOM", "SUBSTATION",
    "FEEDER", "DT", "POLE_NO", "METER_SERIAL_NBR", "METER_READ_REMARK", "MR_SOURCE_CD", "BILL_BASIS", "DUE_DATE", "LAST_PAY_DATE",
    "LAST_PAYMENT_AMOUNT", "AMOUNT_PAYABLE", "BILL_TYP", "BILL_DATE", "BILLED_UNITS", "BILL_ID", "CA", "AGENT_ID", "AGENT_MOB_NO",
    "DISCOM", "ZONE_CODE", "ZONE_NAME", "CIRCLE_CODE", "CIRCLE_NAME", "DIV_CODE", "DIV_NAME", "SDO_CODE", "SDO_NAME", "SUPPLY_TYPE",
    "PAYMENT_MODE", "LATITUDE", "LONGITUDE", "EXECPTION_CODE",
)  # fmt: skip
MOST_CONSUMERS = 60_000_000  # more would overflow the arithmetic that gives each an account number of its own
_URBAN, _RURAL = (
    (10, 7_690_141_133),
    (12, 271_828_182_845),
)  # digits, and a factor that shares none with 10**digits - 1
_CONSUMERS_A_BOOK = 400
_CONSUMERS_A_READER = 3_000
_NO_PLACE_RATE = 0.55  # of the rows have no coordinates
_READINGS = (
    ("OK", "AGENT", "OK"),
    ("OK", "AGENT", "MU"),
    ("OK", "SBM", "OK"),
    ("RDD", "AGENT", "IDF"),
    ("", "SYSTEM", "RDF"),
)
_MODES = (("10", "CASH"), ("10", "CASH"), ("10", "UPI"), ("10", "ONLINE"), ("10", ""), ("20", "CASH"))
_EXCEPTIONS = ("",) * 22 + ("LOW CONS", "HIGH CONS")


@dataclass(frozen=True)
class Export:
    """What a whole export has in common."""

    seed: int
    consumers: int
    division_count: int


def account_numbers(seed: int, numbers: Counts, is_urban: bool) -> pa.Array:
    """Return each consumer's account number: 10 digits in cities, 12 elsewhere, zeros in front kept, no two the same.

    `number * factor` modulo a number that has no divisor in common with the factor meets every value once.
    """
    width, factor = _URBAN if is_urban else _RURAL
    ring = 10**width - 1
    start = np.uint64(int(stream_key(seed, f"accounts {width}")) % ring)
    return digits(
        (numbers * np.uint64(factor) % np.uint64(ring) + start) % np.uint64(ring) + np.uint64(1), width
    )


def write_division(export: Export, division: Division, style: CellStyle) -> pa.Array:
    """Return the lines of all consumers of a division, feeder by feeder, book by book."""
    seed, network = export.seed, plan_network(division, export.seed)
    places = np.arange(division.consumers)
    numbers = places.astype(np.uint64) + np.uint64(division.first_consumer)
    accounts = account_numbers(seed, numbers, division.is_urban)
    feeders = np.repeat(np.arange(len(network.sizes)), network.sizes)
    columns = [
        accounts,
        *_identity_columns(export, division, network, numbers, places, style),
        *_meter_columns(seed, division, network, numbers, feeders, style),
        *_bill_columns(seed, division, numbers, style),
        accounts,
        *_office_columns(export, division, network, places, feeders, style),
        bills.pick_words(seed, "mode", numbers, tuple(style.join(mode) for mode in _MODES)),
        _coordinates(seed, division, numbers, feeders, style),
        bills.pick_words(seed, "exception", numbers, _EXCEPTIONS),
    ]
    return join_lines(columns, style)


def _identity_columns(
    export: Export, division: Division, network: Network, numbers: Counts, places: Places, style: CellStyle
) -> list[pa.Array]:
    """Return BOOK_NO to SANCTION_LOAD_UOM."""
    seed = export.seed
    books = [f"BK{book:04d}" for book in range(1, len(places) // _CONSUMERS_A_BOOK + 2)]
    connections = bills.write_connections(seed, numbers, division, style)
    scripts = is_hindi(seed, numbers, division)
    readers = digits(_reader_mobiles(export, division), 10).take(pa.array(_readers_of(division, places)))
    return [
        take_words(books, places // _CONSUMERS_A_BOOK),
        digits(places.astype(np.uint64) + np.uint64(100_000), 6),
        write_names(seed, numbers, connections.kinds, scripts, style),
        write_addresses(seed, numbers, division, network.villages, scripts, style),
        write_mobiles(seed, numbers, division, readers, export.division_count, export.consumers),
        connections.tariff,
        connections.load,
    ]


def _meter_columns(
    seed: int, division: Division, network: Network, numbers: Counts, feeders: Places, style: CellStyle
) -> list[pa.Array]:
    """Return SUBSTATION to BILL_BASIS."""
    lines = [
        style.join((network.substations[substation].name.latin, feeder.name.latin))
        for feeder, substation in zip(network.feeders, network.substation_of, strict=True)
    ]
    transformers = [style.join((f"DT{place // 60 + 1}", str(place % 60 + 1))) for place in range(2_400)]
    return [
        take_words(lines, feeders),
        take_words(transformers, pick(draw(seed, "transformer", numbers), len(transformers))),
        glue("MT", digits(numbers + np.uint64(10_000_000), 8)),
        bills.pick_words(seed, "reading", numbers, tuple(style.join(reading) for reading in _READINGS)),
    ]


def _bill_columns(seed: int, division: Division, numbers: Counts, style: CellStyle) -> list[pa.Array]:
    """Return DUE_DATE to BILL_ID."""
    payments = bills.write_payments(seed, numbers, division, style)
    days = pick(draw(seed, "bill day", numbers), len(bills.BILL_DATES))
    draws = draw(seed, "units", numbers)
    units = pick((draws >> np.uint64(1)) * np.uint64(2), 420) * (pick_low(draws, 12) > 0)
    return [
        take_words(bills.DUE_DATES, days),
        payments.last_pay_date,
        payments.last_pay_amount,
        payments.amount_payable,
        take_words([style.join(("R", day)) for day in bills.BILL_DATES], days),
        take_words([str(unit) for unit in range(420)], units),
        digits(numbers + np.uint64(260_600_000_000), 12),
    ]


def _office_columns(
    export: Export, division: Division, network: Network, places: Places, feeders: Places, style: CellStyle
) -> list[pa.Array]:
    """Return AGENT_ID to SDO_NAME."""
    circle = division.circle
    readers = [
        style.join((f"AG{division.code[3:]}{number:02d}", str(mobile)))
        for number, mobile in enumerate(_reader_mobiles(export, division))
    ]
    above = (
        circle.discom,
        circle.zone_code,
        circle.zone.latin,
        circle.code,
        circle.name.latin,
        division.code,
    )
    offices = [
        style.join((*above, division.name.latin, subdivision.code, subdivision.name.latin))
        for subdivision in network.subdivisions
    ]
    subdivisions = network.subdivision_of[network.substation_of[feeders]]
    return [take_words(readers, _readers_of(division, places)), take_words(offices, subdivisions)]


def _count_readers(division: Division) -> int:
    return max(2, division.consumers // _CONSUMERS_A_READER)


def _readers_of(division: Division, places: Places) -> Places:
    return places * _count_readers(division) // division.consumers


def _reader_mobiles(export: Export, division: Division) -> Counts:
    numbers = np.arange(_count_readers(division), dtype=np.uint64) + np.uint64(division.place * 1_000)
    return make_mobiles(export.seed, "reader", numbers)


def _coordinates(
    seed: int, division: Division, numbers: Counts, feeders: Places, style: CellStyle
) -> pa.Array:
    """Return LATITUDE and LONGITUDE, five places: around the district's middle, a feeder's consumers close together."""
    _, latitude, longitude = districts()[division.district]
    streams = (("latitude", latitude), ("longitude", longitude))
    mark = np.frombuffer(style.mark.encode(), np.uint8)
    cells = [_degrees(seed, stream, middle, division, numbers, feeders) for stream, middle in streams]
    between = np.broadcast_to(mark, (len(numbers), len(mark)))
    known = text_of(np.concatenate([cells[0], between, cells[1]], axis=1))
    is_blank = share(draw(seed, "no place", numbers)) < _NO_PLACE_RATE
    return pc.if_else(pa.array(is_blank), style.mark, known)


def _degrees(
    seed: int, stream: str, middle: float, division: Division, numbers: Counts, feeders: Places
) -> NDArray[np.uint8]:
    lines = feeders.astype(np.uint64) + np.uint64(division.place * 10_000)
    around = pick(draw(seed, stream + " of feeder", lines), 24_000) + pick(draw(seed, stream, numbers), 1_500)
    fixed = digit_bytes((round(middle * 1e5) - 12_750 + around).astype(np.uint64), 7)
    point = np.full((len(fixed), 1), ord("."), np.uint8)
    return np.concatenate([fixed[:, :2], point, fixed[:, 2:]], axis=1)
