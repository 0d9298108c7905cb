"""Templates: the library in both languages, side by side, how each stands at WhatsApp, and the editor of new versions."""

import streamlit as st

from dashboard.notices.standing import list_standing
from dashboard.notices.template_store import begin_version, list_library
from dashboard.ui import library_parts as parts
from dashboard.ui.template_editor import blank_template, edit_template
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t

visitor = current_visitor()
db, scope = visitor.rt.db, visitor.scope

if asked := st.query_params.get("edit", ""):
    opened = blank_template() if asked == parts.NEW else begin_version(db, scope, asked)
    if st.button(t("editor.back"), icon=":material/arrow_back:", type="tertiary", key="templates_back"):
        del st.query_params["edit"]
        st.rerun()
    edit_template(visitor, opened)
    st.stop()

standing = list_standing(db, scope)
parts.show_state(visitor, standing)
drafts, in_use, past = parts.split_entries(parts.choose_purpose(list_library(db, scope)))
if drafts:
    st.subheader(t("library.drafts"))
for entry in drafts:
    parts.show_entry(visitor, entry, standing)
if drafts:
    st.subheader(t("library.in_use"))
for entry in in_use:
    parts.show_entry(visitor, entry, standing)
if past:
    with st.expander(t("library.past"), icon=":material/archive:", key="templates_past"):
        for entry in past:
            parts.show_entry(visitor, entry, standing)
