"""The reference that travels with each message and comes back with every report about it."""

import re

from dashboard.store.database import Cursor, Database
from dashboard.store.facts import drop_fact, keep_secret

_PREFIX = "delivery_prefix"
_REFERENCE = re.compile(r"(?P<prefix>[\w-]+)\.j(?P<job>\d{1,18})m(?P<message>\d{1,9})")


def read_prefix(db: Database) -> str:
    """Return this installation's own prefix: reports on another one's messages are never taken for ours."""
    return db.write(lambda cursor: keep_secret(cursor, _PREFIX, 9), alters_pages=False)


def renew_prefix(cursor: Cursor) -> None:
    """Take another prefix from now on; reports on earlier messages are still known by WhatsApp's id."""
    drop_fact(cursor, _PREFIX)


def make_reference(prefix: str, job_id: int, message_no: int) -> str:
    """Return the `biz_opaque_callback_data` of one message."""
    return f"{prefix}.j{job_id}m{message_no}"


def read_reference(prefix: str, text: object) -> tuple[int, int] | None:
    """Return job and message number of a reference that is ours, else None."""
    match = _REFERENCE.fullmatch(text) if isinstance(text, str) else None
    if match is None or match["prefix"] != prefix:
        return None
    return int(match["job"]), int(match["message"])
