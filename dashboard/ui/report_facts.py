"""What a notice came to: what it cost, what its readers wrote back, how it did beside earlier ones."""

import pandas as pd
import streamlit as st

from dashboard.access.scope import Right
from dashboard.notices.notice import Notice
from dashboard.notices.outcome import bill_of, list_earlier, list_replies
from dashboard.notices.prices import estimate
from dashboard.notices.report import Report
from dashboard.notices.standing import category_of
from dashboard.ui import charts
from dashboard.ui.formats import DASH, group_digits, moment, rupees, share
from dashboard.ui.tables import Column, name_offices, show_personal_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t


def show_money(visitor: Visitor, notice: Notice) -> None:
    """Show what was estimated beside what WhatsApp has charged."""
    rt = visitor.rt
    category = category_of(rt.db, visitor.scope, notice.template, notice.language)
    guess = estimate(rt.settings, category, notice.recipient_count, notice.submitted_at or rt.clock())
    bill = bill_of(rt.db, visitor.scope, rt.settings, notice.notice_id)
    with st.container(horizontal=True, key="notices_money"):
        st.metric(t("report.estimated"), rupees(guess.cost), border=True, help=t("notices.cost_help"))
        st.metric(
            t("report.billed"),
            rupees(bill.cost) if bill.priced else DASH,
            border=True,
            help=t("report.billed_help", count=group_digits(bill.billed)),
        )
    if not bill.priced:
        st.caption(t("report.not_priced"))


def show_replies(visitor: Visitor, notice: Notice) -> None:
    """Show what recipients wrote back, with masked numbers."""
    if not visitor.may(Right.SEE_NUMBERS):
        return
    with st.expander(
        t("report.replies"), icon=":material/forum:", on_change="rerun", key="notices_replies"
    ) as box:
        if not box.open:
            return
        replies = list_replies(visitor.rt.db, visitor.scope, notice.notice_id)
        if replies.empty:
            st.info(t("report.no_replies"), icon=":material/chat_bubble_outline:")
            return
        replies["text"] = [text or t("report.no_text") for text in replies["text"]]
        columns = {
            "sent_at": Column(t("report.at"), "moment"),
            "account_no": Column(t("notices.account")),
            "mobile": Column(t("notices.mobile")),
            "text": Column(t("report.text")),
        }
        show_personal_table(replies, columns, alt=t("report.replies_alt"))
        st.page_link("views/inbox.py", label=t("report.open_inbox"), icon=":material/inbox:")


def show_earlier(visitor: Visitor, notice: Notice, sums: Report) -> None:
    """Draw the shares delivered and read of this notice beside those of earlier ones with the same words."""
    with st.expander(
        t("report.earlier"), icon=":material/bar_chart:", on_change="rerun", key="notices_earlier"
    ) as box:
        if not box.open:
            return
        earlier = list_earlier(visitor.rt.db, visitor.scope, notice.notice_id)
        if earlier.empty:
            st.info(t("report.earlier_none"), icon=":material/info:")
            return
        st.plotly_chart(
            charts.ReadyFigure(_draw(earlier, sums)),
            key="notices_earlier_chart",
            config=charts.CONFIG,
            alt=t("report.earlier_alt"),
        )


def _draw(earlier: pd.DataFrame, sums: Report) -> dict[str, object]:
    names = [
        f"{office} · {moment(at)}"
        for office, at in zip(name_offices(earlier), earlier["sent_at"], strict=True)
    ]
    delivered = [share(int(row.delivered), int(row.recipients)) for row in earlier.itertuples()]
    read = [share(int(row.read), int(row.recipients)) for row in earlier.itertuples()]
    rates = {
        t("report.delivered_rate"): [*delivered, share(sums.delivered, sums.recipients)],
        t("report.read_rate"): [*read, share(sums.read, sums.recipients)],
    }
    return charts.draw_rates([*names, t("report.this_one")], rates)
