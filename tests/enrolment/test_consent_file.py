"""Opt-in files: judged row by row; what a person said later wins."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.enrolment.cases import list_cases
from dashboard.enrolment.consent_file import import_consents, read_consent_file
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.errors import BadInput, Refused
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of


def _file(folder: Path, *rows: str) -> Path:
    path = folder / "optins.csv"
    path.write_text("\n".join(["account_no,mobile,given_at,how", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("0000000999,9415012345,2026-06-15,form", "unknown_account"),
        ("0000000101,9415012345,2026-11-25,form", "future_date"),
        ("0000000101,9415012345,yesterday,form", "date"),
        ("0000000101,12345,2026-06-15,form", "number"),
        ("0000000101,9999999999,2026-06-15,form", "number"),
        (
            "0000000103,9228186620,2026-06-15,form",
            "number",
        ),  # the reader's own, however often it is written down
        ("0000000101,9519912345,2026-06-15,form", "other_number"),
    ],
)
def test_a_bad_row_is_refused_with_its_reason(
    registry: Database, administrator: Scope, clock: Clock, tmp_path: Path, row: str, reason: str
) -> None:
    result = import_consents(registry, administrator, _file(tmp_path, row), clock, refresh=refresh_cube)
    assert (result.accepted, result.rejects["reason"].tolist(), result.rejects["row_no"].tolist()) == (
        0,
        [reason],
        [2],
    )


@pytest.mark.parametrize("day", ["2026-06-15", "15-06-2026", "15/06/2026", "15-JUN-26"])
def test_days_are_read_as_people_write_them(
    registry: Database, administrator: Scope, clock: Clock, tmp_path: Path, day: str
) -> None:
    result = import_consents(
        registry,
        administrator,
        _file(tmp_path, f"0000000101,9415012345,{day},form"),
        clock,
        refresh=refresh_cube,
    )
    assert result.accepted == 1


def test_a_number_is_taken_over_where_none_was_usable(
    registry: Database, administrator: Scope, clock: Clock, tmp_path: Path, state_of: Callable[[str], object]
) -> None:
    import_consents(
        registry,
        administrator,
        _file(tmp_path, "0000000102,9519912345,2026-06-15,form"),
        clock,
        refresh=refresh_cube,
    )
    assert state_of("0000000102") == ("enrolled", 9519912345)


def test_twice_changes_nothing(
    registry: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    path = _file(tmp_path, "0000000101,9415012345,2026-06-15,form", "0000000101,9415012345,2026-06-15,form")
    first = import_consents(registry, administrator, path, clock, refresh=refresh_cube)
    second = import_consents(registry, administrator, path, clock, refresh=refresh_cube)
    assert (first.accepted, first.unchanged, second.accepted, second.unchanged) == (1, 1, 0, 2)
    with registry.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM consent_event").fetchall() == [(1,)]


def test_a_stop_wins_over_a_form_filled_in_before(
    registry: Database,
    administrator: Scope,
    clock: Clock,
    tmp_path: Path,
    state_of: Callable[[str], tuple[str, int]],
) -> None:
    handle_inbound(registry, clock, refresh_cube, InboundText("wamid.1", 9415012345, "STOP", NOON))
    result = import_consents(
        registry,
        administrator,
        _file(tmp_path, "0000000101,9415012345,2026-06-15,form"),
        clock,
        refresh=refresh_cube,
    )
    assert result.rejects["reason"].tolist() == ["opted_out_since"]
    assert state_of("0000000101")[0] == "opted_out"


def test_another_number_opens_a_case(
    registry: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    import_consents(
        registry,
        administrator,
        _file(tmp_path, "0000000101,9519912345,2026-06-15,form"),
        clock,
        refresh=refresh_cube,
    )
    cases = list_cases(registry, scope_of(registry, Role.COMPOSER, "DIV000001"), "DIV000001")
    assert cases["mobile_claimed"].tolist() == [9519912345]


def test_looking_changes_nothing(
    registry: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    result = read_consent_file(
        registry, administrator, _file(tmp_path, "0000000101,9415012345,2026-06-15,form"), clock
    )
    assert result.accepted == 1
    with registry.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM consent").fetchall() == [(0,)]


def test_a_file_without_the_columns_says_which(
    registry: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "optins.csv"
    path.write_text("account_no,how\n0000000101,form\n", encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        import_consents(registry, administrator, path, clock, refresh=refresh_cube)
    assert (refusal.value.code, refusal.value.values["columns"]) == ("consent_columns", "mobile, given_at")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.COMPOSER, Role.APPROVER])
def test_only_an_administrator_brings_consents_in(
    registry: Database, clock: Clock, tmp_path: Path, role: Role
) -> None:
    path = _file(tmp_path, "0000000101,9415012345,2026-06-15,form")
    for attempt in (
        lambda: import_consents(registry, scope_of(registry, role, "UP"), path, clock, refresh=refresh_cube),
        lambda: read_consent_file(registry, scope_of(registry, role, "UP"), path, clock),
    ):
        with pytest.raises(Refused):
            attempt()
