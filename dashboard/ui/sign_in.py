"""The gate: the only module that knows streamlit-authenticator.

The package signs the cookie and keeps the session's state; everything that decides stands in `dashboard.access`: our code
counts wrong passwords and locks, every run reads the person's row anew, and signing out makes every earlier cookie worthless.
"""

from datetime import UTC, datetime, timedelta

import jwt
import streamlit as st
import streamlit_authenticator as stauth

from dashboard import runtime
from dashboard.access import sign_in
from dashboard.access.users import find_user
from dashboard.runtime import Runtime
from dashboard.ui.page import show_header
from dashboard.ui.visitor import SESSION_BEGAN, Visitor, find_inside, read_visitor
from dashboard.ui.words import choose_language, current_language, t

COOKIE_NAME = "upbhokta_setu"
_ENDED = "session_ended"
_COOKIE_WAITS = "cookie_waits"  # the browser has not said yet that it keeps it
_COOKIE_KEPT = "set"  # the package's own key of what the browser says


def is_inside() -> bool:
    """Tell whether this session has passed the gate before, so that its address is known."""
    return bool(st.session_state.get("authentication_status")) and not st.session_state.get(_ENDED)


def pass_gate() -> Visitor | None:
    """Return the signed-in person of this run; show the form and return None where there is nobody."""
    rt = runtime.current()
    has_ended = st.session_state.pop(_ENDED, False)
    if not has_ended and st.session_state.get("authentication_status"):
        return _check_session(rt)
    if not has_ended and _enter_by_cookie(rt):
        return read_visitor()
    package = _open_package(rt)  # one a run: a second would put its cookie component on the page twice
    if has_ended:
        _forget_session(package)
    _let_in(rt, package)
    return read_visitor() if st.session_state.get("authentication_status") else None


def end_session() -> None:
    """Sign out: every cookie of this person given so far loses its worth. Used as a button's callback."""
    rt = runtime.current()
    sign_in.end_sessions(rt.db, rt.clock, st.session_state["username"])
    st.session_state[_ENDED] = True


def _let_in(rt: Runtime, package: stauth.Authenticate) -> None:
    """Show the form and begin a session once it is answered rightly; the form then goes."""
    place = st.empty()
    with place.container():
        username = _show_form(rt)
    if username:
        place.empty()
        _begin_session(rt, package, username)


def _check_session(rt: Runtime) -> Visitor | None:
    """Read the person's row and let pass only an active one whose session began after the last sign-out."""
    user = find_inside(rt)
    if user is None:
        _forget_session(_open_package(rt))
        st.warning(t("sign_in.ended"), icon=":material/lock_clock:")
        _show_form(rt)
        return None
    choose_language(user.language)
    if st.session_state.get(_COOKIE_WAITS):
        _set_cookie(rt)
    return Visitor(user, sign_in.scope_of(rt.db, user), rt)


def _enter_by_cookie(rt: Runtime) -> bool:
    """Take up the session of a cookie that is signed, not too old and not revoked.

    The package's own reader puts a component on the page that reruns it a moment later, and a click in that moment
    would be lost; the cookie of the request needs none.
    """
    raw = st.context.cookies.get(COOKIE_NAME)
    if not raw or st.session_state.get("logout"):
        return False
    try:
        token = jwt.decode(raw, sign_in.cookie_key(rt.db), algorithms=["HS256"])
        username, expires_at = str(token["username"]), datetime.fromtimestamp(float(token["exp_date"]), UTC)
    except (jwt.PyJWTError, KeyError, ValueError):
        return False
    began_at = expires_at.replace(tzinfo=None) - timedelta(hours=rt.settings.session_hours)
    user = find_user(rt.db, username)
    is_over = expires_at.replace(tzinfo=None) <= rt.clock()
    if user is None or is_over or not sign_in.session_is_valid(user, began_at):
        return False
    st.session_state.update(
        {"authentication_status": True, "username": user.username, SESSION_BEGAN: began_at}
    )
    choose_language(user.language)
    return True


def _show_form(rt: Runtime) -> str | None:
    """Show the sign-in page; return the name of a person whose password was right."""
    show_header(None)
    with (
        st.container(horizontal_alignment="center"),
        st.container(width=420, border=True, key="sign_in_card"),
    ):
        st.title(t("sign_in.title"))
        st.caption(t("page.tagline"))
        with st.form("sign_in_form", border=False):
            username = st.text_input(t("sign_in.username"), key="sign_in_username", autocomplete="username")
            password = st.text_input(t("sign_in.password"), type="password", key="sign_in_password")
            asked = st.form_submit_button(
                t("sign_in.submit"), type="primary", width="stretch", key="sign_in_submit"
            )
        passed = asked and _check_password(rt, username.strip().lower(), password)
        st.caption(t("sign_in.help"))
    return username.strip().lower() if passed else None


def _check_password(rt: Runtime, username: str, password: str) -> bool:
    """Ask our own counting check; say what is wrong."""
    if not username or not password:
        st.error(t("sign_in.empty"), icon=":material/error:")
        return False
    answer = sign_in.check_password(rt.db, rt.clock, rt.settings, username, password)
    if answer.result != "ok":  # locked reads as wrong does: a stranger learns of no account by it
        st.error(t("sign_in.wrong"), icon=":material/error:")
    return answer.result == "ok"


def _begin_session(rt: Runtime, package: stauth.Authenticate, username: str) -> None:
    """Hand the checked person to the package, which keeps the state and sets the cookie."""
    package.authentication_controller.login(token={"username": username})
    st.session_state["logout"] = None
    st.session_state[SESSION_BEGAN] = rt.clock()
    st.session_state[_COOKIE_WAITS] = True
    _hand_cookie(rt, package)
    user = find_user(rt.db, username)
    if user is not None:
        choose_language(user.language)


def _set_cookie(rt: Runtime) -> None:
    """Hand the cookie to the browser again, until it says that it keeps it.

    The package does so by a component, which a click that comes before it has loaded takes from the page.
    """
    if st.session_state.get(_COOKIE_KEPT):
        del st.session_state[_COOKIE_WAITS]
    else:
        _hand_cookie(rt, _open_package(rt))


def _hand_cookie(rt: Runtime, package: stauth.Authenticate) -> None:
    """Hand the browser the session's cookie, by the package's component.

    The package itself tells the end without a zone, so that a browser in India would drop the cookie of a server in UTC 5½ hours early.
    """
    began_at: datetime = st.session_state[SESSION_BEGAN]
    expires_at = began_at.replace(tzinfo=UTC) + timedelta(hours=rt.settings.session_hours)
    content = {"username": st.session_state["username"], "exp_date": expires_at.timestamp()}
    token = jwt.encode(content, sign_in.cookie_key(rt.db), algorithm="HS256")
    is_secure = (st.context.url or "").startswith("https:")
    browser = package.cookie_controller.cookie_model.cookie_manager
    browser.set(COOKIE_NAME, token, expires_at=expires_at, secure=is_secure or None)


def _forget_session(package: stauth.Authenticate) -> None:
    """Empty the session and take the cookie from the browser; only the language stays."""
    if st.session_state.get("authentication_status"):
        package.logout(location="unrendered")
    language = current_language()
    st.session_state.clear()
    choose_language(language)
    st.session_state["logout"] = True  # the package then leaves the cookie of this page load unread


def _open_package(rt: Runtime) -> stauth.Authenticate:
    """Return the run's authenticator. A signed-in run needs none: the session and our row decide."""
    days = rt.settings.session_hours / 24
    return stauth.Authenticate(
        sign_in.credentials_of(rt.db), COOKIE_NAME, sign_in.cookie_key(rt.db), days, auto_hash=False
    )
