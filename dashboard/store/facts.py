"""Single facts about this installation: that it is a demonstration, how far something was looked at, secrets made on the spot."""

import secrets
from pathlib import Path

from dashboard.store.connection import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("facts.sql"))


def read_fact(cursor: Cursor, name: str) -> str | None:
    """Return one fact, None where it is not known."""
    value = _queries.get_fact(cursor, name=name)
    return None if value is None else str(value)


def keep_fact(cursor: Cursor, name: str, value: str) -> None:
    """Write down a fact in place of what was known, inside a change."""
    drop_fact(cursor, name)
    _queries.insert_fact(cursor, name=name, value=value)


def drop_fact(cursor: Cursor, name: str) -> None:
    """Forget a fact, inside a change."""
    _queries.drop_fact(cursor, name=name)


def keep_secret(cursor: Cursor, name: str, size: int) -> str:
    """Return the secret of this name, inside a change: `size` random bytes as text, made when first asked for."""
    known = read_fact(cursor, name)
    if known is None:
        known = secrets.token_urlsafe(size)
        keep_fact(cursor, name, known)
    return known
