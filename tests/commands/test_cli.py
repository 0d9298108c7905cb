"""The command line as others call it: one JSON document on standard output, exit 0, 1 or 2."""

import asyncio
import errno
import json
import os
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.__main__ import main
from dashboard.access.scope import Role
from dashboard.access.users import add_user
from dashboard.config import PROJECT_DIR
from dashboard.delivery.webhook import insert_bodies
from dashboard.errors import Unavailable
from dashboard.store.clock import india_day, utc_now
from dashboard.store.database import open_database
from dashboard.ui.catalogue import say
from dashboard.ui.serving import lifespan
from tests.conftest import SAMPLES

REPORTS = ["billed_2026-06_gomti_nagar.csv", "unbilled_2026-06_gonda.csv", "master_2026-06_kanpur.xlsx"]
PASSWORD = "a long password 1"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Shell:
    """Runs commands against one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        own = {
            "SETU_DATA_DIR": str(folder),
            "SETU_PORT": str(_free_port()),
            "SETU_SANDBOX_PORT": str(_free_port()),
        }
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith("SETU_")
        } | own

    def run(self, *words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "dashboard", *words]
        return subprocess.run(
            command,
            cwd=PROJECT_DIR,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def answer(self, *words: str, stdin: str = "") -> Any:
        done = self.run(*words, "--json", stdin=stdin)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    shell = Shell(tmp_path_factory.mktemp("cli") / "data")
    result = shell.answer("import", *[str(SAMPLES / name) for name in REPORTS])
    assert {key: result[key] for key in ("accepted", "rejected", "new", "changed", "unchanged")} == {
        "accepted": 893, "rejected": 9, "new": 893, "changed": 0, "unchanged": 0,
    }  # fmt: skip
    assert Path(result["rejects_file"]).exists()
    yield shell


def test_numbers_are_judged_from_arguments_and_from_standard_input(shell: Shell) -> None:
    expected = [
        {"input": "9415012345", "e164": "+919415012345", "verdict": "ok"},
        {"input": "NA", "e164": None, "verdict": "missing"},
    ]
    assert shell.answer("phone", "9415012345", "NA") == expected
    assert shell.answer("phone", stdin="\ufeff9415012345\r\nNA\n") == expected
    assert shell.answer("phone", "\udcff9415012345")[0]["verdict"] == "ok"  # a byte that is no UTF-8


def test_coverage_and_opt_ins(shell: Shell, tmp_path: Path) -> None:
    assert [row["consumers"] for row in shell.answer("coverage")] == [893]
    path = tmp_path / "caf\udce9.csv"  # a name whose bytes are no UTF-8
    shutil.copy(SAMPLES / "optins_2026-06_camp.csv", path)
    result = shell.answer("consent", str(path))
    assert (result["rows"], result["accepted"], result["rejected"]) == (123, 120, 3)
    divisions = shell.answer("coverage", "--by", "division")
    assert sum(row["enrolled"] for row in divisions) == 120
    assert set(divisions[0]) == {
        "office_code",
        "office",
        "level",
        "consumers",
        "missing",
        "unusable",
        "on_file",
        "enrolled",
        "opted_out",
    }


def test_a_brief_is_printed_and_its_tables_written(shell: Shell, tmp_path: Path) -> None:
    for name, start in (("lucknow.pdf", b"%PDF-"), ("lucknow.xlsx", b"PK")):
        path = tmp_path / name
        answer = shell.answer("brief", "--office", "LKO11", "--language", "both", "--out", str(path))
        assert (answer["office_code"], answer["file"]) == ("LKO11", str(path))
        assert path.read_bytes().startswith(start)
    for office, name in (("LKO11", "brief.docx"), ("NOWHERE", "brief.pdf"), ("LKO11", "no/folder/brief.pdf")):
        refused = shell.run("brief", "--office", office, "--out", str(tmp_path / name))
        assert (refused.returncode, refused.stdout) == (1, "")
        assert "Traceback" not in refused.stderr
        assert not (tmp_path / name).exists()


def test_a_notice_is_sent_without_the_browser(shell: Shell) -> None:
    shell.answer("consent", str(SAMPLES / "optins_2026-06_camp.csv"))
    for name, role, office in (("ee", "composer", "DIV399901"), ("se", "approver", "LKO11")):
        assert (
            shell.answer("user", "add", name, "--role", role, "--office", office, stdin=PASSWORD + "\n")[
                "role"
            ]
            == role
        )
    words = ["send", "--template", "bill_due", "--office", "DIV399901", "--by", "ee", "--approved-by"]
    values = ["--set", "month=June 2026", "--set", "due_date=15-06-2026"]
    own = shell.run(*words, "ee", *values)
    assert (own.returncode, own.stdout) == (1, "")
    assert "Traceback" not in own.stderr
    result = shell.answer(*words, "se", *values)
    assert (
        result["recipients"]
        == result["accepted"] + result["failed"] + result["in_doubt"] + result["skipped"]
        > 0
    )
    assert result["accepted"] >= result["delivered"] >= result["read"]
    assert shell.answer("resume") == []


def test_the_missing_list_needs_the_right(shell: Shell, tmp_path: Path) -> None:
    shell.run("user", "add", "clerk", "--role", "viewer", "--office", "UP", stdin=PASSWORD + "\n")
    refused = shell.run(
        "missing",
        "--office",
        "DIV399901",
        "--out",
        str(tmp_path / "x.csv"),
        "--user",
        "clerk",
        "--reason",
        "just looking",
    )
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "x.csv").exists()


def test_a_held_database_is_said_in_one_sentence(shell: Shell) -> None:
    held = open_database(shell.folder / "setu.duckdb")
    try:
        done = shell.run("coverage")
    finally:
        held.close()
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "application" in done.stderr


def test_a_full_disk_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run_out(arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("dashboard.commands.data.show_coverage", run_out)
    assert main(["coverage"]) == 1
    assert capsys.readouterr().err == say("en", "error.disk_no_room") + "\n"


async def _enter(app: object) -> None:
    async with lifespan(app):
        raise AssertionError("the server has started")


def test_a_server_that_cannot_start_says_why_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(settings: object) -> None:
        raise Unavailable("database_unwritable")

    monkeypatch.setattr("dashboard.runtime.start", refuse)
    monkeypatch.setattr("os._exit", sys.exit)  # this process goes on
    with pytest.raises(SystemExit):
        asyncio.run(_enter(None))
    assert capsys.readouterr().err == say("en", "error.database_unwritable") + "\n"


def test_backup_and_restore_bring_the_same_figures_back(shell: Shell, tmp_path: Path) -> None:
    before = shell.answer("coverage", "--by", "division")
    shell.answer("backup", str(tmp_path / "copy"))
    other = Shell(tmp_path / "other")
    other.answer("restore", str(tmp_path / "copy"))
    assert other.answer("coverage", "--by", "division") == before


def test_a_backup_replaces_a_file_that_nothing_can_read(shell: Shell, tmp_path: Path) -> None:
    before = shell.answer("coverage", "--by", "division")
    shell.answer("backup", str(tmp_path / "copy"))
    broken = Shell(tmp_path / "broken")
    broken.folder.mkdir()
    (broken.folder / "setu.duckdb").write_bytes(b"torn" * 5000)
    (broken.folder / "setu.duckdb.wal").write_bytes(b"of another file" * 500)
    kept = Path(broken.answer("restore", str(tmp_path / "copy"))["kept"])
    assert broken.answer("coverage", "--by", "division") == before
    assert kept.read_bytes() == b"torn" * 5000


def test_a_log_of_another_file_changes_nothing_of_what_is_put_back(shell: Shell, tmp_path: Path) -> None:
    shell.answer("backup", str(tmp_path / "copy"))
    other = Shell(tmp_path / "other")
    other.answer("restore", str(tmp_path / "copy"))
    stray = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute(\"INSERT INTO fact VALUES ('stray', '1')\"); os._exit(9)"
    subprocess.run([sys.executable, "-c", stray, other.folder / "setu.duckdb"], check=False)
    log = other.folder / "setu.duckdb.wal"
    shutil.copy(log, other.folder / "setu.incoming.duckdb.wal")  # as of a restore that was killed
    (other.folder / "setu.duckdb").unlink()
    other.answer("restore", str(tmp_path / "copy"))
    db = open_database(other.folder / "setu.duckdb")
    try:
        with db.read() as cursor:
            assert cursor.execute("SELECT count(*) FROM fact WHERE name = 'stray'").fetchone() == (0,)
    finally:
        db.close()
    assert not list(other.folder.glob("setu.incoming*"))


def test_a_backup_that_is_no_registry_leaves_what_stands(shell: Shell, tmp_path: Path) -> None:
    before = shell.answer("coverage", "--by", "division")
    (tmp_path / "setu.duckdb").write_bytes(b"torn" * 5000)
    done = shell.run("restore", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert shell.answer("coverage", "--by", "division") == before


def test_a_zip_of_exports_is_one_import(shell: Shell, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "June.zip", "w") as archive:
        for name in REPORTS:
            archive.write(SAMPLES / name, name)
    again = shell.answer("import", str(tmp_path / "June.zip"))
    assert {key: again[key] for key in ("accepted", "rejected", "new")} == {
        "accepted": 893, "rejected": 9, "new": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "words", [["coverage", "--by", "galaxy"], ["nonsense"], ["demo", "--consumers", "0", "--out", "x"], []]
)
def test_wrong_usage_is_exit_two(shell: Shell, words: list[str]) -> None:
    assert shell.run(*words).returncode == 2


def test_no_default_account_stands_in_a_new_registry(tmp_path: Path) -> None:
    db = open_database(tmp_path / "setu.duckdb")
    with db.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM app_user").fetchall() == [(0,)]
    add_user(
        db,
        utc_now,
        username="first",
        full_name="",
        role=Role.ADMINISTRATOR,
        office_code="UP",
        password=PASSWORD,
        by=None,
    )
    db.close()


def test_stored_webhooks_are_replayed_once_and_what_is_odd_is_listed(shell: Shell) -> None:
    bodies = [
        {
            "entry": [
                {"changes": [{"field": "messages", "value": {"statuses": [{"id": "w", "status": "sent"}]}}]}
            ]
        },
        {"entry": [{"changes": [{"field": "unheard_of", "value": {}}]}]},
    ]
    db = open_database(shell.folder / "setu.duckdb")
    stored = [(utc_now(), json.dumps(body).encode()) for body in bodies]
    db.write(lambda cursor: insert_bodies(cursor, stored))
    db.close()
    day = india_day(utc_now()).isoformat()
    answers = [shell.answer("replay", "--from", day, "--to", day) for _ in range(2)]
    assert [one["new_statuses"] for one in answers] == [1, 0]  # the other tests' bodies brought nothing new
    assert answers[0]["bodies"] == answers[1]["bodies"] >= 2
    assert answers[0]["statuses"] == answers[1]["statuses"] >= 1
    assert shell.answer("replay", "--to", "2020-01-01")["bodies"] == 0
    (odd,) = shell.answer("odd")
    assert (odd["kind"], odd["name"], odd["count"]) == ("field", "unheard_of", 1)
    assert shell.run("replay", "--from", "2026-11-25", "--to", "2026-11-24").returncode == 1


def test_an_import_without_a_phone_column_says_so(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("ACCT_ID,NAME,Number of the person\n0000000013,RAM,9415012345\n", encoding="utf-8")
    assert shell.answer("import", str(path))["notes"] == {"no_mobile": 1}


def test_a_folder_goes_in_with_its_table_of_office_names_and_an_empty_one_is_refused(
    shell: Shell, tmp_path: Path
) -> None:
    empty = shell.run("import", str(tmp_path))
    assert (empty.returncode, empty.stdout) == (1, "")
    assert str(tmp_path) in empty.stderr
    shutil.copy(SAMPLES / REPORTS[0], tmp_path)
    code = shell.answer("coverage", "--by", "division")[0]["office_code"]
    (tmp_path / "names.csv").write_text(f"level,code,name_hi\ndivision,{code},खंड एक\n", encoding="utf-8")
    (tmp_path / "~$names.xlsx").write_bytes(b"open in Excel")
    assert shell.answer("import", str(tmp_path))["office_names"] == 1
