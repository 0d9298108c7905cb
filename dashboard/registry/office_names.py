"""Hindi names and districts of offices, from a small table beside an export."""

import csv
from pathlib import Path

from dashboard.access.audit import record
from dashboard.access.scope import Scope
from dashboard.registry.import_log import require_whole_state
from dashboard.registry.office_store import OfficeName, name_offices
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database


def import_office_names(db: Database, scope: Scope, path: Path, clock: Clock) -> int:
    """Set Hindi names and districts from a CSV with columns level, code, name_hi, district; return how many offices were found.

    Rows whose office the registry does not know are passed over.
    """
    require_whole_state(scope)
    with path.open(encoding="utf-8-sig", newline="") as file:
        names = [
            OfficeName(row["level"], row["code"], row["name_hi"], row.get("district") or "")
            for row in csv.DictReader(file)
        ]

    def change(cursor: Cursor) -> int:
        found = name_offices(cursor, names)
        record(
            cursor, clock(), scope.username, "offices.name", office_code=scope.office_code, row_count=found
        )
        return found

    return db.write(change)
