"""Signing in: counting, locking, revoking; nobody may manage those beyond their office."""

from base64 import urlsafe_b64decode
from datetime import timedelta

import bcrypt
import pytest

from dashboard.access import sign_in
from dashboard.access.scope import Role, Scope
from dashboard.access.sign_in import check_password, cookie_key, end_sessions, load_scope, session_is_valid
from dashboard.access.users import (
    User,
    add_user,
    change_password,
    disable_user,
    enable_user,
    find_user,
    hash_password,
    list_users,
)
from dashboard.config import Settings
from dashboard.errors import BadInput, Refused
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import SLOW_SALT

PASSWORD = "correct horse 1"


@pytest.fixture
def settings() -> Settings:
    return Settings(lock_after_failures=5, lock_minutes=15)


def _add(db: Database, clock: Clock, name: str = "asha", by: Scope | None = None) -> None:
    add_user(
        db,
        clock,
        username=name,
        full_name="Asha",
        role=Role.VIEWER,
        office_code="UP",
        password=PASSWORD,
        by=by,
    )


def test_the_fifth_wrong_password_locks_for_fifteen_minutes(
    db: Database, clock: Clock, settings: Settings
) -> None:
    _add(db, clock)
    answers = [check_password(db, clock, settings, "asha", "wrong password").result for _ in range(5)]
    assert answers == ["wrong"] * 4 + ["locked"]
    assert check_password(db, clock, settings, "asha", PASSWORD).result == "locked"
    later = clock() + timedelta(minutes=15, seconds=1)
    assert check_password(db, lambda: later, settings, "ASHA ", PASSWORD).result == "ok"


def test_a_right_password_forgets_the_wrong_ones(db: Database, clock: Clock, settings: Settings) -> None:
    _add(db, clock)
    for _ in range(3):
        assert [check_password(db, clock, settings, "asha", "wrong password").result for _ in range(4)] == [
            "wrong"
        ] * 4
        assert check_password(db, clock, settings, "asha", PASSWORD).result == "ok"


def test_a_password_costs_whoever_guesses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests hash with few rounds, the application with 2 to the 12th: an unknown name takes as long as a known one."""
    monkeypatch.setattr(bcrypt, "gensalt", SLOW_SALT)
    sign_in._nobodys_hash.cache_clear()
    assert hash_password(PASSWORD).startswith("$2b$12$")
    assert sign_in._nobodys_hash().startswith(b"$2b$12$")
    sign_in._nobodys_hash.cache_clear()


def test_an_unknown_name_is_told_the_same_as_a_wrong_password(
    db: Database, clock: Clock, settings: Settings
) -> None:
    assert check_password(db, clock, settings, "nobody", PASSWORD).result == "wrong"


def test_every_name_costs_the_same_whether_unknown_known_or_locked(
    db: Database, clock: Clock, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _add(db, clock)
    counted: list[bytes] = []
    checkpw = bcrypt.checkpw

    def count(password: bytes, stored: bytes) -> bool:
        counted.append(stored)
        return checkpw(password, stored)

    monkeypatch.setattr(bcrypt, "checkpw", count)
    for _ in range(5):
        check_password(db, clock, settings, "asha", "wrong")
    assert check_password(db, clock, settings, "asha", PASSWORD).result == "locked"
    check_password(db, clock, settings, "nobody", PASSWORD)
    assert len(counted) == 7  # a locked account that answers at once would tell that there is one


def test_signing_out_and_a_new_password_revoke_earlier_sessions(db: Database, clock: Clock) -> None:
    _add(db, clock)
    began = clock() + timedelta(minutes=1)
    user = find_user(db, "asha")
    assert user and session_is_valid(user, began)
    end_sessions(db, lambda: began + timedelta(minutes=1), "asha")
    user = find_user(db, "asha")
    assert user and not session_is_valid(user, began)
    change_password(
        db, lambda: began + timedelta(hours=1), username="asha", password="another horse 2", by=None
    )
    user = find_user(db, "asha")
    assert user and not session_is_valid(user, began + timedelta(minutes=5))


def test_a_disabled_person_is_out_at_once(db: Database, clock: Clock, settings: Settings) -> None:
    _add(db, clock)
    disable_user(db, clock, username="asha", by=None)
    assert check_password(db, clock, settings, "asha", PASSWORD).result == "wrong"
    with pytest.raises(Refused):
        load_scope(db, "asha")


def test_a_disabled_person_is_let_in_again_but_no_session_of_before(
    db: Database, clock: Clock, settings: Settings
) -> None:
    _add(db, clock)
    began = clock()
    disable_user(db, lambda: began + timedelta(minutes=1), username="asha", by=None)
    enable_user(db, lambda: began + timedelta(minutes=2), username="asha", by=None)
    assert check_password(db, clock, settings, "asha", PASSWORD).result == "ok"
    user = find_user(db, "asha")
    assert user and not session_is_valid(user, began)


@pytest.mark.parametrize(
    ("password", "code"),
    [("short", "password_short"), ("क" * 40, "password_long"), (" leading blank 1", "password_blank")],
)
def test_a_password_that_would_fail_later_is_refused_now(
    db: Database, clock: Clock, password: str, code: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        add_user(
            db,
            clock,
            username="x1",
            full_name="",
            role=Role.VIEWER,
            office_code="UP",
            password=password,
            by=None,
        )
    assert refusal.value.code == code


@pytest.mark.parametrize("role", [Role.VIEWER, Role.COMPOSER, Role.APPROVER])
def test_only_administrators_manage_accounts(db: Database, clock: Clock, role: Role) -> None:
    _add(db, clock)
    scope = Scope("x", role, "UP", 1, 9)
    for attempt in (
        lambda: _add(db, clock, "new", by=scope),
        lambda: disable_user(db, clock, username="asha", by=scope),
        lambda: enable_user(db, clock, username="asha", by=scope),
        lambda: change_password(db, clock, username="asha", password=PASSWORD, by=scope),
        lambda: list_users(db, scope),
    ):
        with pytest.raises(Refused):
            attempt()


def test_the_cookie_key_is_long_and_stays(db: Database) -> None:
    assert len(urlsafe_b64decode(f"{cookie_key(db)}=")) == 32
    assert cookie_key(db) == cookie_key(db)


def test_two_people_cannot_have_one_name(db: Database, clock: Clock) -> None:
    _add(db, clock)
    with pytest.raises(BadInput) as refusal:
        _add(db, clock, "Asha")
    assert refusal.value.code == "username_taken"


def test_a_lock_that_falls_while_the_password_is_checked_holds(
    db: Database, clock: Clock, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guesses sent all at once each began before the lock: the right one among them must not get in."""
    _add(db, clock)
    check_for_real = sign_in._matches

    def check_slowly(password: str, user: User | None) -> bool:
        monkeypatch.setattr(sign_in, "_matches", check_for_real)
        for _ in range(5):
            check_password(db, clock, settings, "asha", "wrong password")
        return check_for_real(password, user)

    monkeypatch.setattr(sign_in, "_matches", check_slowly)
    assert check_password(db, clock, settings, "asha", PASSWORD).result == "locked"
