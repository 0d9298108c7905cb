"""Where one stands in the office tree: the path upwards as buttons, the offices below as a list to choose from."""

import streamlit as st

from dashboard.access.scope import Right
from dashboard.errors import Refused
from dashboard.registry.offices import Office, get_office, list_children, list_path, offices_above
from dashboard.ui.errors import show_error
from dashboard.ui.tables import escape_marks
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t


def choose_office(visitor: Visitor, page: str, *, lowest: str = "feeder") -> Office:
    """Show the path and the offices below; return the office of the address (`?office=CODE`), at first the person's own.

    Stops the page where the registry holds no office yet, and at one outside the scope, from where a button leads to the person's own.
    """
    own = find_own_office(visitor)
    if own is None:
        show_no_consumers(visitor)
        st.stop()
    code = st.query_params.get("office", own.code)
    try:
        office = own if code == own.code else get_office(visitor.rt.db, visitor.scope, code)
    except Refused as refusal:
        show_error(refusal)
        words = t("page.own_office", office=own.name_in(current_language()))
        st.button(words, icon=":material/home:", key=f"{page}_own", on_click=go_to_office, args=(own.code,))
        st.stop()
    _show_path(visitor, office, page)
    if office.level != lowest:
        _offer_offices_below(visitor, office, page)
    return office


def find_own_office(visitor: Visitor) -> Office | None:
    """Return the person's own office; None while the registry is empty."""
    try:
        return get_office(visitor.rt.db, visitor.scope, visitor.user.office_code)
    except Refused:
        return None


def name_in_full(visitor: Visitor, office: Office) -> str:
    """Return an office's name in the reader's language; a feeder's with its substation's: many feeders bear the same name."""
    above = offices_above(visitor.rt.db, office.office_no)[-2:-1] if office.level == "feeder" else []
    return " · ".join(one.name_in(current_language()) for one in (office, *above))


def go_to_office(code: str) -> None:
    """Put another office into the address; used as a callback or before a rerun."""
    st.query_params["office"] = code


def show_no_consumers(visitor: Visitor) -> None:
    """Say why there is nothing to see yet, and who can change that."""
    with st.container(border=True, horizontal_alignment="center", key="page_empty"):
        st.subheader(t("coverage.empty_title"))
        if visitor.may(Right.IMPORT):
            st.markdown(t("coverage.empty_admin"))
            st.page_link(_page("import_data"), label=t("page.import_data"), icon=":material/upload_file:")
        else:
            st.markdown(t("coverage.empty_other"))


def _page(name: str) -> str:
    return f"views/{name}.py"


def _show_path(visitor: Visitor, office: Office, page: str) -> None:
    path = list_path(visitor.rt.db, visitor.scope, office.code)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"{page}_path"):
        for number, step in enumerate(path[:-1]):
            name = escape_marks(step.name_in(current_language()))
            key = f"{page}_path_{number}"
            st.button(
                name, type="tertiary", key=key, icon=":material/chevron_right:", icon_position="right",
                on_click=go_to_office, args=(step.code,),
            )  # fmt: skip
        st.markdown(f"**{escape_marks(describe_office(office))}**", width="content")


def describe_office(office: Office) -> str:
    """Return an office's name with its level."""
    return f"{office.name_in(current_language())} · {t(f'level.{office.level}')}"


def _offer_offices_below(visitor: Visitor, office: Office, page: str) -> None:
    below = list_children(visitor.rt.db, visitor.scope, office.code)
    names = {child.code: describe_office(child) for child in below}
    if not names:
        return
    key = f"{page}_open"
    st.selectbox(
        t("coverage.open_office"),
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=t("coverage.open_office_placeholder"),
        key=key,
        width=420,
        on_change=_go_to_chosen,
        args=(key,),
    )


def _go_to_chosen(key: str) -> None:
    if code := st.session_state[key]:
        st.session_state[key] = None
        go_to_office(code)
