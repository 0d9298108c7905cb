"""Tables as the department reads them: figures right-aligned and grouped in lakh and crore, words in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd
import streamlit as st

from dashboard.ui.formats import day, group_digits, moment, percent, rupees

Kind = Literal["text", "count", "rate", "rupees", "day", "moment"]
_WRITERS: dict[str, Any] = {
    "count": lambda v: group_digits(int(v)),
    "rate": percent,
    "rupees": rupees,
    "day": day,
    "moment": moment,
}
_RIGHT = {"count", "rate", "rupees"}
_ROW_PIXELS = 36


@dataclass(frozen=True)
class Column:
    """One shown column: its words, what kind of value it holds, whether it stays in sight."""

    label: str
    kind: Kind = "text"
    pinned: bool = False


def show_table(
    table: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    key: str,
    alt: str,
    pick: bool = False,
    rows: int = 12,
) -> int | None:
    """Show the named columns of a table; with `pick` return the position of the chosen row, else None.

    At most `rows` rows are high enough to be seen without scrolling inside the table.
    """
    return show_cells(write_cells(table, columns), columns, key=key, alt=alt, pick=pick, rows=rows)


def show_cells(
    shown: pd.DataFrame,
    columns: Mapping[str, Column],
    *,
    key: str,
    alt: str,
    pick: bool = False,
    rows: int = 12,
) -> int | None:
    """Show a table whose cells are written already (`write_cells`); else as `show_table`."""
    config = {name: _configure(column) for name, column in columns.items()}
    height = _ROW_PIXELS * (min(max(len(shown), 1), rows) + 1)
    options: dict[str, Any] = {
        "hide_index": True,
        "column_config": config,
        "key": key,
        "alt": alt,
        "height": height,
        "row_height": _ROW_PIXELS,
    }
    if not pick:
        st.dataframe(shown, **options)
        return None
    event = st.dataframe(shown, on_select="rerun", selection_mode="single-row", **options)
    chosen = event.selection.rows
    return int(chosen[0]) if chosen and chosen[0] < len(shown) else None


def write_cells(table: pd.DataFrame, columns: Mapping[str, Column]) -> pd.DataFrame:
    """Return the named columns as written text; figures are padded on the left so that a click on the header sorts them by size."""
    return pd.DataFrame({name: _write_column(table[name], column.kind) for name, column in columns.items()})


def _write_column(values: "pd.Series[Any]", kind: Kind) -> list[str]:
    writer = _WRITERS.get(kind, str)
    written = ["" if pd.isna(value) else writer(value) for value in values]
    if kind not in _RIGHT:
        return written
    width = max((len(text) for text in written), default=0)
    return [text.rjust(width) for text in written]


def _configure(column: Column) -> Any:
    alignment: Literal["left", "right"] = "right" if column.kind in _RIGHT else "left"
    return st.column_config.TextColumn(column.label, alignment=alignment, pinned=column.pinned)
