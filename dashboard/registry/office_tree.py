"""The office tree: all standing offices, and every name and code under which reports may mean one of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from dashboard.registry.discoms import known_names
from dashboard.registry.office_claims import Ident
from dashboard.registry.office_columns import fold_name
from dashboard.registry.office_numbers import Numbers, number_offices
from dashboard.registry.office_zeros import KnownCode
from dashboard.registry.offices import TOP_CODE, Node, Office
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("office_tree.sql"))
UNPLACED = "UNPLACED"


@dataclass
class OfficeTree:
    """What is known of offices; `office_placing.py` finds the office of a row in it.

    Codes belong to a discom: the same code in another one is another office. `aliases` are a person's word: by
    (code of the office above, level, name), or by (discom, level, code). `by_name` has (office above, level, name), `made` what
    became of offices that rows named and nobody knew.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    numbers: dict[str, Numbers] = field(default_factory=dict)
    aliases: dict[tuple[str, str, str], str] = field(default_factory=dict)
    is_changed: bool = False
    by_name: dict[tuple[Ident, str, str], Ident] = field(default_factory=dict)
    made: dict[Ident, str] = field(default_factory=dict)
    _by_code: dict[tuple[Ident, str, str], str] = field(default_factory=dict)
    _anywhere: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _unique_names: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)

    def add(self, node: Node) -> str:
        """Add an office and return its code; names and codes that mean another one already stay with that."""
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
        if not isinstance(self.by_name.get(key), str):
            self.by_name[key] = code

    def list_codes(self) -> Iterable[KnownCode]:
        """Yield the codes that reports and persons gave to offices."""
        for (discom, level, own_code), code in self._by_code.items():
            yield KnownCode(str(discom), level, own_code, fold_name(self.nodes[code].name))
        for discom_code, level, own_code in self.aliases:
            yield KnownCode(discom_code, level, own_code, "")

    def unplaced(self, parent: str = TOP_CODE) -> str:
        """Return the *unplaced* office of a discom, or of the state, adding it where there is none yet."""
        discom = self.discom_of(parent)
        code = f"{discom}/{UNPLACED}"
        return (
            code if code in self.nodes else self.add(Node(code, "division", discom, "Unplaced", "अनिर्धारित"))
        )

    def move(self, code: str, parent: str) -> None:
        """Put an office under another parent of the same discom."""
        node = replace(self.nodes[code], parent_code=parent)
        self.nodes[code] = node
        self.is_changed = True
        self.remember_name(parent, node.level, node.name, code)

    def rename(self, code: str, name: str) -> None:
        """Call an office by another name; its Hindi name is then unknown."""
        node = replace(self.nodes[code], name=name, name_hi="")
        self.nodes[code] = node
        self.is_changed = True
        self.remember_name(node.parent_code or TOP_CODE, node.level, name, code)

    def find_code(self, discom: Ident, level: str, code: str) -> str | None:
        """Return the office that a code means within a discom, None where it means none."""
        return self._by_code.get((discom, level, code))

    def find_unique_name(self, discom: str, level: str, name: str) -> str | None:
        """Return the one office of a discom that has this name at its level, None where none or several have."""
        found = self._unique_names.get((discom, level, name), set())
        return next(iter(found)) if len(found) == 1 else None

    def discoms_with(self, level: str, code: str) -> set[str]:
        """Return the discoms that have an office of this level and code."""
        return {self.discom_of(one) for one in self._anywhere.get((level, code), ())}

    def number(self) -> list[Office]:
        """Number the offices depth first; see `number_offices`."""
        return number_offices(self.nodes, self.numbers)

    def discom_of(self, code: str) -> str:
        """Return the code of the discom that an office belongs to, the state's own for the state."""
        node = self.nodes[code]
        while node.level not in ("discom", "state"):
            node = self.nodes[node.parent_code or TOP_CODE]
        return node.code


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
    for *node, office_no, last_no in _queries.list_places(cursor):
        tree.add(Node(*node))
        tree.numbers[node[0]] = Numbers(office_no, last_no, node[2])
    tree.aliases = {
        (parent, level, alias): code for parent, level, alias, code in _queries.list_all_aliases(cursor)
    }
    for parent, level, name, code in _queries.list_earlier_names(cursor):
        tree.remember_name(parent, level, name, code)
    tree.is_changed = False
    if TOP_CODE not in tree.nodes:
        english, hindi = known_names()[TOP_CODE]
        tree.add(Node(TOP_CODE, "state", None, english, hindi))
    return tree
