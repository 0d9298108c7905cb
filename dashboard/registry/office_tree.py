"""Builds the office tree out of the office columns of exports and numbers it depth first."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from dashboard.config import SHIPPED_DATA_DIR
from dashboard.registry.offices import LEVELS, TOP_CODE, Office
from dashboard.store.database import Cursor

# The office columns of a report, in the order of a path (see headers.toml).
PATH_FIELDS = (
    "discom", "zone_code", "zone_name", "circle_code", "circle_name", "division_code", "division_name",
    "subdivision_code", "subdivision_name", "substation", "feeder",
)  # fmt: skip
UNPLACED = "UNPLACED"


@dataclass(frozen=True)
class Node:
    code: str
    level: str
    parent_code: str | None
    name: str
    name_hi: str
    district: str | None = None


@cache
def _known_names() -> dict[str, tuple[str, str]]:
    with (SHIPPED_DATA_DIR / "offices" / "known.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: (row["name"], row["name_hi"]) for row in csv.DictReader(file)}


def fold_name(name: str) -> str:
    """Fold an office's name for comparison: upper case, blanks collapsed."""
    return " ".join(name.upper().split())


@dataclass
class OfficeTree:
    """All offices by code, and by (parent, level, folded name)."""

    nodes: dict[str, Node] = field(default_factory=dict)
    by_name: dict[tuple[str, str, str], str] = field(default_factory=dict)
    is_changed: bool = False

    def add(self, node: Node) -> str:
        self.nodes[node.code] = node
        if node.parent_code:
            self.by_name[(node.parent_code, node.level, fold_name(node.name))] = node.code
        self.is_changed = True
        return node.code

    def place(self, path: Sequence[str | None]) -> str | None:
        """Return the code of the lowest office that a row's office columns name, adding offices not yet known.

        `path` has the order of PATH_FIELDS. None where the row names no office at all. A row without a division goes to
        the *unplaced* office of its discom: it is counted, never dropped.
        """
        cells = dict(zip(PATH_FIELDS, (fold_name(cell or "") for cell in path), strict=True))
        if not any(cells.values()):
            return None
        division = self._place_division(cells)
        subdivision = self._place_one(
            division, "subdivision", cells["subdivision_code"], cells["subdivision_name"]
        )
        substation = self._place_one(subdivision, "substation", "", cells["substation"])
        return self._place_one(substation, "feeder", "", cells["feeder"])

    def _place_division(self, cells: dict[str, str]) -> str:
        code = (
            cells["division_code"] or f"DIV{cells['subdivision_code'][:-1]}"
        )  # an SDO code is the division's + 1 digit
        if code in self.nodes and self.nodes[code].level == "division":
            return code  # what is known of it stands, whatever columns this report lacks
        parent = self._place_one(TOP_CODE, "discom", cells["discom"], cells["discom"])
        parent = self._place_one(parent, "zone", cells["zone_code"], cells["zone_name"])
        parent = self._place_one(parent, "circle", cells["circle_code"], cells["circle_name"])
        if not cells["division_code"] and not cells["division_name"]:
            return self.unplaced(parent if cells["discom"] else TOP_CODE)
        return self._place_one(parent, "division", cells["division_code"], cells["division_name"])

    def unplaced(self, parent: str = TOP_CODE) -> str:
        """Return the *unplaced* office of a discom, or of the state, adding it where there is none yet."""
        while self.nodes[parent].level not in ("discom", "state"):
            parent = self.nodes[parent].parent_code or TOP_CODE
        return self._place_one(parent, "division", f"{parent}/{UNPLACED}", "Unplaced")

    def _place_one(self, parent: str, level: str, code: str, name: str) -> str:
        """Return the office of that code or name below the parent; the parent itself where the row names none."""
        if not code and not name:
            return parent
        found = self.by_name.get((parent, level, name)) if name else None
        if found and (not code or self.nodes[found].code == code or "/" in found):
            return found
        code = code or f"{parent}/{name}"
        while known := self.nodes.get(code):
            if known.level == level and (
                level == "discom" or self._discom_of(code) == self._discom_of(parent)
            ):
                return code
            code = f"{parent}/{code}"  # the same code in another discom or level: told apart by its parent
        english, hindi = _known_names().get(
            code, (name or code, "अनिर्धारित" if code.endswith(UNPLACED) else "")
        )
        return self.add(Node(code, level, parent, english, hindi))

    def _discom_of(self, code: str) -> str | None:
        node: Node | None = self.nodes[code]
        while node and node.level not in ("discom", "state"):
            node = self.nodes.get(node.parent_code or "")
        return node.code if node else None

    def name_in_hindi(self, level: str, code: str, name_hi: str, district: str | None) -> bool:
        """Set an office's Hindi name and district; False where the tree has no such office."""
        node = self.nodes.get(code)
        if node is None or node.level != level:
            return False
        named = replace(node, name_hi=name_hi or node.name_hi, district=district or node.district)
        self.is_changed = self.is_changed or named != node
        self.nodes[code] = named
        return True

    def number(self) -> list[Office]:
        """Number the offices depth first, siblings by level and code; state first with number 1."""
        children: dict[str | None, list[Node]] = {}
        for node in sorted(self.nodes.values(), key=lambda node: (LEVELS.index(node.level), node.code)):
            children.setdefault(node.parent_code, []).append(node)
        offices: list[Office] = []
        _number_below(children, None, None, offices)
        return offices


def _number_below(
    children: dict[str | None, list[Node]],
    parent_code: str | None,
    parent_no: int | None,
    offices: list[Office],
) -> None:
    for node in children.get(parent_code, []):
        place = len(offices)
        own_no = place + 1
        offices.append(
            Office(own_no, own_no, parent_no, node.code, node.level, node.name, node.name_hi, node.district)
        )
        _number_below(children, node.code, own_no, offices)
        offices[place] = replace(offices[place], last_no=len(offices))


def load_tree(cursor: Cursor) -> OfficeTree:
    """Read the tree as it stands; an empty registry has the state alone."""
    rows = cursor.execute(
        "SELECT child.code, child.level, parent.code, child.name, child.name_hi, child.district"
        " FROM office AS child LEFT JOIN office AS parent ON parent.office_no = child.parent_no"
    ).fetchall()
    tree = OfficeTree()
    for row in rows:
        tree.add(Node(*row))
    tree.is_changed = False
    if TOP_CODE not in tree.nodes:
        english, hindi = _known_names()[TOP_CODE]
        tree.add(Node(TOP_CODE, "state", None, english, hindi))
    return tree


def codes_by_path(tree: OfficeTree, paths: Iterable[Sequence[str | None]]) -> list[str | None]:
    """Place many rows' office columns; see `OfficeTree.place`."""
    return [tree.place(path) for path in paths]
