"""Office codes whose leading zeros a spreadsheet has cut: 0000011 that came as 11 is the same office. Plain rules, no I/O."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dashboard.registry.office_columns import Cell, OfficeColumns


@dataclass(frozen=True)
class KnownCode:
    """A code that reports give to an office of a discom and level, with the office's name, folded."""

    discom: str
    level: str
    code: str
    name: str


class _Spellings:
    """Codes by what is left of them without leading zeros; two offices differ where both have names and these differ."""

    def __init__(self, known: Iterable[KnownCode]) -> None:
        self._found: dict[tuple[str, str, str], dict[str, set[str]]] = {}
        for one in known:
            if _is_number(one.code):
                for discom in {one.discom, ""}:  # a row without a discom may mean any
                    codes = self._found.setdefault((discom, one.level, _bare(one.code)), {})
                    codes.setdefault(one.code, set()).add(one.name)

    def of(self, discom: str, cell: Cell) -> set[str]:
        """Return the codes that a cell may mean."""
        codes = self._found.get((discom, cell.level, _bare(cell.code)), {})
        return {code for code, names in codes.items() if not cell.name or names & {cell.name, ""}}


def restore_zeros(rows: Sequence[OfficeColumns], known: Iterable[KnownCode]) -> list[OfficeColumns]:
    """Return the rows with each code as the one office that is known by it is spelled; of codes that nobody knows yet, the longest.

    A code that is known as it stands, and one that two known offices could be meant by, stays as it came.
    """
    standing = _Spellings(known)
    said = _Spellings(
        KnownCode(row.discom, cell.level, cell.code, cell.name) for row in rows for cell in row.coded
    )

    def spell(discom: str, cell: Cell) -> Cell:
        if not _is_number(cell.code):
            return cell
        codes = standing.of(discom, cell)
        if cell.code in codes or len(codes) > 1:
            return cell
        return replace(cell, code=max(codes or said.of(discom, cell), key=len))

    return [replace(row, coded=tuple(spell(row.discom, cell) for cell in row.coded)) for row in rows]


def _is_number(code: str) -> bool:
    return code.isascii() and code.isdigit()


def _bare(code: str) -> str:
    return code.lstrip("0")
