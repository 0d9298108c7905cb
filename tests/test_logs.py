"""Logs tell where something failed, never on whose number or cell."""

import io
import logging
import threading
from collections.abc import Iterator

import duckdb
import pytest

from dashboard import logs
from dashboard.errors import BadInput

CELLS = ("9812345210", "रामलाल", "Ramlal", "98123 45210", "0000000101")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What a handler of the plainest kind writes while numbers are kept out."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    before, hook = logging.getLogRecordFactory(), threading.excepthook
    logs.keep_data_out()
    logging.getLogger("probe").addHandler(handler)
    logging.getLogger("dashboard.logs").addHandler(handler)
    yield stream
    logging.getLogger("probe").removeHandler(handler)
    logging.getLogger("dashboard.logs").removeHandler(handler)
    logging.setLogRecordFactory(before)
    threading.excepthook = hook


def fail_on_a_cell() -> None:
    try:
        duckdb.connect().execute("SELECT CAST(? AS INTEGER)", [f"{CELLS[2]} {CELLS[0]}"])
    except duckdb.Error as error:
        raise ValueError(CELLS[1]) from error


def test_a_traceback_shows_the_place_and_no_cell(written: io.StringIO) -> None:
    try:
        fail_on_a_cell()
    except ValueError:
        logging.getLogger("probe").exception("error %s", "AB12CD")
    text = written.getvalue()
    assert "AB12CD" in text and "fail_on_a_cell" in text and "test_logs.py" in text
    assert "ValueError" in text and "ConversionException" in text
    assert not [cell for cell in CELLS if cell in text]


# what is logged, and what of it must still be there
LINES = [
    (("to %s and %d", "+919812345210", 9812345210), "to … and …"),
    (("98123 45210 called",), "… called"),
    (("account 0000000101: %s", ValueError("Ramlal")), "account …: ValueError"),
    (("refused: %s", BadInput("office_unknown", office="DIV000001")), "refused: office_unknown (office=DIV000001)"),
    (("%d messages in %.1f s on port %d", 20000, 3.25, 8501), "20000 messages in 3.2 s on port 8501"),
    (("100 % sure",), "100 % sure"),
    (("%(count)s left", {"count": 3}), "3 left"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "wanted"), LINES)
def test_a_line_bears_no_long_number(written: io.StringIO, said: tuple, wanted: str) -> None:
    logging.getLogger("probe").warning(*said)
    assert written.getvalue() == wanted + "\n"


def test_a_thread_that_ends_by_an_error_is_logged_alike(written: io.StringIO) -> None:
    thread = threading.Thread(target=fail_on_a_cell, name="watch")
    thread.start()
    thread.join()
    text = written.getvalue()
    assert "the thread watch ended" in text and "ValueError" in text and "रामलाल" not in text
