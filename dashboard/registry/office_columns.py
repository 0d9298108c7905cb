"""What the office columns of one row say, before anyone asks whether it can be so."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# The office columns of a report, in the order of a path (see headers.toml).
PATH_FIELDS = (
    "discom", "zone_code", "zone_name", "circle_code", "circle_name", "division_code", "division_name",
    "subdivision_code", "subdivision_name", "substation", "feeder",
)  # fmt: skip
CODED_LEVELS = ("zone", "circle", "division", "subdivision")


@dataclass(frozen=True)
class Cell:
    """How a row names its office of one level: by code, by name, by both or not at all."""

    level: str
    code: str
    name: str

    def __bool__(self) -> bool:
        return bool(self.code or self.name)

    @property
    def words(self) -> str:
        return f"{self.code} {self.name}".strip()


@dataclass(frozen=True)
class OfficeColumns:
    """The office columns of a row, folded; `coded` has a cell for each of CODED_LEVELS."""

    discom: str
    coded: tuple[Cell, ...]
    substation: str
    feeder: str

    @property
    def is_empty(self) -> bool:
        return not (self.discom or any(self.coded) or self.substation or self.feeder)

    @property
    def order(self) -> tuple[object, ...]:
        """Rows with more codes come first: they tell which name has which code."""
        cells = [text for cell in self.coded for text in (cell.code, cell.name)]
        return (sum(not cell.code for cell in self.coded), self.discom, cells, self.substation, self.feeder)


def fold_name(name: str) -> str:
    """Fold an office's name for comparison: upper case, blanks collapsed."""
    return " ".join(name.upper().split())


def fold_code(code: str) -> str:
    """Take off what a program that knows only numbers has put behind a code: 4100011.0."""
    return re.sub(r"^([0-9]+)\.0+$", r"\1", code)


def read_columns(path: Sequence[str | None]) -> OfficeColumns:
    """Read a path in the order of PATH_FIELDS."""
    cells = [fold_name(cell) if cell else "" for cell in path]
    coded = tuple(
        Cell(level, fold_code(cells[1 + 2 * place]), cells[2 + 2 * place])
        for place, level in enumerate(CODED_LEVELS)
    )
    return OfficeColumns(cells[0], coded, cells[9], cells[10])
