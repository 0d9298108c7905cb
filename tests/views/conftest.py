"""The pages on a real temporary registry: the sample reports, the camp's opt-ins, one person a role."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import runtime
from dashboard.access.scope import Role, Scope
from dashboard.access.users import add_user
from dashboard.config import PROJECT_DIR, Settings
from dashboard.coverage.cube import refresh_cube
from dashboard.enrolment.consent_file import import_consents
from dashboard.registry.importer import import_exports
from dashboard.registry.sources import Upload
from dashboard.runtime import Runtime
from dashboard.store.database import open_database
from tests.conftest import NOON, SAMPLES, open_copy

PASSWORD = "correct-horse-battery"
REPORTS = ("billed_2026-06_gomti_nagar.csv", "unbilled_2026-06_gonda.csv", "master_2026-06_kanpur.xlsx")
OPT_INS = "optins_2026-06_camp.csv"
DIVISION, CIRCLE, OTHER_DIVISION = "DIV399901", "LKO11", "DIV399902"
PEOPLE = {
    "minister": (Role.VIEWER, "UP"),
    "ee": (Role.COMPOSER, DIVISION),
    "se": (Role.APPROVER, CIRCLE),
    "admin": (Role.ADMINISTRATOR, "UP"),
}
Opener = Callable[..., AppTest]


@pytest.fixture(scope="session")
def filled_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One registry with the samples in it; every test works on a copy."""
    path = tmp_path_factory.mktemp("registry") / "setu.duckdb"
    db = open_database(path, memory_limit="1GB", threads=2)
    admin = Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647)
    uploads = [Upload(SAMPLES / name, name) for name in REPORTS]
    import_exports(db, admin, uploads, clock=lambda: NOON, shared_threshold=6, refresh=refresh_cube)
    import_consents(db, admin, SAMPLES / OPT_INS, lambda: NOON, refresh=refresh_cube)
    for username, (role, office_code) in PEOPLE.items():
        add_user(
            db, lambda: NOON - timedelta(days=1), username=username, full_name=username, role=role, office_code=office_code,
            password=PASSWORD, language="en", by=None,
        )  # fmt: skip
    db.close()
    return path


@pytest.fixture
def rt(filled_registry: Path, tmp_path: Path) -> Iterator[Runtime]:
    """An installation on a copy of the filled registry, without sender and sandbox."""
    yield from _run(filled_registry, tmp_path)


@pytest.fixture
def empty_rt(empty_file: Path, tmp_path: Path) -> Iterator[Runtime]:
    """An installation into which nothing has come yet, with its first administrator."""
    for running in _run(empty_file, tmp_path):
        add_user(
            running.db, running.clock, username="admin", full_name="admin", role=Role.ADMINISTRATOR, office_code="UP",
            password=PASSWORD, language="en", by=None,
        )  # fmt: skip
        yield running


def _run(made: Path, folder: Path) -> Iterator[Runtime]:
    with open_copy(made, folder / "setu.duckdb") as db:
        running = Runtime(Settings(data_dir=folder), db, lambda: NOON)
        runtime.install(running)
        yield running
        runtime.install(None)


@pytest.fixture
def open_app() -> AppTest:
    """The application as it meets someone who is signed out."""
    return AppTest.from_file(str(PROJECT_DIR / "dashboard" / "main.py"), default_timeout=120)


@pytest.fixture
def open_page(open_app: AppTest) -> Opener:
    """Open a page as a signed-in person: `open_page("missing", "ee", office=…)`."""

    def open_as(page: str, username: str, **query: str) -> AppTest:
        app = open_app
        app.session_state["authentication_status"] = True
        app.session_state["username"] = username
        app.session_state["session_began_at"] = NOON
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        if page != "coverage":
            app.switch_page(f"views/{page}.py")
            for name, value in query.items():
                app.query_params[name] = value
            app.run()
        return app

    return open_as
