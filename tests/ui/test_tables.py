import pandas as pd
import pyarrow as pa
import pytest

from dashboard.ui.tables import Column, _find_width, _keep_lines, escape_marks, name_offices, write_cells


def test_figures_sort_by_size_when_sorted_as_text() -> None:
    table = pd.DataFrame({"consumers": [1_234_567, 99, 45_000]})
    written = list(write_cells(table, {"consumers": Column("Consumers", "count")})["consumers"].to_pylist())
    assert [text.strip() for text in sorted(written)] == ["99", "45,000", "12,34,567"]


def test_only_the_named_columns_are_shown() -> None:
    table = pd.DataFrame({"office": ["A"], "mobile": [9812345210]})
    assert list(write_cells(table, {"office": Column("Office")}).column_names) == ["office"]


def test_a_missing_value_is_an_empty_cell() -> None:
    table = pd.DataFrame({"rate": [0.5, None]})
    assert [
        text.strip() for text in write_cells(table, {"rate": Column("Rate", "rate")})["rate"].to_pylist()
    ] == [
        "50.0%",
        "",
    ]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("RAM & SONS", r"RAM \& SONS"),
        (
            "[bill](http://example.org)",
            "\\[bill\\]\\(http\\:\N{WORD JOINER}\\/\\/example\\.org\\)",
        ),  # no link out of a billing file
        (":red[x] **y** $z$", r"\:red\[x\] \*\*y\*\* \$z\$"),
        ("राम लाल", "राम लाल"),
        ("WWW.example.org", "WWW\N{WORD JOINER}\\.example\\.org"),  # Markdown links these without any mark
        ("ram@example.org", "ram\\@\N{WORD JOINER}example\\.org"),
        ("RAM @ HOME", r"RAM \@ HOME"),
        ("\tRAM\n    LAL", "RAM\nLAL"),  # no block of code
        ("RAM\u202e LAL\u2069", "RAM LAL"),  # turns round nothing beside it
        ("क्\u200dष", "क्\u200dष"),  # what Hindi needs stays
    ],
)
def test_a_cell_is_shown_letter_by_letter(cell: str, written: str) -> None:
    assert escape_marks(cell) == written


def test_a_feeder_is_named_with_its_substation() -> None:
    table = pd.DataFrame(
        {
            "office": ["FD 2 BAZAR", "FD 2 BAZAR", "DIVISION A"],
            "office_hi": ["", "", ""],
            "above": ["SS EAST", "SS WEST", None],
            "above_hi": ["", None, None],
        }
    )
    table["office_code"] = ["F1", "F2", "D1"]
    assert list(name_offices(table)) == ["FD 2 BAZAR · SS EAST", "FD 2 BAZAR · SS WEST", "DIVISION A"]


def test_a_cell_about_a_person_goes_on_in_a_new_line_only_when_one_is_full() -> None:
    lines = _keep_lines("Not on WhatsApp, or an old app. Field staff must ask for another number.").split(" ")
    assert [line.replace("\u00a0", " ") for line in lines] == [
        "Not on WhatsApp, or an", "old app. Field staff", "must ask for another", "number."
    ]  # fmt: skip


def test_a_date_in_a_cell_about_a_person_never_breaks() -> None:
    assert _keep_lines("31-10-2026 12:00") == "31\u201110\u20112026\u00a012:00"
    assert _keep_lines("A-6/293") == "A-6/293"  # no date


def test_a_column_of_words_is_as_wide_as_its_longest_cell_wherever_that_stands() -> None:
    short, long = (
        ["अ" * 12] * 20,
        "विद्युत वितरण खण्ड-प्रथम, सिद्धार्थनगर",
    )  # 23 letters of Hindi and 5 others, four marks beside them, six above and below
    for cells in ([long, *short], [*short, long]):
        assert _find_width("कार्यालय", pa.chunked_array([cells])) == round(23 * 7 + 4 * 5 + 5 * 8.5 + 22)
    assert _find_width("कार्यालय", pa.chunked_array([[*short, "x" * 500]])) == 400
    assert _find_width("A label longer than that", pa.chunked_array([short])) is None
    assert _find_width("Office", pa.chunked_array([[]], pa.string())) is None


# Measured in Chromium with the fonts of the pages (14 pixels); a cell has 8 pixels on either side of it.
@pytest.mark.parametrize(
    ("words", "pixels"),
    [("बिलिंग फाइल", 67), ("(कमांड लाइन)", 70), ("सहमतियाँ", 49), ("उपभोक्ता", 48), ("खाता संख्या", 60), ("विद्युत नगरीय वितरण उपखण्ड, ऐशबाग", 193)],
)  # fmt: skip
def test_a_column_of_hindi_words_cuts_none(words: str, pixels: int) -> None:
    width = _find_width("कब", pa.chunked_array([[words]]))
    assert width is not None and width >= pixels + 16
