"""The webhook's door: verify on the raw body, store it, answer. What it says is applied later."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dashboard.config import Settings
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("webhook.sql"))
UPDATES_A_POST = (
    1_000  # Meta's limit; a signed body with more is taken all the same, for a refusal would lose it
)
LONGEST_BODY = 3 * 1024 * 1024  # bytes; Meta's limit
_SIGNATURE = "x-hub-signature-256"
_SIGNED = re.compile(r"sha256=[0-9a-fA-F]{64}")


@dataclass
class WebhookCounts:
    """What came to the door since the start; counted in memory, so that a flood costs nothing."""

    stored: int = 0
    forged: int = 0  # no signature, or not ours: 401
    too_long: int = 0  # 413
    turned_away: int = (
        0  # 503: the disk does not keep up, or the body does not end; WhatsApp brings them again
    )
    being_read: int = 0  # bytes of bodies that have not come to their end

    def note(self, status: int) -> None:
        """Count one answer."""
        name = {200: "stored", 401: "forged", 413: "too_long"}.get(status, "turned_away")
        setattr(self, name, getattr(self, name) + 1)


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
    status = judge_body(settings, headers, body)
    if status == 200:
        now = clock()
        db.write(
            lambda cursor: insert_bodies(cursor, [(now, body)]), alters_pages=False, alters_accounts=False
        )
    return status


def judge_body(settings: Settings, headers: Mapping[str, str], body: bytes) -> int:
    """Return the HTTP status that a body deserves, before it is stored: 200, 401 unsigned, 413 too long."""
    if len(body) > LONGEST_BODY:
        return 413
    given = _find_signature(headers)
    if not settings.app_secret or not _is_same(sign(settings.app_secret, body), given):
        return 401
    return 200


def judge_head(settings: Settings, headers: Mapping[str, str]) -> int:
    """Return the HTTP status that a call deserves before its body is read: 401 without anything like a signature, 413 too long."""
    if not settings.app_secret or not _SIGNED.fullmatch(_find_signature(headers)):
        return 401
    length = _find_header(headers, "content-length")
    return (
        413
        if length.isascii() and length.isdigit() and len(length) < 20 and int(length) > LONGEST_BODY
        else 200
    )


def _find_signature(headers: Mapping[str, str]) -> str:
    return _find_header(headers, _SIGNATURE)


def _find_header(headers: Mapping[str, str], wanted: str) -> str:
    """Return a header whatever the case of its name; the server's own mapping finds it at once."""
    if (value := headers.get(wanted)) is not None:
        return value
    return next((value for name, value in headers.items() if name.lower() == wanted), "")


def insert_bodies(cursor: Cursor, bodies: list[tuple[datetime, bytes]]) -> None:
    """Write bodies down with the moments at which they came."""
    _queries.insert_raw(
        cursor, places=list(range(1, len(bodies) + 1)), moments=[at for at, _ in bodies], bodies=[body for _, body in bodies]
    )  # fmt: skip


def sign(secret: str, body: bytes) -> str:
    """Return the signature of a body as Meta writes it into the header."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def _is_same(wanted: str, given: str) -> bool:
    return hmac.compare_digest(wanted.encode(), given.encode())
