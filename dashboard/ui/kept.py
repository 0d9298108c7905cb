"""What pages keep between runs: an office's figures and drawings, which stay right until the data changes.

`kept(visitor, office, "coverage.of", (), lambda: coverage_of(db, scope, office.code))` asks once and then remembers, for
everyone who may see that office's figures, in the same language. Keep what depends on nothing but the data, the office, the
language and the key: figures that every role sees, nothing of one person's own, nothing that a running delivery moves, no
time of day (put the day into the key).
"""

from collections.abc import Callable, Hashable
from typing import TypeVar

from dashboard.registry.offices import Office, get_office
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language

T = TypeVar("T")


def kept(visitor: Visitor, office: Office, name: str, key: tuple[Hashable, ...], make: Callable[[], T]) -> T:
    """Return what `make` gave for this office, name, key and language since the data last changed; do not change it.

    Raises Refused("office") for an office outside the visitor's scope, whether its answer is kept or not.
    """
    db = visitor.rt.db
    get_office(db, visitor.scope, office.code)
    return db.recall((name, office.code, key, current_language()), make)
