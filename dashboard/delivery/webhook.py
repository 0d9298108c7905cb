"""The webhook's door: verify on the raw body, store it, answer. What it says is applied later."""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

from dashboard.config import Settings
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("webhook.sql"))
LONGEST_BODY = 3 * 1024 * 1024  # bytes; Meta's limit
_SIGNATURE = "x-hub-signature-256"


def answer_handshake(settings: Settings, query: Mapping[str, str]) -> str | None:
    """Return the challenge that Meta's handshake wants back, None where it does not know our verify token."""
    wanted, given = settings.verify_token, query.get("hub.verify_token", "")
    if not wanted or query.get("hub.mode") != "subscribe" or not _is_same(wanted, given):
        return None
    return query.get("hub.challenge", "")


def receive(db: Database, settings: Settings, clock: Clock, headers: Mapping[str, str], body: bytes) -> int:
    """Store a signed body and return the HTTP status: 200 once it is on disk, 401 unsigned, 413 too long.

    A system function: the signature is the caller's only right.
    """
    if len(body) > LONGEST_BODY:
        return 413
    given = next((value for name, value in headers.items() if name.lower() == _SIGNATURE), "")
    if not settings.app_secret or not _is_same(sign(settings.app_secret, body), given):
        return 401
    now = clock()
    db.write(lambda cursor: _queries.insert_raw(cursor, now=now, body=body))
    return 200


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a body as Meta writes it into the header."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _is_same(wanted: str, given: str) -> bool:
    return hmac.compare_digest(wanted.encode(), given.encode())
