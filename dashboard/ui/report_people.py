"""The recipients of a notice one by one: whom to send to once more, whom to look at, whom to phone."""

from collections.abc import Iterable
from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard.access.scope import Right
from dashboard.notices.notice import Notice
from dashboard.notices.recipients import count_groups, export_recipients, list_recipients
from dashboard.notices.report import Report
from dashboard.notices.resend import count_refused, find_resend, list_leave, resend_refused
from dashboard.ui.downloads import offer_file, prepare_file
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits
from dashboard.ui.navigation import open_page
from dashboard.ui.tables import Column, show_personal_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t, t_each

_ROWS_ON_A_PAGE = 25
_LINE_LETTERS = 16  # two columns of it stand side by side on a phone
_BETWEEN = " · "


def offer_resend(visitor: Visitor, notice: Notice, sums: Report) -> None:
    """Offer to send once more to those refused, and say so where it was done."""
    rt, scope = visitor.rt, visitor.scope
    follower = find_resend(rt.db, scope, notice.notice_id)
    if follower is not None:
        st.page_link(
            "views/notices.py",
            label=t("report.resent_as", number=follower),
            icon=":material/redo:",
            query_params={"notice": str(follower)},
        )
    if not sums.failed or not visitor.may(Right.SEND):
        return
    count = count_refused(rt.db, scope, rt.clock, notice.notice_id)
    if not count:
        return
    st.markdown(t("report.resend_note", count=group_digits(count)))
    label = t("report.resend", count=group_digits(count))
    holds = timedelta(hours=rt.settings.approval_hours)
    wants_leave = bool(list_leave(rt.db, scope, rt.clock, notice.notice_id, count, holds))
    with st.popover(label, icon=":material/redo:", key="notices_resend_open"):
        st.markdown(
            t("report.resend_leave") if wants_leave else t("report.resend_sure", count=group_digits(count))
        )
        words = t("report.resend_ask" if wants_leave else "report.resend_yes")
        pressed = st.button(words, type="primary", key="notices_resend")
    if pressed:
        with told():
            new_id = resend_refused(rt.db, scope, rt.clock, notice.notice_id, rt.quiet, holds)
            open_page("notices", notice=str(new_id))


def show_people(visitor: Visitor, notice: Notice, sums: Report) -> None:
    """Show recipients by what became of them, page by page, and offer the list for calling."""
    if not visitor.may(Right.SEE_NUMBERS):
        return
    with st.expander(
        t("report.people"), icon=":material/contact_phone:", on_change="rerun", key="notices_people"
    ) as box:
        if box.open:
            _show_group(visitor, notice, count_groups(sums))


def _show_group(visitor: Visitor, notice: Notice, counts: dict[str, int]) -> None:
    names = t_each("report.group_", counts)
    labels = {group: f"{names[group]} **{group_digits(counts[group])}**" for group in counts}
    group = st.pills(
        t("report.group"),
        list(counts),
        default="not_reached",
        required=True,
        format_func=labels.__getitem__,
        key="notices_group",
    )
    group = group or "not_reached"
    if not counts[group]:
        st.info(t("report.nobody_here"), icon=":material/task_alt:")
        return
    pages = -(-counts[group] // _ROWS_ON_A_PAGE)
    page = st.pagination(pages, key="notices_people_page") - 1 if pages > 1 else 0
    _show_rows(visitor, notice, group, page)
    _offer_list(visitor, notice, group, counts[group])


def _show_rows(visitor: Visitor, notice: Notice, group: str, page: int) -> None:
    rows = list_recipients(
        visitor.rt.db, visitor.scope, notice.notice_id, group, _ROWS_ON_A_PAGE, page * _ROWS_ON_A_PAGE, current_language()
    )  # fmt: skip
    states = [t(f"notices.part_{'accepted' if state == 'sent' else state}") for state in rows["state"]]
    reasons = [t(f"provider.{words}") if words else "" for words in rows["reason"]]
    # Two columns that a phone has room for: who it is, and what became of the message.
    shown = pd.DataFrame(
        {
            "consumer": _join(rows["account_no"], rows["name"], rows["feeder"]),
            "outcome": _join(rows["mobile"], states, reasons),
        }
    )
    columns = {"consumer": Column(t("report.consumer")), "outcome": Column(t("report.outcome"))}
    show_personal_table(shown, columns, alt=t("report.people_alt"), line_letters=_LINE_LETTERS)


def _join(*columns: Iterable[str]) -> list[str]:
    return [_BETWEEN.join(part for part in parts if part) for parts in zip(*columns, strict=True)]


def _offer_list(visitor: Visitor, notice: Notice, group: str, count: int) -> None:
    with st.form("notices_call_form"):
        st.markdown(f"**{t('report.call_list')}**")
        st.caption(t("report.call_note"))
        reason = st.text_input(t("notices.download_reason"), key="notices_download_reason")
        kind = st.segmented_control(
            t("notices.format"),
            ["xlsx", "csv"],
            default="xlsx",
            required=True,
            format_func=str.upper,
            key="notices_format",
        )
        label = t("report.prepare", count=group_digits(count))
        asked = st.form_submit_button(label, icon=":material/description:", key="notices_prepare")
    if asked:
        with told():
            rt, name = visitor.rt, f"notice_{notice.notice_id}_{group}.{kind}"
            ready = prepare_file(
                name, lambda path: export_recipients(
                    rt.db, visitor.scope, rt.clock, notice.notice_id, group, path, reason, t, current_language(),
                    lambda column: t(f"report.column_{column}"),
                ),
            )  # fmt: skip
            offer_file(ready, "notices_download")
