import logging
import re

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.errors import BadInput, IllegalChange, SetuError, Unavailable
from dashboard.ui.errors import explain
from dashboard.ui.words import choose_language


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            BadInput("variable_empty", name="due_date", label="due_date"),
            "Due date",
        ),  # a variable by its words
        (IllegalChange("notice_transition", state="finished", action="start"), "now stands at"),
        (BadInput("own_number", verdict="dummy"), "Placeholder number"),
        (BadInput("text_too_long", length=1025, limit=1024), "1,025 characters, 1,024 are allowed"),
        (Unavailable("port_busy", port=8501), "Port 8501 is in use"),  # a name, not a count
    ],
)
def test_codes_inside_an_error_are_put_into_words(error: SetuError, said: str) -> None:
    choose_language("en")
    sentence = explain(error)
    assert said in sentence
    assert "finished" not in sentence and "due_date" not in sentence


def test_an_error_without_words_still_says_something(caplog: pytest.LogCaptureFixture) -> None:
    choose_language("en")
    with caplog.at_level(logging.ERROR):
        assert "no_such_code" in explain(SetuError("no_such_code"))
    assert "no_such_code" in caplog.text


def _page_that_breaks() -> None:
    import streamlit as st

    from dashboard.ui.errors import told

    with told():
        raise ValueError("9812345210 is what nobody may see")
    st.write("what follows still runs")


def test_what_nobody_foresaw_is_one_sentence_with_a_mark() -> None:
    app = AppTest.from_function(_page_that_breaks).run()
    assert not app.exception
    assert len(app.error) == 1
    assert "9812345210" not in app.error[0].value
    assert app.markdown[0].value == "what follows still runs"


def test_what_a_file_holds_is_no_markup() -> None:
    choose_language("en")
    columns = "![x](http://evil.example), [PAY](http://evil.example), :red[A], $A$, <b>"
    sentence = explain(BadInput("no_account_column", file="a.csv", columns=columns))
    assert not re.search(r"(?<!\\)[\[\]!<>$]", sentence)
    assert "PAY" in sentence
