"""Numbers offices depth first with room between them, so that a new office leaves the others' numbers alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.registry.offices import LEVELS, Node, Office

# Free numbers kept below an office of each level: for more of its kind than a state founds in many years. All of a state of
# 30,000 offices takes about 5 crore numbers of the 214 that the column holds.
_ROOM = {
    "state": 20_000_000, "discom": 2_000_000, "zone": 250_000, "circle": 60_000, "division": 5_000, "subdivision": 1_000,
    "substation": 50, "feeder": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Numbers:
    """The numbers that an office has, and the parent under which it got them."""

    office_no: int
    last_no: int
    parent_code: str | None


class _NoRoom(Exception):
    """A parent has too few free numbers left."""


def number_offices(nodes: Mapping[str, Node], known: Mapping[str, Numbers]) -> list[Office]:
    """Return the offices in the order of their numbers, the state first with number 1.

    An office that stands where it stood keeps its numbers; a new or moved one gets free numbers of its parent, with all below
    it. Where a parent has no room left, all are numbered anew: every consumer's row then changes.
    """
    children: dict[str | None, list[Node]] = {}
    for node in sorted(nodes.values(), key=lambda node: (LEVELS.index(node.level), node.code)):
        children.setdefault(node.parent_code, []).append(node)
    try:
        placed = _Numbering(children, known).place_all()
    except _NoRoom:
        placed = _Numbering(children, {}).place_all()
    return sorted(placed, key=lambda office: office.office_no)


class _Numbering:
    def __init__(self, children: Mapping[str | None, list[Node]], known: Mapping[str, Numbers]) -> None:
        self._children = children
        self._known = known
        self._placed: list[Office] = []

    def place_all(self) -> list[Office]:
        next_no = 1
        for top in self._children.get(None, []):
            known = self._known.get(top.code)
            next_no = self._place(top, None, known.office_no if known else next_no, known) + 1
        return self._placed

    def _place(self, node: Node, parent_no: int | None, own_no: int, known: Numbers | None) -> int:
        """Number an office and all below it; return the last number of its interval."""
        children = self._children.get(node.code, [])
        staying = {child.code: self._known[child.code] for child in children if known and self._stays(child)}
        next_no = max((numbers.last_no for numbers in staying.values()), default=own_no) + 1
        for child in children:
            numbers = staying.get(child.code)
            if numbers:
                self._place(child, own_no, numbers.office_no, numbers)
            else:
                next_no = self._place(child, own_no, next_no, None) + 1
        last_no = known.last_no if known else next_no - 1 + _ROOM[node.level]
        if next_no - 1 > last_no:
            raise _NoRoom
        self._placed.append(
            Office(own_no, last_no, parent_no, node.code, node.level, node.name, node.name_hi, node.district)
        )
        return last_no

    def _stays(self, child: Node) -> bool:
        numbers = self._known.get(child.code)
        return numbers is not None and numbers.parent_code == child.parent_code
