"""Parts of the page of offices: the offices below, what could not be placed, naming, merging, those that are gone."""

import pandas as pd
import streamlit as st

from dashboard.registry.office_edit import (
    list_former_offices,
    list_merge_targets,
    list_offices,
    list_unplaced,
    merge_office,
    name_office,
)
from dashboard.registry.offices import TOP_CODE, Office
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits
from dashboard.ui.office_picker import describe_office, go_to_office
from dashboard.ui.tables import Column, name_offices, show_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t, t_or_code


def show_unplaced(visitor: Visitor, office: Office) -> None:
    """Say how many consumers an export could not place, and open the offices where they wait."""
    unplaced = list_unplaced(visitor.rt.db, visitor.scope, office.code)
    unplaced = unplaced[unplaced["office_code"] != office.code]
    if unplaced.empty:
        return
    with st.container(border=True, key="offices_unplaced"):
        count = group_digits(int(unplaced["consumers"].sum()))
        st.markdown(t("offices.unplaced", count=count))
        with st.container(horizontal=True):
            for number, row in enumerate(unplaced.itertuples()):
                label = f"{row.office_code.rsplit('/', 1)[0]} · {group_digits(int(row.consumers))}"
                key = f"offices_unplaced_{number}"
                st.button(label, key=key, on_click=go_to_office, args=(row.office_code,))


def show_offices_below(visitor: Visitor, office: Office) -> None:
    """Show the offices directly below with their consumers; say so where there are none."""
    below = list_offices(visitor.rt.db, visitor.scope, office.code)
    if below.empty:
        st.caption(t("offices.none_below"))
        return
    shown = below.assign(name=below["office"], level_words=[t(f"level.{level}") for level in below["level"]])
    columns = {
        "name": Column(t("offices.name"), pinned=True),
        "office_hi": Column(t("offices.name_hi")),
        "office_code": Column(t("offices.code")),
        "level_words": Column(t("offices.level")),
        "offices": Column(t("offices.below"), "count"),
        "consumers": Column(t("offices.consumers"), "count"),
        "since": Column(t("offices.since"), "day"),
        "phone": Column(t("offices.phone_short")),
    }
    show_table(shown, columns, key="offices_table", alt=t("page.offices_help"))


def show_name_form(visitor: Visitor, office: Office) -> None:
    """Let an administrator set the Hindi name that pages and notices show."""
    with st.form("offices_name_form"):
        st.markdown(f"**{t('offices.set_name')}**")
        name = st.text_input(t("offices.name_hi"), value=office.name_hi, key=f"offices_name_{office.code}")
        if st.form_submit_button(
            t("offices.save_name"), icon=":material/translate:", key="offices_save_name"
        ):
            with told():
                name_office(visitor.rt.db, visitor.scope, visitor.rt.clock, office.code, name)
                st.toast(t("offices.name_saved"), icon=":material/task_alt:")
                st.rerun()


def show_merge_form(visitor: Visitor, office: Office) -> None:
    """Let an administrator make this office part of another one, after a second look."""
    if office.code == TOP_CODE or office.level == "discom":
        return
    targets = list_merge_targets(visitor.rt.db, visitor.scope, office.code)
    if not targets:
        return
    names = {one.code: f"{describe_office(one)} ({one.code})" for one in targets}
    with st.container(border=True, key="offices_merge"):
        st.markdown(f"**{t('offices.merge_title')}**")
        st.caption(t("offices.merge_help"))
        into = st.selectbox(
            t("offices.merge_into"), list(names), index=None, format_func=names.__getitem__, key=f"offices_merge_into_{office.code}",
            placeholder=t("offices.merge_choose"),
        )  # fmt: skip
        sure = st.checkbox(
            t("offices.merge_sure", office=office.name_in(current_language())),
            disabled=into is None,
            key=f"offices_merge_sure_{office.code}",
        )
        if st.button(
            t("offices.merge"), icon=":material/merge:", disabled=not (into and sure), key="offices_merge_do"
        ):
            with told():
                merge_office(
                    visitor.rt.db, visitor.scope, visitor.rt.clock, office.code, str(into), visitor.rt.refresh
                )
                go_to_office(str(into))
                st.rerun()


def show_former_offices(visitor: Visitor, office: Office) -> None:
    """Show the offices that are gone and led into this one or below it."""
    former = list_former_offices(visitor.rt.db, visitor.scope, office.code)
    st.subheader(t("offices.former"))
    if former.empty:
        st.caption(t("offices.no_former"))
        return
    successor = pd.DataFrame(
        {"office": former["successor"], "office_hi": former["successor_hi"], "office_code": former["successor_code"]}
    )  # fmt: skip
    shown = former.assign(
        name=name_offices(former),
        level_words=[t_or_code("level", level) for level in former["level"]],
        successor_name=name_offices(successor),
    )
    columns = {
        "name": Column(t("coverage.column_office"), pinned=True),
        "office_code": Column(t("offices.code")),
        "level_words": Column(t("offices.level")),
        "since": Column(t("offices.since"), "day"),
        "until": Column(t("offices.until"), "day"),
        "successor_name": Column(t("offices.successor")),
    }
    show_table(shown, columns, key="offices_former", alt=t("offices.former"))
