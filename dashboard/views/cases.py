"""Number cases: someone joined with a number that differs from the one on file; a person settles which is right."""

import streamlit as st

from dashboard.enrolment.cases import list_cases, settle_case
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits, mask_number, moment
from dashboard.ui.office_picker import choose_office
from dashboard.ui.tables import Column, ask_to_choose, escape_marks, name_offices, show_table
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t

visitor = current_visitor()
rt, scope = visitor.rt, visitor.scope

office = choose_office(visitor, "cases")
cases = list_cases(rt.db, scope, office.code)
if cases.empty:
    st.info(t("cases.empty"), icon=":material/task_alt:")
    st.stop()

st.markdown(t("cases.count", count=group_digits(len(cases))))
shown = cases.assign(
    office_name=name_offices(cases),
    on_file=cases["mobile_on_file"].map(mask_number),
    claimed=cases["mobile_claimed"].map(mask_number),
    source_words=[t(f"cases.source_{source}") for source in cases["source"]],
)
columns = {
    "account_no": Column(t("cases.account"), pinned=True),
    "name": Column(t("cases.name")),
    "office_name": Column(t("cases.office")),
    "on_file": Column(t("cases.on_file")),
    "claimed": Column(t("cases.claimed")),
    "source_words": Column(t("cases.source")),
    "opened_at": Column(t("cases.opened"), "moment"),
}
chosen = show_table(shown, columns, key="cases_table", alt=t("cases.alt"), pick=True)
if chosen is None:
    ask_to_choose(t("cases.choose"))
    st.stop()

case = cases.iloc[chosen]
st.page_link(
    "views/consumer.py",
    label=t("consumer.open_page"),
    icon=":material/account_box:",
    query_params={"account": case["account_no"]},
)
with st.form("cases_form"):
    st.markdown(t("cases.question", account=case["account_no"], name=escape_marks(case["name"] or "–")))
    st.markdown(
        t(
            "cases.numbers",
            on_file=case["mobile_on_file"] or "–",
            claimed=case["mobile_claimed"],
            opened=moment(case["opened_at"]),
        )
    )
    comment = st.text_input(
        t("cases.comment"), key="cases_comment", max_chars=500, help=t("cases.comment_help")
    )
    with st.container(horizontal=True):
        accepted = st.form_submit_button(
            t("cases.accept"), type="primary", icon=":material/check:", key="cases_accept"
        )
        rejected = st.form_submit_button(t("cases.reject"), icon=":material/close:", key="cases_reject")
if accepted or rejected:
    with told():
        settle_case(
            rt.db,
            scope,
            rt.clock,
            refresh=rt.refresh,
            case_id=int(case["case_id"]),
            accept=accepted,
            comment=comment,
        )
        st.toast(t("cases.accepted" if accepted else "cases.rejected"), icon=":material/task_alt:")
        st.rerun()
