"""Where printed briefs lie ready: `briefs/<day>/<office>_<language>.pdf` in the data folder, and the morning's round."""

import logging
import os
import re
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from dashboard.access.scope import Role, Scope
from dashboard.coverage.brief import make_brief
from dashboard.coverage.brief_press import print_brief
from dashboard.coverage.figures import coverage_of
from dashboard.errors import SetuError
from dashboard.registry.offices import TOP_CODE, get_office, list_at_level
from dashboard.store.clock import INDIA_OFFSET, Clock, india_day
from dashboard.store.database import Database

LANGUAGES: dict[str, tuple[str, ...]] = {"hi": ("hi",), "en": ("en",), "both": ("hi", "en")}
MORNING_LEVELS = ("state", "discom", "zone", "circle")
MORNING_LANGUAGES = ("hi", "en")
_TURN_SECONDS = 0.1  # of work at a time, that is about one brief a second: pages and sending go first
_EVERYONE = Scope("clock", Role.VIEWER, TOP_CODE, 1, 2_147_483_647)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadyBrief:
    """A printed brief and the moment (UTC) whose figures it shows."""

    path: Path
    made_at: datetime


def find_ready(
    db: Database, scope: Scope, folder: Path, office_code: str, language: str
) -> ReadyBrief | None:
    """Return the newest printed brief of an office of the scope, None where none lies ready."""
    office = get_office(db, scope, office_code)
    for day_folder in sorted(_list_days(folder), reverse=True):
        path = day_folder / _name_file(office.code, language)
        if path.exists():
            return ReadyBrief(path, _read_made_at(path))
    return None


def make_ready(
    db: Database, scope: Scope, folder: Path, office_code: str, language: str, clock: Clock
) -> ReadyBrief:
    """Print the brief of an office of the scope as of now and lay it ready in the place of this day's earlier one."""
    brief = make_brief(db, scope, office_code, clock)
    path = folder / brief.day.isoformat() / _name_file(brief.office.code, language)
    content = print_brief(brief, LANGUAGES[language])
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(f".{os.getpid()}-{time.monotonic_ns()}.part")
    half.write_bytes(content)
    seconds = brief.made_at.replace(tzinfo=UTC).timestamp()
    os.utime(half, (seconds, seconds))
    half.replace(path)
    return ReadyBrief(path, brief.made_at)


def name_download(office_code: str, made_at: datetime, language: str, suffix: str = ".pdf") -> str:
    """Return the name under which a brief is handed out: it carries the office and the day."""
    return f"brief_{_to_safe(office_code)}_{india_day(made_at):%Y-%m-%d}_{language}{suffix}"


class MorningRound:
    """Each day from 7 in India on: the briefs of every circle and above that this morning has not seen yet.

    What is missing is read from the folder: a round cut off, or missed while the machine slept, goes on at the next start.
    """

    def __init__(self, db: Database, folder: Path, clock: Clock, keep_days: int, hour: int = 7) -> None:
        self._db, self._folder, self._clock, self._keep_days, self._hour = db, folder, clock, keep_days, hour
        self._day: date | None = None
        self._waiting: list[tuple[str, str]] = []

    def work(self, seconds: float = _TURN_SECONDS) -> int:
        """Print waiting briefs for about so many seconds; return how many still wait."""
        if not self._begin_day():
            return 0
        until = time.monotonic() + seconds
        while self._waiting and time.monotonic() < until:
            self._print(*self._waiting.pop())
        return len(self._waiting)

    def _begin_day(self) -> bool:
        """Once a day, after the hour (in India) and with consumers to tell of: list what waits, and throw away what is too old."""
        local = self._clock() + INDIA_OFFSET
        if local.hour < self._hour:
            return False
        if self._day != local.date():
            if not _has_consumers(self._db):
                return False
            self._waiting = self._list_waiting(local)
            self._day = local.date()
            sweep(self._folder, self._day - timedelta(days=self._keep_days))
        return True

    def _list_waiting(self, local: datetime) -> list[tuple[str, str]]:
        """The state first, then downwards; taken from the end of the list."""
        opened_at = local.replace(hour=self._hour, minute=0, second=0, microsecond=0) - INDIA_OFFSET
        folder = self._folder / local.date().isoformat()
        waiting = [
            (office.code, language)
            for level in MORNING_LEVELS
            for office in list_at_level(self._db, _EVERYONE, TOP_CODE, level)
            for language in MORNING_LANGUAGES
            if _is_older(folder / _name_file(office.code, language), opened_at)
        ]
        return waiting[::-1]

    def _print(self, office_code: str, language: str) -> None:
        try:
            make_ready(self._db, _EVERYONE, self._folder, office_code, language, self._clock)
        except (SetuError, OSError) as error:  # one office's brief must not keep the others from being made
            _log.warning("the brief of %s was not made: %s", office_code, error)


def sweep(folder: Path, before: date) -> None:
    """Throw away the days before this one."""
    for day_folder in _list_days(folder):
        if date.fromisoformat(day_folder.name) < before:
            shutil.rmtree(day_folder, ignore_errors=True)


def _has_consumers(db: Database) -> bool:
    try:
        return coverage_of(db, _EVERYONE, TOP_CODE).consumers > 0
    except SetuError:  # no office tree yet
        return False


def _list_days(folder: Path) -> list[Path]:
    return [path for path in folder.glob("????-??-??") if path.is_dir() and _is_day(path.name)]


def _is_day(name: str) -> bool:
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return True


def _is_older(path: Path, moment: datetime) -> bool:
    return not path.exists() or _read_made_at(path) < moment


def _read_made_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)


def _name_file(office_code: str, language: str) -> str:
    return f"{_to_safe(office_code)}_{language}.pdf"


def _to_safe(office_code: str) -> str:
    """A code as part of a file name. Where letters had to go, a mark keeps two codes from sharing one name."""
    safe = re.sub(r"[^A-Za-z0-9-]+", "-", office_code)[:60]
    return safe if safe == office_code else f"{safe}-{sha256(office_code.encode()).hexdigest()[:8]}"
