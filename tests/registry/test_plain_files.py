"""What the demonstration and the department write is read the fast way: the careful reader takes ten times as long."""

from pathlib import Path

import duckdb
import pytest

from dashboard.registry.demo import write_demo
from dashboard.registry.headers import shipped_headers
from dashboard.registry.plain_files import find_plain, read_plain
from tests.registry.plain_intake import PlainIntake

HEAD = "ACCT_ID,NAME,ADDRESS,MOBILE_NO\n"


def write(folder: Path, body: str) -> Path:
    path = folder / "export.csv"
    path.write_text(HEAD + body, encoding="utf-8")
    return path


def read_fast(path: Path) -> int | None:
    plain = find_plain(path, shipped_headers("export"), path.name)
    if plain is None:
        return None
    with duckdb.connect() as connection:
        rows = read_plain(PlainIntake(connection), plain, path.parent)
        return None if rows is None else rows.usable


@pytest.mark.parametrize(
    "body, rows",
    [
        ('1375014678,MOHAN,"A-9, GONDA",9839112345\n', 1),
        # a line break in an address among the very first rows, as one file in two has
        ('1375014678,MOHAN,"PLOT 59\nSECTOR 20",9839112345\n9065155811,ALI,B-4,\n', 2),
        # totals at the end are told by the careful reader, the rest stays fast
        ("1375014678,MOHAN,GONDA,9839112345\nTOTAL,,,1\n", 1),
    ],
)
def test_is_read_fast(tmp_path: Path, body: str, rows: int) -> None:
    assert read_fast(write(tmp_path, body)) == rows


def test_an_open_quote_is_not_trusted_to_the_fast_reader(tmp_path: Path) -> None:
    assert (
        read_fast(write(tmp_path, '1375014678,MOHAN,"A-9,9839112345\n9065155811,ALI,B-4,9839112346\n'))
        is None
    )


@pytest.mark.parametrize(
    "broken_count", [3, 3_000]
)  # each is cut by the careful reader; only those that may hide a row are
@pytest.mark.parametrize("hidden", ["", '1375014678,MOHAN,"A-9,9839112345\n9065155811,ALI,B-4",9839112346\n'])
def test_a_row_within_a_cell_is_found_among_rows_with_line_breaks(
    tmp_path: Path, broken_count: int, hidden: str
) -> None:
    broken = "".join(
        f'{2000000000 + place},SITA,"12, MALL ROAD\nLUCKNOW, UP",\n' for place in range(broken_count)
    )
    assert read_fast(write(tmp_path, broken + hidden)) == (None if hidden else broken_count)


def test_the_demonstrations_export_is_read_fast(tmp_path: Path) -> None:
    paths = [path for path in write_demo(3000, 7, tmp_path / "export") if "offices" not in path.name]
    assert [path.name for path in paths if not read_fast(path)] == []
