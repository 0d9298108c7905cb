"""The gate's own rules: wrong passwords are counted and lock; every run re-reads the person's row; a cookie can be revoked."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import bcrypt

from dashboard.access.audit import record
from dashboard.access.scope import Scope
from dashboard.access.users import HASH_ROUNDS, User, find_user, queries
from dashboard.config import Settings
from dashboard.errors import Refused
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.facts import keep_secret

_ALL_OFFICES = 2_147_483_647


@dataclass(frozen=True)
class SignIn:
    """What a password came to: ok, wrong or locked (until when, UTC)."""

    result: str
    locked_until: datetime | None = None


@cache
def _nobodys_hash() -> bytes:
    return bcrypt.hashpw(secrets.token_bytes(16), bcrypt.gensalt(HASH_ROUNDS))


def check_password(db: Database, clock: Clock, settings: Settings, username: str, password: str) -> SignIn:
    """Check a password, count a wrong one, lock at the limit. An unknown name takes as long as a known or a locked one."""
    now = clock()
    user = find_user(db, username)
    is_right = _matches(password, user)
    if user is not None and user.locked_until is not None and user.locked_until > now:
        return SignIn("locked", user.locked_until)
    if user is None or not user.is_active:
        return SignIn("wrong")
    if is_right:
        return db.write(lambda cursor: _let_in(cursor, user.username, now), alters_pages=False)
    return db.write(lambda cursor: _count_wrong(cursor, settings, user.username, now), alters_pages=False)


def _matches(password: str, user: User | None) -> bool:
    stored = user.password_hash.encode() if user and user.is_active else _nobodys_hash()
    return bcrypt.checkpw(password.encode()[:72], stored)


def _let_in(cursor: Cursor, username: str, now: datetime) -> SignIn:
    """Let in whom no lock has hit while the password was checked: guesses made at once count one by one."""
    locked_until = _read_lock(cursor, username)
    if locked_until and locked_until > now:
        return SignIn("locked", locked_until)
    queries.forget_failures(cursor, username=username)
    record(cursor, now, username, "sign_in.ok")
    return SignIn("ok")


def _count_wrong(cursor: Cursor, settings: Settings, username: str, now: datetime) -> SignIn:
    until = now + timedelta(minutes=settings.lock_minutes)
    queries.count_failure(cursor, username=username, limit_count=settings.lock_after_failures, until=until)
    record(cursor, now, username, "sign_in.wrong")
    locked_until = _read_lock(cursor, username)
    return SignIn("locked", locked_until) if locked_until and locked_until > now else SignIn("wrong")


def _read_lock(cursor: Cursor, username: str) -> datetime | None:
    row = cursor.execute("SELECT locked_until FROM app_user WHERE username = ?", [username]).fetchone()
    return row[0] if row else None


def load_scope(db: Database, username: str) -> Scope:
    """Return a person's right as their row has it now. Raises Refused("signed_out") where they may not come in any more."""
    user = find_user(db, username)
    if user is None:
        raise Refused("signed_out")
    return scope_of(db, user)


def scope_of(db: Database, user: User) -> Scope:
    """Return the right of a row that was read just now. Raises as `load_scope`."""
    if not user.is_active:
        raise Refused("signed_out")
    row = db.recall(("office_numbers", user.office_code), lambda: _read_numbers(db, user.office_code))
    if row is None:  # before the first export there is only the state
        if user.office_code != "UP":
            raise Refused("office")
        row = (1, _ALL_OFFICES)
    return Scope(user.username, user.role, user.office_code, int(row[0]), int(row[1]))


def _read_numbers(db: Database, office_code: str) -> tuple[int, int] | None:
    with db.read() as cursor:
        return cursor.execute(
            "SELECT office_no, last_no FROM office WHERE code = ?", [office_code]
        ).fetchone()


def session_is_valid(user: User, began_at: datetime) -> bool:
    """Return whether a session begun at that time still stands."""
    return (
        user.is_active and began_at + timedelta(milliseconds=1) >= user.sessions_valid_from
    )  # a cookie rounds


def end_sessions(db: Database, clock: Clock, username: str) -> None:
    """Make every cookie of a person worthless that was given until now."""

    def change(cursor: Cursor) -> None:
        queries.end_sessions(cursor, username=username, now=clock())
        record(cursor, clock(), username, "sign_out")

    db.write(change, alters_pages=False)


def credentials_of(db: Database) -> dict[str, Any]:
    """Return the active accounts in the shape that streamlit-authenticator reads."""
    with db.read() as cursor:
        rows = list(queries.list_credentials(cursor))
    return {
        "usernames": {
            username: {"name": name, "email": "", "password": hashed} for username, name, hashed in rows
        }
    }


def cookie_key(db: Database) -> str:
    """Return the installation's key for session cookies: 32 random bytes, made when first asked for."""
    return db.recall(("cookie_key",), lambda: db.write(_keep_key, alters_pages=False))


def _keep_key(cursor: Cursor) -> str:
    return keep_secret(cursor, "cookie_key", 32)
