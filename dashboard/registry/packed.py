"""Reports that come packed: a .gz, or a ZIP that holds one of them."""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from dashboard.errors import BadInput
from dashboard.store.disk import is_full, is_machine_fault

_BOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".ods")
_REPORT_SUFFIXES = (*_BOOK_SUFFIXES, ".xls", ".csv", ".tsv", ".gz", ".zip")
_BOOK_PARTS = {"[Content_Types].xml", "content.xml", "xl/workbook.xml"}
_CHUNK = 1 << 22
_LEAST_FREE = 1 << 30  # bytes of the disk that stay free
_MOST_TIMES = 250  # as large as it lies packed, is nothing that a report could be …
_HARMLESS = 1 << 28  # … beyond so many bytes
LIST_BYTES = 1 << 28  # of a packed list that is read into memory as a whole
_DEEPEST = 3  # a .gz in a ZIP is known; what is packed more often is no report


def unpack(path: Path, folder: Path, name: str, most_bytes: int | None = None) -> Path:
    """Return where the report lies unpacked: a file in `folder`, or the path itself where it is not packed.

    Raises BadInput("packed_broken") for one that was cut off or damaged, ("packed_locked") for a password,
    ("packed_count") for a ZIP with no report or several, ("packed_too_large") where the disk would fill up,
    ("packed_too_much") for what is no report: more than `most_bytes`, or very much more than lies packed.
    """
    most = min(most_bytes or 1 << 62, max(_HARMLESS, _MOST_TIMES * path.stat().st_size))
    for depth in range(_DEEPEST):
        with path.open("rb") as file:
            start = file.read(4)
        target = folder / f"unpacked_{depth}" / _inner_name(path)
        if start[:2] == b"\x1f\x8b":
            _unpack_gzip(path, target, name, most)
        elif start in (b"PK\x03\x04", b"PK\x05\x06") and not _is_book(path):
            target = _unpack_zip(path, target.parent, name, most)
        else:
            return path
        path = target
    raise BadInput("packed_count", file=name, count=0)


@contextmanager
def unpacked(path: Path, name: str, most_bytes: int | None = None) -> Iterator[Path]:
    """Have a report unpacked for a while. Raises as `unpack`."""
    with TemporaryDirectory(prefix="setu-unpacked-") as folder:
        yield unpack(path, Path(folder), name, most_bytes)


def _inner_name(path: Path) -> str:
    return path.name[:-3] if path.suffix.lower() == ".gz" else path.name


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


def _unpack_zip(path: Path, folder: Path, name: str, most: int) -> Path:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if _is_report(one)]
            members = [
                one for one in members if _suffix(one) in _REPORT_SUFFIXES
            ] or members  # no READ_ME.txt
            if len(members) != 1:
                raise BadInput("packed_count", file=name, count=len(members))
            if members[0].flag_bits & 1:
                raise BadInput("packed_locked", file=name)
            target = folder / (Path(members[0].filename.replace("\\", "/")).name[-100:] or "report")
            with archive.open(members[0]) as source:
                _copy(source, target, name, most)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        if is_machine_fault(error):
            raise
        raise BadInput("packed_broken", file=name) from error
    return target


def _suffix(member: zipfile.ZipInfo) -> str:
    return Path(member.filename).suffix.lower()


def _is_report(member: zipfile.ZipInfo) -> bool:
    """Leave out folders and what a Mac puts beside files."""
    return not (
        member.is_dir()
        or member.filename.startswith("__MACOSX/")
        or Path(member.filename).name.startswith(".")
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
