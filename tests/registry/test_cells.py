"""Days and numbers as reports write them, and what each must come to."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest

from dashboard.registry.import_work import prepare
from dashboard.store.database import Cursor

JUNE = date(2026, 6, 5)
DAYS = [
    ("05-Jun-26", JUNE),
    ("05-JUN-26 12.00.00.000000 AM", JUNE),  # a timestamp of Oracle
    ("05JUN2026", JUNE),
    ("5-JUN-2026", JUNE),
    ("05 June 2026", JUNE),
    ("June 5, 2026", JUNE),
    ("05/06/2026", JUNE),
    ("5/6/26", JUNE),
    ("5.6.26", JUNE),
    (" 05-06-2026 10:15 PM", JUNE),
    ("2026-06-05", JUNE),
    ("2026/06/05", JUNE),
    ("2026-06-05T00:00:00.000", JUNE),
    ("20260605", JUNE),
    ("05062026", JUNE),
    ("46178", date(2026, 6, 5)),  # how a spreadsheet counts days
    ("46178.0", date(2026, 6, 5)),
    ("०५-०६-२०२६", JUNE),
    ("06/13/2026", None),  # which is the month is not for us to guess
    ("31/02/2026", None),
    ("00-00-0000", None),
    ("05-06-0026", None),
    ("12345", None),
    ("NA", None),
    ("", None),
]
NUMBERS = [
    ("1234.50", 1234.5),
    ("1,234.50", 1234.5),
    ("12,34,567.00", 1234567.0),
    ("1,23,456", 123456.0),
    ("500,00", 500.0),  # a decimal comma: no grouping ends in two digits
    ("12,5", 12.5),
    ("0,746", 0.746),
    ("1.234,50", 1234.5),
    ("1.234.567,89", 1234567.89),
    ("-250,75", -250.75),
    ("Rs. 1,200/-", 1200.0),
    ("₹ 500", 500.0),
    ("(500)", -500.0),
    ("500 CR", -500.0),  # the department owes it
    ("500.00 (Cr)", -500.0),
    ("(-) 500", -500.0),
    ("−500", -500.0),  # a minus sign of its own
    ("रु० 1,500", 1500.0),
    ("Rs. 500/- only", 500.0),
    ("500.00-", -500.0),
    ("500 Dr.", 500.0),
    ("१२३४", 1234.0),
    ("nan", None),
    ("inf", None),
    ("12-34", None),
    ("NIL", None),
    ("-", None),
    ("", None),
]


@pytest.fixture(scope="module")
def cursor() -> Iterator[Cursor]:
    with duckdb.connect() as connection:
        prepare(connection)
        yield connection


@pytest.mark.parametrize(("cell", "day"), DAYS)
def test_a_day_is_read_as_it_is_written(cursor: Cursor, cell: str, day: date | None) -> None:
    assert cursor.execute("SELECT day_of(?)", [cell]).fetchone() == (day,)


@pytest.mark.parametrize(("cell", "number"), NUMBERS)
def test_a_number_is_read_as_it_is_written(cursor: Cursor, cell: str, number: float | None) -> None:
    found = cursor.execute(
        "SELECT number_of(?), CAST(round(rupees_of(?), 2) AS DOUBLE)", [cell, cell]
    ).fetchone()
    assert found is not None
    assert found[0] == number
    assert found[1] == (None if number is None else pytest.approx(number, abs=0.005))


@pytest.mark.parametrize(
    ("cell", "tariff"),
    [
        ("LMV1", "LMV-1"), ("LMV-1A", "LMV-1"), ("lmv 2", "LMV-2"), ("LMV - 5", "LMV-5"), ("LMV-11", "LMV-11"), ("HV2", "HV-2"),
        ("LMV_2", "LMV-2"), ("L.M.V.-1", "LMV-1"), ("एल०एम०वी०-1", "LMV-1"), ("एलएमवी-५", "LMV-5"), ("एच०वी०-2", "HV-2"),
        ("LMV-1-Domestic", "LMV-1"), ("10LMV-4(A)", "LMV-4"), ("Domestic", "DOMESTIC"), ("", None),
    ],
)  # fmt: skip
def test_a_tariff_is_read_as_it_is_written(cursor: Cursor, cell: str, tariff: str | None) -> None:
    assert cursor.execute("SELECT tariff_of(?)", [cell]).fetchone() == (tariff,)


LOADS = [
    ("2", "KW", 2.0),
    ("2", None, 2.0),
    ("2", "BHP", 1.492),
    ("10", "kVA", 9.0),
    ("1.5", "MW", 1500.0),
    ("2", "MVA", 1800.0),
    ("500", "W", 0.5),
    ("2 KW", None, 2.0),
    ("2.5kw", "KW", 2.5),
    ("5 HP", "KW", 3.73),  # what stands behind the figure is what it means
    ("500 watts", None, 0.5),
    ("1,500 W", None, 1.5),
    ("KW", None, None),
    ("", "KW", None),
    (None, "KW", None),
]


@pytest.mark.parametrize(("load", "unit", "kilowatts"), LOADS)
def test_loads(cursor: Cursor, load: str | None, unit: str | None, kilowatts: float | None) -> None:
    (found,) = cursor.execute("SELECT load_of(?::VARCHAR, ?::VARCHAR)", [load, unit]).fetchone()
    assert found == (pytest.approx(kilowatts) if kilowatts is not None else None)
