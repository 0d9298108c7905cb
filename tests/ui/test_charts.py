import itertools
import json

import pandas as pd
import plotly.io
import streamlit  # noqa: F401 - brings its template
from plotly.graph_objects import Figure

from dashboard.ui import charts

TABLE = pd.DataFrame(
    {
        "consumers": [200, 0],
        "missing": [50, 0],
        "unusable": [30, 0],
        "on_file": [60, 0],
        "enrolled": [40, 0],
        "opted_out": [20, 0],
    }
)


def _lightness(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 116 * (0.2126 * red + 0.7152 * green + 0.0722 * blue) ** (1 / 3) - 16


def test_the_shares_of_a_bar_add_up_to_one() -> None:
    figure = charts.draw_states(TABLE, ["Lucknow", "empty"], str)
    assert abs(sum(trace["x"][0] for trace in figure["data"]) - 1) < 1e-9


def test_an_office_without_consumers_draws_nothing_and_fails_nowhere() -> None:
    figure = charts.draw_states(TABLE, ["Lucknow", "empty"], str)
    assert [trace["x"][1] for trace in figure["data"]] == [0, 0, 0, 0, 0]


def test_states_stand_in_one_order_with_one_colour_each() -> None:
    figure = charts.draw_states(TABLE, ["Lucknow", "empty"], str)
    assert [trace["name"] for trace in figure["data"]] == list(charts.STATES)
    assert [trace["marker"]["color"] for trace in figure["data"]] == [
        charts.STATE_COLOURS[state] for state in charts.STATES
    ]


def test_states_can_be_told_apart_on_grey_paper() -> None:
    grey = sorted(_lightness(colour) for colour in charts.STATE_COLOURS.values())
    assert min(b - a for a, b in itertools.pairwise(grey)) > 12


def test_counts_are_grouped_the_indian_way_on_hover() -> None:
    table = TABLE * 100_000
    figure = charts.draw_states(table, ["Lucknow", "empty"], str)
    assert figure["data"][0]["customdata"][0] == ["40,00,000", "20.0%", "Lucknow"]


def test_trend_keeps_days_and_counts() -> None:
    days = pd.DataFrame({"day": ["2026-11-22", "2026-11-23"], "enrolled": [10, 12], "missing": [90, 88]})
    figure = charts.draw_trend(days, {"enrolled": "Enrolled", "missing": "No number"})
    assert figure["data"][0]["x"] == ["2026-11-22", "2026-11-23"]
    assert figure["data"][1]["y"] == [90, 88]
    assert figure["data"][0]["line"]["dash"] != figure["data"][1]["line"]["dash"]


def test_progress_leaves_out_parts_of_nothing() -> None:
    figure = charts.draw_progress({"read": 3, "failed": 0}, {"read": "#000000", "failed": "#ffffff"}, str)
    assert [trace["name"] for trace in figure["data"]] == ["read 3"]
    assert figure["layout"]["showlegend"]  # of a single part Plotly shows none by itself


def test_a_ready_figure_is_what_plotly_makes_of_the_same_dictionary() -> None:
    days = pd.DataFrame({"day": ["2026-11-01", "2026-11-02"], "enrolled": [5, 9]})
    for figure in (
        charts.draw_states(TABLE, ["Lucknow", "empty"], str),
        charts.draw_trend(days, {"enrolled": "Enrolled"}),
        charts.draw_progress({"read": 3, "failed": 1}, {"read": "#000000", "failed": "#FFFFFF"}, str),
    ):
        checked = plotly.io.to_json(
            Figure(**figure), validate=False
        )  # raises where Plotly knows a better word
        ready = plotly.io.to_json(charts.ReadyFigure(figure), validate=False)
        assert json.loads(ready) == json.loads(checked)


def test_a_funnels_bars_are_shares_of_the_first_step() -> None:
    figure = charts.draw_funnel({"Consumers": 200_000, "Usable": 50_000, "Still in": 0})
    assert figure["data"][0]["x"] == [1, 0.25, 0]
    assert figure["data"][0]["text"][1] == "50,000 (25.0%)"
    # Plotly writes nothing inside a bar of no length.
    assert figure["data"][0]["textposition"][2] == "outside"


def test_a_funnel_of_nobody_fails_nowhere() -> None:
    assert charts.draw_funnel({"Consumers": 0, "Usable": 0})["data"][0]["x"] == [0, 0]
