"""What import tests share: how an export is written and brought in."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard.access.scope import Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.registry.import_log import ImportResult
from dashboard.registry.importer import import_exports
from dashboard.registry.sources import Upload
from dashboard.store.clock import Clock
from dashboard.store.database import Database

HEADER = (
    "ACCT_ID,NAME,ADDRESS,MOBILE_NO,DISCOM,ZONE_NAME,CIRCLE_NAME,DIV_CODE,DIV_NAME,SDO_CODE,SUBSTATION,FEEDER"
)
PLACE = "MVVNL,Z,C,DIV000001,ONE,0000011,SS,F1"
ALWAYS_ANEW, NEVER_ANEW = 0, 1_000_000
Bring = Callable[..., ImportResult]


@pytest.fixture
def bring(db: Database, administrator: Scope, clock: Clock, tmp_path: Path) -> Bring:
    """Import texts or files: `bring("line\\nline", …, small_rows=…)`."""

    def bring_in(*contents: str | Path, **options: object) -> ImportResult:
        uploads = []
        for place, content in enumerate(contents):
            path = content if isinstance(content, Path) else tmp_path / f"export_{place}.csv"
            if isinstance(content, str):
                path.write_text(content, encoding="utf-8", newline="")
            uploads.append(Upload(path, path.name))
        return import_exports(
            db, administrator, uploads, clock=clock, shared_threshold=6, refresh=refresh_cube, **options
        )

    return bring_in


def rows_of(db: Database, columns: str = "* EXCLUDE (import_id)") -> list[tuple[object, ...]]:
    with db.read() as cursor:
        return cursor.execute(f"SELECT {columns} FROM consumer ORDER BY account_no").fetchall()


def export(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"
