"""Who is looking: the signed-in person with the role and office that stand in their row now."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from dashboard import runtime
from dashboard.access.scope import Right, Scope
from dashboard.access.sign_in import scope_of, session_is_valid
from dashboard.access.users import User, find_user
from dashboard.errors import Refused
from dashboard.runtime import Runtime


@dataclass(frozen=True)
class Visitor:
    """One person in one run of a page."""

    user: User
    scope: Scope
    rt: Runtime

    def may(self, right: Right) -> bool:
        return self.scope.may(right)


SESSION_BEGAN = "session_began_at"
_run = threading.local()  # a run has its thread; a fragment's later run has another one


@contextmanager
def visiting(visitor: Visitor) -> Iterator[None]:
    """Let the page inside this block take over the visitor whose row the gate has just read."""
    _run.visitor = visitor
    try:
        yield
    finally:
        _run.visitor = None


def current_visitor() -> Visitor:
    """Return the person of this run, their row read once a run. Raises Refused("signed_out") where nobody is signed in."""
    of_this_run: Visitor | None = getattr(_run, "visitor", None)
    return of_this_run or read_visitor()


def is_visiting() -> bool:
    """Tell whether the gate has read the person's row in this very run."""
    return getattr(_run, "visitor", None) is not None


def read_visitor() -> Visitor:
    """Return the person of this session, their row read anew. Raises Refused("signed_out")."""
    rt = runtime.current()
    user = find_inside(rt)
    if user is None:
        raise Refused("signed_out")
    return Visitor(user, scope_of(rt.db, user), rt)


def find_inside(rt: Runtime) -> User | None:
    """Return the session's person, their row read anew; None for one who is out: by themselves, by an administrator, by time."""
    username, began_at = st.session_state.get("username"), st.session_state.get(SESSION_BEGAN)
    if not username or began_at is None or not st.session_state.get("authentication_status"):
        return None
    user = find_user(rt.db, username)
    too_old = rt.clock() - began_at > timedelta(hours=rt.settings.session_hours)
    return user if user is not None and not too_old and session_is_valid(user, began_at) else None
