"""The parts that choose a list of accounts, and take a file of them: judged row by row before it is kept."""

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.notices.audience_store import (
    LISTS_SHOWN,
    AccountList,
    ListJudgement,
    judge_account_list,
    keep_account_list,
    list_account_lists,
)
from dashboard.registry.offices import Office
from dashboard.store.clock import india_day
from dashboard.ui.downloads import offer_table
from dashboard.ui.errors import told
from dashboard.ui.formats import day, group_digits
from dashboard.ui.questions import close_question, question_key
from dashboard.ui.tables import escape_marks
from dashboard.ui.uploads import keep_uploads
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_each

_SHOWN = 10


def choose_list(visitor: Visitor, office: Office, known: int) -> int:
    """Let one choose a list of accounts, or bring one; return its id, 0 for none."""
    kept = st.session_state.get("compose_list", known) or 0
    lists = {one.list_id: one for one in _find_lists(visitor, kept)}
    start: dict[str, Any] = (
        {}
        if "compose_list" in st.session_state
        else {"index": list(lists).index(known) if known in lists else None}
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            t("audience.list"), list(lists), key="compose_list", placeholder=t("page.all"), disabled=not lists,
            format_func=lambda number: t(
                "audience.list_line", name=lists[number].name, count=group_digits(lists[number].count), day=day(india_day(lists[number].created_at)),
            ), **start,
        )  # fmt: skip
        bring_list(visitor, office)
    return chosen or 0


def _find_lists(visitor: Visitor, kept: int) -> list[AccountList]:
    """Return the lists to choose from: the newest, or, where there are more, those that are looked for by name."""
    db, scope = visitor.rt.db, visitor.scope
    found = list_account_lists(db, scope, kept=kept, limit=LISTS_SHOWN + 1)
    if len(found) <= LISTS_SHOWN:
        return found
    wanted = st.text_input(
        t("audience.find_list"),
        key="compose_find_list",
        placeholder=t("audience.find_list_hint"),
        live="400ms",
        max_chars=80,
    )
    found = list_account_lists(db, scope, wanted, kept, LISTS_SHOWN) if wanted.strip() else found[:-1]
    if wanted.strip() and not [one for one in found if one.list_id != kept]:
        st.caption(t("audience.no_such_list", wanted=wanted.strip()))
    return found


def bring_list(visitor: Visitor, office: Office) -> None:
    """Take a file of accounts, say what is wrong with which row, and keep the rest as a list."""
    with st.popover(
        t("audience.bring"), icon=":material/upload_file:", key=question_key("compose_bring_open")
    ):
        st.caption(t("audience.bring_help"))
        file = st.file_uploader(
            t("audience.file"), type=["csv", "xlsx", "xls", "ods"], key=question_key("compose_file")
        )
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
                close_question("compose_bring_open")
                close_question("compose_file")
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
    offer_table(shown, f"rejected_{Path(name).stem}.csv", key)


def name_columns(rejects: pd.DataFrame) -> pd.DataFrame:
    """Return refused rows in the reader's words: headings and reasons."""
    words = t_each("refusal.", rejects["reason"].unique())
    told = rejects.assign(reason=rejects["reason"].map(words))
    return told.rename(columns={name: t(f"import_data.{name}") for name in ("row_no", "reason", "row")})
