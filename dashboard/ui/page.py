"""The frame of every page: the name in both scripts, the language switch, the account, and what must be known everywhere."""

from collections.abc import Callable

import streamlit as st

from dashboard.access import users
from dashboard.runtime import Runtime
from dashboard.ui.office_picker import find_own_office
from dashboard.ui.tables import escape_marks
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import LANGUAGE_NAMES, choose_language, current_language, t


def show_header(visitor: Visitor | None, on_sign_out: Callable[[], None] | None = None) -> None:
    """Show the name of the product, the language switch and, where someone is signed in, their account."""
    key = "page_header" if visitor else "sign_in_header"
    with st.container(horizontal=True, vertical_alignment="center", key=key):
        st.markdown(t("page.brand"), width="stretch")
        _show_language_switch(visitor)
        if visitor and on_sign_out:
            _show_account(visitor, on_sign_out)


def show_banner(rt: Runtime) -> None:
    """Say on every page what holds for all: nothing can be saved, the sandbox stands in for WhatsApp, the registry is made up."""
    if rt.db.trouble:
        st.error(t(f"error.{rt.db.trouble}"), icon=":material/hard_drive:")
    kind = "_".join(["banner"] + ["demo"] * rt.is_demo + ["sandbox"] * rt.settings.uses_sandbox)
    if kind == "banner":
        return
    st.info(t(f"page.{kind}"), icon=":material/science:")


def _show_language_switch(visitor: Visitor | None) -> None:
    key = "page_language" if visitor else "sign_in_language"
    st.session_state[key] = current_language()
    st.segmented_control(
        t("page.language"),
        list(LANGUAGE_NAMES),
        format_func=LANGUAGE_NAMES.__getitem__,
        required=True,
        key=key,
        label_visibility="collapsed",
        on_change=_remember_language,
        args=(key, visitor),
    )


def _remember_language(key: str, visitor: Visitor | None) -> None:
    language = st.session_state[key]
    choose_language(language)
    if visitor:
        users.set_language(visitor.rt.db, visitor.user.username, language)


def _show_account(visitor: Visitor, on_sign_out: Callable[[], None]) -> None:
    with st.popover(visitor.user.username, icon=":material/account_circle:", key="page_account"):
        own = find_own_office(visitor)
        place = own.name_in(current_language()) if own else visitor.user.office_code
        role = t(f"page.role_{visitor.user.role}")
        st.markdown(f"**{escape_marks(visitor.user.full_name)}**  \n{role} · {escape_marks(place)}")
        st.button(t("page.sign_out"), icon=":material/logout:", key="page_sign_out", on_click=on_sign_out)
