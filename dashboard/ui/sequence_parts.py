"""The missing-number page's notice of numbers that look typed in the field, with its list for the division."""

import streamlit as st

from dashboard.registry.offices import Office
from dashboard.registry.sequences import SequenceCount, count_sequences, export_sequences
from dashboard.ui.downloads import ReadyFile, offer_file, prepare_file
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t

_READY = "sequences_ready"


def show_sequences(visitor: Visitor, office: Office) -> None:
    """Say how many numbers look typed, and hand over their list for a reason; nothing where there are none."""
    count = count_sequences(visitor.rt.db, visitor.scope, office.code)
    if not count.sequences:
        return
    st.subheader(t("missing.sequences"))
    st.warning(_sentence(count), icon=":material/pin:")
    with st.form("sequences_download", border=True):
        reason = st.text_input(
            t("missing.why"), key="sequences_why", placeholder=t("missing.sequences_why_example")
        )
        label = t("missing.prepare", count=group_digits(count.accounts))
        asked = st.form_submit_button(label, icon=":material/description:", key="sequences_prepare")
    if asked:
        st.session_state.pop(_READY, None)
        with told(), st.spinner(t("missing.preparing")):
            st.session_state[_READY] = (office.code, _write(visitor, office, reason))
    ready_office, ready = st.session_state.get(_READY, (None, None))
    if ready and ready_office == office.code:
        offer_file(ready, "sequences_take")


def _sentence(count: SequenceCount) -> str:
    return t(
        "missing.sequences_found",
        accounts=group_digits(count.accounts),
        sequences=group_digits(count.sequences),
        readers=group_digits(count.readers),
    )


def _write(visitor: Visitor, office: Office, reason: str) -> ReadyFile:
    rt = visitor.rt
    name = f"sequences_{office.code.replace('/', '_')}.xlsx"
    return prepare_file(
        name,
        lambda path: export_sequences(
            rt.db, visitor.scope, office.code, path, reason, rt.clock, _name_column
        ),
    )


def _name_column(name: str) -> str:
    return t(f"missing.column_{name}")
