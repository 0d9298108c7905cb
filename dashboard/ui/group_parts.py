"""The parts of the groups page: the groups of an office, a list of members judged row by row, a new group."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.enrolment.groups import (
    KINDS,
    Group,
    MemberJudgement,
    add_group,
    close_group,
    judge_members,
    keep_members,
)
from dashboard.registry.offices import Office
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits
from dashboard.ui.import_parts import keep_uploads
from dashboard.ui.list_parts import show_rejects
from dashboard.ui.office_picker import describe_office
from dashboard.ui.questions import close_question, question_key
from dashboard.ui.tables import Column, escape_marks, show_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t, t_each


def show_groups(groups: list[Group]) -> Group | None:
    """Show groups with what is known of their members; return the chosen one."""
    is_hindi = current_language() == "hi"
    rows = [
        {
            "name": one.name,
            "kind": t(f"groups.kind_{one.kind}"),
            "office": (one.office_hi if is_hindi else "") or one.office,
            "members": one.members if one.kind == "group" else None,
            "listed": one.listed_at,
        }
        for one in groups
    ]
    columns = {
        "name": Column(t("groups.name"), pinned=True),
        "kind": Column(t("groups.kind")),
        "office": Column(t("groups.office")),
        "members": Column(t("groups.members"), "count"),
        "listed": Column(t("groups.listed"), "moment"),
    }
    frame = pd.DataFrame(rows).astype({"members": "Int64", "listed": "datetime64[us]"})
    chosen = show_table(frame, columns, key="groups_table", alt=t("page.groups_help"), pick=True)
    return None if chosen is None else groups[chosen]


def change_group(visitor: Visitor, group: Group) -> None:
    """Take a list of members, and end a group."""
    with st.container(border=True, key="groups_chosen"):
        st.markdown(f"**{escape_marks(group.name)}** · {t(f'groups.kind_{group.kind}')}")
        if group.kind == "channel":
            st.caption(t("groups.channel_note"))
        else:
            _bring_members(visitor, group)
        with st.popover(
            t("groups.close"), icon=":material/group_off:", key=question_key("groups_close_open")
        ):
            st.markdown(t("groups.close_sure"))
            if st.button(t("groups.close_yes"), key="groups_close"):
                with told():
                    close_group(visitor.rt.db, visitor.scope, visitor.rt.clock, group.group_id)
                    close_question("groups_close_open")
                    st.rerun()


def _bring_members(visitor: Visitor, group: Group) -> None:
    st.caption(t("groups.bring_help"))
    file = st.file_uploader(
        t("groups.file"), type=["csv", "xlsx", "xls", "ods"], key=f"groups_file_{group.group_id}"
    )
    is_full = st.checkbox(t("groups.full"), key="groups_full", help=t("groups.full_help"))
    if file is None:
        return
    upload = keep_uploads([file])[0]
    rt, scope = visitor.rt, visitor.scope
    asked: dict[str, Any] = {"name": upload.name, "is_full": is_full}
    with told():
        judged = judge_members(rt.db, scope, upload.path, group.group_id, **asked)
        _show_judgement(judged, upload.name)
        label = t("groups.keep", count=group_digits(judged.accepted))
        if judged.accepted and st.button(label, type="primary", icon=":material/save:", key="groups_keep"):
            keep_members(rt.db, scope, rt.clock, upload.path, group.group_id, **asked)
            st.rerun()


def _show_judgement(judged: MemberJudgement, name: str) -> None:
    st.markdown(
        t(
            "groups.judged", rows=group_digits(judged.rows), accepted=group_digits(judged.accepted),
            repeated=group_digits(judged.repeated), rejected=group_digits(len(judged.rejects)),
        )
    )  # fmt: skip
    st.markdown(t("groups.moves", joining=group_digits(judged.joining), leaving=group_digits(judged.leaving)))
    show_rejects(judged.rejects, name, "groups_rejects")


def add_one(visitor: Visitor, office: Office) -> None:
    """Register a group or a channel of the office."""
    st.subheader(t("groups.add_title"))
    with st.form("groups_add_form", clear_on_submit=True):
        st.markdown(t("groups.for_office", office=escape_marks(describe_office(office))))
        name = st.text_input(t("groups.name"), key="groups_name", max_chars=80, help=t("groups.name_help"))
        kind = st.radio(
            t("groups.kind"),
            KINDS,
            format_func=t_each("groups.kind_", KINDS).__getitem__,
            horizontal=True,
            key="groups_kind",
        )
        if st.form_submit_button(
            t("groups.add"), type="primary", icon=":material/group_add:", key="groups_add"
        ):
            with told():
                add_group(visitor.rt.db, visitor.scope, visitor.rt.clock, office.code, name, kind)
                st.rerun()
