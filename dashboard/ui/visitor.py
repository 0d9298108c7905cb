"""Who is looking: the signed-in person with the role and office that stand in their row now."""

from dataclasses import dataclass

import streamlit as st

from dashboard import runtime
from dashboard.access.scope import Right, Scope
from dashboard.access.sign_in import load_scope
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


def current_visitor() -> Visitor:
    """Return the person of this session, their row read anew. Raises Refused("signed_out") where nobody is signed in."""
    rt = runtime.current()
    username = st.session_state.get("username")
    user = find_user(rt.db, username) if username and st.session_state.get("authentication_status") else None
    if user is None:
        raise Refused("signed_out")
    return Visitor(user, load_scope(rt.db, user.username), rt)
