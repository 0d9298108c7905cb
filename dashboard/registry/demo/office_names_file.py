"""The table of Hindi names that lies beside the export: exports themselves have Latin office names only."""

import csv
from collections.abc import Iterator
from pathlib import Path

from dashboard.registry.demo.data import Words
from dashboard.registry.demo.divisions import Division
from dashboard.registry.demo.network import plan_network

OFFICE_NAMES_FILE = "offices_hi.csv"
COLUMNS = ("level", "code", "name", "name_hi", "district")
_DISCOMS = {
    "MVVNL": Words("MVVNL, Lucknow", "मध्यांचल विद्युत वितरण निगम, लखनऊ"),
    "PVVNL": Words("PVVNL, Meerut", "पश्चिमांचल विद्युत वितरण निगम, मेरठ"),
    "PuVVNL": Words("PuVVNL, Varanasi", "पूर्वांचल विद्युत वितरण निगम, वाराणसी"),
    "DVVNL": Words("DVVNL, Agra", "दक्षिणांचल विद्युत वितरण निगम, आगरा"),
    "KESCO": Words("KESCO, Kanpur", "केस्को, कानपुर"),
}
NameRow = tuple[str, str, str, str, str]


def write_office_names(divisions: list[Division], seed: int, out: Path) -> Path:
    """Write every office once, parents first: level, code as the registry has it, both names, district (circle and below)."""
    path = out / OFFICE_NAMES_FILE
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        seen: set[str] = set()
        for division in divisions:
            for row in _rows_of(division, seed):
                if row[1] not in seen:
                    writer.writerow(row)
                seen.add(row[1])
    return path


def _rows_of(division: Division, seed: int) -> Iterator[NameRow]:
    circle, network = division.circle, plan_network(division, seed)
    yield _row("discom", circle.discom.upper(), _DISCOMS[circle.discom], "")
    yield _row("zone", circle.zone_code, circle.zone, "")
    yield _row("circle", circle.code, circle.name, division.district)
    yield _row("division", division.code, division.name, division.district)
    for level, offices in (
        ("subdivision", network.subdivisions),
        ("substation", network.substations),
        ("feeder", network.feeders),
    ):
        for office in offices:
            yield _row(level, office.code, office.name, division.district)


def _row(level: str, code: str, name: Words, district: str) -> NameRow:
    return level, code, name.latin, name.hindi, district
