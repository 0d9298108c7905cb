"""Reports that come packed: a .gz, or a ZIP of one or several of them."""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from dashboard.errors import BadInput
from dashboard.store.disk import is_full, is_machine_fault

_BOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".ods")
_REPORT_SUFFIXES = (*_BOOK_SUFFIXES, ".xls", ".xml", ".csv", ".tsv", ".gz", ".zip")
_BOOK_PARTS = {"[Content_Types].xml", "content.xml", "xl/workbook.xml"}
_OTHER_PACKERS = (
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x28\xb5\x2f\xfd",
)  # of bzip2, xz, 7-Zip, RAR, zstd
_TAR_MARK, _TAR_MARK_AT = b"ustar", 257
_CHUNK = 1 << 22
_LEAST_FREE = 1 << 30  # bytes of the disk that stay free
_MOST_TIMES = 250  # as large as it lies packed, is nothing that a report could be …
_HARMLESS = 1 << 28  # … beyond so many bytes
LIST_BYTES = 1 << 28  # of a packed list that is read into memory as a whole
_DEEPEST = 3  # a .gz in a ZIP is known; what is packed more often is no report
_MOST_MEMBERS = 1_000  # reports in a ZIP


@dataclass(frozen=True)
class Member:
    """One of the reports in a ZIP: it may unpack to `most_bytes`, its part of what the whole ZIP may."""

    info: zipfile.ZipInfo
    most_bytes: int
    passed_over: int = 0  # files of the ZIP that are no reports, told with its first one

    @property
    def name(self) -> str:
        return self.info.filename.replace("\\", "/")


def list_members(path: Path, name: str) -> list[Member]:
    """Return the reports in a ZIP in its order; none where the file is no ZIP.

    Raises BadInput("packed_broken"), ("packed_many") for more than a thousand reports, ("packed_count") for none.
    """
    if not _is_zip(path):
        return []
    with _open_zip(path, name) as archive:
        files, reports = _find_reports(archive)
    if not reports:
        raise BadInput("packed_count", file=name, count=0)
    if len(reports) > _MOST_MEMBERS:
        raise BadInput("packed_many", file=name, count=len(reports), most=_MOST_MEMBERS)
    most, packed = _most_of(path), sum(one.compress_size for one in reports) or 1
    passed_over = len(files) - len(reports)
    return [
        Member(one, most * one.compress_size // packed, 0 if place else passed_over)
        for place, one in enumerate(reports)
    ]


def unpack(
    path: Path, folder: Path, name: str, most_bytes: int | None = None, member: Member | None = None
) -> Path:
    """Return where the report lies unpacked: a file in `folder`, or the path itself where it is not packed and has a name that DuckDB can read.

    Of a ZIP the `member`; where none is given it must hold exactly one report. Raises BadInput("packed_broken") for one that was cut off or damaged, ("packed_locked") for a password,
    ("packed_unknown") for a kind of packing that is none of ours, ("packed_count") for a ZIP with no report or several, ("packed_too_large") where the disk would fill up,
    ("packed_too_much") for what is no report: more than `most_bytes`, or very much more than lies packed.
    """
    most = min(most_bytes or 1 << 62, member.most_bytes if member else _most_of(path))
    for depth in range(_DEEPEST):
        target = folder / f"unpacked_{depth}" / _inner_name(path)
        if _is_gzip(path):
            _unpack_gzip(path, target, name, most)
        elif _is_zip(path):
            target = _unpack_zip(path, target.parent, name, most, None if depth else member)
        elif _is_otherwise_packed(path):
            raise BadInput("packed_unknown", file=name)
        else:
            return _plainly_named(path, folder)
        path = target
    raise BadInput("packed_count", file=name, count=0)


def read_start(path: Path, member: Member | None = None, count: int = 1024) -> bytes:
    """Return the first bytes of a file, or of a report in a ZIP; none of what cannot be unpacked."""
    if member is None:
        with path.open("rb") as file:
            return file.read(count)
    try:
        with zipfile.ZipFile(path) as archive, archive.open(member.info) as source:
            return source.read(count)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError):
        return b""  # said where it is read whole


def _plainly_named(path: Path, folder: Path) -> Path:
    """Return the path, or a link to it under a name that says nothing wrong.

    A name whose bytes are no UTF-8 comes from an old share of Windows; a book of one kind that is called another kind is read by its name.
    """
    name = readable(path.name)
    if _is_misnamed(path):
        name += ".book"
    if name == path.name and readable(str(path)) == str(path):
        return path
    link = folder / "named" / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(path.resolve())
    return link


def _is_misnamed(path: Path) -> bool:
    suffix = path.suffix.lower()
    is_new, is_old = _starts_with(path, b"PK"), _starts_with(path, b"\xd0\xcf\x11\xe0")
    return (is_new and suffix == ".xls") or (is_old and suffix in _BOOK_SUFFIXES)


def readable(name: str) -> str:
    """Return a file's name as text: bytes of it that are no UTF-8 are `_`."""
    return "".join("_" if "\ud800" <= sign <= "\udfff" else sign for sign in name)


@contextmanager
def unpacked(
    path: Path, name: str, most_bytes: int | None = None, member: Member | None = None
) -> Iterator[Path]:
    """Have a report unpacked for a while. Raises as `unpack`."""
    with TemporaryDirectory(prefix="setu-unpacked-") as folder:
        yield unpack(path, Path(folder), name, most_bytes, member)


def _most_of(path: Path) -> int:
    return max(_HARMLESS, _MOST_TIMES * path.stat().st_size)


def _inner_name(path: Path) -> str:
    return path.name[:-3] if path.suffix.lower() == ".gz" else path.name


def _starts_with(path: Path, *marks: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(4).startswith(marks)


def _is_gzip(path: Path) -> bool:
    return _starts_with(path, b"\x1f\x8b")


def _is_zip(path: Path) -> bool:
    return _starts_with(path, b"PK\x03\x04", b"PK\x05\x06") and not _is_book(path)


def _is_otherwise_packed(path: Path) -> bool:
    start = read_start(path)
    return start.startswith(_OTHER_PACKERS) or start[_TAR_MARK_AT:].startswith(_TAR_MARK)


def _is_book(path: Path) -> bool:
    """A ZIP that is a spreadsheet, or is called one: what is wrong with it is then said of a spreadsheet."""
    if path.suffix.lower() in _BOOK_SUFFIXES:
        return True
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(_BOOK_PARTS & set(archive.namelist()))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _unpack_gzip(path: Path, target: Path, name: str, most: int) -> None:
    try:
        with gzip.open(path) as source:
            _copy(source, target, name, most)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadInput("packed_broken", file=name) from error


@contextmanager
def _open_zip(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        if is_machine_fault(error):
            raise
        raise BadInput("packed_broken", file=name) from error


def _unpack_zip(path: Path, folder: Path, name: str, most: int, member: Member | None) -> Path:
    with _open_zip(path, name) as archive:
        reports = [member.info] if member else _find_reports(archive)[1]
        if len(reports) != 1:
            raise BadInput("packed_count", file=name, count=len(reports))
        if reports[0].flag_bits & 1:
            raise BadInput("packed_locked", file=name)
        target = folder / (Path(reports[0].filename.replace("\\", "/")).name[-100:] or "report")
        with archive.open(reports[0]) as source:
            _copy(source, target, name, most)
    return target


def _find_reports(archive: zipfile.ZipFile) -> tuple[list[zipfile.ZipInfo], list[zipfile.ZipInfo]]:
    """Return the files in a ZIP, and the reports among them: a READ_ME.txt is none where anything else is."""
    files = [one for one in archive.infolist() if _is_file(one)]
    return files, [one for one in files if _suffix(one) in _REPORT_SUFFIXES] or files


def _suffix(member: zipfile.ZipInfo) -> str:
    return Path(member.filename).suffix.lower()


def _is_file(member: zipfile.ZipInfo) -> bool:
    """Leave out folders, what a Mac puts beside files and the marks of open documents."""
    return not (
        member.is_dir()
        or member.filename.startswith("__MACOSX/")
        or Path(member.filename).name.startswith((".", "~"))
    )


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, name: str, most: int) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("wb") as file:
            while chunk := source.read(_CHUNK):
                most -= len(chunk)
                if most < 0:
                    raise BadInput("packed_too_much", file=name)
                if shutil.disk_usage(target.parent).free < _LEAST_FREE + len(chunk):
                    raise BadInput("packed_too_large", file=name)
                file.write(chunk)
    except OSError as error:  # somebody else filled the disk in between
        if is_full(error):
            raise BadInput("packed_too_large", file=name) from error
        raise
