"""The gate: the form, our counting, the row read anew in every run."""

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboard.access.sign_in import cookie_key, end_sessions
from dashboard.access.users import disable_user
from dashboard.config import PROJECT_DIR
from dashboard.runtime import Runtime
from dashboard.ui.catalogue import say
from dashboard.ui.sign_in import COOKIE_NAME
from tests.conftest import NOON
from tests.views.conftest import PASSWORD, Opener


def _sign_in(app: AppTest, username: str, password: str) -> AppTest:
    app.run()
    app.text_input(key="sign_in_username").set_value(username)
    app.text_input(key="sign_in_password").set_value(password)
    return app.button(key="sign_in_submit").click().run()


def _is_inside(app: AppTest) -> bool:
    return not app.get("form_submit_button") and any(button.key == "page_sign_out" for button in app.button)


def test_a_right_password_opens_the_coverage_page(rt: Runtime, open_app: AppTest) -> None:
    app = _sign_in(open_app, "ee", PASSWORD)
    assert not app.exception
    assert _is_inside(app)
    assert app.session_state["username"] == "ee"


def _cookies_set(app: AppTest) -> list[dict[str, Any]]:
    """Return what the page tells the browser of the cookie that it shall keep."""
    calls = [json.loads(element.proto.json_args) for element in app.get("component_instance")]
    return [call for call in calls if call.get("cookie") == COOKIE_NAME and call["method"] == "set"]


def _sets_cookie(app: AppTest) -> bool:
    return bool(_cookies_set(app))


def test_the_cookie_ends_with_the_session_wherever_the_browser_stands(rt: Runtime, open_app: AppTest) -> None:
    (cookie,) = _cookies_set(_sign_in(open_app, "ee", PASSWORD))
    told = datetime.fromisoformat(cookie["options"]["expires"])
    signed = jwt.decode(cookie["value"], cookie_key(rt.db), algorithms=["HS256"])
    end = (NOON + timedelta(hours=rt.settings.session_hours)).replace(tzinfo=UTC)
    assert told == datetime.fromtimestamp(signed["exp_date"], UTC) == end


def test_a_click_that_comes_before_the_browser_has_its_cookie_does_not_lose_it(
    rt: Runtime, open_app: AppTest
) -> None:
    app = _sign_in(open_app, "ee", PASSWORD)
    assert _sets_cookie(app)
    assert _sets_cookie(app.run())
    app.session_state["set"] = True  # as the browser's answer leaves it
    app.run()
    assert not app.exception
    assert _is_inside(app)
    assert not _sets_cookie(app)
    assert not _sets_cookie(app.run())


def test_the_name_is_taken_in_any_case_and_with_blanks(rt: Runtime, open_app: AppTest) -> None:
    assert _is_inside(_sign_in(open_app, "  EE ", PASSWORD))


def test_a_wrong_password_says_so_and_opens_nothing(rt: Runtime, open_app: AppTest) -> None:
    app = _sign_in(open_app, "ee", "wrong-wrong-wrong")
    assert app.error
    assert not _is_inside(app)


def test_an_unknown_name_reads_like_a_wrong_password(rt: Runtime, open_app: AppTest) -> None:
    known = _sign_in(open_app, "ee", "wrong-wrong-wrong").error[0].value
    unknown = _sign_in(open_app, "nobody", "wrong-wrong-wrong").error[0].value
    assert known == unknown


def test_five_wrong_passwords_lock_even_the_right_one(rt: Runtime, open_app: AppTest) -> None:
    app = open_app
    for _ in range(5):
        app = _sign_in(app, "ee", "wrong-wrong-wrong")
    app = _sign_in(app, "ee", PASSWORD)
    assert not _is_inside(app)
    assert app.error[0].value == say("hi", "sign_in.wrong")  # as for any wrong one


def test_an_empty_form_is_not_counted(rt: Runtime, open_app: AppTest) -> None:
    app = open_app
    for _ in range(6):
        app = _sign_in(app, "ee", "")
    assert _is_inside(_sign_in(app, "ee", PASSWORD))


def test_a_disabled_account_is_out_with_the_next_run(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "ee")
    assert _is_inside(app)
    disable_user(rt.db, rt.clock, username="ee", by=None)
    assert not _is_inside(app.run())


def test_signing_out_anywhere_ends_every_session(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "ee")
    end_sessions(rt.db, lambda: NOON + timedelta(seconds=1), "ee")
    assert not _is_inside(app.run())


def test_sign_out_shows_the_form_again(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "ee")
    app.button(key="page_sign_out").click().run()
    assert not app.exception
    assert not _is_inside(app)
    assert app.text_input(key="sign_in_username")


def test_the_language_switch_is_remembered_in_the_row(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "minister")
    assert app.title[0].value == "Coverage"
    app.get_by_key("page_language").set_value("hi").run()
    assert app.title[0].value == "कवरेज"
    with rt.db.read() as cursor:
        assert cursor.execute("SELECT language FROM app_user WHERE username = 'minister'").fetchall() == [
            ("hi",)
        ]


def _cookie(rt: Runtime, username: str, expires_at: datetime, key: str | None = None) -> dict[str, str]:
    moment = expires_at.replace(tzinfo=UTC).timestamp()
    token = jwt.encode(
        {"username": username, "exp_date": moment}, key or cookie_key(rt.db), algorithm="HS256"
    )
    return {COOKIE_NAME: token}


@pytest.fixture
def with_cookies(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    def bring(cookies: dict[str, str]) -> None:
        monkeypatch.setattr(type(st.context), "cookies", property(lambda self: cookies))

    return bring


def test_a_signed_cookie_takes_the_session_up(
    rt: Runtime, open_app: AppTest, with_cookies: Callable[[dict[str, str]], None]
) -> None:
    with_cookies(_cookie(rt, "ee", NOON + timedelta(hours=5)))
    assert _is_inside(open_app.run())


@pytest.mark.parametrize(
    ("hours", "key"),
    [
        (5, "another-key-of-thirty-two-bytes-or-more"),  # forged
        (-1, None),  # too old
        (-20, None),  # from before the account
    ],
)
def test_a_cookie_that_does_not_stand_opens_nothing(
    rt: Runtime,
    open_app: AppTest,
    with_cookies: Callable[[dict[str, str]], None],
    hours: int,
    key: str | None,
) -> None:
    with_cookies(_cookie(rt, "ee", NOON + timedelta(hours=hours), key))
    assert not _is_inside(open_app.run())


def test_a_copied_cookie_dies_with_the_sign_out(
    rt: Runtime, open_app: AppTest, with_cookies: Callable[[dict[str, str]], None]
) -> None:
    with_cookies(_cookie(rt, "ee", NOON + timedelta(hours=5)))
    end_sessions(rt.db, rt.clock, "ee")
    assert not _is_inside(open_app.run())


def test_the_launcher_leaves_the_sign_in_package_alone() -> None:
    """Its cookie component, declared before the server stands, is not found by browsers: no cookie, signed out at every reload."""
    script = "import sys, app; sys.exit('streamlit_authenticator' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", script], cwd=PROJECT_DIR, capture_output=True).returncode == 0
    )
