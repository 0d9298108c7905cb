"""Finds the office of each row of an import in the office tree: who is meant, what is new, what moved, what cannot be."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dashboard.registry.discoms import find_discom, known_names
from dashboard.registry.office_claims import Claims, Ident
from dashboard.registry.office_columns import Cell, OfficeColumns, fold_name, read_columns
from dashboard.registry.office_tree import OfficeTree, count_leaves
from dashboard.registry.office_zeros import restore_zeros
from dashboard.registry.offices import LEVELS, TOP_CODE, Node

_Named = list[tuple[Cell, Ident]]  # the offices a row names, from the top


def place(tree: OfficeTree, path: Sequence[str | None]) -> str | None:
    """As `place_all` for one row, which moves and renames nothing: one row is no evidence."""
    return place_all(tree, [path], may_move=False)[0]


def place_all(
    tree: OfficeTree, paths: Iterable[Sequence[str | None]], *, may_move: bool = True
) -> list[str | None]:
    """Return for each path (order of PATH_FIELDS) the code of the lowest office it names, adding those not yet known.

    None where a row names no office, or only substation and feeder that are not known for certain: it stays where it is.
    A row without a division, or whose columns contradict what the other rows and the tree say, goes to the *unplaced*
    office of its discom: it is counted, never dropped. What is decided does not depend on the order of the paths.
    """
    rows = [_with_known_discom(tree, read_columns(path)) for path in paths]
    rows = restore_zeros(rows, tree.list_codes())
    return _Rows(tree, rows, may_move=may_move).place()


class _Rows:
    """The office columns of one import's rows, weighed against each other and what is known."""

    def __init__(self, tree: OfficeTree, rows: Sequence[OfficeColumns], *, may_move: bool) -> None:
        self._tree, self._rows, self._may_move = tree, rows, may_move
        leaves = count_leaves(tree.nodes) if may_move else {}
        self._leaves = leaves
        self._claims = Claims(
            lambda code: tree.nodes[code].parent_code, lambda code: leaves.get(code, 0), may_move=may_move
        )
        self._said = _discoms_by_code(rows)

    def place(self) -> list[str | None]:
        order = sorted(range(len(self._rows)), key=lambda place: self._rows[place].order)
        named = {place: self._identify(self._rows[place]) for place in order}
        codes: list[str | None] = [None] * len(self._rows)
        for place in order:
            if named[place]:
                codes[place] = self._settle(self._rows[place], named[place])
        if self._may_move:
            self._rename()
        return self._find_feeders(codes)

    def _identify(self, row: OfficeColumns) -> _Named:
        """Return the offices that a row names from discom to subdivision, and let it claim which stands above which."""
        discom = self._find_discom(row)
        said: _Named = [(Cell("discom", row.discom, row.discom), discom)] if row.discom else []
        above, last_level = discom, "discom" if row.discom else ""
        for cell in row.coded:
            cell = self._with_derived_code(cell, row, discom)
            if not cell:
                continue
            is_next = LEVELS.index(cell.level) - 1 == (LEVELS.index(last_level) if last_level else -9)
            alias = self._find_alias(discom, above, cell)
            office = alias or self._find(discom, above, cell, is_next, is_alone=not row.discom)
            if alias:  # what the row names above it stood above the office that was
                said = [one for one in said if one[0].level == "discom"]
            else:
                self._claims.add(office, above, is_next=is_next)
            if cell.code and cell.name and _is_own_code(office, cell.code):
                self._claims.count_name(office, cell.name)
            said.append((cell, office))
            above, last_level = office, cell.level
        return said

    def _with_derived_code(self, cell: Cell, row: OfficeColumns, discom: Ident) -> Cell:
        """An SDO code is its division's six characters and one digit; that names a division which is known."""
        subdivision = row.coded[-1].code
        if cell or cell.level != "division" or not subdivision:
            return cell
        alias = (str(discom), "subdivision", subdivision)
        if self._tree.find_code(discom, "subdivision", subdivision) or alias in self._tree.aliases:
            return cell
        code = f"DIV{subdivision[:-1]}"
        return Cell("division", code, "") if self._tree.find_code(discom, "division", code) else cell

    def _find_discom(self, row: OfficeColumns) -> Ident:
        if row.discom:
            return self._named_discom(row.discom)
        discoms = {discom for cell in row.coded if cell.code for discom in self._discoms_with(cell)}
        derived = f"DIV{row.coded[-1].code[:-1]}"
        discoms = discoms or set(self._tree.discoms_with("division", derived))
        return discoms.pop() if len(discoms) == 1 else TOP_CODE

    def _named_discom(self, name: str) -> Ident:
        cell = Cell("discom", name, name)
        return self._find_alias(TOP_CODE, TOP_CODE, cell) or self._find(TOP_CODE, TOP_CODE, cell, True)

    def _discoms_with(self, cell: Cell) -> set[Ident]:
        """Return the discoms that have an office of this level and code, or are said to by this import."""
        known: set[Ident] = set(self._tree.discoms_with(cell.level, cell.code))
        said = self._said.get((cell.level, cell.code), ())
        return known | {self._named_discom(name) for name in said}

    def _find_alias(self, discom: Ident, above: Ident, cell: Cell) -> str | None:
        """Return the office that a person said a code or a name means."""
        alias = self._tree.aliases.get((str(discom), cell.level, cell.code)) if cell.code else None
        if isinstance(above, str) and cell.name:
            alias = alias or self._tree.aliases.get((above, cell.level, cell.name))
        return alias if alias in self._tree.nodes else None

    def _find(
        self, discom: Ident, above: Ident, cell: Cell, is_next: bool, *, is_alone: bool = False
    ) -> Ident:
        """Return the office that a cell means: by code, or name below the one above it."""
        by_name = self._tree.by_name.get((above, cell.level, cell.name)) if cell.name else None
        by_name = self._tree.made.get(by_name, by_name) if by_name else None
        if not cell.code:
            unique = None if is_next else self._tree.find_unique_name(str(discom), cell.level, cell.name)
            return by_name or unique or ("name", above, cell.level, cell.name)
        known = self._tree.find_code(discom, cell.level, cell.code)
        known = known or self._tree.find_code(TOP_CODE, cell.level, cell.code)
        if known is None and is_alone and len(self._discoms_with(cell)) > 1:
            return ("unclear", discom, cell.level, cell.code)
        if known is None and isinstance(by_name, str) and self._has_no_code(by_name):
            known = by_name  # until now its reports had none
        office: Ident = known or ("code", discom, cell.level, cell.code)
        if cell.name:
            self._tree.by_name.setdefault((above, cell.level, cell.name), office)
        return office

    def _has_no_code(self, code: str) -> bool:
        """Return whether an office was only ever named; see `_add_new`. A code that another discom has too begins with its discom."""
        node = self._tree.nodes[code]
        return code.removesuffix(f" ({node.level})").endswith(f"/{fold_name(node.name)}")

    def _settle(self, row: OfficeColumns, said: _Named) -> str:
        base = self._place_contradiction(said) or self._place_named(said)
        substation = self._place_below(base, "substation", row.substation)
        return self._place_below(substation, "feeder", row.feeder)

    def _place_contradiction(self, said: _Named) -> str | None:
        """Return the office for rows whose columns cannot be so, named after what they say; None where they can."""
        discom = (Cell("discom", "", ""), TOP_CODE)
        for (upper, above), (lower, office) in zip([discom, *said], said, strict=False):
            is_unclear = not isinstance(office, str) and office[0] == "unclear"
            if is_unclear or (above != TOP_CODE and not self._claims.agrees(office, above)):
                top = said[0][1] if said[0][0].level == "discom" else TOP_CODE
                unplaced = self._tree.unplaced(self._materialise(top))
                return self._place_below(
                    unplaced, "subdivision", " / ".join(filter(None, (upper.words, lower.words)))
                )
        return None

    def _place_named(self, said: _Named) -> str:
        lowest = said[-1]
        levels = {cell.level for cell, _ in said}
        if "division" in levels or (lowest[0].level == "subdivision" and isinstance(lowest[1], str)):
            return self._materialise(lowest[1])
        top = self._materialise(said[0][1]) if said[0][0].level == "discom" else TOP_CODE
        unplaced = self._tree.unplaced(top)
        if lowest[0].level != "subdivision":
            return unplaced
        return self._place_below(unplaced, "subdivision", lowest[0].words)

    def _materialise(self, office: Ident) -> str:
        """Return the code of an office, adding or moving it and those above it."""
        above = self._claims.find_parent(office)
        parent = self._materialise(above) if above is not None and office != TOP_CODE else None
        if isinstance(office, str):
            if parent and self._tree.nodes[office].parent_code != parent:
                self._tree.move(office, parent)
            return office
        if office not in self._tree.made:
            self._tree.made[office] = self._add_new(office, parent or TOP_CODE)
        return self._tree.made[office]

    def _add_new(self, office: tuple[str, ...], parent: str) -> str:
        how, _, level, text = office
        code = text if how == "code" else f"{parent}/{text}"
        if code in self._tree.nodes:  # the same code in another discom or level: told apart
            code = f"{self._tree.discom_of(parent)}/{code}"
        while code in self._tree.nodes:
            code = f"{code} ({level})"
        called = self._claims.names.get(office)
        english, hindi = known_names().get(code, (_most_said(called) if called else text, ""))
        return self._tree.add(Node(code, level, parent, english, hindi))

    def _place_below(self, parent: str, level: str, name: str) -> str:
        """Return the office of that name below the parent; the parent itself where the row names none."""
        if not name:
            return parent
        alias = self._tree.aliases.get((parent, level, name))
        found = alias if alias in self._tree.nodes else self._tree.by_name.get((parent, level, name))
        if isinstance(found, str):
            return found
        code = f"{parent}/{name}"
        while code in self._tree.nodes:
            code = f"{code} ({level})"
        return self._tree.add(Node(code, level, parent, name, ""))

    def _find_feeders(self, codes: list[str | None]) -> list[str | None]:
        """Complete the rows that name but a substation and a feeder, where the state has exactly one of these names."""
        missing = [place for place, code in enumerate(codes) if code is None and self._rows[place].feeder]
        if not missing:
            return codes
        feeders: dict[tuple[str, str], list[str]] = {}
        for node in self._tree.nodes.values():
            if node.level == "feeder":
                above = fold_name(self._tree.nodes[node.parent_code or TOP_CODE].name)
                feeders.setdefault((above, fold_name(node.name)), []).append(node.code)
        for place in missing:
            found = feeders.get((self._rows[place].substation, self._rows[place].feeder), [])
            codes[place] = found[0] if len(found) == 1 else None
        return codes

    def _rename(self) -> None:
        """Give offices the name that the rows call them by, unless a row still uses the old one or it is but a stray row."""
        for code, said in self._claims.names.items():
            if not isinstance(code, str):
                continue
            best = _most_said(said)
            if fold_name(self._tree.nodes[code].name) not in said and said[best] * 2 > self._leaves.get(
                code, 0
            ):
                self._tree.rename(code, best)


def _with_known_discom(tree: OfficeTree, row: OfficeColumns) -> OfficeColumns:
    """A discom that is written in another way is that discom, unless a person or an earlier import took the word for another."""
    name = row.discom
    if not name or name in tree.nodes or (TOP_CODE, "discom", name) in tree.aliases:
        return row
    return replace(row, discom=find_discom(name) or name)


def _discoms_by_code(rows: Iterable[OfficeColumns]) -> dict[tuple[str, str], set[str]]:
    """Note which discoms the rows name with a code (by level and code): a row without a discom is then understood, or seen to be unclear."""
    said: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        for cell in row.coded if row.discom else ():
            if cell.code:
                said.setdefault((cell.level, cell.code), set()).add(row.discom)
    return said


def _is_own_code(office: Ident, code: str) -> bool:
    return not isinstance(office, str) or office == code or office.endswith(f"/{code}")


def _most_said(names: "Counter[str]") -> str:
    return min(names, key=lambda name: (-names[name], name))
