"""Rows are merged while they are read, and nobody can tell: registries live the same nights, each in another way."""

import random
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.enrolment.corrections import Desk, correct_number, correct_text, undo_number, undo_text
from dashboard.errors import BadInput, IllegalChange
from dashboard.registry import import_work, intake, pieces, plain_lines
from dashboard.registry.import_work import Counts
from dashboard.registry.importer import import_exports
from dashboard.registry.office_edit import merge_office, remove_alias
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, open_copy, scope_of
from tests.registry.conftest import ALWAYS_ANEW, NEVER_ANEW, Bring, export, rows_of
from tests.registry.kruti_dev_letters import encode

HEADER = (
    "ACCT_ID,NAME,ADDRESS,MOBILE_NO,BILL_DATE,AMT_PAYABLE,AGENT_MOB_NO,DISCOM,ZONE_NAME,CIRCLE_NAME,DIV_CODE,DIV_NAME,SDO_CODE,"
    "SUBSTATION,FEEDER"
)
PLACES = [
    f"MVVNL,Z,C,DIV00000{division},D{division},000001{division},SS{division},F{feeder}"
    for division in (1, 2, 3)
    for feeder in (1, 2)
]
NAMES = ["RAM", "SITA DEVI", "", encode("राजेन्द्र सिंह"), " RAM "]
NUMBERS = ["9415012345", "9415012346", "", "12345", "9415012347/9415012348", "9999999999", " 9415012345"]
DAYS = ["01-APR-26", "02-05-2026", "", "20260603"]
AMOUNTS = ["0", "1,250.50", "", "900 CR"]
READERS = ["9839098390", "", "9415012346"]
TABLES = (
    "number_event", "original_text", "number_case", "number_sequence", "office", "office_alias", "office_move", "second_number",
    "reader_number", "coverage_cube", "account_now",
)  # fmt: skip


def _row(draw: random.Random, account: int) -> str:
    cells = [draw.choice(pool) for pool in (NAMES, ["VILL A", ""], NUMBERS, DAYS, AMOUNTS, READERS)]
    amount = f'"{cells[4]}"'
    return f"{account:010d},{','.join(cells[:4])},{amount},{cells[5]},{draw.choice(PLACES)}"


def _nights(draw: random.Random) -> Iterator[list[list[str]]]:
    """Yield the rows of each night's files: mostly those of the night before, some altered, some twice, some left out."""
    known = {account: _row(draw, account) for account in range(1, 61)}
    yield [list(known.values())]
    for _ in range(6):
        for account in draw.sample(sorted(known), draw.choice([0, 3, 10, 40])):
            known[account] = _row(draw, account)
        known[max(known) + 1] = _row(draw, max(known) + 1)
        rows = draw.sample(list(known.values()), len(known) - 3)
        rows += [_row(draw, account) for account in draw.sample(sorted(known), draw.choice([0, 0, 2]))]
        rows += draw.sample(rows, draw.choice([0, 2]))
        draw.shuffle(rows)
        cut = draw.randrange(len(rows))
        yield [rows[:cut], rows[cut:]] if cut and draw.random() < 0.5 else [rows]


def _told(monkeypatch: pytest.MonkeyPatch) -> list[Counts]:
    """Return a list into which each import puts down what it counted."""
    told: list[Counts] = []
    count_seen = import_work.count_seen

    def count(*args: Any) -> Counts:
        told.append(count_seen(*args))
        return told[-1]

    monkeypatch.setattr(import_work, "count_seen", count)
    return told


def test_rows_of_known_consumers_are_merged_while_they_are_read(
    bring: Bring, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _told(monkeypatch)
    rows = [f"{account:010d},RAM,A,9415012345,01-APR-26,5,,{PLACES[0]}" for account in range(1, 21)]
    odd = rows[19].replace("RAM", encode("राजेन्द्र सिंह"))  # decoded first
    for night in (rows, rows, [*rows[:18], rows[18].replace("RAM", "SITA"), odd]):
        bring(export(*night, header=HEADER), small_rows=ALWAYS_ANEW)
    assert [(one.merged, one.known) for one in told] == [(0, 0), (20, 20), (19, 20)]
    names = dict(rows_of(db, "account_no, name"))
    assert (names["0000000019"], names["0000000020"]) == ("SITA", "राजेन्द्र सिंह")


def test_a_zip_is_as_large_as_what_it_holds(
    bring: Bring, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _told(monkeypatch)
    rows = [f"{account:010d},RAM,A,9415012345,01-APR-26,5,,{PLACES[0]}" for account in range(1, 101)]
    packed = tmp_path / "reports.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("report.csv", export(*rows, header=HEADER))
    few = 4  # rows that a small import has: fewer than come, and fewer than bytes of the ZIP stand for
    assert packed.stat().st_size < few * 500 < len(export(*rows, header=HEADER))
    bring(packed, small_rows=few)
    bring(packed, small_rows=few)
    assert [one.merged for one in told] == [0, 100]


def test_an_import_can_be_given_up_between_the_parts_of_what_is_merged_afterwards(
    bring: Bring, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = (
        [export(f"{account:010d},{name},A,9415012345,01-APR-26,5,,{PLACES[0]}", header=HEADER) for account in range(1, 4)]
        for name in ("RAM", "SITA")
    )  # fmt: skip
    bring(*old)
    monkeypatch.setattr(intake, "_MOST_NEIGHBOURS", -1_000_000)
    monkeypatch.setattr(import_work, "_TOGETHER_ROWS", 1)
    parts: list[int] = []
    insert_rest = import_work.write_rest

    def write_rest(cursor: Any, target: str, terms: Any, tell: Any) -> None:
        insert_rest(cursor, target, terms, lambda share: (parts.append(round(share * 3)), tell(share)))

    def give_up(share: float, step: str) -> None:
        if len(parts) == 2:
            raise RuntimeError

    monkeypatch.setattr(import_work, "write_rest", write_rest)
    with pytest.raises(RuntimeError):
        bring(*new, small_rows=ALWAYS_ANEW, progress=give_up)
    assert parts == [0, 1]
    assert {name for (name,) in rows_of(db, "name")} == {"RAM"}


def test_of_rows_of_one_account_the_last_counts(bring: Bring, db: Database) -> None:
    old, new = (f"0000000001,{name},A,9415012345,01-APR-26,5,,{PLACES[0]}" for name in ("RAM", "SITA"))
    for night, name in (([old], "RAM"), ([new, old], "RAM"), ([old, new], "SITA"), ([old], "RAM")):
        bring(export(*night, header=HEADER), small_rows=ALWAYS_ANEW)
        assert rows_of(db, "name") == [(name,)]


def test_a_merger_moves_consumers_whose_rows_say_the_same(
    bring: Bring, db: Database, administrator: Scope, clock: Clock
) -> None:
    rows = [f"{account:010d},RAM,A,9415012345,01-APR-26,5,,{PLACES[account % 2]}" for account in range(1, 41)]
    bring(export(*rows, header=HEADER))
    feeders = [code for (code,) in _ask(db, "SELECT code FROM office WHERE level = 'feeder' ORDER BY code")]
    merge_office(db, administrator, clock, feeders[0], feeders[1], refresh_cube)
    _part(db, administrator, clock)
    bring(export(*rows, header=HEADER), small_rows=ALWAYS_ANEW)  # the name means a feeder of its own again
    assert len(_ask(db, "SELECT office_no FROM consumer GROUP BY office_no HAVING count(*) = 20")) == 2


@pytest.mark.parametrize("small_rows", [ALWAYS_ANEW, NEVER_ANEW])
def test_a_correction_holds_against_a_report_that_says_the_same_again(
    bring: Bring, db: Database, small_rows: int
) -> None:
    report = export(f"0000000001,RAM,A,9415012345,01-APR-26,5,,{PLACES[0]}", header=HEADER)
    bring(report)
    at = NOON - timedelta(hours=2)  # long before the import
    desk = Desk(db, scope_of(db, Role.COMPOSER, "UP"), lambda: at, refresh_cube, 6)
    correct_text(desk, "0000000001", "name", "RAM LAL", "he came himself")
    bring(report, small_rows=small_rows)
    assert rows_of(db, "name") == [("RAM LAL",)]


def _change_by_hand(db: Database, scope: Scope, seed: int, night: int) -> list[str]:
    """Somebody corrects, takes a correction back, merges offices, or takes an alias away; return what came of it."""
    draw = random.Random(f"{seed} {night}")
    clock = lambda: NOON + timedelta(days=night, hours=1)  # noqa: E731
    desk = Desk(db, scope_of(db, Role.COMPOSER, "UP"), clock, refresh_cube, 6)
    account = "{:010d}".format
    deeds = {
        "number": lambda one: correct_number(desk, account(one), draw.choice(["9415099999", ""]), "he came himself"),
        "text": lambda one: correct_text(desk, account(one), "name", draw.choice(["RAM", "SITA DEVI", "NEW"]), "he came himself"),
        "undo number": lambda one: undo_number(desk, account(one)),
        "undo text": lambda one: undo_text(desk, account(one), "name"),
        "merge": lambda one: _merge(db, scope, clock, draw),
        "part": lambda one: _part(db, scope, clock),
    }  # fmt: skip
    done = []
    for name in draw.choices(["number", "text", "text", *sorted(deeds)], k=6):
        with suppress(BadInput, IllegalChange):
            deeds[name](draw.randrange(1, 8))
            done.append(name)
    return done


def _merge(db: Database, scope: Scope, clock: Clock, draw: random.Random) -> None:
    feeders = _ask(db, "SELECT code FROM office WHERE level = 'feeder' ORDER BY code")
    source, target = draw.sample(feeders, 2) if len(feeders) > 2 else (feeders[0], feeders[0])
    merge_office(db, scope, clock, source[0], target[0], refresh_cube)


def _part(db: Database, scope: Scope, clock: Clock) -> None:
    aliases = "SELECT code, parent_code, alias FROM office_alias SEMI JOIN office USING (code) ORDER BY ALL"
    for code, parent_code, alias in _ask(db, aliases):
        remove_alias(db, scope, clock, code, parent_code, alias)


def _ask(db: Database, sql: str) -> list[tuple[Any, ...]]:
    with db.read() as cursor:
        return cursor.execute(sql).fetchall()


def _live(
    db: Database, scope: Scope, folder: Path, seed: int, small_rows: int
) -> Iterator[tuple[object, ...]]:
    """Live through the nights; yield all that can be seen after each."""
    for night, files in enumerate(_nights(random.Random(seed))):
        uploads = []
        for place, rows in enumerate(files):
            path = folder / f"{night}_{place}.csv"
            path.write_text(export(*rows, header=HEADER), encoding="utf-8")
            uploads.append(Upload(path, path.name))
        result = import_exports(
            db, scope, uploads, clock=lambda night=night: NOON + timedelta(days=night), shared_threshold=6,
            refresh=refresh_cube, small_rows=small_rows,
        )  # fmt: skip
        done = _change_by_hand(db, scope, seed, night)
        counted = (
            result.rows,
            result.accepted,
            result.repeated,
            result.new,
            result.changed,
            result.unchanged,
        )
        tables = [_ask(db, f"SELECT * FROM {name} ORDER BY ALL") for name in TABLES]
        yield done, counted, rows_of(db, "*"), *tables


@pytest.mark.parametrize("seed", range(4))
def test_when_rows_are_merged_makes_no_difference(
    empty_file: Path, tmp_path: Path, administrator: Scope, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _told(monkeypatch)
    monkeypatch.setattr(intake, "BLOCK_ROWS", 2 if seed % 2 else 100_000)  # scattered, or as they lie
    if seed % 3 == 0:  # only consumers of the largest divisions are found while rows are read
        monkeypatch.setattr(intake, "_STRAY_SHARE", 3)
    lives, merged = [], []
    for way in ("while read", "in pieces", "afterwards", "inside one commit"):
        folder = tmp_path / way
        folder.mkdir()
        if way == "afterwards":
            monkeypatch.setattr(intake, "_MOST_NEIGHBOURS", -1_000_000)
            monkeypatch.setattr(import_work, "_TOGETHER_ROWS", 7)
        small_rows = NEVER_ANEW if way == "inside one commit" else ALWAYS_ANEW
        with open_copy(empty_file, folder / "setu.duckdb") as db, monkeypatch.context() as cut:
            if way == "in pieces":
                cut.setattr(pieces, "_SMALL_PIECE_BYTES", 2500)
                cut.setattr(plain_lines, "_CHUNK_BYTES", 256)
            lives.append(list(_live(db, administrator, folder, seed, small_rows)))
        merged.append(sum(one.merged for one in told))
        told.clear()
    assert min(merged[:2]) > 0 == merged[2] == merged[3]
    assert {"number", "text"} <= {deed for night in lives[0] for deed in night[0]}
    for nights in zip(*lives, strict=True):
        for one, *others in zip(*nights, strict=True):
            assert others == [one] * 3
