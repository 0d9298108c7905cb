"""Headers of exports that the product did not know until an administrator said what they are."""

from pathlib import Path

import pandas as pd

from dashboard.access.audit import record
from dashboard.access.scope import Scope
from dashboard.errors import BadInput
from dashboard.registry.headers import Headers, fold_header, shipped_headers
from dashboard.registry.import_log import require_whole_state
from dashboard.registry.offices import TOP_CODE
from dashboard.registry.plain_files import FIELDS
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("header_aliases.sql"))
_KIND = "export"


def load_headers(db: Database) -> Headers:
    """Return all headers of exports that are known: those that ship, before those that were said, which change no meaning."""
    with db.read() as cursor:
        said = {row[0]: row[2] for row in _queries.list_aliases(cursor)}
    shipped = shipped_headers(_KIND)
    return {**shipped, **said, **shipped}


def list_header_aliases(db: Database, scope: Scope) -> pd.DataFrame:
    """Return what was said: header, written, field, username, said_at. Needs Right.IMPORT over the whole state."""
    require_whole_state(scope)
    with db.read() as cursor:
        return pd.DataFrame(
            list(_queries.list_aliases(cursor)), columns=["header", "written", "field", "username", "said_at"]
        )


def add_header_alias(db: Database, scope: Scope, clock: Clock, header: str, field: str) -> None:
    """Say which field a header is, for this and all later exports. Needs Right.IMPORT over the whole state.

    Raises BadInput("header_empty") for one without a letter, ("header_number") for a row of data, ("header_field") for an
    unknown field, ("header_taken", field) where the header is known as another field.
    """
    require_whole_state(scope)
    folded = fold_header(header)
    if not folded:
        raise BadInput("header_empty")
    if folded.isdigit():
        raise BadInput("header_number", header=header[:60])
    if field not in FIELDS:
        raise BadInput("header_field", field=field)

    def change(cursor: Cursor) -> None:
        known = {row[0]: row[2] for row in _queries.list_aliases(cursor)} | dict(shipped_headers(_KIND))
        if known.get(folded, field).removesuffix("_weak") != field:
            raise BadInput("header_taken", header=header[:60], field=known[folded].removesuffix("_weak"))
        if folded in known:
            return
        now = clock()
        _queries.insert_alias(
            cursor, header=folded, written=header.strip()[:120], field=field, username=scope.username, said_at=now
        )  # fmt: skip
        record(
            cursor, now, scope.username, "headers.add", office_code=TOP_CODE, detail={"header": folded, "means": field}
        )  # fmt: skip

    db.write(change)


def remove_header_alias(db: Database, scope: Scope, clock: Clock, header: str) -> None:
    """Forget what was said of a header; rows that came under it stay. Needs Right.IMPORT over the whole state.

    Raises BadInput("header_unknown") for one that nobody said anything of.
    """
    require_whole_state(scope)
    folded = fold_header(header)

    def change(cursor: Cursor) -> None:
        if folded not in {row[0] for row in _queries.list_aliases(cursor)}:
            raise BadInput("header_unknown", header=header[:60])
        _queries.delete_alias(cursor, header=folded)
        record(
            cursor, clock(), scope.username, "headers.remove", office_code=TOP_CODE, detail={"header": folded}
        )

    db.write(change)
