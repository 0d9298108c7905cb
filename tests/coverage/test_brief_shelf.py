"""What lies ready: the morning's round, what it leaves out, what it takes up again; old days go."""

import io
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from dashboard.access.scope import Role
from dashboard.coverage import brief_shelf
from dashboard.coverage.brief_shelf import MorningRound, find_ready, make_ready, name_download, sweep
from dashboard.errors import Refused, Unavailable
from dashboard.store.clock import INDIA_OFFSET
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of

SEVEN = datetime(2026, 11, 24, 7, 0) - INDIA_OFFSET
LONG = 120.0  # seconds: the whole round in one turn


def _ready(db: Database, folder: Path, code: str, language: str = "en") -> datetime | None:
    found = find_ready(db, scope_of(db, Role.VIEWER, "UP"), folder, code, language)
    return found.made_at if found else None


def _codes(db: Database, level: str) -> list[str]:
    with db.read() as cursor:
        return [
            row[0] for row in cursor.execute("SELECT code FROM office WHERE level = ?", [level]).fetchall()
        ]


def test_at_seven_every_circle_and_above_is_made(filled: Database, tmp_path: Path) -> None:
    now = SEVEN - timedelta(seconds=1)
    round_ = MorningRound(filled, tmp_path, lambda: now, 14)
    assert round_.work(LONG) == 0
    assert list(tmp_path.glob("*/*.pdf")) == []
    now = SEVEN
    assert round_.work(LONG) == 0
    offices = [code for level in ("state", "discom", "zone", "circle") for code in _codes(filled, level)]
    assert len(offices) == 4
    for code in offices:
        assert _ready(filled, tmp_path, code, "hi") == _ready(filled, tmp_path, code, "en") == SEVEN
    assert _ready(filled, tmp_path, "DIV000001") is None
    assert len(list(tmp_path.glob("*/*"))) == 8  # nothing half written is left


def test_a_round_cut_off_goes_on_at_the_next_start(filled: Database, tmp_path: Path) -> None:
    now = SEVEN + timedelta(hours=3)  # the machine slept at 7
    assert MorningRound(filled, tmp_path, lambda: now, 14).work(0.0001) == 7
    first = sorted(path.stat().st_mtime_ns for path in tmp_path.glob("*/*.pdf"))
    assert len(first) == 1
    now = SEVEN + timedelta(hours=4)
    assert MorningRound(filled, tmp_path, lambda: now, 14).work(LONG) == 0
    times = sorted(path.stat().st_mtime_ns for path in tmp_path.glob("*/*.pdf"))
    assert len(times) == 8
    assert times[0] == first[0]  # what was made is not made again


def test_one_made_in_the_night_is_made_again_in_the_morning(filled: Database, tmp_path: Path) -> None:
    scope = scope_of(filled, Role.VIEWER, "UP")
    make_ready(filled, scope, tmp_path, "UP", "en", lambda: SEVEN - timedelta(hours=5))
    MorningRound(filled, tmp_path, lambda: SEVEN, 14).work(LONG)
    assert _ready(filled, tmp_path, "UP") == SEVEN


def test_an_empty_registry_waits_for_its_first_import(db: Database, tmp_path: Path) -> None:
    assert MorningRound(db, tmp_path, lambda: NOON, 14).work(LONG) == 0
    assert list(tmp_path.glob("*/*.pdf")) == []


def test_one_office_that_fails_keeps_no_other_from_its_brief(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = brief_shelf.print_brief

    def fail_for_the_state(brief, languages):  # type: ignore[no-untyped-def]
        if brief.office.code == "UP":
            raise Unavailable("brief_failed", office="UP")
        return whole(brief, languages)

    monkeypatch.setattr(brief_shelf, "print_brief", fail_for_the_state)
    assert MorningRound(filled, tmp_path, lambda: NOON, 14).work(LONG) == 0
    assert len(list(tmp_path.glob("*/*.pdf"))) == 6
    assert _ready(filled, tmp_path, "UP") is None


def test_the_newest_is_found_and_an_old_day_goes(filled: Database, tmp_path: Path) -> None:
    scope = scope_of(filled, Role.VIEWER, "UP")
    for days in (20, 14, 1):
        make_ready(filled, scope, tmp_path, "UP", "en", lambda back=days: NOON - timedelta(days=back))
    (tmp_path / "2026-02-31").mkdir()
    assert _ready(filled, tmp_path, "UP") == NOON - timedelta(days=1)
    sweep(tmp_path, date(2026, 11, 24) - timedelta(days=14))
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("2026-1")) == [
        "2026-11-10",
        "2026-11-23",
    ]


def test_made_anew_stands_in_the_place_of_the_earlier(filled: Database, tmp_path: Path) -> None:
    scope = scope_of(filled, Role.VIEWER, "UP")
    for hours in (0, 2):
        made = make_ready(
            filled, scope, tmp_path, "UP", "both", lambda after=hours: NOON + timedelta(hours=after)
        )
    assert len(list(tmp_path.glob("*/*"))) == 1
    assert _ready(filled, tmp_path, "UP", "both") == NOON + timedelta(hours=2)
    assert len(PdfReader(io.BytesIO(made.path.read_bytes())).pages) == 4


def test_what_lies_ready_is_refused_to_a_stranger(filled: Database, tmp_path: Path) -> None:
    make_ready(filled, scope_of(filled, Role.VIEWER, "UP"), tmp_path, "DIV000001", "en", lambda: NOON)
    stranger = scope_of(filled, Role.VIEWER, "DIV000002")
    with pytest.raises(Refused):
        find_ready(filled, stranger, tmp_path, "DIV000001", "en")


@pytest.mark.parametrize("code", ["../../etc/passwd", "A/B", "A_B", "A B", "क", "x" * 300])
def test_a_code_makes_a_file_name_of_its_own(code: str) -> None:
    name = name_download(code, NOON, "hi")
    assert name.endswith("_2026-11-24_hi.pdf")
    assert "/" not in name
    assert ".." not in name
    assert len(name) < 120
    assert name != name_download(code + "-", NOON, "hi")
