"""Offices out of the exports' own columns: numbered so that an office and all below it are one interval."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.registry.office_numbers import Numbers
from dashboard.registry.office_placing import place, place_all
from dashboard.registry.office_tree import OfficeTree
from dashboard.registry.offices import LEVELS, Node

FULL = (
    "MVVNL",
    "LKO1",
    "LUCKNOW",
    "LKO11",
    "EUDC GOMTI NAGAR",
    "DIV399901",
    "EUDD GOMTI NAGAR",
    "3999011",
    "EUDSD VIBHUTI",
    "33/11 KV X",
    "FD 1",
)


def _tree() -> OfficeTree:
    tree = OfficeTree()
    tree.add(Node("UP", "state", None, "State", "राज्य"))
    return tree


def test_a_full_row_builds_every_level_once() -> None:
    tree = _tree()
    code = place(tree, FULL)
    assert code == place(tree, FULL) == "3999011/33/11 KV X/FD 1"
    assert [office.level for office in tree.number()] == list(LEVELS)


def test_a_report_without_codes_finds_the_offices_by_name() -> None:
    tree = _tree()
    full = place(tree, FULL)
    named = (
        "MVVNL",
        None,
        "Lucknow ",
        None,
        "EUDC  GOMTI NAGAR",
        "DIV399901",
        None,
        None,
        "EUDSD VIBHUTI",
        "33/11 kV X",
        "FD 1",
    )
    assert place(tree, named) == full


def test_a_code_that_came_as_a_number_with_a_point_is_that_code() -> None:
    tree = _tree()
    full = place(tree, FULL)
    assert place(tree, (*FULL[:7], "3999011.0", *FULL[8:])) == full


def test_a_discom_is_one_however_many_rows_name_it() -> None:
    tree = _tree()
    for division in ("DIV000001", "DIV000002"):
        place(tree, ("MVVNL", "Z1", "Z", "C1", "C", division, division, None, None, None, None))
    assert [office.code for office in tree.number() if office.level == "discom"] == ["MVVNL"]


def test_a_row_without_a_division_is_unplaced_and_counted() -> None:
    tree = _tree()
    code = place(tree, ("KESCO", *[None] * 10))
    assert code == "KESCO/UNPLACED"
    assert tree.nodes[code].level == "division"


def test_a_row_that_names_no_office_leaves_the_account_where_it_is() -> None:
    assert place(_tree(), [None] * 11) is None


def test_an_sdo_code_tells_the_division() -> None:
    tree = _tree()
    place(tree, FULL)
    assert (
        place(tree, (None, None, None, None, None, None, None, "3999012", "EUDSD TWO", None, None))
        == "3999012"
    )
    assert tree.nodes["3999012"].parent_code == "DIV399901"


def test_one_zone_code_in_two_discoms_is_two_zones() -> None:
    tree = _tree()
    first = place(tree, ("MVVNL", "Z1", "NORTH", None, None, "DIV100001", "A", None, None, None, None))
    second = place(tree, ("PVVNL", "Z1", "WEST", None, None, "DIV200001", "B", None, None, None, None))
    assert tree.nodes[first or ""].parent_code == "Z1"
    assert tree.nodes[second or ""].parent_code == "PVVNL/Z1"


def _of(discom: str | None, division: str) -> tuple[str | None, ...]:
    return (discom, None, None, None, None, division, None, None, None, None, None)


def test_a_row_without_a_discom_follows_the_rows_that_name_it() -> None:
    tree = _tree()
    first, second = place_all(tree, [_of(None, "DIV100001"), _of("MVVNL", "DIV100001")])
    assert first == second
    assert tree.discom_of(first or "") == "MVVNL"


def test_a_code_of_two_discoms_without_a_discom_is_unplaced() -> None:
    tree = _tree()
    codes = place_all(tree, [_of(None, "DIV100001"), _of("MVVNL", "DIV100001"), _of("PVVNL", "DIV100001")])
    assert tree.nodes[codes[0] or ""].parent_code == "UP/UNPLACED"
    assert len(set(codes)) == 3


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from([None, "A", "B", "C"]) for _ in range(11)]), max_size=30))
def test_any_rows_make_a_tree_of_nested_intervals(paths: list[tuple[str | None, ...]]) -> None:
    tree = _tree()
    codes = [place(tree, path) for path in paths]
    offices = {office.code: office for office in tree.number()}
    by_number = {office.office_no: office for office in offices.values()}
    assert set(offices) == set(tree.nodes)
    assert len(by_number) == len(offices)
    assert all(code is None or code in offices for code in codes)
    for office in offices.values():
        if office.parent_no is not None:
            parent = by_number[office.parent_no]
            assert parent.office_no < office.office_no <= office.last_no <= parent.last_no
            assert LEVELS.index(parent.level) < LEVELS.index(office.level)


def test_an_office_with_its_parents_code_is_an_office_of_its_own() -> None:
    tree = _tree()
    code = place(tree, ("MVVNL", "Z1", "Z", "LKO11", "C", "LKO11", "D", None, None, None, None))
    assert code == "MVVNL/LKO11"
    assert tree.nodes[code or ""].parent_code == "LKO11"


def test_new_offices_leave_the_others_numbers_alone() -> None:
    tree = _tree()
    place(tree, FULL)
    before = {office.code: office for office in tree.number()}
    tree.numbers = {
        code: Numbers(one.office_no, one.last_no, tree.nodes[code].parent_code)
        for code, one in before.items()
    }
    place(tree, (*FULL[:9], "33/11 KV NEW", "FD 7"))
    after = {office.code: office for office in tree.number()}
    assert len(after) == len(before) + 2
    assert {code: after[code] for code in before} == before


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(*[st.sampled_from([None, "A", "B", "C"]) for _ in range(11)]), max_size=20),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_rows_does_not_matter(paths: list[tuple[str | None, ...]], shuffle: Random) -> None:
    tree, other = _tree(), _tree()
    found = dict(zip(paths, place_all(tree, paths), strict=True))
    shuffled = paths.copy()
    shuffle.shuffle(shuffled)
    again = dict(zip(shuffled, place_all(other, shuffled), strict=True))
    assert {path: again[path] for path in found} == found


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("mvvnl", "MVVNL"), ("M.V.V.N.L.", "MVVNL"), ("MVVNL, Lucknow", "MVVNL"), ("MVVNL-LKO", "MVVNL"), ("मध्यांचल विद्युत वितरण निगम", "MVVNL"),
        ("Madhyanchal Vidyut Vitran Nigam Ltd.", "MVVNL"), ("PuVVNL (Varanasi)", "PUVVNL"), ("Purvanchal", "PUVVNL"),
        ("Paschimanchal VVNL", "PVVNL"), ("DVVNL/AGRA", "DVVNL"), ("Kanpur Electricity Supply Co. Ltd", "KESCO"), ("NPCL", "NPCL"), ("MVVNLX", "MVVNLX"),
    ],
)  # fmt: skip
def test_a_discom_written_in_another_way_is_that_discom(written: str, code: str) -> None:
    tree = _tree()
    place(tree, (written, *FULL[1:]))
    assert [node.code for node in tree.nodes.values() if node.level == "discom"] == [code]


def test_a_discom_that_a_person_named_so_stays_what_it_is() -> None:
    tree = _tree()
    tree.add(Node("M.V.V.N.L.", "discom", "UP", "Another", ""))
    place(tree, ("M.V.V.N.L.", *FULL[1:]))
    place(tree, FULL)
    assert [node.code for node in tree.nodes.values() if node.level == "discom"] == ["M.V.V.N.L.", "MVVNL"]


def _town(code: str, name: str = "EAST") -> tuple[str | None, ...]:
    return ("MVVNL", None, "Z", None, "C", "DIV000001", "TOWN", code, name, None, None)


def test_a_code_that_lost_its_zeros_means_the_office_that_has_them() -> None:
    tree = _tree()
    assert place_all(tree, [_town("11"), _town("0000011")]) == ["0000011"] * 2  # of one import
    assert place_all(tree, [_town("11"), _town("11", "")]) == ["0000011"] * 2  # of a later one
    assert place(tree, _town("0011")) == "0000011"


def test_codes_that_differ_by_zeros_and_name_are_two_offices() -> None:
    tree = _tree()
    assert place_all(tree, [_town("0011"), _town("11", "WEST")]) == ["0011", "11"]
    assert place_all(tree, [_town("11", "WEST"), _town("0011"), _town("011", "")]) == ["11", "0011", "011"]
