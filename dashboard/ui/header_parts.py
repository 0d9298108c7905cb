"""Headers that the product does not know: an administrator says on the import page what they are."""

from collections.abc import Sequence

import streamlit as st

from dashboard.registry.header_aliases import add_header_alias, list_header_aliases, remove_header_alias
from dashboard.registry.plain_files import FIELDS
from dashboard.ui.audit_parts import name_actor
from dashboard.ui.errors import told
from dashboard.ui.tables import Column, ask_to_choose, escape_marks, show_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_each


def offer_headers(visitor: Visitor, columns: Sequence[str], key: str) -> None:
    """Offer to say which field one of a file's unknown columns is; from then on all exports are read so."""
    named = [column for column in dict.fromkeys(columns) if column.strip()]
    if not named:
        return
    with st.expander(t("import_data.header_offer"), icon=":material/view_column:"):
        st.caption(t("import_data.header_help"))
        with st.form(f"import_header_{key}", border=False):
            header = st.selectbox(
                t("import_data.header_column"), named, index=None, key=f"import_header_column_{key}",
                placeholder=t("import_data.header_choose"),
            )  # fmt: skip
            field = st.selectbox(
                t("import_data.header_is"), FIELDS, index=None, key=f"import_header_field_{key}",
                format_func=t_each("field.", FIELDS).__getitem__, placeholder=t("import_data.header_choose"),
            )  # fmt: skip
            if st.form_submit_button(t("import_data.header_save"), icon=":material/check:"):
                with told():
                    add_header_alias(
                        visitor.rt.db, visitor.scope, visitor.rt.clock, header or "", field or ""
                    )
                    st.session_state["import_previews"] = {}
                    st.rerun()


def show_header_aliases(visitor: Visitor) -> None:
    """Show what was said of headers, and let an administrator take one back."""
    said = list_header_aliases(visitor.rt.db, visitor.scope)
    if said.empty:
        st.caption(t("import_data.headers_none"))
        return
    shown = said.assign(
        field=[t(f"field.{field}") for field in said["field"]],
        username=[name_actor(username) for username in said["username"]],
    )
    columns = {
        "written": Column(t("import_data.header_column"), pinned=True),
        "field": Column(t("import_data.header_is")),
        "username": Column(t("import_data.by")),
        "said_at": Column(t("import_data.at"), "moment"),
    }
    chosen = show_table(shown, columns, key="import_headers", alt=t("import_data.headers"), pick=True, rows=6)
    if chosen is None:
        ask_to_choose(t("import_data.choose_header"))
        return
    header = str(said["written"].iloc[chosen])
    if st.button(
        t("import_data.header_remove", header=escape_marks(header)),
        icon=":material/delete:",
        key="import_header_remove",
    ):
        with told():
            remove_header_alias(visitor.rt.db, visitor.scope, visitor.rt.clock, header)
            st.rerun()
