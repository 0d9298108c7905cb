"""Sequences typed in the field: what is flagged, what is not, who may take the list; second numbers of a cell."""

import csv
import json
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.errors import BadInput
from dashboard.registry import sequences
from dashboard.registry.importer import import_exports
from dashboard.registry.sequences import SequenceCount, count_sequences, export_sequences
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of

DIVISION, OTHER = "DIV000001", "DIV000002"
HEADER = "ACCT_ID,NAME,MOBILE_NO,AGENT_ID,DISCOM,DIV_CODE,DIV_NAME,SDO_CODE,SDO_NAME"


def _row(number: int, mobile: object, reader: str, division: str = DIVISION) -> str:
    return f"{number:010d},RAM,{mobile},{reader},MVVNL,{division},{division},{division}1,SDO"


def _import(db: Database, administrator: Scope, clock: Clock, folder: Path, rows: list[str]) -> None:
    path = folder / "export.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    import_exports(
        db, administrator, [Upload(path, path.name)], clock=clock, shared_threshold=6, refresh=refresh_cube
    )


FLAGGED = [
    ([9415012346 + n for n in range(20)], 1),  # twenty in a row
    ([9415012346 + n for n in range(19)], 0),  # one too few
    ([9415012345 - n for n in range(25)], 1),  # typed backwards
    ([9415012346 + n for n in range(20) if n != 9], 0),  # a gap
    ([9415012346 + n for n in range(20)] * 2, 1),  # each number on two accounts
    ([9415012346 + n * 10 for n in range(30)], 0),  # near one another, but no sequence
    ([9415012346 + n for n in range(20)] + [9515012346 + n for n in range(33)], 2),
]


@pytest.mark.parametrize(("mobiles", "sequences"), FLAGGED)
def test_twenty_numbers_in_a_row_of_one_reader_are_flagged(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path, mobiles: list[int], sequences: int
) -> None:
    _import(
        db, administrator, clock, tmp_path, [_row(n + 1, mobile, "R1") for n, mobile in enumerate(mobiles)]
    )
    found = count_sequences(db, scope_of(db, Role.COMPOSER, DIVISION), DIVISION)
    assert found == SequenceCount(min(sequences, 1), sequences, len(mobiles) if sequences else 0)


def test_two_readers_do_not_make_one_sequence(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    rows = [_row(n + 1, 9415012346 + n, f"R{n % 2}") for n in range(30)]
    _import(db, administrator, clock, tmp_path, rows)
    assert count_sequences(db, scope_of(db, Role.COMPOSER, "UP"), "UP").sequences == 0


def test_a_division_sees_its_own_and_the_list_is_recorded(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    rows = [_row(n + 1, 9415012346 + n, "R1", DIVISION if n < 15 else OTHER) for n in range(25)]
    _import(db, administrator, clock, tmp_path, rows)
    scope = scope_of(db, Role.COMPOSER, OTHER)
    assert count_sequences(db, scope, OTHER) == SequenceCount(1, 1, 10)
    path = tmp_path / "typed.csv"
    assert export_sequences(db, scope, OTHER, path, "for the inquiry", clock) == 10
    listed = list(csv.reader(path.open(encoding="utf-8-sig")))[1:]
    assert [row[0] for row in listed] == [f"{n:010d}" for n in range(16, 26)]
    with db.read() as cursor:
        event = cursor.execute(
            "SELECT office_code, row_count, detail FROM audit_event WHERE action = 'sequences.download'"
        ).fetchall()
    assert [(code, count, json.loads(detail)["reason"]) for code, count, detail in event] == [
        (OTHER, 10, "for the inquiry")
    ]
    with pytest.raises(BadInput):
        export_sequences(db, scope, OTHER, path, " ", clock)


def test_a_later_import_that_mends_the_numbers_clears_the_flag(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    _import(db, administrator, clock, tmp_path, [_row(n + 1, 9415012346 + n, "R1") for n in range(20)])
    _import(db, administrator, clock, tmp_path, [_row(10, 9415912346, "R1")])
    assert count_sequences(db, scope_of(db, Role.COMPOSER, DIVISION), DIVISION).sequences == 0


def test_both_numbers_of_a_cell_are_kept_and_the_first_good_one_used(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    rows = [
        _row(1, "9415012346/8004642302", "R1"),
        _row(2, "8004642302", "R1"),
        _row(3, "12/9415012399", "R1"),
    ]
    _import(db, administrator, clock, tmp_path, rows)
    with db.read() as cursor:
        kept = cursor.execute(
            "SELECT account_no, consumer.mobile, second_number.mobile, mobile_raw FROM consumer JOIN second_number USING (account_no)"
        ).fetchall()
    assert kept == [("0000000001", 9415012346, 8004642302, "9415012346/8004642302")]
    _import(db, administrator, clock, tmp_path, [_row(1, "9415012347", "R1")])
    with db.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM second_number").fetchall() == [(0,)]


def test_no_account_is_crossed_with_every_office(db: Database) -> None:
    """With the state's offices and a reader's thousands of typed numbers that filled a disk of 26 GB."""
    with db.read() as cursor:
        cursor.execute("CREATE SCHEMA staging")
        sequences.find_sequences(cursor, 1, 2_147_483_647)
        sql = sequences._queries.insert_typed.sql
        plan = str(cursor.execute(f"EXPLAIN {sql}", {"found_at": NOON}).fetchall())
    assert "DELIM_JOIN" not in plan
