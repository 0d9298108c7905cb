"""Which office stands under which: what the rows of an import claim, weighed against each other and what is known."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from dashboard.registry.offices import TOP_CODE

# An office that is known is called by its code; one that is not yet, by how the rows name it:
# ("code", discom, level, code) or ("name", office above, level, name); ("unclear", …) where its code is used in several discoms.
Ident = str | tuple[Any, ...]


class Claims:
    """The offices above that rows name for an office, and what comes of them.

    `parent_of(code)` is what is known of an office, `leaf_count(code)` how many feeders (or other lowest offices) it has.
    """

    def __init__(
        self, parent_of: Callable[[str], str | None], leaf_count: Callable[[str], int], *, may_move: bool
    ) -> None:
        self._parent_of = parent_of
        self._leaf_count = leaf_count
        self._may_move = may_move
        self.names: dict[Ident, Counter[str]] = {}  # what rows call an office beside its code
        self._claimed: dict[Ident, Counter[Ident]] = {}
        self._weaker: dict[Ident, Ident] = {}
        self._decided: dict[Ident, Ident | None] = {}
        self._agreed: dict[tuple[Ident, Ident], bool] = {}

    def add(self, office: Ident, above: Ident, *, is_next: bool) -> None:
        """Count one row that names `above` over `office`; `is_next`: no level between them was left blank."""
        if is_next:
            self._claimed.setdefault(office, Counter())[above] += 1
        else:
            self._weaker.setdefault(office, above)

    def count_name(self, office: Ident, name: str) -> None:
        self.names.setdefault(office, Counter())[name] += 1

    def find_parent(self, office: Ident) -> Ident | None:
        """Return the office above, decided once and for all rows: what most rows say, where that can be believed."""
        if office not in self._decided:
            self._decided[office] = self._decide(office)
        return self._decided[office]

    def agrees(self, office: Ident, above: Ident) -> bool:
        """Return whether a row that names `above` over `office` agrees with what was decided."""
        key = (office, above)
        if key not in self._agreed:
            step = self.find_parent(office)
            while step is not None and step != above:
                step = self.find_parent(step)
            self._agreed[key] = step is not None
        return self._agreed[key]

    def _decide(self, office: Ident) -> Ident | None:
        claimed = self._claimed.get(office)
        if isinstance(office, str):
            return self._weigh(office, self._parent_of(office), claimed)
        if office[0] == "code" and claimed:
            return _most_claimed(claimed, None)
        return self._weaker.get(office, office[1])

    def _weigh(self, office: str, known: str | None, claimed: "Counter[Ident] | None") -> Ident | None:
        """A known office moves where most rows say so, and more of them than half of what it has below: not for a stray row."""
        if not self._may_move:
            return known
        if not claimed:  # reports without a discom put it below the state itself
            return self._weaker.get(office, known) if known == TOP_CODE else known
        best = _most_claimed(claimed, known)
        return best if claimed[best] * 2 > self._leaf_count(office) else known


def _most_claimed(claimed: "Counter[Ident]", known: str | None) -> Ident:
    return min(claimed, key=lambda above: (-claimed[above], above != known, str(above)))
