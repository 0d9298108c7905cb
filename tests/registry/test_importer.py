"""The two ways of reading and the two ways of merging come to the same; nothing that happens meanwhile is lost."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from dashboard.access.scope import Scope
from dashboard.config import PROJECT_DIR
from dashboard.coverage.cube import refresh_cube
from dashboard.errors import BadInput, Unavailable
from dashboard.registry import intake, sources
from dashboard.registry.demo import write_demo
from dashboard.registry.import_log import ImportResult, list_imports
from dashboard.registry.importer import clear_leftovers, import_exports
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database, open_database
from tests.conftest import SAMPLES
from tests.registry.conftest import ALWAYS_ANEW, HEADER, NEVER_ANEW, PLACE, Bring, export, rows_of


@pytest.fixture(scope="module")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_demo(3_000, 5, tmp_path_factory.mktemp("demo") / "export")


def outcome(result: ImportResult) -> dict[str, object]:
    return {
        name: value
        for name, value in vars(result).items()
        if name not in ("seconds", "rejects_file", "import_id")
    }


def test_the_fast_and_the_careful_reader_see_the_same(
    demo_files: list[Path],
    administrator: Scope,
    clock: Clock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uploads = [Upload(path, path.name) for path in demo_files]
    uploads += [Upload(SAMPLES / "billed_2026-06_gomti_nagar.csv", "billed.csv")]
    seen = []
    for name in ("fast", "careful"):
        if name == "careful":
            monkeypatch.setattr(sources, "find_plain", lambda *about: None)
        db = open_database(tmp_path / f"{name}.duckdb", memory_limit="1GB", threads=2)
        result = import_exports(
            db, administrator, uploads, clock=clock, shared_threshold=6, refresh=refresh_cube
        )
        for file in result.files:
            file.refused.sort(key=lambda row: row.row_no)
        seen.append((rows_of(db), outcome(result)))
        db.close()
    assert seen[0][1] == seen[1][1]
    assert seen[0][0] == seen[1][0]


def test_a_plain_file_takes_the_fast_way_with_its_own_row_numbers(tmp_path: Path, bring: Bring) -> None:
    rows = [f'{number:010d},P,"line one\nline two",9415012345,{PLACE}' for number in range(1, 30)]
    rows[10] = f"12345,CUT,A,9415012345,{PLACE}"  # digits lost
    rows[20] = "0000000021,SHORT"  # a ragged row
    rows[25] = f"'0000000026,QUOTED BY EXCEL,A,9415012345,{PLACE}"
    result = bring(export(*rows))
    refused = [(row.row_no, row.reason) for row in result.files[0].refused]
    assert refused == [(12, "cut_by_excel"), (22, "ragged_row")]
    assert (result.rows, result.accepted) == (29, 27)


@pytest.mark.parametrize(
    "broken",
    [
        '0000000002,"never closed,A,9415012345,' + PLACE,
        '0000000002,"closed" too early,A,9415012345,' + PLACE,
        "\n0000000002,BLANK LINE BEFORE,A,9415012345," + PLACE,
        "0000000002," + "X" * 12_000 + ",A,9415012345," + PLACE,
    ],
)  # each makes DuckDB stumble or count differently: the careful reader takes the whole file
def test_a_file_that_is_not_plain_is_read_carefully(db: Database, bring: Bring, broken: str) -> None:
    good = [f"{number:010d},P,A,9415012345,{PLACE}" for number in (1, 3)]
    result = bring(export(good[0], broken, good[1]))
    assert "0000000001" in [row[0] for row in rows_of(db, "account_no")]
    assert result.rows == result.accepted + result.rejected + result.repeated


def test_small_and_anew_come_to_the_same(
    demo_files: list[Path], administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.csv"
    lines = demo_files[0].read_text(encoding="utf-8-sig").splitlines(keepends=True)
    changed.write_text("".join(lines[:200]).replace("LMV1", "LMV-2").replace(",9", ",8"), encoding="utf-8")
    seen = []
    for name, small_rows in (("small", NEVER_ANEW), ("anew", ALWAYS_ANEW)):
        db = open_database(tmp_path / f"{name}.duckdb", memory_limit="1GB", threads=2)
        for uploads in (demo_files, [changed], demo_files[-1:]):
            result = import_exports(
                db, administrator, [Upload(path, path.name) for path in uploads], clock=clock, shared_threshold=6,
                refresh=refresh_cube, small_rows=small_rows,
            )  # fmt: skip
            with db.read() as cursor:
                cube = cursor.execute("SELECT * FROM coverage_cube ORDER BY ALL").fetchall()
            seen.append((name, rows_of(db), cube, outcome(result)))
        db.close()
    small, anew = ([one[1:] for one in seen if one[0] == name] for name in ("small", "anew"))
    assert small[1][2]["changed"] > 0
    assert small == anew


@pytest.mark.parametrize(("block_rows", "is_sorted"), [(100, False), (2, True)])
def test_rows_that_stand_scattered_are_put_in_the_order_of_offices(
    db: Database, bring: Bring, monkeypatch: pytest.MonkeyPatch, block_rows: int, is_sorted: bool
) -> None:
    monkeypatch.setattr(intake, "BLOCK_ROWS", block_rows)
    rows = [
        f"{number:010d},P{number},A,9415012345,{PLACE}".replace("F1", f"F{number % 3}")
        for number in range(1, 31)
    ]
    result = bring(export(*rows), export(f"0000000001,LAST,A,9415012345,{PLACE}"))
    assert (result.rows, result.repeated, result.new) == (31, 1, 30)
    with db.read() as cursor:
        stored = cursor.execute(
            "SELECT account_no, consumer.name, split_part(office.code, '/', 3) FROM consumer JOIN office USING (office_no) ORDER BY consumer.rowid"
        ).fetchall()
    assert sorted(stored)[1:] == [
        (f"{number:010d}", f"P{number}", f"F{number % 3}") for number in range(2, 31)
    ]
    assert sorted(stored)[0] == ("0000000001", "LAST", "F1")
    feeders = [feeder for account, _, feeder in stored if account != "0000000001"]
    assert (feeders == sorted(feeders)) is is_sorted


def test_office_columns_that_cannot_be_picked_out_are_read_from_the_whole_file(
    db: Database, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "_MOST_PICKED", 0)
    bring(
        export(
            f"0000000001,RAM,A,9415012345,{PLACE}",
            "'0000000002,SITA,A,,MVVNL,Z,C,DIV000002,TWO,0000021,SS,F9",
        )
    )
    with db.read() as cursor:
        codes = cursor.execute(
            "SELECT code FROM consumer JOIN office USING (office_no) ORDER BY account_no"
        ).fetchall()
    assert codes == [("0000011/SS/F1",), ("0000021/SS/F9",)]


@pytest.mark.parametrize("small_rows", [NEVER_ANEW, ALWAYS_ANEW])
def test_reports_of_two_kinds_in_one_import_complete_each_other(
    db: Database, bring: Bring, small_rows: int
) -> None:
    bring(export(f"0000000099,SOMEBODY,A,,{PLACE}"))
    billed = export(f"0000000001,RAM,,9415012345,{PLACE}")
    master = export("0000000001,,12 MALL ROAD,NA", header="ACCT_ID,NAME,ADDRESS,MOBILE_NO")
    result = bring(billed, master, small_rows=small_rows)
    assert (result.rows, result.accepted, result.repeated, result.new) == (2, 1, 1, 1)
    row = rows_of(db, "account_no, name, address, mobile, state")[0]
    assert row == ("0000000001", "RAM", "12 MALL ROAD", 9415012345, "on_file")


@pytest.mark.parametrize("small_rows", [NEVER_ANEW, ALWAYS_ANEW])
def test_what_the_import_does_not_speak_of_stands(db: Database, bring: Bring, small_rows: int) -> None:
    bring(export(f"0000000001,RAM,A,9415012345,{PLACE}", f"0000000002,SITA,B,8004642302,{PLACE}"))
    before = rows_of(db)
    other = PLACE.replace("DIV000001", "DIV000000").replace(
        "0000011", "0000001"
    )  # sorts before: new numbers for all
    result = bring(export(f"0000000003,LAXMAN,C,9519912345,{other}"), small_rows=small_rows)
    assert (result.new, result.changed) == (1, 0)
    assert [row[:1] + row[2:] for row in rows_of(db)][:2] == [row[:1] + row[2:] for row in before]
    with db.read() as cursor:
        places = cursor.execute(
            "SELECT account_no, office.code FROM consumer JOIN office USING (office_no) ORDER BY 1"
        ).fetchall()
    assert [code for _, code in places] == ["0000011/SS/F1", "0000011/SS/F1", "0000001/SS/F1"]


@pytest.mark.parametrize("small_rows", [NEVER_ANEW, ALWAYS_ANEW])
def test_a_number_that_an_export_replaces_stays_in_its_history(
    db: Database, bring: Bring, small_rows: int
) -> None:
    bring(export(f"0000000001,RAM,A,9415012345,{PLACE}", f"0000000002,SITA,B,8004642302,{PLACE}"))
    bring(
        export(f"0000000001,RAM LAL,A,9519912345,{PLACE}", f"0000000002,SITA,B,NA,{PLACE}"),
        small_rows=small_rows,
    )
    with db.read() as cursor:
        events = cursor.execute(
            "SELECT account_no, source, username, mobile_before, verdict_before, mobile_after, verdict_after FROM number_event"
        ).fetchall()
    assert events == [("0000000001", "import", "admin", 9415012345, "ok", 9519912345, "ok")]


@pytest.mark.parametrize("small_rows", [NEVER_ANEW, ALWAYS_ANEW])
def test_an_export_older_than_what_stands_is_told(
    db: Database, administrator: Scope, bring: Bring, small_rows: int
) -> None:
    def month(first: int, *days: str) -> str:
        rows = [f"{first + place:010d},RAM,A,9415012345,{PLACE},{day}" for place, day in enumerate(days)]
        return export(*rows, header=f"{HEADER},BILL_DATE")

    bring(month(1, "05-JUL-26", "05-JUL-26", "05-JUL-26"), small_rows=small_rows)
    mixed = bring(month(1, "05-JUN-26", "05-AUG-26", "05-AUG-26", "05-MAY-26"), small_rows=small_rows)
    assert mixed.notes == {}  # one bill that was made again; an account nobody knew
    older = bring(month(1, "05-MAY-26", "05-JUN-26", ""), month(9, "05-JAN-26"), small_rows=small_rows)
    assert [file.notes for file in older.files] == [{"older_export": 2}, {}]
    assert list(list_imports(db, administrator)["notes"]) == [{"older_export": 2}, {}, {}]


class GivenUp(Exception):
    pass


@pytest.mark.parametrize("step", ["read", "merge", "judge", "put_in"])
def test_an_import_given_up_leaves_everything_as_it_was(db: Database, bring: Bring, step: str) -> None:
    bring(export(f"0000000001,RAM,A,9415012345,{PLACE}"))
    before = rows_of(db)

    def give_up(share: float, now: str) -> None:
        if now == step:
            raise GivenUp

    with pytest.raises(GivenUp):
        bring(export(f"0000000001,SHYAM,A,9415012345,{PLACE}"), small_rows=ALWAYS_ANEW, progress=give_up)
    assert rows_of(db) == before
    result = bring(export(f"0000000001,SHYAM,A,9415012345,{PLACE}"), small_rows=ALWAYS_ANEW)
    assert (result.changed, rows_of(db, "name")) == (1, [("SHYAM",)])


def test_a_second_import_waits_its_turn(db: Database, bring: Bring) -> None:
    content = export(f"0000000001,RAM,A,9415012345,{PLACE}")

    def start_another(share: float, step: str) -> None:
        if step == "understand":
            with pytest.raises(Unavailable, match="import_running"):
                bring(content)

    bring(content, progress=start_another)
    assert len(rows_of(db)) == 1


def test_a_file_that_grows_while_it_is_read_is_refused(db: Database, bring: Bring, tmp_path: Path) -> None:
    path = tmp_path / "growing.csv"
    path.write_text(export(f"0000000001,RAM,A,9415012345,{PLACE}"), encoding="utf-8")

    def grow(share: float, step: str) -> None:
        if step == "understand":
            with path.open("a", encoding="utf-8") as file:
                file.write(f"0000000002,LATE,A,9415012345,{PLACE}\n")

    with pytest.raises(BadInput, match="file_changed"):
        bring(path, progress=grow)
    assert rows_of(db) == []


_KILLED = """
    import os, signal, sys
    from pathlib import Path
    from dashboard.commands.data import COMMAND_LINE
    from dashboard.coverage.cube import refresh_cube
    from dashboard.registry.importer import import_exports
    from dashboard.registry.sources import Upload
    from dashboard.store.clock import utc_now
    from dashboard.store.database import open_database

    def die(share, step):
        if step == sys.argv[3]:
            os.kill(os.getpid(), signal.SIGKILL)

    db = open_database(Path(sys.argv[1]), memory_limit="1GB")
    import_exports(db, COMMAND_LINE, [Upload(Path(sys.argv[2]), "export.csv")], clock=utc_now, shared_threshold=6,
                   refresh=refresh_cube, progress=die, small_rows=0)
"""


@pytest.mark.parametrize("step", ["merge", "put_in"])
def test_killed_at_any_point_the_registry_is_as_before(
    db: Database, bring: Bring, administrator: Scope, clock: Clock, tmp_path: Path, step: str
) -> None:
    bring(export(f"0000000001,RAM,A,9415012345,{PLACE}"))
    before = rows_of(db)
    db.close()
    path = tmp_path / "next.csv"
    path.write_text(export(f"0000000001,SHYAM,A,9415012345,{PLACE}"), encoding="utf-8")
    script = [sys.executable, "-c", textwrap.dedent(_KILLED), str(db.path), str(path), step]
    done = subprocess.run(script, cwd=PROJECT_DIR, capture_output=True, timeout=240, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    again = open_database(db.path, memory_limit="1GB", threads=2)
    assert rows_of(again) == before
    clear_leftovers(again)
    with again.read() as cursor:
        tables = {row[0] for row in cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert "next_consumer" not in tables
    uploads = [Upload(path, "next.csv")]
    import_exports(again, administrator, uploads, clock=clock, shared_threshold=6, refresh=refresh_cube)
    assert rows_of(again, "name") == [("SHYAM",)]
    again.close()
