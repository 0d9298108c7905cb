"""Kruti Dev is told from Latin and read; a Latin name is never touched, and what came is kept."""

import csv
import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.config import SHIPPED_DATA_DIR
from dashboard.coverage.cube import refresh_cube
from dashboard.registry import sources
from dashboard.registry.consumers import list_originals
from dashboard.registry.importer import import_exports
from dashboard.registry.kruti_dev import decode, judge_cell, read_cells, suspicious_pattern
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.registry.kruti_dev_letters import encode

KNOWN = [
    ("jke dqekj", "राम कुमार"),
    ("Jherh lhrk nsoh", "श्रीमती सीता देवी"),
    ("jktsUnz flag", "राजेन्द्र सिंह"),
    ('Jh d`".k xksiky', "श्री कृष्ण गोपाल"),
    ("fot; oekZ", "विजय वर्मा"),  # र् before its letter
    ("/kesZUnz dqekj", "धर्मेन्द्र कुमार"),
    ("bfUnjk uxj", "इन्दिरा नगर"),  # ि round a whole cluster
    ("vf[kys'k", "अखिलेश"),
    ("pkS/kjh pj.k flag", "चौधरी चरण सिंह"),
    ("edku ua- 12@3] xyh ua- 4] y[kuÅ", "मकान नं. 12/3, गली नं. 4, लखनऊ"),
]
LATIN = [
    "JK Tyre", "jk tyre", "d/o xyz", "tk roy", "Hkl", "R.K. Mission", "Vpo Kkheda", "e-rickshaw stand", "fci godown", "Dr. A.K. Jha",
    "w/o Shyam Lal", "qamrul hasan", "Zeeshan Haider", "M/s Fzk Traders", "Plot Kh No 12 Ka", "smt phoolmati", "Jyotsna", "राम कुमार", "",
]  # fmt: skip


def _shipped(column: str) -> list[str]:
    texts = []
    for path in sorted((SHIPPED_DATA_DIR / "demo").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            texts += [row[column] for row in csv.DictReader(file) if row.get(column)]
    return texts


@pytest.mark.parametrize(("cell", "meaning"), KNOWN)
def test_kruti_dev_is_read(cell: str, meaning: str) -> None:
    assert decode(cell) == meaning
    assert re.search(suspicious_pattern(), cell)


def test_every_shipped_name_comes_back_as_it_was() -> None:
    names = {name.strip() for name in _shipped("name_hi")}
    assert {name for name in names if decode(encode(name)) != name} == set()


def test_no_latin_name_of_the_demonstration_is_touched() -> None:
    names = sorted({name.strip() for name in _shipped("name")})
    cells = [f"{first} {last}" for first, last in product(names[::3], names[::5])] + names
    shapes = [shape(cell) for cell in cells for shape in (str.upper, str.lower, str.title)]
    assert len(shapes) > 10_000
    assert read_cells(shapes) == {}


def test_latin_of_other_kinds_is_not_touched_either() -> None:
    assert read_cells(LATIN) == {}


def test_short_cells_are_believed_where_the_file_leaves_no_doubt() -> None:
    assert read_cells(["jke", "jk tyre"]) == {}
    sure = [cell for cell, _ in KNOWN if judge_cell(cell)[1] > 20]
    assert read_cells(["jke", *sure])["jke"] == "राम"


@pytest.mark.parametrize("is_fast", [True, False])
def test_an_import_reads_them_and_keeps_what_came(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_fast: bool
) -> None:  # fmt: skip
    if not is_fast:
        monkeypatch.setattr(sources, "find_plain", lambda *about: None)
    rows = [
        "0000000001,jke dqekj,edku ua- 12@3",
        "0000000002,RAM KUMAR,12 Mall Road",
        "0000000003,राम,jktsUnz uxj",
    ]
    path = tmp_path / "export.csv"
    path.write_text("\n".join(["ACCT_ID,NAME,ADDRESS", *rows]) + "\n", encoding="utf-8")
    for again in (False, True):
        result = import_exports(
            db,
            administrator,
            [Upload(path, path.name)],
            clock=clock,
            shared_threshold=6,
            refresh=refresh_cube,
        )
        assert result.changed == 0, again
    with db.read() as cursor:
        found = cursor.execute("SELECT name, address FROM consumer ORDER BY account_no").fetchall()
        kept = cursor.execute(
            "SELECT account_no, field, text FROM original_text ORDER BY account_no, field DESC"
        ).fetchall()
    assert found == [
        ("राम कुमार", "मकान नं. 12/3"),
        ("RAM KUMAR", "12 Mall Road"),
        ("राम", "राजेन्द्र नगर"),
    ]
    assert kept == [
        ("0000000001", "name", "jke dqekj"),
        ("0000000001", "address", "edku ua- 12@3"),
        ("0000000003", "address", "jktsUnz uxj"),
    ]
    reader = replace(administrator, role=Role.COMPOSER)
    assert list_originals(db, reader, "0000000001") == {
        "name": "jke dqekj",
        "address": "edku ua- 12@3",
    }
    assert list_originals(db, reader, "0000000002") == {}
