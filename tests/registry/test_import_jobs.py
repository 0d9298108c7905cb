"""Imports beside the pages, and the drop folder."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.errors import BadInput, IllegalChange, Refused, SetuError, Unavailable
from dashboard.registry.import_jobs import ImportJob, ImportJobs, Inbox, list_refused_files
from dashboard.registry.import_log import ImportResult
from dashboard.registry.import_work import Progress
from dashboard.registry.importer import import_exports
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database

RESULT = ImportResult(1, 2, 2, 0, 0, 2, 0, 0, 0.1, None, [])
COMPOSER = Scope("ee", Role.COMPOSER, "DIV1", 5, 9)


def wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(6000):  # a minute
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that")


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    path = tmp_path / "upload.csv"
    path.write_text("x", encoding="utf-8")
    return Upload(path, "June.csv")


def test_an_import_runs_beside_the_page_and_tells_its_end(
    tmp_path: Path, administrator: Scope, upload: Upload
) -> None:
    go_on = threading.Event()

    def run(scope: Scope, uploads: Sequence[Upload], tell: Progress) -> ImportResult:
        assert uploads[0].path.read_text(encoding="utf-8") == "x"
        tell(0.5, "merge")
        assert go_on.wait(5)
        return RESULT

    jobs = ImportJobs(run, tmp_path / "importing")
    jobs.start(administrator, [upload])
    wait_until(lambda: _look(jobs, administrator).step == "merge")
    job = _look(jobs, administrator)
    assert (job.names, job.share, job.is_running) == (("June.csv",), 0.5, True)
    assert job.seconds_left == pytest.approx(job.elapsed)
    assert not upload.path.exists()  # taken over: the session that brought it may end
    with pytest.raises(Unavailable, match="import_running"):
        jobs.run_now(administrator, [upload])
    go_on.set()
    wait_until(lambda: not _look(jobs, administrator).is_running)
    assert _look(jobs, administrator).result == RESULT
    assert not (tmp_path / "importing").exists()


def _look(jobs: ImportJobs, scope: Scope) -> ImportJob:
    job = jobs.look(scope)
    assert job is not None
    return job


def test_an_import_can_be_cancelled(tmp_path: Path, administrator: Scope, upload: Upload) -> None:
    def run(scope: Scope, uploads: Sequence[Upload], tell: Progress) -> ImportResult:
        while True:
            tell(0.1, "read")
            time.sleep(0.01)

    jobs = ImportJobs(run, tmp_path / "importing")
    jobs.start(administrator, [upload])
    jobs.cancel(administrator)
    wait_until(lambda: not _look(jobs, administrator).is_running)
    error = _look(jobs, administrator).error
    assert error is not None and error.code == "import_cancelled"
    with pytest.raises(IllegalChange, match="import_over"):
        jobs.cancel(administrator)


def test_a_person_who_cancels_what_the_drop_folder_brought_sees_it_put_aside(
    tmp_path: Path, administrator: Scope
) -> None:
    jobs, inbox = _import_without_end(tmp_path, administrator)
    looking = threading.Thread(target=inbox.look, args=("2026-11-25", 0), daemon=True)
    looking.start()
    wait_until(lambda: _is_read(jobs, administrator))
    jobs.cancel(administrator)
    looking.join(60)
    refused = [(name, error.code) for name, error in list_refused_files(tmp_path / "inbox", administrator)]
    assert refused == [("night.csv", "inbox_cancelled")]
    assert inbox.look("2026-11-25", 1) is None  # it would else begin anew at once


def test_what_the_drop_folder_brought_waits_where_the_application_ends(
    tmp_path: Path, administrator: Scope
) -> None:
    jobs, inbox = _import_without_end(tmp_path, administrator)
    told: list[SetuError] = []

    def look() -> None:
        try:
            inbox.look("2026-11-25", 0)
        except SetuError as error:
            told.append(error)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    wait_until(lambda: _is_read(jobs, administrator))
    jobs.stop()
    looking.join(60)
    assert [error.code for error in told] == ["database_closed"]
    assert (tmp_path / "inbox" / "night.csv").exists()


def _import_without_end(tmp_path: Path, scope: Scope) -> tuple[ImportJobs, Inbox]:
    def run(scope: Scope, uploads: Sequence[Upload], tell: Progress) -> ImportResult:
        while True:
            tell(0.1, "read")
            time.sleep(0.01)

    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "night.csv").write_text("x", encoding="utf-8")
    jobs = ImportJobs(run, tmp_path / "importing")
    return jobs, Inbox(folder, lambda uploads: jobs.run_now(scope, uploads), quiet_seconds=0)


def _is_read(jobs: ImportJobs, scope: Scope) -> bool:
    job = jobs.look(scope)
    return job is not None and job.share > 0


def test_what_fails_is_told_without_a_trace(tmp_path: Path, administrator: Scope, upload: Upload) -> None:
    def run(scope: Scope, uploads: Sequence[Upload], tell: Progress) -> ImportResult:
        raise ZeroDivisionError

    jobs = ImportJobs(run, tmp_path / "importing")
    with pytest.raises(Unavailable, match="import_failed"):
        jobs.run_now(administrator, [upload])


def test_imports_are_the_state_administrators_alone(tmp_path: Path, upload: Upload) -> None:
    jobs = ImportJobs(lambda scope, uploads, tell: RESULT, tmp_path / "importing")
    for call in (lambda: jobs.start(COMPOSER, [upload]), lambda: jobs.look(COMPOSER), lambda: jobs.cancel(COMPOSER),
                 lambda: jobs.run_now(COMPOSER, [upload]), lambda: list_refused_files(tmp_path, COMPOSER)):  # fmt: skip
        with pytest.raises(Refused):
            call()


class Registry:
    """Stands for the importer: refuses files by name, remembers the others."""

    def __init__(self, *broken: str) -> None:
        self.broken = set(broken)
        self.brought: list[list[str]] = []

    def bring_in(self, uploads: Sequence[Upload]) -> ImportResult:
        for upload in uploads:
            if upload.name in self.broken:
                raise BadInput("not_text", file=upload.name)
        self.brought.append([upload.name for upload in uploads])
        return RESULT


def test_files_that_stand_still_are_imported_as_one(tmp_path: Path) -> None:
    registry = Registry()
    inbox = Inbox(tmp_path, registry.bring_in, quiet_seconds=60)
    (tmp_path / "part1.csv").write_text("a", encoding="utf-8")
    (tmp_path / "part2.csv.part").write_text("still coming", encoding="utf-8")
    assert inbox.look("2026-11-25", 0) is None
    (tmp_path / "part2.csv.part").rename(tmp_path / "part2.csv")
    assert inbox.look("2026-11-25", 61) is None  # the second has just come
    (tmp_path / "part2.csv").write_text("and it grows", encoding="utf-8")
    assert inbox.look("2026-11-25", 100) is None
    assert inbox.look("2026-11-25", 161) == RESULT
    assert registry.brought == [["part1.csv", "part2.csv"]]
    assert sorted(path.name for path in (tmp_path / "done" / "2026-11-25").iterdir()) == [
        "part1.csv",
        "part2.csv",
    ]
    assert inbox.look("2026-11-25", 500) is None


def test_a_broken_file_is_put_aside_with_the_reason_and_the_others_go_in(
    tmp_path: Path, administrator: Scope
) -> None:
    registry = Registry("broken.csv")
    inbox = Inbox(tmp_path, registry.bring_in, quiet_seconds=0)
    for name in ("broken.csv", "good.csv"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert inbox.look("2026-11-25", 0) == RESULT
    assert registry.brought == [["good.csv"]]
    assert (tmp_path / "refused" / "broken.csv").read_text(encoding="utf-8") == "broken.csv"
    [(name, error)] = list_refused_files(tmp_path, administrator)
    assert (name, error.code, error.values) == ("broken.csv", "not_text", {"file": "broken.csv"})


@pytest.mark.parametrize(
    ("name", "kept"),
    [("x" * 251 + ".csv", "x" * 235 + ".csv"), ("न" * 83 + ".csv", "न" * 78 + ".csv"), ("x." + "y" * 253, "x." + "y" * 237)],
)  # fmt: skip
def test_a_broken_file_with_a_very_long_name_has_its_reason_beside_it(
    tmp_path: Path, administrator: Scope, name: str, kept: str
) -> None:
    inbox = Inbox(tmp_path, Registry(name).bring_in, quiet_seconds=0)
    for _ in range(2):
        (tmp_path / name).write_text("broken", encoding="utf-8")
        inbox.look("2026-11-25", 0)
    told = {one: error.code for one, error in list_refused_files(tmp_path, administrator)}
    assert (len(told), told[kept]) == (2, "not_text")


def test_a_refused_file_that_is_called_like_a_reason_is_none(tmp_path: Path, administrator: Scope) -> None:
    inbox = Inbox(tmp_path, Registry("x.csv.reason.json").bring_in, quiet_seconds=0)
    (tmp_path / "x.csv.reason.json").write_text("{}", encoding="utf-8")
    inbox.look("2026-11-25", 0)
    assert [name for name, _ in list_refused_files(tmp_path, administrator)] == ["x.csv.reason.json"]


def test_the_same_name_twice_loses_nothing(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path, Registry().bring_in, quiet_seconds=0)
    for text in ("monday", "tuesday"):
        (tmp_path / "export.csv").write_text(text, encoding="utf-8")
        inbox.look("2026-11-25", 0)
    kept = {
        path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "done" / "2026-11-25").iterdir()
    }
    assert kept == {"export.csv": "monday", "export-2.csv": "tuesday"}


def test_a_folder_is_taken_whole_and_its_broken_file_put_aside(tmp_path: Path) -> None:
    registry = Registry("june/broken.csv")
    inbox = Inbox(tmp_path, registry.bring_in, quiet_seconds=0)
    for name in ("june/1.csv", "june/broken.csv", "june/.hidden.csv", "july.part/1.csv", "2.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name, encoding="utf-8")
    assert inbox.look("2026-11-25", 0) == RESULT
    assert registry.brought == [["2.csv", "june/1.csv"]]
    assert (tmp_path / "refused" / "broken.csv").exists()
    assert inbox.look("2026-11-26", 1) is None


def test_a_file_without_an_account_column_does_not_hold_up_the_others(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "good.csv").write_text("ACCT_ID,DISCOM\n0000000013,MVVNL\n", encoding="utf-8")
    (folder / "letter.csv").write_text("NAME,MOBILE\nRAM,9415012346\n", encoding="utf-8")
    (folder / "twice.csv").write_text("ACCT_ID,ACCOUNT_NO\n1,2\n", encoding="utf-8")
    (folder / "empty.csv").touch()
    inbox = Inbox(
        folder,
        lambda uploads: import_exports(
            db, administrator, uploads, clock=clock, shared_threshold=6, refresh=refresh_cube
        ),
        quiet_seconds=0,
    )
    assert inbox.look("2026-11-25", 0) is not None
    refused = {name: error.code for name, error in list_refused_files(folder, administrator)}
    assert refused == {
        "letter.csv": "no_account_column",
        "twice.csv": "two_account_columns",
        "empty.csv": "file_empty",
    }


def test_a_file_that_grows_while_it_is_read_stays_where_it_is(tmp_path: Path) -> None:
    def run(uploads: Sequence[Upload]) -> ImportResult:
        raise BadInput("file_changed", file=uploads[0].name)

    (tmp_path / "export.csv").write_text("a", encoding="utf-8")
    with pytest.raises(BadInput, match="file_changed"):
        Inbox(tmp_path, run, quiet_seconds=0).look("2026-11-25", 0)
    assert (tmp_path / "export.csv").exists()
