"""What the tests of scopes are tried on: two divisions, with one of everything in the first."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from dashboard.access import users
from dashboard.access.scope import Right, Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.delivery import platform
from dashboard.delivery.news import PHONE_QUALITY, read_news
from dashboard.enrolment import cases, corrections
from dashboard.notices import (
    freezing,
    inbox,
    outage,
)
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.registry import (
    importer,
    offices,
)
from dashboard.registry.office_names import NamesTable
from dashboard.registry.office_store import OfficeName
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database, open_database
from tests.conftest import NOON
from tests.enrolment.conftest import ROWS

OWN, FOREIGN = "DIV000001", "DIV000002"
ASHA = "0000000101"
PASSWORD = "a long enough one"


@dataclass(frozen=True)
class World:
    """A registry of two divisions; what is asked for lies in the first, the stranger comes from the second."""

    db: Database
    clock: Clock
    folder: Path

    @property
    def export(self) -> Path:
        path = self.folder / "again.csv"
        path.write_text(ROWS, encoding="utf-8")
        return path

    @property
    def consents(self) -> Path:
        path = self.folder / "consents.csv"
        path.write_text(
            "account_no,mobile,given_at,how\n0000000101,9415012345,2026-06-15,form\n", encoding="utf-8"
        )
        return path

    @property
    def names(self) -> NamesTable:
        return NamesTable("names.csv", [OfficeName("division", OWN, "खंड एक")])

    def desk(self, scope: Scope) -> corrections.Desk:
        return corrections.Desk(self.db, scope, self.clock, refresh_cube, 6)

    @property
    def draft(self) -> NoticeDraft:
        return NoticeDraft("planned_shutdown", "en", {}, Audience(OWN))

    @property
    def chosen(self) -> freezing.Chosen:
        office = self.read(lambda cursor: offices.find_office(cursor, OWN))
        author = Scope("author", Role.COMPOSER, OWN, office.office_no, office.last_no)
        return self.read(lambda cursor: freezing.choose_few(cursor, author, self.draft))

    @property
    def order(self) -> outage.OutageOrder:
        return outage.OutageOrder(feeder_of(self.db), "cable", NOON, NOON + timedelta(hours=1), "en")

    @property
    def thread(self) -> inbox.Thread:
        return inbox.Thread(9519912345, ASHA, OWN, 1, 0, NOON + timedelta(hours=1), True, ())

    @staticmethod
    def stage_nobody(cursor: Cursor) -> None:
        cursor.execute("CREATE TEMP TABLE staged_message AS SELECT 1 WHERE false")

    def read(self, ask: Callable[[Cursor], Any]) -> Any:
        with self.db.read() as cursor:
            return ask(cursor)

    def rows(self) -> list[Any]:
        """All that a person could change, to be the same after a refusal."""
        tables = (
            "app_user",
            "account_person",
            "approval_rule_event",
            "consumer",
            "consent",
            "number_case",
            "notice",
            "job",
            "import_run",
            "office",
            "number_event",
            "correction_event",
            "coverage_target",
            "wa_group",
            "wa_group_fact",
            "wa_group_member",
            "audience",
            "audience_list",
            "audience_account",
            "outage_event",
            "inbox_event",
            "notice_repeat",
            "platform_event",
            "sending_number",
            "office_contact",
        )
        return [self.read(lambda cursor, name=name: cursor.table(name).fetchall()) for name in tables]


Entry = tuple[Callable[..., Any], Right, Callable[[World, Scope], Any]]
"""A function, the right that it needs, a call of it."""


def make_world(folder: Path) -> Path:
    """Make the registry in a folder and return its file."""
    path = folder / "setu.duckdb"
    db = open_database(path, memory_limit="1GB", threads=2)
    made = World(db, lambda: NOON, folder)
    admin = Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647)
    importer.import_exports(
        db, admin, [Upload(made.export, "x.csv")], clock=made.clock, shared_threshold=6, refresh=refresh_cube
    )
    users.add_user(
        db,
        made.clock,
        username="asha",
        full_name="Asha",
        role=Role.VIEWER,
        office_code=OWN,
        password=PASSWORD,
        by=None,
    )
    db.write(_add_case_and_notice)
    feeder = feeder_of(db)
    db.write(lambda cursor: _add_outage(cursor, feeder))
    db.close()
    return path


def feeder_of(db: Database) -> str:
    with db.read() as cursor:
        own = offices.find_office(cursor, OWN)
        row = cursor.execute(
            "SELECT code FROM office WHERE level = 'feeder' AND office_no BETWEEN ? AND ? ORDER BY office_no",
            [own.office_no, own.last_no],
        ).fetchone()
    assert row is not None
    return str(row[0])


def _add_outage(cursor: Cursor, feeder: str) -> None:
    outage.outage_queries.insert_outage(
        cursor, outage_id=1, feeder_code=feeder, cause="cable", language="en", began_at=NOON, notice_id=1,
        username="author", now=NOON,
    )  # fmt: skip
    outage.outage_queries.insert_event(
        cursor, outage_id=1, kind="expected", username="author", now=NOON, moment=NOON + timedelta(hours=1), notice_id=None
    )  # fmt: skip


def _add_case_and_notice(cursor: Cursor) -> None:
    cursor.execute("INSERT INTO wa_group VALUES (1, 'ours', 'group', ?, 'author', ?)", [OWN, NOON])
    cursor.execute(
        "INSERT INTO audience VALUES (1, 'ours', ?, ?, 'author', ?)",
        [OWN, json.dumps(asdict(Audience(OWN))), NOON],
    )
    cases.open_case(
        cursor, account_no="0000000101", office_code=OWN, on_file=9415012345, claimed=9519912345, source="whatsapp",
        language="hi", now=NOON,
    )  # fmt: skip
    cursor.execute("INSERT INTO sending_number VALUES (2, '77', ?, '', 80, 'open', NULL, ?)", [OWN, NOON])
    fallen = {"display_phone_number": "15550001111", "quality_rating": "YELLOW"}
    platform.insert_news(cursor, [(0, 1, read_news(PHONE_QUALITY, fallen, NOON))])
    cursor.execute(
        "INSERT INTO notice BY NAME SELECT 1 AS notice_id, 'submitted' AS state, 'planned_shutdown' AS template,"
        " 'en' AS language, 'text' AS body, '{}' AS variables, ? AS office_code, ? AS audience, 1 AS recipient_count,"
        " '{}' AS exclusions, 'hash' AS content_hash, 'author' AS created_by, ? AS created_at,"
        " 'author' AS submitted_by, ? AS submitted_at",
        [OWN, json.dumps(asdict(Audience(OWN))), NOON, NOON],
    )
