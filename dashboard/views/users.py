"""Accounts of one's offices: add, disable, set a new password; who approves what; the numbers that messages go from."""

from datetime import datetime

import pandas as pd
import streamlit as st

from dashboard.access.scope import Right, Role
from dashboard.access.users import (
    add_user,
    change_password,
    disable_user,
    enable_user,
    list_users,
    set_staff_no,
)
from dashboard.errors import BadInput
from dashboard.registry.offices import TOP_CODE
from dashboard.registry.phone import judge
from dashboard.store.clock import india_day
from dashboard.ui.errors import told
from dashboard.ui.formats import DASH, moment
from dashboard.ui.number_parts import show_numbers
from dashboard.ui.office_picker import choose_office, describe_office, find_own_office
from dashboard.ui.rule_parts import show_rules
from dashboard.ui.tables import Column, ask_to_choose, name_offices, show_table
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import current_language, t, t_each


def describe_state(is_active: bool, locked_until: datetime | None, now: datetime) -> str:
    """Return how an account stands in words."""
    if not is_active:
        return t("users.disabled")
    is_locked = locked_until is not None and not pd.isna(locked_until) and locked_until > now
    return t("users.locked", until=moment(locked_until)) if is_locked else t("users.active")


visitor = current_visitor()
rt, scope = visitor.rt, visitor.scope

tabs = ["accounts"]
if visitor.may(Right.MANAGE_RULES) and scope.office_code == TOP_CODE:
    tabs.append("rules")
if visitor.may(Right.MANAGE_PLATFORM):
    tabs.append("numbers")
tab = st.segmented_control(
    t("users.tab"), tabs, default="accounts", required=True, format_func=t_each("users.tab_", tabs).__getitem__,
    key="users_tab", label_visibility="collapsed",
)  # fmt: skip
if tab == "rules":
    show_rules(visitor)
    st.stop()
if tab == "numbers":
    show_numbers(visitor)
    st.stop()

users = list_users(rt.db, scope)
shown = users.assign(
    role_words=[t(f"page.role_{role}") for role in users["role"]],
    office_name=name_offices(users),
    staff=users["staff_no"].replace("", DASH),
    since=users["created_at"].map(india_day),
    state=[
        describe_state(active, until, rt.clock())
        for active, until in zip(users["is_active"], users["locked_until"], strict=True)
    ],
)
columns = {
    "username": Column(t("users.username"), pinned=True),
    "full_name": Column(t("users.full_name")),
    "role_words": Column(t("users.role")),
    "office_name": Column(t("users.office")),
    "staff": Column(t("users.staff_no")),
    "state": Column(t("users.state")),
    "since": Column(t("users.created"), "day"),
}
chosen = show_table(shown, columns, key="users_table", alt=t("page.users_help"), pick=True)
if chosen is None:
    ask_to_choose(t("users.choose"))
else:
    account = users.iloc[chosen]
    with st.container(border=True, key="users_account"):
        st.markdown(f"**{account['full_name']}** · {account['username']}")
        with st.form("users_password_form", border=False, clear_on_submit=True):
            password = st.text_input(
                t("users.new_password"),
                type="password",
                key="users_new_password",
                help=t("users.password_help"),
            )
            if st.form_submit_button(
                t("users.set_password"), icon=":material/key:", key="users_set_password"
            ):
                with told():
                    change_password(
                        rt.db, rt.clock, username=account["username"], password=password, by=scope
                    )
                    st.success(t("users.password_set"), icon=":material/task_alt:")
        with st.form("users_staff_form", border=False):
            staff_no = st.text_input(
                t("users.staff_no"),
                account["staff_no"],
                key=f"users_staff_no_{account['username']}",
                help=t("users.staff_no_help"),
            )
            if st.form_submit_button(
                t("users.set_staff_no"), icon=":material/badge:", key="users_set_staff_no"
            ):
                with told():
                    set_staff_no(rt.db, rt.clock, username=account["username"], staff_no=staff_no, by=scope)
                    st.success(t("users.staff_no_set"), icon=":material/task_alt:")
        if account["is_active"]:
            sure = st.checkbox(t("users.disable_sure", name=account["full_name"]), key="users_disable_sure")
            if st.button(
                t("users.disable"), icon=":material/person_off:", disabled=not sure, key="users_disable"
            ):
                with told():
                    disable_user(rt.db, rt.clock, username=account["username"], by=scope)
                    st.rerun()
        elif st.button(
            t("users.enable"), icon=":material/person_check:", key="users_enable", help=t("users.enable_help")
        ):
            with told():
                enable_user(rt.db, rt.clock, username=account["username"], by=scope)
                st.rerun()

st.subheader(t("users.add_title"))
office = choose_office(visitor, "users") if find_own_office(visitor) else None
office_code = office.code if office else scope.office_code
with st.form("users_add_form"):
    username = st.text_input(t("users.username"), key="users_username", help=t("users.username_help"))
    full_name = st.text_input(t("users.full_name"), key="users_full_name")
    role = st.selectbox(
        t("users.role"), list(Role), format_func=t_each("page.role_", Role).__getitem__, key="users_role"
    )
    place = describe_office(office) if office else office_code
    st.markdown(t("users.office_chosen", office=place, code=office_code), help=t("users.office_help"))
    mobile = st.text_input(t("users.mobile"), key="users_mobile", help=t("users.mobile_help"))
    staff_no = st.text_input(t("users.staff_no"), key="users_new_staff_no", help=t("users.staff_no_help"))
    password = st.text_input(
        t("users.password"), type="password", key="users_password", help=t("users.password_help")
    )
    if st.form_submit_button(t("users.add"), type="primary", icon=":material/person_add:", key="users_add"):
        with told():
            number = judge([mobile])[0] if mobile.strip() else None
            if number is not None and number.verdict != "ok":
                raise BadInput("own_number", verdict=number.verdict)
            user = add_user(
                rt.db, rt.clock, username=username, full_name=full_name, role=role or Role.VIEWER, office_code=office_code, password=password,
                mobile=number.mobile if number else None, language=current_language(), staff_no=staff_no,
                by=scope,
            )  # fmt: skip
            st.success(t("users.added", name=user.username), icon=":material/task_alt:")
