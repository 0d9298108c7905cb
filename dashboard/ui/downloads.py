"""Downloads made on request: a file is written once, held for this session, and handed over by a button."""

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard.store.spreadsheet import write_table
from dashboard.ui.formats import group_digits
from dashboard.ui.tables import escape_marks
from dashboard.ui.words import t

_UNTAMED = re.compile("[^\\w\u0900-\u097f .()-]+")
_MIME = {".csv": "text/csv", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True)
class ReadyFile:
    """A file waiting for its click."""

    name: str
    content: bytes
    row_count: int


def tame_name(name: str) -> str:
    """Return a file's name of letters, digits and a few signs, of at most 100 characters with its suffix."""
    path = Path(name.replace("\\", "/"))
    stem = _UNTAMED.sub("_", path.stem).strip("._- ")[:90]
    return f"{stem or 'file'}{path.suffix}"


def prepare_file(name: str, write: Callable[[Path], int]) -> ReadyFile:
    """Return what `write(path)` wrote, under a name whose suffix says the format; nothing stays on the disk.

    A name may hold what somebody called an uploaded file: no path, no formula, no marks come of it.
    """
    name = tame_name(name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"file{Path(name).suffix}"
        count = write(path)
        return ReadyFile(name, path.read_bytes(), count)


def offer_file(ready: ReadyFile, key: str) -> None:
    """Show the button that hands the file over; it says how many rows the file has."""
    label = t("downloads.take", name=escape_marks(ready.name), count=group_digits(ready.row_count))
    mime = _MIME.get(Path(ready.name).suffix)
    st.download_button(
        label,
        ready.content,
        ready.name,
        mime,
        key=key,
        icon=":material/download:",
        type="primary",
        on_click="ignore",
    )


def offer_table(table: pd.DataFrame, name: str, key: str) -> None:
    """Offer a small table that is already on the page as a file without formulas."""
    rows = table.astype(object).where(table.notna(), None).itertuples(index=False, name=None)
    offer_file(prepare_file(name, lambda path: write_table(path, list(table.columns), list(rows))), key)
