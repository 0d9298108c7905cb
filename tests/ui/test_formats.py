from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from dashboard.ui import formats


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (99_999, "99,999"),
        (100_000, "1,00,000"),  # the first comma of a lakh
        (1_234_567, "12,34,567"),
        (32_200_000, "3,22,00,000"),
        (1_234_567_890, "1,23,45,67,890"),
        (-45_678, "−45,678"),
    ],
)  # fmt: skip
def test_numbers_are_grouped_in_lakh_and_crore(number: int, written: str) -> None:
    assert formats.group_digits(number) == written


@pytest.mark.parametrize(
    ("number", "hindi", "english"),
    [
        (99_999, "99,999", "99,999"),  # below a lakh in full
        (100_000, "1.00 लाख", "1.00 lakh"),
        (405_000, "4.05 लाख", "4.05 lakh"),
        (32_200_000, "3.22 करोड़", "3.22 crore"),
        (10_000_000, "1.00 करोड़", "1.00 crore"),
    ],
)
def test_large_numbers_are_spoken_in_lakh_and_crore(number: int, hindi: str, english: str) -> None:
    assert (formats.shorten(number, "hi"), formats.shorten(number, "en")) == (hindi, english)


@pytest.mark.parametrize(
    ("rate", "written"),
    [(0.0, "0.0%"), (1.0, "100.0%"), (0.0625, "6.3%"), (0.125, "12.5%"), (None, "–")],
)
def test_shares_are_written_in_per_cent(rate: float | None, written: str) -> None:
    assert formats.percent(rate) == written


def test_a_share_of_nothing_is_no_share() -> None:
    assert formats.share(0, 0) is None
    assert formats.share(1, 4) == 0.25


@pytest.mark.parametrize(
    ("amount", "written"),
    [(0, "₹0.00"), (Decimal("123456.7"), "₹1,23,456.70"), (0.115, "₹0.12"), (Decimal("-5"), "−₹5.00")],
)
def test_money_is_written_in_rupees_and_paise(amount: float | Decimal, written: str) -> None:
    assert formats.rupees(amount) == written


def test_dates_are_day_month_year() -> None:
    assert formats.day(date(2026, 6, 5)) == "05-06-2026"
    assert formats.day(None) == "–"


def test_moments_are_shown_in_india_and_stored_in_utc() -> None:
    stored = datetime(2026, 11, 23, 20, 0)
    assert formats.moment(stored) == "24-11-2026 01:30"
    assert formats.from_india(datetime(2026, 11, 24, 1, 30)) == stored
    assert stored.replace(tzinfo=UTC).tzinfo is UTC


def test_a_missing_moment_of_a_table_is_a_dash() -> None:
    assert formats.moment(pd.NaT) == "–"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mobile", "masked"),
    [(9812345210, "98xxxxx210"), ("919812345210", "98xxxxx210"), (None, "–"), ("12", "–")],
)
def test_the_middle_of_a_number_is_hidden(mobile: int | str | None, masked: str) -> None:
    assert formats.mask_number(mobile) == masked


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0 s"), (59, "59 s"), (7_500, "2 h 5 min"), (90_061, "1 day 1 h"), (180_000, "2 days 2 h")],
)
def test_a_span_of_time_is_said_in_two_units(seconds: float, written: str) -> None:
    assert formats.duration(seconds, "en") == written


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("9415012345", "94xxxxxx45"),
        ("0522-2345678", "05xx-xxxxx78"),
        ("9612345678.0", "96xxxxxxx8.0"),
        ("123", "123"),
        ("", ""),
        ("not given", "not given"),
    ],
)
def test_a_cell_of_a_billing_file_is_masked_whatever_it_looks_like(cell: str, written: str) -> None:
    assert formats.mask_cell(cell) == written
