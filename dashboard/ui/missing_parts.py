"""The parts of the missing-number page: what to filter by, the list, the download with its reason."""

from dataclasses import dataclass

import streamlit as st

from dashboard.registry.missing import COLUMNS, MissingFilter, export_missing, list_missing_books
from dashboard.registry.offices import LEVELS, Office
from dashboard.ui.downloads import ReadyFile, offer_file, prepare_file
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits
from dashboard.ui.tables import Column, Kind
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_or_code

ROWS_ON_A_PAGE = 50
_READY = "missing_ready"
_ALL = "*"  # no reason and no book is called that
_KINDS: dict[str, Kind] = {"amount_payable": "rupees"}


@dataclass(frozen=True)
class Choice:
    """What is listed, and how many rows that is at most."""

    filter: MissingFilter
    row_count: int


def show_counts(counts: dict[str, int]) -> None:
    """Show how many numbers are to be collected, by reason."""
    st.subheader(t("missing.total", count=group_digits(sum(counts.values()))))
    with st.grid(4, min_column_width=200):
        for reason, count in counts.items():
            st.metric(t_or_code("reason", reason), group_digits(count), border=True)


def choose_filter(visitor: Visitor, office: Office, counts: dict[str, int]) -> Choice:
    """Let one narrow the list down to a reading book and a reason."""
    books = _list_books(visitor, office)
    reasons = {_ALL: t("page.all")} | {code: t_or_code("reason", code) for code in counts}
    shelves = {_ALL: t("page.all")} | {
        number: f"{number or '–'} ({group_digits(count)})" for number, count in books.items()
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reason = st.selectbox(
            t("missing.reason"),
            list(reasons),
            format_func=reasons.__getitem__,
            key="missing_reason",
            width=320,
        )
        book = st.selectbox(
            t("missing.book"),
            list(shelves),
            format_func=shelves.__getitem__,
            key="missing_book",
            width=240,
            disabled=not books,
            help=t("missing.book_help"),
        )
    chosen = MissingFilter(book_no=None if book == _ALL else book, reason=None if reason == _ALL else reason)
    limits = [sum(counts.values()), counts.get(reason), books.get(book)]
    return Choice(chosen, min(limit for limit in limits if limit is not None))


def choose_page(choice: Choice) -> int:
    """Return the page of the list that is looked at, from 0."""
    pages = max(-(-choice.row_count // ROWS_ON_A_PAGE), 1)
    if pages == 1:
        return 0
    return st.pagination(pages, key="missing_page") - 1


def describe_columns() -> dict[str, Column]:
    """Return the columns of the list with their words."""
    return {
        name: Column(t(f"missing.column_{name}"), _KINDS.get(name, "text"), pinned=name == "account_no")
        for name in COLUMNS
    }


def show_download(visitor: Visitor, office: Office, choice: Choice) -> None:
    """Ask for the reason, write the file, and hand it over; the download stands in the audit trail."""
    place = (office.code, choice.filter)
    with st.form("missing_download", border=True):
        st.markdown(f"**{t('missing.download')}**")
        st.caption(t("missing.download_note"))
        reason = st.text_input(t("missing.why"), key="missing_why", placeholder=t("missing.why_example"))
        suffix = st.segmented_control(
            t("missing.format"),
            ["xlsx", "csv"],
            default="xlsx",
            required=True,
            format_func=str.upper,
            key="missing_format",
        )
        label = t("missing.prepare", count=group_digits(choice.row_count))
        asked = st.form_submit_button(label, icon=":material/description:", key="missing_prepare")
    if asked:
        st.session_state.pop(_READY, None)
        with told(), st.spinner(t("missing.preparing")):
            st.session_state[_READY] = (place, _write(visitor, office, choice, reason, suffix or "xlsx"))
    ready_place, ready = st.session_state.get(_READY, (None, None))
    if ready and ready_place == place:
        offer_file(ready, "missing_take")


def _write(visitor: Visitor, office: Office, choice: Choice, reason: str, suffix: str) -> ReadyFile:
    rt = visitor.rt
    name = f"missing_{office.code.replace('/', '_')}.{suffix}"
    return prepare_file(
        name,
        lambda path: export_missing(rt.db, visitor.scope, office.code, path, reason, rt.clock, choice.filter),
    )


def _list_books(visitor: Visitor, office: Office) -> dict[str, int]:
    """Books are offered from the division down: above, their numbers repeat from office to office."""
    if LEVELS.index(office.level) < LEVELS.index("division"):
        return {}
    table = list_missing_books(visitor.rt.db, visitor.scope, office.code)
    return {str(book): int(count) for book, count in zip(table["book_no"], table["to_collect"], strict=True)}
