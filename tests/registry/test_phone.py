"""Cells as they stand in exports, and what each must come to."""

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.registry.phone import judge
from tests.registry.phone_judge import judge_cell, make_cells

EXAMPLES = [
    ("9415012345", 9415012345, "ok"),
    ("", None, "missing"),
    ("   ", None, "missing"),
    ("0", None, "missing"),
    ("0.0", None, "missing"),
    ("NA", None, "missing"),
    ("N/A", None, "missing"),
    ("null", None, "missing"),
    ("-", None, "missing"),
    ("उपलब्ध नहीं", None, "missing"),
    ("+91", None, "missing"),  # a form's own prefix, and nothing typed behind it
    ("91", None, "missing"),
    ("0091", None, "missing"),
    ("(+91) - ", None, "missing"),
    ("+९१", None, "missing"),
    ("+910", None, "missing"),
    ("+91 9", None, "malformed"),
    ("+92", None, "malformed"),
    ("+91 94150 12345", 9415012345, "ok"),
    ("+91-94150-12345", 9415012345, "ok"),
    ("919415012345", 9415012345, "ok"),
    ("00919415012345", 9415012345, "ok"),
    ("09415012345", 9415012345, "ok"),
    ("+9109415012345", 9415012345, "ok"),
    ("9415012345.0", 9415012345, "ok"),
    ("९४१५०१२३४५", 9415012345, "ok"),
    ("\u200b9415012345", 9415012345, "ok"),
    ("'9415012345", 9415012345, "ok"),
    ("\u00a09415012345\u00a0", 9415012345, "ok"),
    ("9.87654E+09", None, "cut"),
    ("9.8E9", None, "cut"),
    ("9.415012345E+09", 9415012345, "ok"),  # every digit is still there
    ("9415012345/8004642302", 9415012345, "ok"),
    ("12345/8004642302", 8004642302, "ok"),  # the first good one
    ("9415012345, 8004642302", 9415012345, "ok"),
    ("9415012345 8004642302", 9415012345, "ok"),
    ("+91 94150 12345 / +91 80046 42302", 9415012345, "ok"),
    ("94150123458004642302", 9415012345, "ok"),
    ("941501234", None, "malformed"),
    ("941501234.6", None, "malformed"),  # an amount
    ("94150123.45", None, "malformed"),
    ("9415012345.6", None, "malformed"),
    ("9415012345.0 / 8004642302.0", 9415012345, "ok"),  # two columns of floats in one cell
    ("94150 12345 80046 42302", 9415012345, "ok"),
    (
        "94150 12345-80046 42302",
        9415012345,
        "ok",
    ),  # and not the ten digits in the middle, which are somebody else's
    ("+91-52222 75675-77681 15384", 7768115384, "ok"),  # a fixed line before it
    ("9103056281 522-2455737", 9103056281, "ok"),  # 91 is no prefix here
    ("080046 42302 व 9415012345", 8004642302, "ok"),
    ("9415012345-8004642302", 9415012345, "ok"),
    ("919415012345_918004642302", 9415012345, "ok"),
    ("93965 75675-77681 1538", None, "malformed"),  # one digit short: no number begins in the middle
    ("9415-012345 8004-642302", 9415012345, "ok"),
    ("2345678 94150-12345", 9415012345, "ok"),
    ("0522 2345678 94150-12345", 9415012345, "ok"),
    ("941501234 58004642302", None, "malformed"),  # twenty digits, but not two tens
    ("1) 9415012345, 2) 8004642302", 9415012345, "ok"),
    ("2. 9415012345", 9415012345, "ok"),
    ("मो०नं० 9415012345", 9415012345, "ok"),  # the sign of an abbreviation is no zero
    ("मो० ९४१५०१२३४५", 9415012345, "ok"),
    ("मो०-", None, "missing"),
    ("9.41501E+009", None, "cut"),  # as older programs write a power
    ("91 92.81.20.93.00", 9281209300, "ok"),  # and no float: its 91 would be the number's own
    ("Mob. 9415012345.0", 9415012345, "ok"),
    ("94150.12345", 9415012345, "ok"),  # grouped by a dot
    ("9415.012.345", 9415012345, "ok"),
    ("94150123456", None, "malformed"),
    ("98765 4321", None, "malformed"),
    ("+65 9123 4567", None, "malformed"),  # another country's
    ("00659123456", None, "malformed"),
    ("+6591234567", None, "malformed"),  # its ten digits would be somebody's mobile here
    ("+91 94150 12345 +91 80046 42302", 9415012345, "ok"),
    ("৯৪১৫০১২৩৪৫", 9415012345, "ok"),
    ("۹۴۱۵۰۱۲۳۴۵", 9415012345, "ok"),
    ("9415012345 12", None, "malformed"),
    ("(0)9415012345 ext 2", 9415012345, "ok"),  # as the library reads it
    ("9415012345x21", 9415012345, "ok"),
    ("0522-2900612 Extn. 34", 5222900612, "landline"),
    ("9,41,50,12,345", 9415012345, "ok"),  # grouped by a spreadsheet
    ("9,415,012,345", 9415012345, "ok"),
    ("+977 9841234567", None, "malformed"),  # Nepal
    ("1800-180-5025", None, "malformed"),  # toll-free: nobody's WhatsApp
    ("98765O3219", None, "malformed"),  # a letter for a digit: nobody knows which
    ("00", None, "missing"),
    ("1912", None, "malformed"),
    ("0123456789", None, "malformed"),  # the trunk zero off, nine digits
    ("9999999999", 9999999999, "dummy"),
    ("0000000000", 0, "dummy"),
    ("1234567890", 1234567890, "dummy"),
    ("9876543210", 9876543210, "dummy"),
    ("9898989898", 9898989898, "dummy"),
    ("9400000000", 9400000000, "dummy"),
    ("0522-2900612", 5222900612, "landline"),
    ("05222900612", 5222900612, "landline"),
    ("7312345678", 7312345678, "landline"),  # begins with 7 and is a fixed line all the same
    ("1800123456", 1800123456, "malformed"),  # neither mobile nor fixed line
]


@pytest.mark.parametrize(("cell", "mobile", "verdict"), EXAMPLES)
def test_a_cell_is_judged_as_the_table_says(cell: str, mobile: int | None, verdict: str) -> None:
    judged = judge([cell])[0]
    assert (judged.mobile, judged.verdict) == (mobile, verdict)


def test_the_plan_agrees_with_the_library_on_ten_digit_numbers() -> None:
    numbers = [str(1_000_000_007 + 8_999_999 * step) for step in range(1_000)]
    for judged in judge(numbers):
        kind = phonenumbers.number_type(phonenumbers.parse("+91" + judged.input))
        expected = {0: "landline", 1: "ok", 2: "ok"}.get(kind, "malformed")
        assert judged.verdict in (expected, "dummy"), judged.input


@settings(max_examples=20, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=20))
def test_any_text_gets_a_verdict_and_only_good_ones_an_address(cells: list[str]) -> None:
    for judged in judge(cells):
        assert judged.verdict in {"ok", "missing", "malformed", "landline", "dummy", "cut"}
        assert (judged.e164 is not None) == (judged.verdict == "ok")


def test_a_second_opinion_in_python_agrees_on_thirty_thousand_dirty_cells() -> None:
    cells = make_cells(30_000, seed=1)
    differing = [
        (cell, (judged.mobile, judged.verdict), expected)
        for cell, judged in zip(cells, judge(cells), strict=True)
        if (expected := judge_cell(cell)) != (judged.mobile, judged.verdict)
    ]
    assert differing == []


TWO = [
    ("9415012345/8004642302", 8004642302),
    ("9415012345 8004642302", 8004642302),
    ("94150123458004642302", 8004642302),
    ("+91 94150 12345 / +91 80046 42302", 8004642302),
    ("94150 12345-80046 42302", 8004642302),
    ("94150 12345-52222 75675", None),  # the other is a fixed line
    ("12345/8004642302", None),  # the only good one is the first
    ("9415012345/9415012345", None),  # the same twice
    ("9415012345/9999999999", None),  # the other is nobody's
    ("9415012345", None),
]


@pytest.mark.parametrize(("cell", "second"), TWO)
def test_the_second_good_number_of_a_cell_is_kept(cell: str, second: int | None) -> None:
    assert judge([cell])[0].second == second
