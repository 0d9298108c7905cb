"""Which rows and columns of a spreadsheet are hidden: the reader of its cells does not say."""

import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import IO

from dashboard.registry.book_tags import attribute, number, tags
from dashboard.registry.book_xls import find_hidden_in_xls

_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_HIDDEN = re.compile(rb"\shidden=\"(?:1|true)\"")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ODS_PART = re.compile(rb"<table:table\s[^>]*>|<table:table-(?:row|column)\b[^>]*>")
_ODS_HIDDEN = re.compile(rb"table:visibility=\"(?:collapse|filter)\"")
_MOST_COLUMNS, _MOST_ROWS = 1_000, 1_048_576  # beyond which "hidden" is but the empty rest of a sheet


def find_hidden(path: Path) -> "dict[str, Counter[str]]":
    """Return by sheet the counts `hidden_rows` and `hidden_columns`. Raises zipfile.BadZipFile."""
    if not zipfile.is_zipfile(path):
        return find_hidden_in_xls(path)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "content.xml" in names:
            with archive.open("content.xml") as file:
                return _hidden_of_ods(file)
        if "xl/workbook.xml" not in names:
            return {}
        found = {}
        for sheet, part in list_parts(archive).items():
            if part in names:
                with archive.open(part) as file:
                    found[sheet] = _hidden_of_sheet(file)
        return found


def list_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the archive's part of each sheet."""
    try:
        relations = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return {}
    targets = {attribute(tag, "Id"): attribute(tag, "Target") for tag in _RELATION.findall(relations)}
    parts = {}
    for tag in _SHEET.findall(archive.read("xl/workbook.xml")):
        target = targets.get(attribute(tag, r"(?:\w+:)?id"), "")
        parts[attribute(tag, "name")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return parts


def _hidden_of_sheet(file: IO[bytes]) -> "Counter[str]":
    found: Counter[str] = Counter()
    for tag in tags(file, re.compile(_ROW.pattern + b"|" + _COLUMN.pattern)):
        if not _HIDDEN.search(tag):
            continue
        if _COLUMN.match(tag):
            width = number(tag, "max") - number(tag, "min") + 1
            found["hidden_columns"] += width if 0 < width < _MOST_COLUMNS else 0
        else:
            found["hidden_rows"] += 1
    return found


def _hidden_of_ods(file: IO[bytes]) -> "dict[str, Counter[str]]":
    found: dict[str, Counter[str]] = {}
    counts: Counter[str] = Counter()
    for tag in tags(file, _ODS_PART):
        if tag.startswith(b"<table:table "):
            counts = found.setdefault(attribute(tag, "table:name"), Counter())
        elif _ODS_HIDDEN.search(tag):
            is_column = tag.startswith(b"<table:table-column")
            times = number(tag, f"table:number-{'columns' if is_column else 'rows'}-repeated") or 1
            if times < (_MOST_COLUMNS if is_column else _MOST_ROWS // 2):
                counts["hidden_columns" if is_column else "hidden_rows"] += times
    return found
