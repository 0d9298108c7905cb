"""The map needs no network, keeps every district, and reads in grey."""

import itertools

from dashboard.ui import maps
from dashboard.ui.catalogue import say
from tests.ui.test_charts import _lightness

RATES = {"Agra": 0.10, "Lucknow": 0.55, "Gonda": 0.31}


def test_all_districts_have_an_outline_and_a_place_inside_the_state() -> None:
    districts = maps.list_districts()
    assert len(districts) == 75
    for district in districts.values():
        assert district.outlines
        assert 76 < district.longitude < 85
        assert 23 < district.latitude < 31


def test_every_share_falls_into_one_step() -> None:
    for rates in (RATES, {"Agra": 0.5}, {"Agra": 0.0, "Gonda": 1.0}, {"Agra": 0.299, "Gonda": 0.3}):
        steps = maps.shade(rates)
        placed = [name for step in steps for name in step.districts]
        assert sorted(placed) == sorted(rates)
        for step in steps:
            assert all(step.low <= rates[name] < step.high + 1e-9 for name in step.districts)
    assert maps.shade({}) == []


def test_shades_go_from_light_to_dark_so_that_grey_paper_keeps_their_order() -> None:
    grey = [_lightness(colour) for colour in maps.SHADES]
    assert all(light - dark > 12 for light, dark in itertools.pairwise(grey))


def test_a_click_finds_its_district() -> None:
    names = dict.fromkeys(RATES, "x")
    figure = maps.draw_map(RATES, [""] * 5, names, names)
    points = figure["data"][-1]
    districts = maps.list_districts()
    assert points["x"] == [districts[name].longitude for name in RATES]
    assert points["text"] == ["10", "55", "31"]


def test_the_map_asks_no_server_for_tiles_or_outlines() -> None:
    figure = maps.draw_map(RATES, [""] * 5, dict.fromkeys(RATES, "x"), dict.fromkeys(RATES, "x"))
    assert {trace["type"] for trace in figure["data"]} == {"scatter"}
    assert "http" not in str(figure)
    assert len(str(figure)) < 120_000


def test_the_districts_of_an_office_fill_the_map_and_those_of_the_state_need_no_frame() -> None:
    names = dict.fromkeys(RATES, "x")
    west, east = maps.draw_map(RATES, [""] * 5, names, names)["layout"]["xaxis"]["range"]
    places = [maps.list_districts()[name].longitude for name in RATES]
    assert west < min(places) < max(places) < east < 83  # the state goes on to 84.6
    everywhere = dict.fromkeys(maps.list_districts(), 0.2)
    whole = maps.draw_map(everywhere, [""] * 5, dict.fromkeys(everywhere, ""), dict.fromkeys(everywhere, ""))
    assert "range" not in whole["layout"]["xaxis"]


def test_one_district_in_a_step_of_the_legend_is_told_as_one() -> None:
    words = {"low": "10%", "high": "19%", "consumers": "5"}
    for language, one, two in (("en", "1 district,", "2 districts,"), ("hi", "1 जनपद,", "2 जनपद,")):
        assert one in say(language, "coverage.map_legend", count=1, **words)
        assert two in say(language, "coverage.map_legend", count=2, **words)
