"""Parts of the page of offices that say what an office is called and what it is to reach: telephone, target, aliases, codes that come twice."""

from datetime import date, timedelta

import streamlit as st

from dashboard.coverage.targets import set_target, target_of
from dashboard.registry.office_contact import phone_of, set_phone
from dashboard.registry.office_edit import list_aliases, list_same_code, remove_alias
from dashboard.registry.offices import Office
from dashboard.store.clock import india_day
from dashboard.ui.errors import told
from dashboard.ui.office_picker import describe_office
from dashboard.ui.tables import Column, ask_to_choose, escape_marks, show_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_or_code

_DAYS_AHEAD = 180  # proposed for a first target
_SHARE = 50.0  # per cent, proposed likewise


def show_odd_codes(visitor: Visitor, office: Office) -> None:
    """Say where reports use a code twice: in two discoms, or for an office and the one above it."""
    twins = list_same_code(visitor.rt.db, visitor.scope, office.code)
    if twins:
        names = "; ".join(f"{describe_office(one)} ({one.code})" for one in twins)
        st.info(t("offices.same_code", offices=escape_marks(names)), icon=":material/content_copy:")
    if office.code.endswith(f" ({office.level})"):
        st.info(t("offices.own_parent"), icon=":material/account_tree:")


def show_phone_form(visitor: Visitor, office: Office) -> None:
    """Let an administrator say on which number the office answers consumers."""
    rt, key = visitor.rt, f"offices_phone_{office.code}"
    with st.form("offices_phone_form"):
        st.markdown(f"**{t('offices.phone')}**")
        st.caption(t("offices.phone_help"))
        phone = st.text_input(
            t("offices.phone"), phone_of(rt.db, visitor.scope, office.code), key=key, max_chars=20,
            label_visibility="collapsed", placeholder=t("offices.phone_example"),
        )  # fmt: skip
        if st.form_submit_button(t("offices.phone_save"), icon=":material/call:", key="offices_phone_save"):
            with told():
                set_phone(rt.db, visitor.scope, rt.clock, office.code, phone)
                st.success(
                    t("offices.phone_saved" if phone.strip() else "offices.phone_removed"),
                    icon=":material/task_alt:",
                )


def show_target_form(visitor: Visitor, office: Office) -> None:
    """Let an administrator set the office's target, or take it away."""
    rt = visitor.rt
    target = target_of(rt.db, visitor.scope, office.code)
    today = india_day(rt.clock())
    with st.form("offices_target_form"):
        st.markdown(f"**{t('offices.target')}**")
        st.caption(t("offices.target_help"))
        share = st.number_input(
            t("offices.target_share"), 1.0, 100.0, target.share * 100 if target else _SHARE, 1.0, format="%.1f",
            key=f"offices_target_share_{office.code}",
        )  # fmt: skip
        day = st.date_input(
            t("offices.target_day"), target.by_day if target else today + timedelta(days=_DAYS_AHEAD), format="DD-MM-YYYY",
            key=f"offices_target_day_{office.code}",
        )  # fmt: skip
        with st.container(horizontal=True):
            saved = st.form_submit_button(
                t("offices.target_save"), icon=":material/flag:", key="offices_target_save"
            )
            removed = st.form_submit_button(
                t("offices.target_remove"),
                icon=":material/close:",
                disabled=target is None,
                key="offices_target_remove",
            )
    if saved or removed:
        with told():
            by_day = day if isinstance(day, date) else None
            set_target(rt.db, visitor.scope, rt.clock, office.code, share / 100 if saved else None, by_day)
            words = "offices.target_saved" if saved else "offices.target_removed"
            st.toast(t(words), icon=":material/task_alt:")
            st.rerun()


def show_aliases(visitor: Visitor, office: Office) -> None:
    """Show the other names and codes that mean this office; one can be taken back after a second look."""
    aliases = list_aliases(visitor.rt.db, visitor.scope, office.code)
    st.subheader(t("offices.aliases"))
    if aliases.empty:
        st.caption(t("offices.no_aliases"))
        return
    shown = aliases.assign(level=[t_or_code("level", level) for level in aliases["level"]])
    columns = {
        "alias": Column(t("offices.alias"), pinned=True),
        "level": Column(t("offices.level")),
        "parent_code": Column(t("offices.alias_within")),
    }
    chosen = show_table(
        shown, columns, key=f"offices_aliases_{office.code}", alt=t("offices.aliases"), pick=True, rows=6
    )
    if chosen is None:
        ask_to_choose(t("offices.choose_alias"))
        return
    alias, within = str(aliases["alias"].iloc[chosen]), str(aliases["parent_code"].iloc[chosen])
    sure = st.checkbox(t("offices.alias_sure", alias=alias), key="offices_alias_sure")
    if st.button(
        t("offices.alias_remove"), icon=":material/delete:", disabled=not sure, key="offices_alias_remove"
    ):
        with told():
            remove_alias(visitor.rt.db, visitor.scope, visitor.rt.clock, office.code, within, alias)
            st.rerun()
