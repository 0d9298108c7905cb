"""Visits on a consumer's page: what field staff found at the door, a form for the next one, and the way back for a mistake."""

from collections.abc import Sequence

import streamlit as st

from dashboard.access.scope import Right
from dashboard.collection import visits
from dashboard.collection.visits import OUTCOMES, Visit
from dashboard.store.clock import india_day
from dashboard.ui.audit_parts import name_actor
from dashboard.ui.consumer_history import show_rows
from dashboard.ui.errors import told
from dashboard.ui.formats import DASH, day
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_each


def show_visits(visitor: Visitor, account_no: str) -> None:
    """Show the visits to an account; whoever may correct it enters another, or takes the latest of their own back."""
    known = visits.list_visits(visitor.rt.db, visitor.scope, account_no)
    st.subheader(t("consumer.visits"))
    show_rows(
        [
            {
                "day": day(visit.visited_on),
                "found": t(f"consumer.visit_{visit.outcome}"),
                "by": visit.visited_by,
                "note": visit.note or DASH,
                "entered": name_actor(visit.username),
            }
            for visit in known
        ],
        "visits",
    )
    if not visitor.may(Right.CORRECT):
        return
    _offer_to_take_back(visitor, account_no, known)
    with st.expander(t("consumer.visit_enter"), icon=":material/door_front:", key="consumer_visit"):
        _show_form(visitor, account_no, len(known))


def _offer_to_take_back(visitor: Visitor, account_no: str, known: Sequence[Visit]) -> None:
    own = [visit for visit in known if visit.username == visitor.user.username]
    if own:
        latest = max(own, key=lambda visit: visit.visit_id)
        st.button(
            t("consumer.visit_undo", day=day(latest.visited_on)), icon=":material/undo:", key="consumer_visit_undo",
            on_click=_take_back, args=(visitor, account_no, latest.visit_id),
        )  # fmt: skip


def _take_back(visitor: Visitor, account_no: str, visit_id: int) -> None:
    with told():
        visits.take_back_visit(visitor.rt.db, visitor.scope, visitor.rt.clock, account_no, visit_id)
        st.toast(t("consumer.visit_undone"), icon=":material/undo:")


def _show_form(visitor: Visitor, account_no: str, version: int) -> None:
    """`version` empties the fields once a visit was entered."""
    today = india_day(visitor.rt.clock())
    with st.form(f"consumer_visit_form_{version}", border=False):
        with st.container(horizontal=True):
            visited_on = st.date_input(
                t("consumer.column_day"), today, min_value=today - visits.OLDEST, max_value=today,
                format="DD-MM-YYYY", key=f"consumer_visit_day_{version}", width=180,
            )  # fmt: skip
            visited_by = st.text_input(
                t("consumer.column_by"), key=f"consumer_visit_by_{version}", max_chars=visits.LONGEST_NAME,
                placeholder=t("consumer.visit_by_example"), width=280,
            )  # fmt: skip
        outcome = st.pills(
            t("consumer.column_found"), OUTCOMES, key=f"consumer_visit_outcome_{version}",
            format_func=t_each("consumer.visit_", OUTCOMES).__getitem__, help=t("consumer.visit_help"),
        )  # fmt: skip
        note = st.text_input(
            t("consumer.column_note"),
            key=f"consumer_visit_note_{version}",
            max_chars=visits.LONGEST_NOTE,
        )
        sent = st.form_submit_button(
            t("consumer.visit_save"), type="primary", icon=":material/check:", key="consumer_visit_save"
        )
    if sent:
        with told():
            visits.enter_visit(
                visitor.rt.db, visitor.scope, visitor.rt.clock, account_no, visited_on, outcome or "", visited_by, note
            )  # fmt: skip
            st.toast(t("consumer.visit_saved"), icon=":material/task_alt:")
            st.rerun()
