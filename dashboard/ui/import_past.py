"""The parts of the import page that look back: what the drop folder put aside, and the latest imports."""

import streamlit as st

from dashboard.registry.import_jobs import list_refused_files
from dashboard.registry.import_log import list_imports, list_rejected
from dashboard.ui.audit_parts import name_actor
from dashboard.ui.errors import explain
from dashboard.ui.tables import Column, ask_to_choose, escape_marks, show_table
from dashboard.ui.uploads import show_refused, tell_notes
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t

_MOST_REFUSED_FILES = 10


def show_inbox(visitor: Visitor) -> None:
    """Say where the drop folder is and what it put aside, with the reason."""
    folder = visitor.rt.settings.data_dir / "inbox"
    st.caption(t("import_data.inbox_hint", folder=escape_marks(str(folder))))
    for name, error in list_refused_files(folder, visitor.scope)[:_MOST_REFUSED_FILES]:
        st.warning(f"**{escape_marks(name)}**: {explain(error)}", icon=":material/move_to_inbox:")


def show_history(visitor: Visitor) -> None:
    """Show the latest imports; of a chosen one what is to be known of its files, and its refused rows to take along."""
    runs = list_imports(visitor.rt.db, visitor.scope)
    if runs.empty:
        st.caption(t("import_data.no_history"))
        return
    shown = runs.assign(
        kind=[t(f"import_data.kind_{kind}") for kind in runs["kind"]],
        username=[name_actor(username) for username in runs["username"]],
    )
    columns = {
        "finished_at": Column(t("import_data.at"), "moment", pinned=True), "kind": Column(t("import_data.kind")),
        "accepted": Column(t("import_data.accepted"), "count"), "new": Column(t("import_data.new"), "count"),
        "changed": Column(t("import_data.changed"), "count"), "rejected": Column(t("import_data.rejected"), "count"),
        "file_names": Column(t("import_data.files")), "username": Column(t("import_data.by")),
    }  # fmt: skip
    chosen = show_table(shown, columns, key="import_history", alt=t("import_data.history"), pick=True)
    if chosen is None:
        ask_to_choose(t("import_data.choose_import"))
    else:
        tell_notes(runs["notes"].iloc[chosen])
        refused = list_rejected(visitor.rt.db, visitor.scope, int(runs["import_id"].iloc[chosen]))
        if refused.empty:
            st.caption(t("import_data.none_refused"))
        else:
            show_refused(refused, f"import_{runs['import_id'].iloc[chosen]}")
