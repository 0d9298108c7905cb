"""The part that takes a file of accounts: judged row by row before it is kept."""

import pandas as pd
import streamlit as st

from dashboard.notices.audience_store import ListJudgement, judge_account_list, keep_account_list
from dashboard.registry.offices import Office
from dashboard.ui.downloads import offer_table
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits
from dashboard.ui.tables import escape_marks
from dashboard.ui.uploads import keep_uploads
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_each

_SHOWN = 10


def bring_list(visitor: Visitor, office: Office) -> None:
    """Take a file of accounts, say what is wrong with which row, and keep the rest as a list."""
    with st.popover(t("audience.bring"), icon=":material/upload_file:", key="compose_bring_open"):
        st.caption(t("audience.bring_help"))
        file = st.file_uploader(t("audience.file"), type=["csv", "xlsx", "xls", "ods"], key="compose_file")
        if file is None:
            return
        upload = keep_uploads([file])[0]
        rt, scope = visitor.rt, visitor.scope
        with told():
            judged = judge_account_list(rt.db, scope, upload.path, office.code, upload.name)
            _show_judgement(judged, upload.name)
            label = t("audience.keep_list", count=group_digits(judged.accepted))
            if judged.accepted and st.button(label, type="primary", key="compose_keep_list"):
                keep_account_list(rt.db, scope, rt.clock, upload.path, office.code, upload.name)
                st.rerun()


def _show_judgement(judged: ListJudgement, name: str) -> None:
    st.markdown(
        t(
            "audience.judged", rows=group_digits(judged.rows), accepted=group_digits(judged.accepted),
            repeated=group_digits(judged.repeated), rejected=group_digits(len(judged.rejects)),
        )
    )  # fmt: skip
    show_rejects(judged.rejects, name, "compose_rejects")


def show_rejects(rejects: pd.DataFrame, name: str, key: str) -> None:
    """Show the first refused rows of somebody's file (row_no, reason, row), and offer all of them as a file."""
    if rejects.empty:
        return
    shown = name_columns(rejects)
    first = shown.head(_SHOWN).map(lambda cell: escape_marks(str(cell)))
    st.table(
        first,
        border="horizontal",
        hide_index=True,
        alt=t("import_data.refused", count=group_digits(len(rejects))),
    )
    offer_table(shown, f"rejected_{name}.csv", key)


def name_columns(rejects: pd.DataFrame) -> pd.DataFrame:
    """Return refused rows in the reader's words: headings and reasons."""
    words = t_each("refusal.", rejects["reason"].unique())
    told = rejects.assign(reason=rejects["reason"].map(words))
    return told.rename(columns={name: t(f"import_data.{name}") for name in ("row_no", "reason", "row")})
