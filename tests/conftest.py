"""What tests share: a real temporary DuckDB, a clock that stands, people with their scopes."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import bcrypt
import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.notices.templates import remember
from dashboard.registry.importer import import_exports
from dashboard.registry.offices import find_office
from dashboard.registry.sources import Upload
from dashboard.store.database import Database, open_database

NOON = datetime(2026, 11, 24, 6, 30)  # noon in India
SLOW_SALT = bcrypt.gensalt
SAMPLES = Path(__file__).parent / "samples"
_LONGEST = (
    "tests/browser/", "tests/delivery/test_crash.py", "tests/commands/test_cli.py", "tests/notices/test_lifecycle.py",
    "tests/registry/test_importer.py", "tests/coverage/test_figures.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: of several workers none then waits minutes for another's last file."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new installation's file, migrated once; tests work on copies. `tests/store` migrates for itself."""
    path = tmp_path_factory.mktemp("empty") / "setu.duckdb"
    open_database(path, memory_limit="1GB", threads=2).close()
    return path


@pytest.fixture
def db(empty_file: Path, tmp_path: Path) -> Iterator[Database]:
    with open_copy(empty_file, tmp_path / "setu.duckdb") as database:
        yield database


@contextmanager
def open_copy(made: Path, path: Path) -> Iterator[Database]:
    """Lend a copy of a file that is closed."""
    shutil.copy(made, path)
    with closing(open_database(path, memory_limit="1GB", threads=2)) as database:
        yield database


@pytest.fixture(scope="session")
def make_registry(
    empty_file: Path, administrator: Scope, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Import exports (files, or texts of one each) into a new file and close it: made once, tests work on copies."""

    def make(*exports: Path | str) -> Path:
        folder = tmp_path_factory.mktemp("registry")
        uploads = []
        for place, export in enumerate(exports):
            path = export if isinstance(export, Path) else folder / f"export_{place}.csv"
            if isinstance(export, str):
                path.write_text(export, encoding="utf-8")
            uploads.append(Upload(path, path.name))
        with open_copy(empty_file, folder / "made.duckdb") as db:
            import_exports(
                db, administrator, uploads, clock=lambda: NOON, shared_threshold=6, refresh=refresh_cube
            )
        return folder / "made.duckdb"

    return make


@pytest.fixture(autouse=True)
def no_written_templates() -> Iterator[None]:
    """A process knows one installation's templates: no test leaves its own to the next."""
    yield
    remember([])


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Passwords are hashed as elsewhere, only with fewer rounds; what they cost is tried in `tests/access/test_sign_in.py`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bcrypt, "gensalt", lambda rounds: SLOW_SALT(4))
        yield


@pytest.fixture(scope="session")
def clock() -> Callable[[], datetime]:
    return lambda: NOON


@pytest.fixture(scope="session")
def administrator() -> Scope:
    """The administrator of an installation that holds nothing yet: the whole state, whatever it will hold."""
    return Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647)


def scope_of(db: Database, role: Role, office_code: str, username: str = "someone") -> Scope:
    with db.read() as cursor:
        office = find_office(cursor, office_code)
    return Scope(username, role, office_code, office.office_no, office.last_no)


def seat(db: Database, scope: Scope, mobile: int | None = None) -> Scope:
    """Give a person the account whose approvals count; return the scope."""
    row = [scope.username, scope.username, scope.role.value, scope.office_code, "-", mobile, "en", NOON, NOON]
    db.write(
        lambda cursor: cursor.execute("INSERT INTO app_user VALUES (?, ?, ?, ?, ?, ?, ?, true, 0, NULL, ?, ?)", row)
    )  # fmt: skip
    return scope
