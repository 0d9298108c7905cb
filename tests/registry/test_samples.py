"""The samples of real reports end with exactly the figures that a separate judge computed."""

import json
from collections import Counter
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.figures import coverage_of
from dashboard.enrolment.consent_file import import_consents
from dashboard.registry.import_log import ImportResult
from dashboard.registry.importer import import_exports
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import SAMPLES, scope_of

EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
REPORTS = ["billed_2026-06_gomti_nagar.csv", "unbilled_2026-06_gonda.csv", "master_2026-06_kanpur.xlsx"]
REASONS = {
    "account_number": "account number",
    "cut_by_excel": "account number",
    "ragged_row": "ragged row",
    "repeated_header": "repeated header",
    "totals": "totals",
}


def bring_in(db: Database, scope: Scope, clock: Clock, *names: str) -> ImportResult:
    uploads = [Upload(SAMPLES / name, name) for name in names]
    return import_exports(db, scope, uploads, clock=clock, shared_threshold=6, refresh=refresh_cube)


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_is_accounted_for_row_by_row(
    db: Database, administrator: Scope, clock: Clock, name: str
) -> None:
    result = bring_in(db, administrator, clock, name)
    expected = EXPECTED[name]
    assert result.accepted == result.new == expected["accepted"]
    refused = Counter(REASONS[row.reason] for row in result.files[0].refused)
    assert refused == expected["refused"]
    assert {REASONS[what]: count for what, count in result.files[0].not_rows.items()} == expected.get(
        "not_rows", {}
    )
    assert result.repeated == expected.get("repeated", 0)


def test_the_readers_own_numbers_are_known(db: Database, administrator: Scope, clock: Clock) -> None:
    bring_in(db, administrator, clock, REPORTS[0])
    with db.read() as cursor:
        readers = {str(mobile) for (mobile,) in cursor.execute("SELECT mobile FROM reader_number").fetchall()}
    assert readers == set(EXPECTED[REPORTS[0]]["agents"])


@pytest.mark.parametrize("together", [True, False])
def test_all_three_end_with_the_expected_figures(
    db: Database, administrator: Scope, clock: Clock, together: bool
) -> None:
    if together:
        bring_in(db, administrator, clock, *REPORTS)
    else:
        for name in reversed(REPORTS):  # the order does not matter either
            bring_in(db, administrator, clock, name)
    expected = EXPECTED["after all three"]
    with db.read() as cursor:
        verdicts = dict(cursor.execute("SELECT verdict, count(*) FROM consumer GROUP BY 1").fetchall())
    assert verdicts == expected["numbers"]
    figures = coverage_of(db, scope_of(db, Role.VIEWER, "UP"), "UP")
    assert (figures.consumers, figures.missing, figures.unusable, figures.on_file) == (
        expected["consumers"], expected["missing"], expected["unusable"], expected["usable"],
    )  # fmt: skip


def test_the_opt_ins_enrol_whom_they_should(db: Database, administrator: Scope, clock: Clock) -> None:
    bring_in(db, administrator, clock, *REPORTS)
    expected = EXPECTED["optins_2026-06_camp.csv"]
    result = import_consents(
        db,
        scope_of(db, Role.ADMINISTRATOR, "UP"),
        SAMPLES / "optins_2026-06_camp.csv",
        clock,
        refresh=refresh_cube,
    )
    reasons = {"unknown_account": "unknown account", "future_date": "date in the future", "number": "number"}
    assert result.accepted == expected["accepted"]
    assert Counter(reasons[reason] for reason in result.rejects["reason"]) == expected["refused"]
    figures = coverage_of(db, scope_of(db, Role.VIEWER, "UP"), "UP")
    assert {"enrolled": figures.enrolled, "on_file": figures.on_file} == EXPECTED["after the opt-ins"]


def test_the_same_files_twice_change_nothing(db: Database, administrator: Scope, clock: Clock) -> None:
    bring_in(db, administrator, clock, *REPORTS)
    before = _consumers(db)
    again = bring_in(db, scope_of(db, Role.ADMINISTRATOR, "UP"), clock, *REPORTS)
    assert (again.new, again.changed, again.unchanged) == (0, 0, EXPECTED["after all three"]["consumers"])
    assert _consumers(db) == before


def test_a_report_that_lacks_columns_erases_nothing(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    bring_in(db, administrator, clock, REPORTS[0])
    slim = tmp_path / "slim.csv"
    slim.write_text(
        "NAME,ACCT_ID,MOBILE_NO\nBABU DEVI,0000000013,9415012346\nKAMLESH SINGH,0000007932,\n",
        encoding="utf-8",
    )
    import_exports(
        db, administrator, [Upload(slim, "slim.csv")], clock=clock, shared_threshold=6, refresh=refresh_cube
    )
    with db.read() as cursor:
        rows = cursor.execute(
            "SELECT mobile, mobile_raw, book_no, amount_payable::DOUBLE FROM consumer WHERE account_no IN ('0000000013', '0000007932') ORDER BY account_no"
        ).fetchall()
        offices = cursor.execute(
            "SELECT count(*) FROM consumer JOIN office USING (office_no) WHERE level = 'feeder'"
        ).fetchall()[0][0]
    assert rows == [(9415012346, "9415012346", "BK000", 104500.75), (None, "765494405", "BK000", -15.5)]
    assert offices == 400


def _consumers(db: Database) -> list[tuple[object, ...]]:
    with db.read() as cursor:
        return cursor.execute("SELECT * FROM consumer ORDER BY account_no").fetchall()
