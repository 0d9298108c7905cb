"""A row that says what the last report said is not read again: whoever alters how cells are understood must raise READING."""

import hashlib
import inspect
import re
from importlib.metadata import version
from pathlib import Path

from dashboard.registry import intake, kruti_dev, phone
from dashboard.store.queries import load_queries

# READING, and the digest of what was then known of cells. Whoever raises the one puts the other here as the test tells it.
UNDERSTOOD = (3, "43e8285e07486d21")


def _digest() -> str:
    """Return the digest of all that decides what a cell comes to, whatever its comments and blanks."""
    folder = Path(intake.__file__).parent
    cells = load_queries(folder / "cells.sql")
    parts = [
        phone._macros(),  # with the national plan in it
        cells.create_macros.sql,
        intake.queries.keep_cells.sql,
        intake.queries.take_rows.sql,
        inspect.getsource(intake._odd_text),
        inspect.getsource(kruti_dev),
        (folder / "kruti_dev.csv").read_text(encoding="utf-8"),
        version("hinlegacy"),
    ]
    return hashlib.sha256("\0".join(map(_bare, parts)).encode()).hexdigest()[:16]


def _bare(source: str) -> str:
    without_comments = re.sub(r"(?m)(?:^|\s)(?:--|#) .*$", "", source)
    return "".join(without_comments.split())


def test_whoever_alters_how_cells_are_understood_raises_reading() -> None:
    assert (intake.READING, _digest()) == UNDERSTOOD, (
        "How cells are understood has changed: raise READING in dashboard/registry/intake.py, so that the next import reads every row, "
        "and put it and the new digest into UNDERSTOOD"
    )


def test_comments_and_blanks_are_not_what_is_understood() -> None:
    assert _bare("SELECT 1 -- one\n  AS a;\n-- name of it\n") == _bare("SELECT 1 AS a;")
    assert _bare("a = 1  # one\n# more\n") == "a=1"
    assert _bare("WHEN '0+' THEN") != _bare("WHEN '0*' THEN")
