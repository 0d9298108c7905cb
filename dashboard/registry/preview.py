"""What an export holds, seen before anything is changed."""

from dataclasses import dataclass
from itertools import islice

import pandas as pd

from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput
from dashboard.registry.headers import Headers
from dashboard.registry.office_names import NamesTable, read_names_tables
from dashboard.registry.packed import unpacked
from dashboard.registry.sources import Upload, spread
from dashboard.registry.tabular import TableReader, open_tables


@dataclass(frozen=True)
class FilePreview:
    """What was understood of one file or sheet, before anything is changed."""

    name: str
    encoding: str
    mapped: dict[str, str]  # field → the file's own header
    unused: list[str]
    first_rows: pd.DataFrame
    usable: int
    refused: pd.DataFrame  # row_no, reason, row
    not_rows: dict[str, int]
    notes: dict[str, int]


def preview_export(scope: Scope, upload: Upload, headers: Headers, first: int = 5) -> list[FilePreview]:
    """Read a whole export without changing anything; one preview a sheet, and a report of a ZIP. Raises as `import_exports`.

    A table of office names has a preview as well.
    """
    scope.require(Right.IMPORT)
    exports = [one for report in spread([upload]) for one in _preview_report(report, headers, first)]
    return exports + [_preview_names(table, first) for table in read_names_tables([upload])]


def _preview_names(table: NamesTable, first: int) -> FilePreview:
    rows = pd.DataFrame([vars(said) for said in table.names[:first]])
    refused = pd.DataFrame(columns=["row_no", "reason", "row"])
    return FilePreview(
        table.file_name, "", {}, [], rows, len(table.names), refused, {}, table.told | {"names_table": 1}
    )


def _preview_report(report: Upload, headers: Headers, first: int) -> list[FilePreview]:
    with unpacked(report.path, report.name, member=report.member) as path:
        found = [_preview(reader, first) for reader in open_tables(path, headers, report.name)]
    if not any(one.usable or len(one.refused) for one in found):
        raise BadInput("no_rows", file=report.name)
    found[0].notes.update(report.told)
    return found


def _preview(reader: TableReader, first: int) -> FilePreview:
    rows = reader.consumers()
    shown = list(islice(rows, first))
    usable = len(shown) + sum(1 for _ in rows)
    mapped = {
        field: reader.columns[place] or reader.columns[place - 1] for field, place in reader.places.items()
    }  # a blank header stands under the wide one before it
    used = set(reader.places.values())
    unused = [column for place, column in enumerate(reader.columns) if column and place not in used]
    cells = [[row[place] for place in reader.places.values()] for _, row in shown]
    refused = [(row.row_no, row.reason, row.raw) for row in reader.refused]
    name = f"{reader.name} › {reader.sheet}" if reader.sheet else reader.name
    return FilePreview(
        name, reader.encoding, mapped, unused, pd.DataFrame(cells, columns=_told_apart(list(mapped.values()))), usable,
        pd.DataFrame(refused, columns=["row_no", "reason", "row"]), reader.not_rows, reader.notes,
    )  # fmt: skip


def _told_apart(names: list[str]) -> list[str]:
    """Return names of columns with a number behind those that stood there before: a table on a page takes no name twice."""
    taken: list[str] = []
    for name in names:
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name} ({number})"
        taken.append(free)
    return taken
