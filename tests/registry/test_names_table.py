"""A table of Hindi office names among the exports is taken for what it is: as a file, in a ZIP, in the drop folder."""

import gzip
import zipfile
from pathlib import Path

import pytest

from dashboard.access.scope import Scope
from dashboard.config import Settings
from dashboard.registry.demo import OFFICE_NAMES_FILE, write_demo
from dashboard.registry.headers import shipped_headers
from dashboard.registry.import_jobs import Inbox, list_refused_files
from dashboard.registry.names_table import is_names_table, read_names
from dashboard.registry.preview import preview_export
from dashboard.registry.sources import Upload
from dashboard.runtime import Runtime
from dashboard.store.clock import Clock
from dashboard.store.database import Database

EXPORT = "ACCT_ID,NAME,MOBILE_NO,DISCOM,ZONE_CODE,CIRCLE_CODE,DIV_CODE\n0000000001,RAM,9415012345,MVVNL,Z1,C1,DIV000001\n"
NAMES = (
    "level,code,name,name_hi,district\ndivision,DIV000001,ONE,खंड एक,Gonda\ndivision,DIV000009,NINE,खंड नौ,\n"
)
DRESSES = [
    NAMES.encode(),
    NAMES.encode("utf-8-sig"),
    NAMES.encode("utf-16"),
    NAMES.replace(",", ";").encode(),
    NAMES.replace(",", "\t").replace("\n", "\r\n").encode("utf-16"),
    NAMES.replace("level,code", '"LEVEL","Code"').replace("name_hi", "NAME HI").encode(),
    NAMES.replace("Gonda", '"Gonda"').replace("नौ,\n", "नौ\n").encode(),  # a cell is lacking at the end
]
OTHERS = [
    EXPORT.encode(),
    b"",
    b"level,code\nx,y\n",
    EXPORT.replace("NAME,", "level,code,name_hi,").encode("cp1252"),  # nothing but a header makes it one
]


@pytest.fixture
def rt(db: Database, clock: Clock, tmp_path: Path) -> Runtime:
    return Runtime(Settings(data_dir=tmp_path / "data"), db, clock)


def _keep(folder: Path, name: str, content: bytes) -> Upload:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return Upload(folder / name, name)


def _zip(folder: Path, *members: tuple[str, bytes]) -> Upload:
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "june.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return Upload(folder / "june.zip", "june.zip")


def _names(db: Database) -> list[tuple[str, str]]:
    with db.read() as cursor:
        return cursor.execute("SELECT code, name_hi FROM office WHERE level = 'division'").fetchall()


@pytest.mark.parametrize("content", DRESSES)
def test_a_table_of_names_is_known_by_its_header_and_read(tmp_path: Path, content: bytes) -> None:
    upload = _keep(tmp_path, "anything.csv", content)
    assert is_names_table(upload.path)
    found = [(one.level, one.code, one.name_hi, one.district) for one in read_names(upload.path, upload.name)]
    assert found == [("division", "DIV000001", "खंड एक", "Gonda"), ("division", "DIV000009", "खंड नौ", "")]


@pytest.mark.parametrize("content", [*OTHERS[:3], gzip.compress(OTHERS[0])])
def test_what_is_something_else_is_no_table_of_names(tmp_path: Path, content: bytes) -> None:
    assert not is_names_table(_keep(tmp_path, OFFICE_NAMES_FILE, content).path)


def test_an_account_column_makes_a_file_an_export_whatever_else_it_has(tmp_path: Path) -> None:
    assert not is_names_table(_keep(tmp_path, "export.csv", OTHERS[3]).path)


@pytest.mark.parametrize("is_zip", [False, True])
def test_names_that_come_with_an_export_are_set_after_it(
    rt: Runtime, administrator: Scope, tmp_path: Path, is_zip: bool
) -> None:
    files = [("a_names.csv", NAMES.encode()), ("export.csv", EXPORT.encode())]
    uploads = [_zip(tmp_path / "in", *files)] if is_zip else [_keep(tmp_path / "in", *file) for file in files]
    result = rt.bring_in(administrator, uploads, lambda share, step: None)
    assert (result.accepted, result.rejected) == (1, 0)
    assert _names(rt.db) == [("DIV000001", "खंड एक")]
    assert [(file.file_name.removeprefix("june.zip / "), file.notes) for file in result.files] == [
        ("export.csv", {}),
        ("a_names.csv", {"office_names": 1, "office_names_unknown": 1}),
    ]


def test_names_alone_change_names_and_make_no_import(
    rt: Runtime, administrator: Scope, tmp_path: Path
) -> None:
    nothing = lambda share, step: None  # noqa: E731
    rt.bring_in(administrator, [_keep(tmp_path / "in", "export.csv", EXPORT.encode())], nothing)
    result = rt.bring_in(administrator, [_keep(tmp_path / "in", "hi.csv", NAMES.encode())], nothing)
    assert (result.rows, result.files[0].notes["office_names"]) == (0, 1)
    assert _names(rt.db) == [("DIV000001", "खंड एक")]
    with rt.db.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM import_run").fetchall() == [(1,)]
        assert cursor.execute("SELECT count(*) FROM consumer").fetchall() == [(1,)]


def test_the_preview_says_what_a_table_of_names_is(administrator: Scope, tmp_path: Path) -> None:
    zipped = _zip(
        tmp_path / "in", ("a_hi.csv", NAMES.encode()), ("export.csv", EXPORT.encode()), ("READ.txt", b"x")
    )
    export, names = preview_export(administrator, zipped, shipped_headers("export"))
    assert (export.usable, export.notes) == (1, {})
    assert (names.name, names.usable, names.notes) == (
        "june.zip / a_hi.csv",
        2,
        {"passed_over": 1, "names_table": 1},
    )


def test_the_whole_folder_of_a_demonstration_goes_in_from_the_drop_folder(
    rt: Runtime, administrator: Scope, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox"
    write_demo(300, 5, folder / "june")
    inbox = Inbox(
        folder,
        lambda uploads: rt.bring_in(administrator, uploads, lambda share, step: None),
        quiet_seconds=0,
    )
    result = inbox.look("2026-11-25", 0)
    assert result is not None
    assert result.accepted == 300
    assert list_refused_files(folder, administrator) == []
    assert (folder / "done" / "2026-11-25" / OFFICE_NAMES_FILE).is_file()
    assert all(name for _, name in _names(rt.db))
