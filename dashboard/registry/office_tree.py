"""Builds the office tree out of the office columns of exports: who is meant, what is new, what moved, what cannot be."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dashboard.registry.discoms import find_discom, known_names
from dashboard.registry.office_claims import Claims, Ident
from dashboard.registry.office_columns import PATH_FIELDS, Cell, OfficeColumns, fold_name, read_columns
from dashboard.registry.office_numbers import Numbers, number_offices
from dashboard.registry.offices import LEVELS, TOP_CODE, Node, Office
from dashboard.store.database import Cursor

__all__ = ["PATH_FIELDS", "Node", "OfficeTree", "fold_name", "load_tree"]
UNPLACED = "UNPLACED"
_Named = list[tuple[Cell, Ident]]  # the offices a row names, from the top


@dataclass
class OfficeTree:
    """All standing offices, and every name and code under which reports may mean one of them.

    Codes belong to a discom: the same code in another one is another office. `aliases` are a person's word: by
    (code of the office above, level, name), or by (discom, level, code).
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    numbers: dict[str, Numbers] = field(default_factory=dict)
    aliases: dict[tuple[str, str, str], str] = field(default_factory=dict)
    is_changed: bool = False
    _by_name: dict[tuple[Ident, str, str], Ident] = field(default_factory=dict)
    _by_code: dict[tuple[Ident, str, str], str] = field(default_factory=dict)
    _anywhere: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _said: dict[tuple[str, str], set[str]] = field(
        default_factory=dict
    )  # discoms that this import's rows name with a code
    _made: dict[Ident, str] = field(default_factory=dict)
    _unique_names: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)

    def add(self, node: Node) -> str:
        self.nodes[node.code] = node
        self.is_changed = True
        discom = self.discom_of(node.code)
        if node.parent_code:
            self.remember_name(node.parent_code, node.level, node.name, node.code)
            self._unique_names.setdefault((discom, node.level, fold_name(node.name)), set()).add(node.code)
        own_code = node.code.removeprefix(f"{discom}/").removesuffix(f" ({node.level})")
        discom = TOP_CODE if node.level == "discom" else discom
        self._by_code.setdefault((discom, node.level, own_code), node.code)
        self._anywhere.setdefault((node.level, own_code), set()).add(node.code)
        return node.code

    def remember_name(self, parent_code: str, level: str, name: str, code: str) -> None:
        """Know an office by another name, an earlier one for example; a name that means another office stays with that."""
        key = (parent_code, level, fold_name(name))
        if not isinstance(self._by_name.get(key), str):
            self._by_name[key] = code

    # ── placing rows ────────────────────────────────────────────────────────────────────────

    def place(self, path: Sequence[str | None]) -> str | None:
        """As `place_all` for one row, which moves and renames nothing: one row is no evidence."""
        return self.place_all([path], may_move=False)[0]

    def place_all(self, paths: Iterable[Sequence[str | None]], *, may_move: bool = True) -> list[str | None]:
        """Return for each path (order of PATH_FIELDS) the code of the lowest office it names, adding those not yet known.

        None where a row names no office, or only substation and feeder that are not known for certain: it stays where it is.
        A row without a division, or whose columns contradict what the other rows and the tree say, goes to the *unplaced*
        office of its discom: it is counted, never dropped. What is decided does not depend on the order of the paths.
        """
        rows = [self._with_known_discom(read_columns(path)) for path in paths]
        self._note_codes(rows)
        leaves = count_leaves(self.nodes) if may_move else {}
        claims = Claims(
            lambda code: self.nodes[code].parent_code, lambda code: leaves.get(code, 0), may_move=may_move
        )
        order = sorted(range(len(rows)), key=lambda place: rows[place].order)
        named = {place: self._identify(rows[place], claims) for place in order}
        codes: list[str | None] = [None] * len(rows)
        for place in order:
            if named[place]:
                codes[place] = self._settle(rows[place], named[place], claims)
        if may_move:
            self._rename(claims.names, leaves)
        return self._find_feeders(rows, codes)

    def unplaced(self, parent: str = TOP_CODE) -> str:
        """Return the *unplaced* office of a discom, or of the state, adding it where there is none yet."""
        discom = self.discom_of(parent)
        code = f"{discom}/{UNPLACED}"
        return (
            code if code in self.nodes else self.add(Node(code, "division", discom, "Unplaced", "अनिर्धारित"))
        )

    def _identify(self, row: OfficeColumns, claims: Claims) -> _Named:
        """Return the offices that a row names from discom to subdivision, and let it claim which stands above which."""
        discom = self._find_discom(row)
        said: _Named = [(Cell("discom", row.discom, row.discom), discom)] if row.discom else []
        above, last_level = discom, "discom" if row.discom else ""
        for cell in row.coded:
            cell = self._with_derived_code(cell, row, discom)
            if not cell:
                continue
            is_next = LEVELS.index(cell.level) - 1 == (LEVELS.index(last_level) if last_level else -9)
            office = self._find(discom, above, cell, is_next, is_alone=not row.discom)
            claims.add(office, above, is_next=is_next)
            if cell.code and cell.name and self._is_own_code(office, cell.code):
                claims.count_name(office, cell.name)
            said.append((cell, office))
            above, last_level = office, cell.level
        return said

    def _with_known_discom(self, row: OfficeColumns) -> OfficeColumns:
        """A discom that is written in another way is that discom, unless a person or an earlier import took the word for another."""
        name = row.discom
        if not name or name in self.nodes or (TOP_CODE, "discom", name) in self.aliases:
            return row
        return replace(row, discom=find_discom(name) or name)

    def _with_derived_code(self, cell: Cell, row: OfficeColumns, discom: Ident) -> Cell:
        """An SDO code is its division's six characters and one digit; that names a division which is known."""
        subdivision = row.coded[-1].code
        if cell or cell.level != "division" or not subdivision:
            return cell
        if (discom, "subdivision", subdivision) in self._by_code or (
            str(discom),
            "subdivision",
            subdivision,
        ) in self.aliases:
            return cell
        code = f"DIV{subdivision[:-1]}"
        return Cell("division", code, "") if (discom, "division", code) in self._by_code else cell

    def _note_codes(self, rows: Iterable[OfficeColumns]) -> None:
        """Note which discoms the rows name with a code: a row without a discom is then understood, or seen to be unclear."""
        self._said = {}
        for row in rows:
            for cell in row.coded if row.discom else ():
                if cell.code:
                    self._said.setdefault((cell.level, cell.code), set()).add(row.discom)

    def _find_discom(self, row: OfficeColumns) -> Ident:
        if row.discom:
            return self._named_discom(row.discom)
        discoms = {discom for cell in row.coded if cell.code for discom in self._discoms_with(cell)}
        derived = f"DIV{row.coded[-1].code[:-1]}"
        discoms = discoms or {self.discom_of(code) for code in self._anywhere.get(("division", derived), ())}
        return discoms.pop() if len(discoms) == 1 else TOP_CODE

    def _named_discom(self, name: str) -> Ident:
        return self._find(TOP_CODE, TOP_CODE, Cell("discom", name, name), True)

    def _discoms_with(self, cell: Cell) -> set[Ident]:
        """Return the discoms that have an office of this level and code, or are said to by this import."""
        key = (cell.level, cell.code)
        known: set[Ident] = {self.discom_of(code) for code in self._anywhere.get(key, ())}
        return known | {self._named_discom(name) for name in self._said.get(key, ())}

    def _is_own_code(self, office: Ident, code: str) -> bool:
        return not isinstance(office, str) or office == code or office.endswith(f"/{code}")

    def _find(
        self, discom: Ident, above: Ident, cell: Cell, is_next: bool, *, is_alone: bool = False
    ) -> Ident:
        """Return the office that a cell means: by alias, code, or name below the one above it."""
        by_name = self._by_name.get((above, cell.level, cell.name)) if cell.name else None
        by_name = self._made.get(by_name, by_name) if by_name else None
        alias = self.aliases.get((str(discom), cell.level, cell.code)) if cell.code else None
        if isinstance(above, str) and cell.name:
            alias = alias or self.aliases.get((above, cell.level, cell.name))
        if alias in self.nodes:
            return str(alias)
        if not cell.code:
            unique = None if is_next else self._find_unique_name(discom, cell)
            return by_name or unique or ("name", above, cell.level, cell.name)
        known = self._by_code.get((discom, cell.level, cell.code)) or self._by_code.get(
            (TOP_CODE, cell.level, cell.code)
        )
        if known is None and is_alone and len(self._discoms_with(cell)) > 1:
            return ("unclear", discom, cell.level, cell.code)
        if known is None and isinstance(by_name, str) and "/" in by_name:
            known = by_name  # until now its reports had no codes
        office: Ident = known or ("code", discom, cell.level, cell.code)
        if cell.name:
            self._by_name.setdefault((above, cell.level, cell.name), office)
        return office

    def _find_unique_name(self, discom: Ident, cell: Cell) -> str | None:
        found = self._unique_names.get((str(discom), cell.level, cell.name), set())
        return next(iter(found)) if len(found) == 1 else None

    def _settle(self, row: OfficeColumns, said: _Named, claims: Claims) -> str:
        base = self._place_contradiction(said, claims) or self._place_named(said, claims)
        substation = self._place_below(base, "substation", row.substation)
        return self._place_below(substation, "feeder", row.feeder)

    def _place_contradiction(self, said: _Named, claims: Claims) -> str | None:
        """Return the office for rows whose columns cannot be so, named after what they say; None where they can."""
        discom = (Cell("discom", "", ""), TOP_CODE)
        for (upper, above), (lower, office) in zip([discom, *said], said, strict=False):
            is_unclear = not isinstance(office, str) and office[0] == "unclear"
            if is_unclear or (above != TOP_CODE and not claims.agrees(office, above)):
                top = said[0][1] if said[0][0].level == "discom" else TOP_CODE
                unplaced = self.unplaced(self._materialise(top, claims))
                return self._place_below(
                    unplaced, "subdivision", " / ".join(filter(None, (upper.words, lower.words)))
                )
        return None

    def _place_named(self, said: _Named, claims: Claims) -> str:
        lowest = said[-1]
        levels = {cell.level for cell, _ in said}
        if "division" in levels or (lowest[0].level == "subdivision" and isinstance(lowest[1], str)):
            return self._materialise(lowest[1], claims)
        top = self._materialise(said[0][1], claims) if said[0][0].level == "discom" else TOP_CODE
        unplaced = self.unplaced(top)
        if lowest[0].level != "subdivision":
            return unplaced
        return self._place_below(unplaced, "subdivision", lowest[0].words)

    def _materialise(self, office: Ident, claims: Claims) -> str:
        """Return the code of an office, adding or moving it and those above it."""
        above = claims.find_parent(office)
        parent = self._materialise(above, claims) if above is not None and office != TOP_CODE else None
        if isinstance(office, str):
            if parent and self.nodes[office].parent_code != parent:
                self.move(office, parent)
            return office
        if office not in self._made:
            self._made[office] = self._add_new(office, parent or TOP_CODE, claims)
        return self._made[office]

    def _add_new(self, office: tuple[str, ...], parent: str, claims: Claims) -> str:
        how, _, level, text = office
        code = text if how == "code" else f"{parent}/{text}"
        if code in self.nodes:  # the same code in another discom or level: told apart
            code = f"{self.discom_of(parent)}/{code}"
        while code in self.nodes:
            code = f"{code} ({level})"
        called = claims.names.get(office)
        english, hindi = known_names().get(code, (most_said(called) if called else text, ""))
        return self.add(Node(code, level, parent, english, hindi))

    def _place_below(self, parent: str, level: str, name: str) -> str:
        """Return the office of that name below the parent; the parent itself where the row names none."""
        if not name:
            return parent
        alias = self.aliases.get((parent, level, name))
        found = alias if alias in self.nodes else self._by_name.get((parent, level, name))
        if isinstance(found, str):
            return found
        code = f"{parent}/{name}"
        while code in self.nodes:
            code = f"{code} ({level})"
        return self.add(Node(code, level, parent, name, ""))

    def _find_feeders(self, rows: Sequence[OfficeColumns], codes: list[str | None]) -> list[str | None]:
        """Complete the rows that name but a substation and a feeder, where the state has exactly one of these names."""
        missing = [place for place, code in enumerate(codes) if code is None and rows[place].feeder]
        if not missing:
            return codes
        feeders: dict[tuple[str, str], list[str]] = {}
        for node in self.nodes.values():
            if node.level == "feeder":
                above = fold_name(self.nodes[node.parent_code or TOP_CODE].name)
                feeders.setdefault((above, fold_name(node.name)), []).append(node.code)
        for place in missing:
            found = feeders.get((rows[place].substation, rows[place].feeder), [])
            codes[place] = found[0] if len(found) == 1 else None
        return codes

    # ── changing what is known ──────────────────────────────────────────────────────────────

    def move(self, code: str, parent: str) -> None:
        """Put an office under another parent of the same discom."""
        node = replace(self.nodes[code], parent_code=parent)
        self.nodes[code] = node
        self.is_changed = True
        self.remember_name(parent, node.level, node.name, code)

    def _rename(self, names: dict[Ident, Counter[str]], leaves: dict[str, int]) -> None:
        """Give offices the name that the rows call them by, unless a row still uses the old one or it is but a stray row."""
        for code, said in names.items():
            if not isinstance(code, str):
                continue
            node, best = self.nodes[code], most_said(said)
            if fold_name(node.name) not in said and said[best] * 2 > leaves.get(code, 0):
                self.nodes[code] = replace(node, name=best, name_hi="")
                self.remember_name(node.parent_code or TOP_CODE, node.level, best, code)
                self.is_changed = True

    def number(self) -> list[Office]:
        """Number the offices depth first; see `number_offices`."""
        return number_offices(self.nodes, self.numbers)

    def discom_of(self, code: str) -> str:
        node = self.nodes[code]
        while node.level not in ("discom", "state"):
            node = self.nodes[node.parent_code or TOP_CODE]
        return node.code


def most_said(names: "Counter[str]") -> str:
    return min(names, key=lambda name: (-names[name], name))


def count_leaves(nodes: Mapping[str, Node]) -> dict[str, int]:
    """Return for each office how many lowest offices it has below it; a lowest one counts as its own."""
    parents = {node.parent_code for node in nodes.values()}
    counts = dict.fromkeys(nodes, 0)
    for leaf in nodes.values():
        node: Node | None = leaf if leaf.code not in parents else None
        while node is not None:
            counts[node.code] += 1
            node = nodes.get(node.parent_code or "")
    return counts


def load_tree(cursor: Cursor) -> OfficeTree:
    """Read the tree as it stands with all names it had; an empty registry has the state alone."""
    tree = OfficeTree()
    rows = cursor.execute(
        "SELECT code, level, parent_code, name, name_hi, district, office_no, last_no FROM office_place ORDER BY office_no"
    ).fetchall()
    for *node, office_no, last_no in rows:
        tree.add(Node(*node))
        tree.numbers[node[0]] = Numbers(office_no, last_no, node[2])
    aliases = cursor.execute("SELECT parent_code, level, alias, code FROM office_alias").fetchall()
    tree.aliases = {(parent, level, alias): code for parent, level, alias, code in aliases}
    for parent, level, name, code in cursor.execute(
        "SELECT parent_code, level, name, code FROM office_span WHERE valid_to IS NOT NULL AND parent_code IS NOT NULL"
        " AND code IN (SELECT code FROM office) ORDER BY valid_to DESC"
    ).fetchall():
        tree.remember_name(parent, level, name, code)
    tree.is_changed = False
    if TOP_CODE not in tree.nodes:
        english, hindi = known_names()[TOP_CODE]
        tree.add(Node(TOP_CODE, "state", None, english, hindi))
    return tree
