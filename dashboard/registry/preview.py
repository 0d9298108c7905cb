"""What an export holds, seen before anything is changed."""

from dataclasses import dataclass
from itertools import islice

import pandas as pd

from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput
from dashboard.registry.sources import Upload, with_account
from dashboard.registry.tabular import open_table


@dataclass(frozen=True)
class FilePreview:
    """What was understood of one file, before anything is changed."""

    name: str
    encoding: str
    mapped: dict[str, str]  # field → the file's own header
    unused: list[str]
    first_rows: pd.DataFrame
    usable: int
    refused: pd.DataFrame  # row_no, reason, row
    not_rows: dict[str, int]


def preview_export(scope: Scope, upload: Upload, first: int = 5) -> FilePreview:
    """Read a whole export without changing anything. Raises as `import_exports`."""
    scope.require(Right.IMPORT)
    reader = open_table(upload.path, "export")
    rows = with_account(reader)
    shown = list(islice(rows, first))
    usable = len(shown) + sum(1 for _ in rows)
    if not usable and not reader.refused:
        raise BadInput("no_rows", file=upload.name)
    mapped = {field: reader.columns[place] for field, place in reader.places.items()}
    unused = [column for place, column in enumerate(reader.columns) if place not in reader.places.values()]
    cells = [[row[place] for place in reader.places.values()] for _, row in shown]
    frame = pd.DataFrame(cells, columns=list(mapped.values()))
    refused = [(row.row_no, row.reason, row.raw) for row in reader.refused]
    return FilePreview(
        upload.name, reader.encoding, mapped, unused, frame, usable,
        pd.DataFrame(refused, columns=["row_no", "reason", "row"]), reader.not_rows,
    )  # fmt: skip
