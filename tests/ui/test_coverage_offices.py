from dashboard.ui.coverage_offices import order_offices, search_offices
from dashboard.ui.tables import Cells

TABLE: Cells = {
    "office_code": ["DIV1", "DIV2", "DIV3"],
    "office": ["EUDD Gomti Nagar", "EDD Gonda", "EDD Gonda-II"],
    "office_hi": ["गोमती नगर", "गोंडा", ""],
    "level": ["division"] * 3,
    "district": ["Lucknow", "Gonda", "Gonda"],
    "consumers": [10, 30, 20],
    "gap_rate": [0.5, 0.2, 0.5],
}


def _codes(cells: Cells) -> list[str]:
    return cells["office_code"]


def test_every_word_must_be_found_in_either_name_or_the_code() -> None:
    assert _codes(search_offices(TABLE, "gonda")) == ["DIV2", "DIV3"]
    assert _codes(search_offices(TABLE, "ii edd")) == ["DIV3"]
    assert _codes(search_offices(TABLE, "गोमती")) == ["DIV1"]
    assert _codes(search_offices(TABLE, "div2")) == ["DIV2"]
    assert _codes(search_offices(TABLE, "gonda (")) == []


def test_a_dot_below_a_hindi_letter_is_found_however_it_is_written() -> None:
    apart, together = "ब\u0921\u093cौत", "ब\u095cौत"
    for written in (apart, together):
        table = {**TABLE, "office_hi": [written, "", ""]}
        assert _codes(search_offices(table, apart)) == _codes(search_offices(table, together)) == ["DIV1"]


def test_a_district_leaves_its_own_divisions() -> None:
    assert _codes(search_offices(TABLE, "", "Gonda")) == ["DIV2", "DIV3"]


def test_orders() -> None:
    assert _codes(order_offices(TABLE, "gap")) == ["DIV3", "DIV1", "DIV2"]
    assert _codes(order_offices(TABLE, "count")) == ["DIV2", "DIV3", "DIV1"]
    assert _codes(order_offices(TABLE, "name")) == ["DIV1", "DIV2", "DIV3"]
