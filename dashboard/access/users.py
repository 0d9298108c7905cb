"""Accounts of people who sign in: one role, one office, kept in our own database."""

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import bcrypt
import pandas as pd

from dashboard.access.audit import record
from dashboard.access.persons import clean_staff_no, write_person
from dashboard.access.scope import Right, Role, Scope
from dashboard.errors import BadInput, Refused
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("users.sql"))
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_SHORTEST, _LONGEST_BYTES = 10, 72  # bcrypt reads no further than 72 bytes
HASH_ROUNDS = 12
_NAMED_ROLES = (Role.COMPOSER, Role.APPROVER)  # their word decides what goes out
_RESERVED = {"clock"}  # what the machine does by itself stands in the audit trail under this name


@dataclass(frozen=True)
class User:
    """One account as it stands now."""

    username: str
    full_name: str
    role: Role
    office_code: str
    password_hash: str
    mobile: int | None
    language: str
    is_active: bool
    failed_count: int
    locked_until: datetime | None
    sessions_valid_from: datetime
    created_at: datetime

    def __repr__(self) -> str:
        return f"User({self.username})"


def find_user(db: Database, username: str) -> User | None:
    """Return an account by its name in any case, None where there is none. For the gate, not for pages."""
    name = username.strip().lower()
    return db.recall_to_the_letter(("user", name), lambda: _look_up(db, name))


def _look_up(db: Database, name: str) -> User | None:
    with db.read() as cursor:
        return read_user(cursor, name)


def read_user(cursor: Cursor, username: str) -> User | None:
    row = queries.get_user(cursor, username=username)
    return User(row[0], row[1], Role(row[2]), *row[3:]) if row else None


def add_user(
    db: Database,
    clock: Clock,
    *,
    username: str,
    full_name: str,
    role: Role,
    office_code: str,
    password: str,
    mobile: int | None = None,
    language: str = "hi",
    staff_no: str = "",
    by: Scope | None,
) -> User:
    """Make an account; `by` None only from the command line, where whoever may start the program may.

    `staff_no` tells whose account it is; whoever writes or approves notices needs one on the page.
    Raises BadInput: staff_no_form, staff_no_missing, username_form, username_taken, password_short, password_long, office_unknown; Refused outside the scope.
    """
    name = username.strip().lower()
    if not _USERNAME.fullmatch(name):
        raise BadInput("username_form")
    person = clean_staff_no(staff_no)
    if by is not None and not person and role in _NAMED_ROLES:
        raise BadInput("staff_no_missing")
    password_hash = hash_password(password)

    def change(cursor: Cursor) -> User:
        if name in _RESERVED or read_user(cursor, name):
            raise BadInput("username_taken", username=name)
        _require_office(cursor, by, office_code)
        queries.insert_user(
            cursor, username=name, full_name=full_name.strip() or name, role=role.value, office_code=office_code,
            password_hash=password_hash, mobile=mobile, language=language, now=clock(),
        )  # fmt: skip
        if person:
            write_person(cursor, name, person, _name_actor(by), clock())
        _record(cursor, clock(), by, "user.add", name, office_code, {"role": role.value, "staff_no": person})
        user = read_user(cursor, name)
        assert user is not None
        return user

    return db.write(change)


def disable_user(db: Database, clock: Clock, *, username: str, by: Scope | None) -> None:
    """Keep a person out from now on; their sessions end. Raises BadInput("username_unknown"), Refused outside the scope."""

    def change(cursor: Cursor) -> None:
        user = _require_user(cursor, by, username)
        if by is not None and by.username == user.username:
            raise BadInput("user_self")
        queries.disable_user(cursor, username=user.username, now=clock())
        _record(cursor, clock(), by, "user.disable", user.username, user.office_code, {})

    db.write(change)


def enable_user(db: Database, clock: Clock, *, username: str, by: Scope | None) -> None:
    """Let a person in again whose account was disabled, with the password of before. Raises as `disable_user`."""

    def change(cursor: Cursor) -> None:
        user = _require_user(cursor, by, username)
        queries.enable_user(cursor, username=user.username)
        _record(cursor, clock(), by, "user.enable", user.username, user.office_code, {})

    db.write(change)


def change_password(db: Database, clock: Clock, *, username: str, password: str, by: Scope | None) -> None:
    """Set a new password; every session of the account ends. Raises as `add_user` and `disable_user`."""
    password_hash = hash_password(password)

    def change(cursor: Cursor) -> None:
        user = _require_user(cursor, by, username)
        queries.set_password(cursor, username=user.username, password_hash=password_hash, now=clock())
        _record(cursor, clock(), by, "user.password", user.username, user.office_code, {})

    db.write(change)


def set_staff_no(db: Database, clock: Clock, *, username: str, staff_no: str, by: Scope | None) -> None:
    """Say whose account an account is. Raises BadInput("staff_no_form"), ("staff_no_missing"), else as `disable_user`.

    Nobody says it of their own account: it decides who counts as another person.
    """
    person = clean_staff_no(staff_no)
    if not person:
        raise BadInput("staff_no_missing")

    def change(cursor: Cursor) -> None:
        user = _require_user(cursor, by, username)
        if by is not None and by.username == user.username:
            raise BadInput("user_self")
        write_person(cursor, user.username, person, _name_actor(by), clock())
        _record(cursor, clock(), by, "user.person", user.username, user.office_code, {"staff_no": person})

    db.write(change)


def set_language(db: Database, username: str, language: str) -> None:
    """Remember the language that a person chose for themselves."""
    if language not in ("hi", "en"):
        raise BadInput("language_unknown")
    db.write(
        lambda cursor: queries.set_language(cursor, username=username, language=language), alters_pages=False
    )


def list_users(db: Database, scope: Scope) -> pd.DataFrame:
    """Return the accounts of the scope's offices. Needs Right.MANAGE_USERS."""
    scope.require(Right.MANAGE_USERS)
    columns = [
        "username",
        "full_name",
        "role",
        "office_code",
        "office",
        "office_hi",
        "is_active",
        "locked_until",
        "created_at",
        "staff_no",
    ]
    with db.read() as cursor:
        rows = list(queries.list_users(cursor, first_no=scope.first_no, last_no=scope.last_no))
    return pd.DataFrame(rows, columns=columns)


def hash_password(password: str) -> str:
    """Return the bcrypt hash. Raises BadInput("password_short") under 10 characters, ("password_long") over 72 bytes."""
    if len(password) < _SHORTEST:
        raise BadInput("password_short", least=_SHORTEST)
    if len(password.encode()) > _LONGEST_BYTES:
        raise BadInput("password_long", most=_LONGEST_BYTES)
    if password != password.strip():
        raise BadInput("password_blank")
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(HASH_ROUNDS)).decode()


def _require_user(cursor: Cursor, by: Scope | None, username: str) -> User:
    user = read_user(cursor, username.strip().lower())
    if user is None:
        raise BadInput("username_unknown", username=username)
    _require_office(cursor, by, user.office_code)
    return user


def _require_office(cursor: Cursor, by: Scope | None, office_code: str) -> None:
    row = cursor.execute("SELECT office_no, last_no FROM office WHERE code = ?", [office_code]).fetchone()
    if by is not None:
        by.require(Right.MANAGE_USERS)
        if row is None:
            raise Refused("office")
        by.require_offices(*row)
    elif row is None and office_code != "UP":  # the first administrator comes before the first export
        raise BadInput("office_unknown", office=office_code)


def _name_actor(by: Scope | None) -> str:
    return by.username if by else "command line"


def _record(
    cursor: Cursor,
    now: datetime,
    by: Scope | None,
    action: str,
    username: str,
    office_code: str,
    detail: dict[str, str],
) -> None:
    record(
        cursor, now, _name_actor(by), action, office_code=office_code, detail={"account": username, **detail}
    )
