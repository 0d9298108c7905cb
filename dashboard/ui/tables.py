"""Tables as the department reads them: figures right-aligned and grouped in lakh and crore, words in the reader's language."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from dashboard.ui.formats import day, group_digits, moment, percent, points, rupees, signed
from dashboard.ui.words import current_language, t

Kind = Literal[
    "text", "count", "rate", "rupees", "day", "moment", "change", "points", "places", "course", "figure"
]
_WRITERS: dict[str, Any] = {
    "count": lambda v: group_digits(int(v)),
    "rate": percent,
    "rupees": rupees,
    "day": day,
    "moment": moment,
    "change": lambda v: signed(int(v)),
    "points": points,
    "places": lambda v: f"▲ {int(v)}" if v > 0 else f"▼ {-int(v)}" if v < 0 else "=",
}
_RIGHT = {"count", "rate", "rupees", "change", "points", "places", "figure"}
Cells = Mapping[str, list[Any]]
_ROW_PIXELS = 36
_LATIN_PIXELS, _DEVANAGARI_PIXELS, _MARK_PIXELS = (
    8.5,
    7.0,
    5.0,
)  # of a letter, and of a mark beside one, as our fonts set them in a table
_CELL_PIXELS, _WIDEST_PIXELS = 22, 400
_LINE_LETTERS = 24  # of a cell about a person, at least, before it goes on in the next line
_DATE = re.compile(r"\b(\d\d)-(\d\d)-(\d{4})\b")
_MARKS = re.compile(r"([!-/:-@\[-`{-~])")  # ASCII punctuation, which Markdown may read as its own
_ADDRESS = re.compile(
    r"(https?:(?=//)|www(?=\.)|@(?=[-\w]))", re.IGNORECASE
)  # becomes a link without any mark
_NO_LINK = "\N{WORD JOINER}"
_INDENT = re.compile(r"^[^\S\n]+", re.MULTILINE)  # makes a block of code
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # turn round what stands beside them


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
    shown: pa.Table,
    columns: Mapping[str, Column],
    *,
    key: str,
    alt: str,
    pick: bool = False,
    on_pick: Callable[[int], None] | None = None,
    rows: int = 12,
) -> int | None:
    """Show a table whose cells are written already (`write_cells`); else as `show_table`.

    `on_pick` is told the position of a chosen row before the page is computed, which then shows what follows at once.
    """
    config = {name: _configure(column, shown[name]) for name, column in columns.items()}
    height = _ROW_PIXELS * (min(max(len(shown), 1), rows) + 1)
    options: dict[str, Any] = {
        "hide_index": True,
        "column_config": config,
        "key": key,
        "alt": alt,
        "height": height,
        "row_height": _ROW_PIXELS,
    }
    if on_pick:
        st.dataframe(
            shown, on_select=partial(_tell_pick, key, on_pick), selection_mode="single-row", **options
        )
        return None
    if not pick:
        st.dataframe(shown, **options)
        return None
    event = st.dataframe(shown, on_select="rerun", selection_mode="single-row", **options)
    chosen = event.selection.rows
    return int(chosen[0]) if chosen and chosen[0] < len(shown) else None


def ask_to_choose(words: str) -> None:
    """Say what a chosen row of the table above is for; the help tells how to choose one without a pointer."""
    st.caption(words, help=t("page.choose_row_help"))


def _tell_pick(key: str, on_pick: Callable[[int], None]) -> None:
    if rows := st.session_state[key]["selection"]["rows"]:
        on_pick(int(rows[0]))


def name_offices(table: pd.DataFrame) -> "pd.Series[Any]":
    """Return the names of the offices of a table (columns office, office_hi, office_code) in the reader's language.

    Where the table says what stands above a feeder (above, above_hi), that too: many feeders bear the same name.
    """
    names = name_rows(
        {name: table[name].tolist() for name in ("office_hi", "office", "office_code") if name in table}
    )
    if "above" in table:
        above = name_rows(
            {"office_hi": table["above_hi"].tolist(), "office": table["above"].tolist(), "office_code": [""] * len(table)}
        )  # fmt: skip
        names = [" · ".join(filter(None, pair)) for pair in zip(names, above, strict=True)]
    return pd.Series(names, table.index, dtype="str")


def name_rows(cells: Cells) -> list[str]:
    """Return the names of the offices of some rows (office, office_hi, office_code) in the reader's language."""
    columns = ["office_hi", "office", "office_code"][0 if current_language() == "hi" else 1 :]
    rows = zip(*(cells[column] for column in columns), strict=True)
    return [next((cell for cell in row if isinstance(cell, str) and cell), "") for row in rows]


def show_personal_table(
    table: pd.DataFrame, columns: Mapping[str, Column], *, alt: str, line_letters: int = _LINE_LETTERS
) -> None:
    """Show rows about persons: plain, because `show_table` offers a download that no audit trail would know of.

    Where there is no room a cell goes on in the next line, after so many letters at the soonest.
    """
    written = {
        # A blank at the start would be dropped, four of them are code: figures stand right by blanks as wide as digits.
        column.label: [
            escape_marks(cell).replace(" ", "\u2007")
            if column.kind in _RIGHT
            else escape_marks(_keep_lines(cell, line_letters))
            for cell in _write_column(table[name], column.kind)
        ]
        for name, column in columns.items()
    }
    st.table(pd.DataFrame(written), border="horizontal", width="content", hide_index=True, alt=alt)


def _keep_lines(text: str, letters: int = _LINE_LETTERS) -> str:
    """Return a text that breaks into lines of some length only: a phone else makes columns as narrow as a word and rows a hand high.

    A browser would break a date at its hyphens as well: they become such as hold.
    """
    lines: list[str] = []
    for word in _DATE.sub("\\1\u2011\\2\u2011\\3", text).split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= letters:
            lines[-1] += f"\u00a0{word}"
        else:
            lines.append(word)
    return " ".join(lines)


def escape_marks(text: str) -> str:
    """Return text that Markdown shows letter by letter: what a billing file holds is no instruction to the page, and no link."""
    still = _INDENT.sub("", _TURNS.sub("", text))
    return _MARKS.sub(r"\\\1", _ADDRESS.sub(rf"\1{_NO_LINK}", still))


def write_cells(table: pd.DataFrame | Cells, columns: Mapping[str, Column]) -> pa.Table:
    """Return the named columns as written text; figures are padded on the left so that a click on the header sorts them by size."""
    written = {name: _write_column(table[name], column.kind) for name, column in columns.items()}
    types = {"course": pa.list_(pa.float64())}
    return pa.table(
        {name: pa.array(cells, types.get(columns[name].kind, pa.string())) for name, cells in written.items()}
    )


def _write_column(values: "pd.Series[Any] | list[Any]", kind: Kind) -> list[Any]:
    cells = values if isinstance(values, list) else values.astype(object).where(values.notna(), None).tolist()
    if kind == "course":
        return cells
    writer = _WRITERS.get(kind, str)
    written = [
        "" if cell is None or cell != cell else writer(cell) for cell in cells
    ]  # NaN differs from itself
    if kind not in _RIGHT:
        return written
    width = max((len(text) for text in written), default=0)
    return [text.rjust(width) for text in written]


def _configure(column: Column, cells: pa.ChunkedArray) -> Any:
    if column.kind == "course":
        return st.column_config.LineChartColumn(column.label, y_min=0, color="#0072B2")
    alignment: Literal["left", "right"] = "right" if column.kind in _RIGHT else "left"
    width = _find_width(column.label, cells) if column.kind == "text" else None
    return st.column_config.TextColumn(column.label, width=width, alignment=alignment, pinned=column.pinned)


def _find_width(label: str, cells: pa.ChunkedArray) -> int | None:
    """Return the pixels that a column of words needs, None where its label is the longest.

    By itself the browser would go by the first rows, and by those of the office that one has come from.
    """
    lengths = pc.utf8_length(cells)
    longest = pc.max(lengths).as_py()
    if longest is None or longest <= len(label):
        return None
    cell = cells[pc.index(lengths, longest).as_py()].as_py()
    width = sum(map(_measure, cell)) + _CELL_PIXELS
    return min(round(width), _WIDEST_PIXELS)


def _measure(letter: str) -> float:
    """Return the pixels of a letter; a mark above or below another one takes none."""
    category = unicodedata.category(letter)
    if category.startswith("M"):
        return _MARK_PIXELS if category == "Mc" else 0.0
    return _DEVANAGARI_PIXELS if "\u0900" <= letter <= "\u097f" else _LATIN_PIXELS
