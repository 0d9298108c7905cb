"""Derives each consumer's state, and keeps an import from touching what a consumer consented to."""

from datetime import datetime
from pathlib import Path

from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("states.sql"))


def derive_states(cursor: Cursor, first_no: int, last_no: int) -> int:
    """Set every consumer's state in an interval of offices from verdict, consent and deliverability; return how many moved.

    Idempotent. To be called inside the change that touched a number or a consent, before the cube is refreshed.
    """
    return int(_queries.derive_states(cursor, first_no=first_no, last_no=last_no))


def keep_consented_numbers(cursor: Cursor, import_id: int, now: datetime) -> int:
    """Keep in use the numbers consented to where this import brought others; return how many were kept.

    The differing cell stays in `mobile_raw`; a good one opens a case for a person to settle. To be called after
    merging and before the registry's own judgement (reader's own, shared), which then sees the number in use.
    """
    _queries.open_export_cases(cursor, import_id=import_id, opened_at=now)
    return int(_queries.restore_consented(cursor, import_id=import_id))
