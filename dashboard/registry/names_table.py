"""The small table of Hindi office names that lies beside exports: told from an export by its header."""

import csv
from pathlib import Path

from dashboard.registry.headers import Headers, fold_header
from dashboard.registry.office_store import OfficeName
from dashboard.registry.packed import Member, read_start
from dashboard.registry.text_rows import DELIMITERS, find_encoding, text_rows

_HEADERS: Headers = {"LEVEL": "level", "CODE": "code", "NAMEHI": "name_hi", "DISTRICT": "district"}
_NEEDED = {"LEVEL", "CODE", "NAMEHI"}
_ALL = {*_HEADERS, "NAME", ""}  # with another column it is something else


def is_names_table(path: Path, member: Member | None = None) -> bool:
    """Return whether a file, or a report in a ZIP, is a table of office names: its first line is level, code, name, name_hi, district."""
    start = read_start(path, member)
    encoding = "utf-16" if start.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    line = next(iter(start.decode(encoding, "replace").splitlines()), "")
    cut = [
        {fold_header(cell) for cell in next(csv.reader([line], delimiter=mark), [])} for mark in DELIMITERS
    ]
    return any(_NEEDED <= cells <= _ALL for cells in cut)


def read_names(path: Path, name: str) -> list[OfficeName]:
    """Return the names of a table that `is_names_table`; a cell that a row lacks is empty."""
    rows = text_rows(path, find_encoding(path, name), _HEADERS)
    header = [fold_header(cell) for cell in next(rows)[1]]
    places = {field: header.index(folded) for folded, field in _HEADERS.items() if folded in header}
    return [_name_of(row, places) for _, row in rows if row]


def _name_of(row: list[str], places: dict[str, int]) -> OfficeName:
    cells = {field: row[place].strip() for field, place in places.items() if place < len(row)}
    return OfficeName(
        cells.get("level", "").lower(),
        cells.get("code", ""),
        cells.get("name_hi", ""),
        cells.get("district", ""),
    )
