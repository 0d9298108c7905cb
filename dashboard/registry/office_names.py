"""Hindi names and districts of offices, from small tables that come with exports."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dashboard.access.audit import record
from dashboard.access.scope import Scope
from dashboard.registry.import_log import FileRefusals, require_whole_state
from dashboard.registry.names_table import read_names
from dashboard.registry.office_store import OfficeName, name_offices
from dashboard.registry.packed import unpacked
from dashboard.registry.sources import Upload, find_names_tables
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database


@dataclass(frozen=True)
class NamesTable:
    """A table of office names as it came; `told`: what is to be told of the ZIP it lay in."""

    file_name: str
    names: list[OfficeName]
    told: dict[str, int] = field(default_factory=dict)


def read_names_tables(uploads: Sequence[Upload]) -> list[NamesTable]:
    """Read the tables of office names among files, and in a ZIP. Raises BadInput as `unpacked` and `find_encoding`."""
    found = []
    for upload in find_names_tables(uploads):
        with unpacked(upload.path, upload.name, member=upload.member) as path:
            found.append(NamesTable(upload.name, read_names(path, upload.name), upload.told))
    return found


def import_office_names(db: Database, scope: Scope, table: NamesTable, clock: Clock) -> FileRefusals:
    """Set Hindi names and districts; the notes count the offices that were found, and those that the registry does not know."""
    require_whole_state(scope)

    def change(cursor: Cursor) -> int:
        found = name_offices(cursor, table.names)
        record(
            cursor, clock(), scope.username, "offices.name", office_code=scope.office_code, row_count=found,
            detail={"files": [table.file_name]},
        )  # fmt: skip
        return found

    found = db.write(change)
    unknown = len({(said.level, said.code) for said in table.names}) - found
    notes = table.told | {"office_names": found, "office_names_unknown": unknown}
    return FileRefusals(table.file_name, 0, [], {}, {what: count for what, count in notes.items() if count})
