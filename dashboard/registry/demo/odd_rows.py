"""Lines that no consumer stands behind: a header in the middle, totals, rows cut short or too long, bad account numbers.

They come on top of the consumers asked for, so that those are exactly what an import accepts.
"""

import csv
import io

import numpy as np
import pyarrow as pa

from dashboard.registry.demo.cells import CellStyle
from dashboard.registry.demo.divisions import Division
from dashboard.registry.demo.rows import COLUMNS, Export, account_numbers

_TURN = 12  # divisions among which each kind of odd line comes once
_DENSE_FROM = 10_000_000  # consumers from which every turn has its odd lines; below, every eighth


def write_odd_lines(export: Export, division: Division, lines: pa.Array, style: CellStyle) -> bytes:
    """Return what follows the division's lines; mostly nothing. Of a full export about five lines in a million."""
    turn, place = divmod(division.place, _TURN)
    if turn % (1 if export.consumers >= _DENSE_FROM else 8):
        return b""
    return "".join(style.line(cells) for cells in _odd_rows(export, division, lines, place)).encode()


def _odd_rows(export: Export, division: Division, lines: pa.Array, place: int) -> list[list[str]]:
    if place == 1:
        return [list(COLUMNS)]
    if place == 3:
        return [["TOTAL", *[""] * 19, f"{division.consumers * 1_873}.00", *[""] * 21]]
    row = _made_up_row(export, division, lines)
    odd = {
        5: row[:-3],
        7: [*row, "0", "X"],
        8: [row[0][-5:], *row[1:]],
        9: [row[0][:4] + "O" + row[0][5:], *row[1:]],
        10: ["", *row[1:]],
    }
    return [odd[place]] if place in odd else []


def _made_up_row(export: Export, division: Division, lines: pa.Array) -> list[str]:
    """Return the cells of the division's last row under an account number that no consumer has."""
    last = next(csv.reader(io.StringIO(lines[len(lines) - 1].as_py(), newline="")))
    unused = np.array([export.consumers + division.place], np.uint64)
    account = account_numbers(export.seed, unused, division.is_urban)[0].as_py()
    return [account, *last[1:]]
