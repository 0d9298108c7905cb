"""The missing-number list: whom it shows, to whom, and what stays in the audit trail."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.figures import coverage_of
from dashboard.errors import BadInput, Refused
from dashboard.registry.importer import import_exports
from dashboard.registry.missing import (
    COLUMNS,
    MissingFilter,
    count_missing,
    export_missing,
    list_missing,
    list_missing_books,
    list_missing_feeders,
)
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import SAMPLES, open_copy, scope_of

DIVISION, FOREIGN = "DIV399901", "DIV399902"


@pytest.fixture(scope="module")
def made_registry(make_registry: Callable[..., Path]) -> Path:
    """The registry of every test here, made once; each works on a copy."""
    return make_registry(SAMPLES / "billed_2026-06_gomti_nagar.csv", SAMPLES / "unbilled_2026-06_gonda.csv")


@pytest.fixture
def registry(made_registry: Path, tmp_path: Path) -> Iterator[Database]:
    with open_copy(made_registry, tmp_path / "setu.duckdb") as database:
        yield database


def test_the_list_holds_exactly_missing_and_unusable(registry: Database) -> None:
    scope = scope_of(registry, Role.COMPOSER, DIVISION)
    figures = coverage_of(registry, scope, DIVISION)
    rows = list_missing(registry, scope, DIVISION, limit=10_000)
    assert len(rows) == figures.to_collect == sum(count_missing(registry, scope, DIVISION).values())
    assert "ok" not in set(rows["reason"])
    assert (
        len(rows)
        == list_missing_feeders(registry, scope, DIVISION)["to_collect"].sum()
        == list_missing_books(registry, scope, DIVISION)["to_collect"].sum()
    )


def test_each_row_names_its_offices_however_low_they_go(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "export.csv"
    offices = [",,,", "0000011,EAST,,", "0000011,EAST,SS A,", "0000011,EAST,SS A,F1", "0000011,EAST,,F9"]
    rows = [f"{number:010d},,MVVNL,DIV000001,ONE,{names}" for number, names in enumerate(offices, 1)]
    header = "ACCT_ID,MOBILE_NO,DISCOM,DIV_CODE,DIV_NAME,SDO_CODE,SDO_NAME,SUBSTATION,FEEDER"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    import_exports(
        db, administrator, [Upload(path, path.name)], clock=clock, shared_threshold=6, refresh=refresh_cube
    )  # fmt: skip
    listed = list_missing(db, scope_of(db, Role.COMPOSER, "UP"), "UP", 10).sort_values("account_no")
    found = (
        listed[["subdivision", "substation", "feeder"]].astype(object).where(lambda cell: cell.notna(), "")
    )
    assert found.to_numpy().tolist() == [
        ["", "", ""],
        ["EAST", "", ""],
        ["EAST", "SS A", ""],
        ["EAST", "SS A", "F1"],
        ["EAST", "", "F9"],
    ]


def test_pages_one_after_another_are_the_whole_list(registry: Database) -> None:
    scope = scope_of(registry, Role.COMPOSER, "UP")
    reasons = [None, *count_missing(registry, scope, "UP")]
    books = [None, *list_missing_books(registry, scope, "UP")["book_no"].tolist()[:3]]
    for chosen in (MissingFilter(book, reason) for book in books for reason in reasons):
        whole = list_missing(registry, scope, "UP", 10_000, chosen=chosen)["account_no"].tolist()
        pages: list[str] = []
        while page := list_missing(registry, scope, "UP", 3, len(pages), chosen)["account_no"].tolist():
            pages += page
        assert pages == whole
    assert len(list_missing(registry, scope, "UP", 10_000)["feeder"].unique()) > 2


def test_a_book_and_a_reason_narrow_it(registry: Database) -> None:
    scope = scope_of(registry, Role.COMPOSER, DIVISION)
    rows = list_missing(registry, scope, DIVISION, limit=10_000, chosen=MissingFilter("BK000", "missing"))
    assert len(rows) > 0
    assert set(rows["book_no"]) == {"BK000"}
    assert set(rows["reason"]) == {"missing"}


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_download_is_written_and_remembered(
    registry: Database, clock: Clock, tmp_path: Path, suffix: str
) -> None:
    scope = scope_of(registry, Role.COMPOSER, DIVISION, "ee")
    path = tmp_path / f"list{suffix}"
    count = export_missing(registry, scope, DIVISION, path, "field visit in June", clock)
    if suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    else:
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert rows[0] == list(COLUMNS)
    assert len(rows) - 1 == count == len(list_missing(registry, scope, DIVISION, limit=10_000))
    with registry.read() as cursor:
        event = cursor.execute(
            "SELECT username, office_code, row_count, detail FROM audit_event WHERE action = 'missing_list.download'"
        ).fetchall()
    assert [row[:3] for row in event] == [("ee", DIVISION, count)]
    assert json.loads(event[0][3])["reason"] == "field visit in June"


def test_a_workbook_that_would_not_hold_the_list_is_not_begun(
    registry: Database, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = scope_of(registry, Role.COMPOSER, DIVISION, "ee")
    counts = count_missing(registry, scope, DIVISION)
    monkeypatch.setattr("dashboard.store.spreadsheet._XLSX_ROWS", sum(counts.values()) - 1)
    with pytest.raises(BadInput, match="too_many_rows"):
        export_missing(registry, scope, DIVISION, tmp_path / "list.xlsx", "field visit", clock)
    assert not (tmp_path / "list.xlsx").exists()
    one = MissingFilter(reason=next(iter(counts)))
    assert (
        export_missing(registry, scope, DIVISION, tmp_path / "one.xlsx", "field visit", clock, one)
        == counts[one.reason or ""]
    )


def test_a_download_without_a_reason_is_refused(registry: Database, clock: Clock, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        export_missing(
            registry,
            scope_of(registry, Role.COMPOSER, DIVISION),
            DIVISION,
            tmp_path / "list.csv",
            "  ",
            clock,
        )
    assert refusal.value.code == "reason_missing"
    assert not (tmp_path / "list.csv").exists()


CALLS = [
    lambda db, scope, path, clock: count_missing(db, scope, FOREIGN),
    lambda db, scope, path, clock: list_missing(db, scope, FOREIGN, limit=10),
    lambda db, scope, path, clock: list_missing_feeders(db, scope, FOREIGN),
    lambda db, scope, path, clock: list_missing_books(db, scope, FOREIGN),
    lambda db, scope, path, clock: export_missing(
        db, scope, FOREIGN, path / "x.csv", "curious about them", clock
    ),
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("role", "office"), [(Role.COMPOSER, DIVISION), (Role.VIEWER, "UP"), (Role.ADMINISTRATOR, "UP")]
)
def test_a_foreign_division_and_a_role_without_numbers_are_refused(
    registry: Database, clock: Clock, tmp_path: Path, call, role: Role, office: str
) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Refused):
        call(registry, scope_of(registry, role, office), tmp_path, clock)
