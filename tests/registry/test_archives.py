"""A ZIP with many exports: each is read by itself, all go in as one import, or none."""

import gzip
import io
import os
import zipfile
from pathlib import Path

import pytest

from dashboard.access.scope import Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.errors import BadInput
from dashboard.registry import packed
from dashboard.registry.headers import shipped_headers
from dashboard.registry.import_jobs import Inbox, list_refused_files
from dashboard.registry.import_log import ImportResult
from dashboard.registry.importer import import_exports
from dashboard.registry.preview import preview_export
from dashboard.registry.sources import Upload, spread
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.registry.torture import HEADER, A, B, C, D, lines, row, xlsx

BOOK_ROWS, BOOK_REFUSED = 7, 2  # of torture.py's book


def export(*accounts: str) -> bytes:
    return lines(HEADER, *[row(account) for account in accounts]).encode()


def zipped(*members: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return content.getvalue()


PARTS = [
    ("june/", b""),
    ("READ ME.txt", b"38 parts, in two folders"),
    ("__MACOSX/june/._part.csv", b"x"),
    ("june/part.csv", export(A, B)),
    ("july/part.csv", export(C)),  # the same name in another folder
    ("../../part.csv.gz", gzip.compress(export(D))),
    ("july/book.xlsx", xlsx()),
    ("july/alone.zip", zipped(("report.csv", export("0000000039")))),
]
REPORTS = ["june/part.csv", "july/part.csv", "../../part.csv.gz", "july/book.xlsx", "july/alone.zip"]


@pytest.fixture
def parts(tmp_path: Path) -> Upload:
    path = tmp_path / "June.zip"
    path.write_bytes(zipped(*PARTS))
    return Upload(path, "June.zip")


def _import(db: Database, scope: Scope, clock: Clock, *uploads: Upload) -> ImportResult:
    return import_exports(db, scope, uploads, clock=clock, shared_threshold=6, refresh=refresh_cube)


def _accounts(db: Database) -> set[str]:
    with db.read() as cursor:
        return {account for (account,) in cursor.execute("SELECT account_no FROM consumer").fetchall()}


def test_all_reports_of_a_zip_go_in_as_one_import(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path, parts: Upload
) -> None:
    beside = tmp_path / "last.csv"
    beside.write_bytes(export("0000000047"))
    result = _import(db, administrator, clock, parts, Upload(beside, "last.csv"))
    assert [file.file_name for file in result.files] == [
        *(f"June.zip / {one}" for one in REPORTS),
        "last.csv",
    ]
    assert [file.usable for file in result.files] == [2, 1, 1, BOOK_ROWS, 1, 1]
    assert result.files[0].notes == {"passed_over": 1}
    assert result.rejected == BOOK_REFUSED
    assert _accounts(db) >= {A, B, C, D, "0000000039", "0000000047"}
    with db.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM import_run").fetchall() == [(1,)]
        [(refused_in, *_)] = cursor.execute("SELECT min(file_name) FROM rejected_row").fetchall()
    assert refused_in == "June.zip / july/book.xlsx › Gonda"
    assert [one.name for one in tmp_path.parent.glob("part*")] == []  # nothing lies outside of our own folder


def test_the_preview_shows_each_report_by_itself(administrator: Scope, parts: Upload) -> None:
    found = preview_export(administrator, parts, shipped_headers("export"))
    names = [one.name for one in found]
    assert names[:3] == [f"June.zip / {one}" for one in REPORTS[:3]]
    assert names[3] == "June.zip / july/book.xlsx › Lucknow"
    assert names[-1] == "June.zip / july/alone.zip"
    assert [found[0].notes, found[1].notes] == [{"passed_over": 1}, {}]


BROKEN = [
    ("letter.csv", b"NAME,MOBILE\nRAM,9415012346\n", "no_account_column"),
    ("empty.csv", b"", "file_empty"),
    ("cut.csv.gz", gzip.compress(export(C) * 50)[:-20], "packed_broken"),
    ("cut.xlsx", xlsx()[:-3000], "not_a_spreadsheet"),
    ("several.zip", zipped(("a.csv", export(A)), ("b.csv", export(B))), "packed_count"),
]


@pytest.mark.parametrize(("name", "content", "code"), BROKEN, ids=[name for name, *_ in BROKEN])
def test_one_broken_report_refuses_the_whole_import_by_its_name(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path, name: str, content: bytes, code: str
) -> None:
    path = tmp_path / "June.zip"
    path.write_bytes(zipped(("good.csv", export(A)), (name, content)))
    with pytest.raises(BadInput) as refusal:
        _import(db, administrator, clock, Upload(path, "June.zip"))
    assert (refusal.value.code, refusal.value.values["file"]) == (code, f"June.zip / {name}")
    assert _accounts(db) == set()


def _locked(content: bytes) -> bytes:
    """Say of the last member that it needs a password: bit 0 of its flags, in both of its headers."""
    found = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        found[found.rfind(mark) + place] |= 1
    return bytes(found)


def _damaged(content: bytes) -> bytes:
    """Alter a byte of what the second member says, stored as it is."""
    return content.replace(b"0000000021", b"0000000029")


def test_a_password_and_a_damaged_report_are_told_of_the_one_that_has_it(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("a.csv", export(A))
        archive.writestr("b.csv", export(B))
    path = tmp_path / "x.zip"
    for altered, code, name in (
        (_locked(content.getvalue()), "packed_locked", "x.zip / b.csv"),
        (_damaged(content.getvalue()), "packed_broken", "x.zip / b.csv"),
    ):
        path.write_bytes(altered)
        with pytest.raises(BadInput) as refusal:
            _import(db, administrator, clock, Upload(path, "x.zip"))
        assert (refusal.value.code, refusal.value.values["file"]) == (code, name)


def test_the_reports_of_a_zip_share_what_it_may_unpack_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "_HARMLESS", 1 << 20)
    path = tmp_path / "bomb.zip"
    bomb = gzip.compress(gzip.compress(bytes(8 << 20)))
    path.write_bytes(zipped(*[(f"{number}.gz", bomb) for number in range(20)]))
    members = packed.list_members(path, "bomb.zip")
    assert sum(member.most_bytes for member in members) <= max(1 << 20, 250 * path.stat().st_size)
    for number, member in enumerate(members):
        with pytest.raises(BadInput, match="packed_too_much"):
            packed.unpack(path, tmp_path / str(number), "bomb.zip", member=member)
    written = sum(one.stat().st_size for one in tmp_path.rglob("*") if one.is_file() and one != path)
    assert written <= 1 << 20


def test_far_too_many_reports_are_refused_before_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(zipped(*[(f"{number}.csv", b"x") for number in range(1_001)]))
    with pytest.raises(BadInput) as refusal:
        spread([Upload(path, "many.zip")])
    assert (refusal.value.code, refusal.value.values["count"]) == ("packed_many", 1_001)


def test_the_drop_folder_takes_a_zip_of_parts_and_puts_a_broken_one_aside_whole(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    folder = tmp_path / "inbox"
    (folder / "june").mkdir(parents=True)
    (folder / "june" / "good.zip").write_bytes(zipped(("1.csv", export(A)), ("2.csv", export(B))))
    (folder / "bad.zip").write_bytes(zipped(("1.csv", export(C)), ("2.csv", b"NAME\nRAM\n")))
    inbox = Inbox(folder, lambda uploads: _import(db, administrator, clock, *uploads), quiet_seconds=0)
    assert inbox.look("2026-11-25", 0) is not None
    assert _accounts(db) == {A, B}
    [(name, error)] = list_refused_files(folder, administrator)
    assert (name, error.code, error.values["file"]) == ("bad.zip", "no_account_column", "bad.zip / 2.csv")
    assert (folder / "done" / "2026-11-25" / "good.zip").exists()


def test_names_whose_bytes_are_no_utf8_keep_nothing_from_the_drop_folder(
    db: Database, administrator: Scope, clock: Clock, tmp_path: Path
) -> None:
    """An old share of Windows writes `é` as one byte."""
    folder = tmp_path / "inbox"
    for place, content in ((b"caf\xe9.csv", export(A)), (b"b\xe9\xe9.csv", b""), (b"d\xe9/p\xe9.zip", zipped(("1.csv", export(B)), ("2.csv", export(C))))):  # fmt: skip
        path = folder / os.fsdecode(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    inbox = Inbox(folder, lambda uploads: _import(db, administrator, clock, *uploads), quiet_seconds=0)
    result = inbox.look("2026-11-25", 0)
    assert result is not None
    assert [file.file_name for file in result.files] == ["caf_.csv", "d_/p_.zip / 1.csv", "d_/p_.zip / 2.csv"]
    assert _accounts(db) == {A, B, C}
    [(name, error)] = list_refused_files(folder, administrator)
    assert (name, error.code, error.values["file"]) == ("b__.csv", "file_empty", "b__.csv")
