"""The made-up export: complete, the same for the same seed, dirty in the ways and at the rates that were planned."""

import csv
import hashlib
import math
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import phonenumbers
import pytest

from dashboard.errors import BadInput
from dashboard.registry.demo import OFFICE_NAMES_FILE, write_demo
from dashboard.registry.demo.bills import group_indian
from dashboard.registry.demo.cells import CellStyle
from dashboard.registry.demo.data import districts, mobile_prefixes
from dashboard.registry.demo.divisions import Division, plan_divisions
from dashboard.registry.demo.draws import spread
from dashboard.registry.demo.mobiles import make_mobiles
from dashboard.registry.demo.network import plan_network
from dashboard.registry.demo.rows import _RURAL, _URBAN, COLUMNS, MOST_CONSUMERS, Export, write_division

SEED = 7
CONSUMERS = 20_000
FULL_SIZE = 36_000_000
DEVANAGARI = str.maketrans("०१२३४५६७८९", "0123456789")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_demo(CONSUMERS, SEED, tmp_path_factory.mktemp("demo") / "out")


def read_rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def consumers_of(paths: list[Path]) -> list[dict[str, str]]:
    rows = [row for path in paths for row in read_rows(path)]
    return [
        dict(zip(COLUMNS, row, strict=True))
        for row in rows
        if len(row) == len(COLUMNS) and is_account(row[0])
    ]


def is_account(text: str) -> bool:
    return text.isdigit() and 10 <= len(text) <= 12


def digest(folder: Path) -> str:
    return hashlib.sha256(b"".join(file.read_bytes() for file in sorted(folder.iterdir()))).hexdigest()


# ── the export as a whole ──────────────────────────────────────────────────────────────────


def test_every_consumer_asked_for_has_an_account_of_its_own(demo: list[Path]) -> None:
    accounts = [row["ACCT_ID"] for row in consumers_of(demo)]
    assert len(set(accounts)) == len(accounts) == CONSUMERS
    assert {len(account) for account in accounts} == {10, 12}
    assert any(account.startswith("0") for account in accounts)


@pytest.mark.parametrize(("width", "factor"), [_URBAN, _RURAL])
def test_account_numbers_cannot_repeat_nor_overflow(width: int, factor: int) -> None:
    assert math.gcd(factor, 10**width - 1) == 1
    assert factor * (MOST_CONSUMERS + 1_000) < 2**64


def test_whole_state_is_there(demo: list[Path]) -> None:
    rows = consumers_of(demo)
    assert {row["DISCOM"] for row in rows} == {"MVVNL", "PVVNL", "PuVVNL", "DVVNL", "KESCO"}
    assert len({row["ZONE_CODE"] for row in rows}) == 40
    assert len({row["CIRCLE_CODE"] for row in rows}) == 120
    assert len({row["DIV_CODE"] for row in rows}) == 392
    for row in rows:
        assert row["SDO_CODE"][:-1] == row["DIV_CODE"][3:]
        assert row["CIRCLE_CODE"][:-1] == row["ZONE_CODE"]


def test_tiny_export_still_covers_all_districts() -> None:
    divisions = plan_divisions(1_000, SEED)
    assert {division.district for division in divisions} == set(districts())
    assert sum(division.consumers for division in divisions) == 1_000
    discoms = {division.circle.discom for division in divisions if division.district == "Kanpur Nagar"}
    assert discoms == {"DVVNL", "KESCO"}


def test_full_size_has_the_departments_offices() -> None:
    networks = [plan_network(division, SEED) for division in plan_divisions(FULL_SIZE, SEED)]
    assert sum(len(network.substations) for network in networks) == pytest.approx(4_741, rel=0.03)
    assert sum(len(network.feeders) for network in networks) == pytest.approx(23_000, rel=0.05)
    assert sum(int(network.sizes.sum()) for network in networks) == FULL_SIZE
    codes = [
        office.code
        for network in networks
        for office in network.subdivisions + network.substations + network.feeders
    ]
    assert len(set(codes)) == len(codes)
    assert {len(network.subdivisions) for network in networks} == {2, 3, 4}


def test_division_names_are_told_apart() -> None:
    names = [division.name.latin for division in plan_divisions(FULL_SIZE, SEED)]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_hindi_names_cover_every_office_of_the_export(demo: list[Path]) -> None:
    names = read_rows(demo[0].parent / OFFICE_NAMES_FILE)
    assert names[0] == ["level", "code", "name", "name_hi", "district"]
    known = {row[1] for row in names[1:]}
    assert len(known) == len(names) - 1
    for row in consumers_of(demo):
        substation = f"{row['SDO_CODE']}/{row['SUBSTATION']}"
        codes = {
            row["DISCOM"].upper(),
            row["ZONE_CODE"],
            row["CIRCLE_CODE"],
            row["DIV_CODE"],
            row["SDO_CODE"],
        }
        assert codes | {substation, f"{substation}/{row['FEEDER']}"} <= known
    assert all(any("\u0900" <= sign <= "\u097f" for sign in row[3]) for row in names[1:])


def test_same_seed_gives_same_bytes_in_another_process(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib; from dashboard.registry.demo import write_demo; "
        "write_demo(3000, 7, pathlib.Path(sys.argv[1]))"
    )
    for name, hash_seed in (("first", "1"), ("second", "2")):
        environment = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(Path(__file__).parents[2])}
        subprocess.run([sys.executable, "-c", script, str(tmp_path / name)], check=True, env=environment)
    write_demo(3_000, 8, tmp_path / "other")
    assert digest(tmp_path / "first") == digest(tmp_path / "second") != digest(tmp_path / "other")


def test_workers_write_the_same_bytes_as_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_demo(3_000, SEED, tmp_path / "alone")
    monkeypatch.setattr("dashboard.registry.demo.export._WORTH_WORKERS", 0)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    seen: list[tuple[int, int]] = []
    write_demo(3_000, SEED, tmp_path / "together", lambda done, total: seen.append((done, total)))
    assert digest(tmp_path / "alone") == digest(tmp_path / "together")
    assert seen[-1] == (3_000, 3_000)
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


@pytest.mark.parametrize("count", [0, -1, MOST_CONSUMERS + 1])
def test_impossible_count_is_refused(tmp_path: Path, count: int) -> None:
    with pytest.raises(BadInput, match="consumer_count"):
        write_demo(count, SEED, tmp_path)


def test_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(BadInput, match="folder_not_empty"):
        write_demo(10, SEED, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.csv"]


# ── rows ───────────────────────────────────────────────────────────────────────────────────


def test_odd_lines_of_every_kind_are_there_and_rare(demo: list[Path]) -> None:
    rows = [row for path in demo for row in read_rows(path)]
    kinds = Counter(kind_of(row) for row in rows)
    assert kinds["header"] > len(demo)
    assert set(kinds) == {"row", "header", "totals", "short", "long", "account"}
    assert kinds["row"] == CONSUMERS
    assert sum(kinds.values()) - CONSUMERS - len(demo) < 60


def kind_of(row: list[str]) -> str:
    if len(row) != len(COLUMNS):
        return "short" if len(row) < len(COLUMNS) else "long"
    if row[0] in ("ACCT_ID", "TOTAL"):
        return "header" if row[0] == "ACCT_ID" else "totals"
    return "row" if is_account(row[0]) else "account"


def test_files_differ_in_quotes_and_marks(demo: list[Path]) -> None:
    starts = {path.name.split("_")[2]: path.read_bytes()[:20] for path in demo}
    assert starts["KESCO"].startswith(b'\xef\xbb\xbf"ACCT_ID"')
    assert starts["PVVNL"].startswith(b"\xef\xbb\xbfACCT_ID,")
    assert starts["MVVNL"].startswith(b"ACCT_ID,")


def test_tariffs_names_and_addresses_vary(demo: list[Path]) -> None:
    rows = consumers_of(demo)
    domestic = sum(row["TARIFF_TYPE"].replace("-", "").startswith("LMV1") for row in rows)
    assert domestic / len(rows) == pytest.approx(0.85, abs=0.015)
    assert {"LMV1", "LMV-1", "LMV1A"} <= {row["TARIFF_TYPE"] for row in rows}
    assert {row["SANCTION_LOAD_UOM"] for row in rows} == {"KW", "KVA", "BHP"}
    addresses = "".join(row["ADDRESS"] for row in rows)
    assert "\n" in addresses and '"' in addresses and "," in addresses
    devanagari = sum("\u0900" <= row["NAME"][0] <= "\u097f" for row in rows)
    assert 0.1 < devanagari / len(rows) < 0.35
    assert len({row["NAME"] for row in rows}) > 2_000


def test_arrears_segments_are_all_there(demo: list[Path]) -> None:
    rows = consumers_of(demo)
    never = [row for row in rows if not row["LAST_PAY_DATE"]]
    assert 0.03 < len(never) / len(rows) < 0.2
    assert all(row["LAST_PAYMENT_AMOUNT"] == "" for row in never)
    assert sum(row["LAST_PAY_DATE"][-2:] < "25" for row in rows if row["LAST_PAY_DATE"]) / len(rows) > 0.05


@pytest.mark.parametrize(
    ("rupees", "text"),
    [(0, "0"), (999, "999"), (2_000, "2,000"), (104_500, "1,04,500"), (32_200_000, "3,22,00,000")],
)
def test_amounts_are_grouped_as_india_does(rupees: int, text: str) -> None:
    assert group_indian(rupees) == text


def test_spread_adds_up_to_the_total() -> None:
    assert int(spread(101, np.array([1.0, 1.0, 1.0])).sum()) == 101


# ── numbers ────────────────────────────────────────────────────────────────────────────────


@cache
def national_type(ten: str) -> int:
    return phonenumbers.number_type(phonenumbers.parse("+91" + ten))


def verdict_of(cell: str) -> str:
    """Judge a cell by the rules of the samples' README, written here a second time and with the public library."""
    text = cell.translate(DEVANAGARI).replace("\u200b", "").strip().removesuffix(".0")
    if text in ("", "0", "NA"):
        return "missing"
    if "E+" in text:
        return "cut"
    first = text.split("/")[0]
    first = first.split(" ")[0] if len(first.replace(" ", "")) == 20 else first
    ten = strip_prefix(first.lstrip("+").replace(" ", "").replace("-", ""))
    if len(ten) != 10:
        return "malformed"
    if len(set(ten)) == 1 or ten in "1234567890 9876543210" or ten == ten[:2] * 5 or len(set(ten[2:])) == 1:
        return "dummy"
    kinds = {phonenumbers.PhoneNumberType.MOBILE: "ok", phonenumbers.PhoneNumberType.FIXED_LINE: "landline"}
    return kinds.get(national_type(ten), "malformed")


def strip_prefix(text: str) -> str:
    if len(text) == 12 and text.startswith("91"):
        return text[2:]
    return text[1:] if len(text) == 11 and text.startswith("0") else text


def verdicts_of(rows: list[dict[str, str]]) -> Counter[str]:
    """Judge rows together: what is a reader's own or on more than six accounts is not usable."""
    readers = {row["AGENT_MOB_NO"] for row in rows}
    counts = Counter(row["MOBILE_NO"] for row in rows)
    return Counter(
        "reader's own"
        if row["MOBILE_NO"] in readers
        else "shared"
        if verdict_of(row["MOBILE_NO"]) == "ok" and counts[row["MOBILE_NO"]] > 6
        else verdict_of(row["MOBILE_NO"])
        for row in rows
    )


def rows_of(division: Division) -> list[dict[str, str]]:
    lines = write_division(Export(SEED, FULL_SIZE, 392), division, CellStyle(quote_all=True))
    text = "".join(lines.to_pylist()).splitlines(keepends=True)
    return [dict(zip(COLUMNS, row, strict=True)) for row in csv.reader(text)]


@pytest.mark.parametrize("place", [0, 195, 391])
def test_divisions_usable_share_is_as_planned(place: int) -> None:
    divisions = sorted(plan_divisions(FULL_SIZE, SEED), key=lambda division: division.usable_rate)
    division = replace(divisions[place], consumers=6_000)
    verdicts = verdicts_of(rows_of(division))
    assert verdicts["ok"] / 6_000 == pytest.approx(division.usable_rate, abs=0.025)
    for kind in ("missing", "malformed", "cut", "dummy", "landline", "reader's own", "shared"):
        assert verdicts[kind] > 0, kind


def test_usable_shares_run_from_35_to_93_per_cent() -> None:
    rates = [division.usable_rate for division in plan_divisions(FULL_SIZE, SEED)]
    assert (min(rates), max(rates)) == (0.35, 0.93)
    assert sum(0.45 < rate < 0.85 for rate in rates) > 0.7 * len(rates)


def test_measured_shares_follow_the_plan_in_every_division(demo: list[Path]) -> None:
    planned = {division.code: division.usable_rate for division in plan_divisions(CONSUMERS, SEED)}
    usable: Counter[str] = Counter()
    total: Counter[str] = Counter()
    rows = consumers_of(demo)
    readers = {row["AGENT_MOB_NO"] for row in rows}
    counts = Counter(row["MOBILE_NO"] for row in rows)
    for row in rows:
        cell = row["MOBILE_NO"]
        total[row["DIV_CODE"]] += 1
        usable[row["DIV_CODE"]] += cell not in readers and counts[cell] <= 6 and verdict_of(cell) == "ok"
    assert set(total) == set(planned)
    for code, rate in planned.items():
        assert abs(usable[code] / total[code] - rate) < 4.5 * (rate * (1 - rate) / total[code]) ** 0.5


def test_every_kind_of_dirt_is_there(demo: list[Path]) -> None:
    cells = [row["MOBILE_NO"] for row in consumers_of(demo)]
    shapes = {
        "blank": lambda cell: cell == "",
        "0": lambda cell: cell == "0",
        "NA": lambda cell: cell == "NA",
        "9999999999": lambda cell: cell == "9999999999",
        "1234567890": lambda cell: cell == "1234567890",
        "+91": lambda cell: cell.startswith("+91"),
        "91": lambda cell: len(cell) == 12 and cell.startswith("91"),
        "0 in front": lambda cell: len(cell) == 11 and cell.startswith("0") and cell.isascii(),
        "float": lambda cell: cell.endswith(".0"),
        "scientific": lambda cell: "E+09" in cell,
        "two": lambda cell: "/" in cell,
        "STD code": lambda cell: cell.startswith("0") and "-" in cell,
        "nine": lambda cell: len(cell) == 9,
        "eleven": lambda cell: len(cell) == 11 and cell[0] in "6789",
        "Devanagari": lambda cell: "०" <= cell[:1] <= "९",
        "zero-width": lambda cell: cell.startswith("\u200b"),
        "1912": lambda cell: cell == "1912",
    }
    assert [name for name, is_it in shapes.items() if not any(map(is_it, cells))] == []
    on_many = [count for cell, count in Counter(cells).items() if count > 100 and verdict_of(cell) == "ok"]
    assert on_many


def test_households_share_a_number_on_two_to_four_accounts(demo: list[Path]) -> None:
    cells = [cell for row in consumers_of(demo) if verdict_of(cell := row["MOBILE_NO"]) == "ok"]
    sharing = Counter(Counter(cells).values())
    assert sharing[2] > 100 and sharing[3] > 50 and sharing[4] > 10


@pytest.mark.parametrize("prefix", sorted(set(mobile_prefixes())))
def test_prefix_is_wholly_mobile_in_the_national_plan(prefix: int) -> None:
    probes = {
        national_type(f"{prefix}{number:02d}{rest}") for number in range(100) for rest in ("20123", "98765")
    }
    assert probes == {phonenumbers.PhoneNumberType.MOBILE}


def test_made_mobiles_are_mobiles() -> None:
    made = make_mobiles(SEED, "mobile", np.arange(3_000, dtype=np.uint64))
    assert {national_type(str(number)) for number in made} == {phonenumbers.PhoneNumberType.MOBILE}
    assert len(set(made.tolist())) == 3_000


# ── the past ───────────────────────────────────────────────────────────────────────────────
