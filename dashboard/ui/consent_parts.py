"""The part of the import page that takes opt-ins collected on paper or by form."""

import streamlit as st

from dashboard.coverage.days import take_snapshot
from dashboard.enrolment.consent_file import ConsentResult, import_consents, read_consent_file
from dashboard.store.clock import india_day
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits
from dashboard.ui.tables import escape_marks
from dashboard.ui.uploads import KINDS, keep_uploads, show_hint, show_refused, uploader_key
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t


def show_consents(visitor: Visitor) -> None:
    """Upload opt-ins collected on paper or by form, see the judgement row by row, confirm."""
    rt = visitor.rt
    if done := st.session_state.pop("import_consents_done", None):
        st.success(
            t(
                "import_data.consents_done",
                accepted=group_digits(done.accepted),
                rejected=group_digits(done.rejected),
                unchanged=group_digits(done.unchanged),
            ),
            icon=":material/task_alt:",
        )
    file = st.file_uploader(
        t("import_data.choose_consents"),
        KINDS,
        key=f"consent_{uploader_key()}",
        help=t("import_data.choose_consents_help"),
    )
    if file is None:
        show_hint(visitor, "import_data.consents_hint")
        return
    upload = keep_uploads([file])[0]
    with told():
        result = read_consent_file(rt.db, visitor.scope, upload.path, rt.clock, upload.name)
        _show_judgement(result, upload.name)
        label = t("import_data.confirm_consents", count=group_digits(result.accepted))
        if st.button(
            label,
            type="primary",
            icon=":material/upload:",
            disabled=not result.accepted,
            key="import_confirm_consents",
        ):
            st.session_state["import_consents_done"] = import_consents(
                rt.db, visitor.scope, upload.path, rt.clock, refresh=rt.refresh, name=upload.name
            )
            rt.db.write(lambda cursor: take_snapshot(cursor, india_day(rt.clock())))
            st.session_state["import_round"] += 1
            st.rerun()


def _show_judgement(result: ConsentResult, name: str) -> None:
    with st.container(border=True):
        st.markdown(
            f"**{escape_marks(name)}** · {t('import_data.consents_good', count=group_digits(result.accepted))}"
        )
        if result.unchanged:
            st.caption(t("import_data.consents_known", count=group_digits(result.unchanged)))
        if not result.rejects.empty:
            show_refused(result.rejects, name)
