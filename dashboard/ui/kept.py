"""What pages keep between runs: answers and drawings that stay right until the data changes.

`kept(visitor, "coverage.of", (office.code,), lambda: coverage_of(db, scope, office.code))` asks once and then remembers, for
everyone of the same role and office in the same language. Keep what depends on nothing but the data, the right, the language
and the key: nothing of one person's own, nothing that a running delivery moves, no time of day (put the day into the key).
"""

from collections.abc import Callable, Hashable
from typing import TypeVar

from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language

T = TypeVar("T")


def kept(visitor: Visitor, name: str, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """Return what `make` gave for this name, key, right and language since the data last changed; do not change it."""
    scope = visitor.scope
    right = (scope.role, scope.office_code, scope.first_no, scope.last_no)
    return visitor.rt.db.recall((name, key, right, current_language()), make)
