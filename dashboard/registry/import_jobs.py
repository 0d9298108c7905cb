"""Imports beside the pages: one at a time on a thread of its own, seen and cancelled from any page; and the drop folder."""

import json
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dashboard.access.scope import Scope
from dashboard.errors import BadInput, IllegalChange, Refused, SetuError, Unavailable
from dashboard.registry.import_log import ImportResult, require_whole_state
from dashboard.registry.import_work import Progress
from dashboard.registry.packed import readable
from dashboard.registry.sources import Upload, is_of

_OWN_FOLDERS = ("done", "refused")
_NO_FAULT_OF_THE_FILE = ("file_changed", "packed_too_large")  # it waits where it is
_log = logging.getLogger(__name__)
_REASON = ".reason.json"
_LONGEST_NAME = 255 - len(_REASON) - 4  # bytes: a disk's limit, less what is added to a name
_LONGEST_SUFFIX = 10  # characters; what is longer is no kind of file
_EARLY = 0.03  # share below which no time left is told

Run = Callable[[Scope, Sequence[Upload], Progress], ImportResult]


class ImportCancelled(Refused):
    """A person gave the import up; where the application ends in the middle it is Unavailable("database_closed") instead."""

    def __init__(self) -> None:
        super().__init__("import_cancelled")


@dataclass(frozen=True)
class ImportJob:
    """An import as it stands: `share` 0 to 1, times in seconds; `result` or `error` once it has ended."""

    names: tuple[str, ...]
    username: str
    step: str = "read"
    share: float = 0.0
    elapsed: float = 0.0
    result: ImportResult | None = None
    error: SetuError | None = None

    @property
    def is_running(self) -> bool:
        return self.result is None and self.error is None

    @property
    def seconds_left(self) -> float | None:
        """What is left at the pace so far; None while there is no telling."""
        return self.elapsed * (1 - self.share) / self.share if self.share > _EARLY else None


class ImportJobs:
    """The import under way, if there is one, and how the last one ended."""

    def __init__(self, run: Run, folder: Path) -> None:
        self._run, self._folder = run, folder
        self._job: ImportJob | None = None
        self._given_up: SetuError | None = None  # why the one under way is to end
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self, scope: Scope, uploads: Sequence[Upload]) -> None:
        """Take the files over and import them in the background. Raises Unavailable("import_running"), Refused."""
        self._begin(scope, uploads)
        kept = self._take_over(uploads)
        self._thread = threading.Thread(target=self._work, args=(scope, kept), name="import", daemon=True)
        self._thread.start()

    def run_now(self, scope: Scope, uploads: Sequence[Upload]) -> ImportResult:
        """Import files where they lie and wait for the end. Raises as `import_exports`."""
        self._begin(scope, uploads)
        self._work(scope, uploads)
        assert self._job is not None
        if self._job.result is None:
            raise self._job.error or Unavailable("import_failed")
        return self._job.result

    def _begin(self, scope: Scope, uploads: Sequence[Upload]) -> None:
        require_whole_state(scope)
        with self._lock:
            if self._job is not None and self._job.is_running:
                raise Unavailable("import_running")
            self._job = ImportJob(tuple(upload.name for upload in uploads), scope.username)
            self._given_up = None

    def look(self, scope: Scope) -> ImportJob | None:
        """Return the import under way or the last one. Needs Right.IMPORT over the whole state."""
        require_whole_state(scope)
        return self._job

    def cancel(self, scope: Scope) -> None:
        """Give the import up; the registry stays as it was. Raises IllegalChange("import_over") where none runs."""
        require_whole_state(scope)
        if self._job is None or not self._job.is_running:
            raise IllegalChange("import_over")
        self._given_up = ImportCancelled()

    def stop(self) -> None:
        """Give up what runs, since the application ends, and wait for its end."""
        self._given_up = Unavailable("database_closed")
        if self._thread is not None:
            self._thread.join()

    def _take_over(self, uploads: Sequence[Upload]) -> list[Upload]:
        """Move the files to a place of ours: the session that brought them may end before the import does."""
        shutil.rmtree(self._folder, ignore_errors=True)
        kept = []
        for place, upload in enumerate(uploads):
            path = self._folder / str(place) / upload.path.name
            path.parent.mkdir(parents=True)
            shutil.move(upload.path, path)
            kept.append(Upload(path, upload.name))
        return kept

    def _work(self, scope: Scope, uploads: Sequence[Upload]) -> None:
        began = time.monotonic()

        def tell(share: float, step: str) -> None:
            if self._given_up is not None and step != "done":
                raise self._given_up
            self._change(step=step, share=share, elapsed=time.monotonic() - began)

        try:
            result = self._run(scope, uploads, tell)
            self._change(result=result)
        except SetuError as error:
            self._change(error=error)
        except Exception:  # noqa: BLE001 - the thread's last line: logged in full, told in one sentence
            _log.exception("an import failed")
            self._change(error=Unavailable("import_failed"))
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _change(self, **changes: object) -> None:
        assert self._job is not None
        self._job = replace(self._job, **changes)  # type: ignore[arg-type]


class Inbox:
    """The drop folder: complete files that lie there are imported by themselves, as one export.

    What came in is moved to `done/`, what cannot be read or was cancelled to `refused/` beside a text that says why.
    """

    def __init__(
        self, folder: Path, run: Callable[[Sequence[Upload]], ImportResult], quiet_seconds: float
    ) -> None:
        self._folder, self._run, self._quiet_seconds = folder, run, quiet_seconds
        self._seen: dict[Path, tuple[int, float]] = {}  # size, and since when it has been that

    def look(self, stamp: str, now: float) -> ImportResult | None:
        """Import what lies ready, in folders too; `stamp` names the day in `done/`, `now` are seconds of a clock that does not jump.

        A file is complete once its size has stood still for the quiet time; nothing goes in while one of them grows.
        Raises SetuError where the import fails for another reason than one of the files; it is tried again then.
        """
        paths = self._list_files()
        self._seen = {path: self._since(path, now) for path in paths}
        if not paths or any(now - since < self._quiet_seconds for _, since in self._seen.values()):
            return None
        return self._import(paths, stamp)

    def _list_files(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(
            path for path in self._folder.rglob("*")
            if path.is_file() and not self._is_none_of_ours(path.relative_to(self._folder).parts)
        )  # fmt: skip

    def _is_none_of_ours(self, parts: tuple[str, ...]) -> bool:
        """What is done, refused, hidden or still on its way."""
        return (
            (len(parts) > 1 and parts[0] in _OWN_FOLDERS)
            or any(part.startswith((".", "~", "__MACOSX")) for part in parts)
            or any(part.lower().endswith((".part", ".tmp")) for part in parts)
        )

    def _since(self, path: Path, now: float) -> tuple[int, float]:
        size = path.stat().st_size
        known = self._seen.get(path)
        return known if known and known[0] == size else (size, now)

    def _import(self, paths: Sequence[Path], stamp: str) -> ImportResult | None:
        """Import the files as one; one that cannot be read is put aside and the others go in."""
        uploads = [Upload(path, str(path.relative_to(self._folder))) for path in paths]
        waiting = {upload.name: upload.path for upload in uploads}
        while waiting:
            try:
                result = self._run([Upload(path, name) for name, path in waiting.items()])
            except ImportCancelled:  # else it would begin anew with the next look
                for path in waiting.values():
                    self._put_aside(path, Refused("inbox_cancelled"))
                return None
            except SetuError as error:
                told = str(error.values.get("file"))
                broken = next((name for name in waiting if is_of(told, name)), None)
                if broken is None or error.code in _NO_FAULT_OF_THE_FILE:
                    raise
                self._put_aside(waiting.pop(broken), error)
                continue
            for path in waiting.values():
                self._move_into(path, self._folder / "done" / stamp)
            return result
        return None

    def _put_aside(self, path: Path, error: SetuError) -> None:
        _log.warning("the inbox refused a file: %s", error.code)
        moved = self._move_into(path, self._folder / "refused")
        reason = {"code": error.code, "values": error.values}
        moved.with_name(moved.name + _REASON).write_text(json.dumps(reason, default=str), encoding="utf-8")

    def _move_into(self, path: Path, folder: Path) -> Path:
        """Move a file; where the name is taken a number is added: nothing that came in is lost. Folders that are empty then go."""
        folder.mkdir(parents=True, exist_ok=True)
        stem, suffix = _shorten(path)
        target, number = folder / f"{stem}{suffix}", 1
        while target.exists() or target.with_name(target.name + _REASON).exists():
            number += 1
            target = folder / f"{stem}-{number}{suffix}"
        shutil.move(path, target)
        above = path.parent
        while above != self._folder and not any(above.iterdir()):
            above.rmdir()
            above = above.parent
        return target


def _shorten(path: Path) -> tuple[str, str]:
    """Return a file's name and suffix, the name cut where the reason's name beside it would be longer than a disk takes."""
    if len(os.fsencode(path.name)) <= _LONGEST_NAME:
        return path.stem, path.suffix
    suffix = path.suffix if len(path.suffix) < _LONGEST_SUFFIX else ""
    name = os.fsencode(path.name.removesuffix(suffix))[: _LONGEST_NAME - len(os.fsencode(suffix))]
    return name.decode(errors="ignore"), suffix


def list_refused_files(folder: Path, scope: Scope) -> list[tuple[str, SetuError]]:
    """Return the files that the drop folder put aside, newest first, with the reason. Needs Right.IMPORT over the whole state."""
    require_whole_state(scope)
    reasons = sorted(
        (folder / "refused").glob(f"*{_REASON}"), key=lambda path: path.stat().st_mtime, reverse=True
    )
    found: list[tuple[str, SetuError]] = []
    for path in reasons:
        if not path.with_name(path.name.removesuffix(_REASON)).exists():
            continue  # taken out again, or a file that is only called so
        reason = json.loads(path.read_text(encoding="utf-8"))
        found.append(
            (readable(path.name).removesuffix(_REASON), BadInput(reason["code"], **reason["values"]))
        )
    return found
