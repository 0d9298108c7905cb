"""The parts of the missing-number page: what to filter by, the list, the download with its reason."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard.registry.missing import (
    COLUMNS,
    MissingFilter,
    count_missing,
    export_missing,
    list_missing_books,
)
from dashboard.registry.offices import LEVELS, Office
from dashboard.ui.downloads import ReadyFile, offer_file, prepare_file
from dashboard.ui.errors import told
from dashboard.ui.formats import DASH, group_digits
from dashboard.ui.navigation import open_page
from dashboard.ui.tables import Column, Kind
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_or_code

ROWS_ON_A_PAGE = 50
_READY = "missing_ready"
_SHOWN = (
    "account_no", "name", "address", "feeder", "book_no", "amount_payable", "mobile_on_file", "reason",
)  # fmt: skip
_KINDS: dict[str, Kind] = {"amount_payable": "rupees"}


@dataclass(frozen=True)
class Choice:
    """What is listed, and how many rows that is."""

    filter: MissingFilter
    row_count: int


def choose_filter(visitor: Visitor, office: Office, counts: dict[str, int]) -> Choice:
    """Show how many numbers are to be collected; let one narrow them down to a reading book and a reason."""
    st.subheader(t("missing.total", count=group_digits(sum(counts.values()))))
    if book := _choose_book(visitor, office):
        counts = count_missing(visitor.rt.db, visitor.scope, office.code, book.number)
    labels = {
        code: f"{t_or_code('reason', code)} **{group_digits(count)}**" for code, count in counts.items()
    }
    reason = st.pills(
        t("missing.reason"),
        list(counts),
        format_func=labels.__getitem__,
        key="missing_reason",
        help=t("missing.reason_help"),
    )
    chosen = MissingFilter(book_no=book.number if book else None, reason=reason)
    return Choice(chosen, counts[reason] if reason else sum(counts.values()))


@dataclass(frozen=True)
class _Book:
    """A reading book; its number may be empty, where the billing system knows none."""

    number: str


def _choose_book(visitor: Visitor, office: Office) -> _Book | None:
    """Books are offered from the division down: above, their numbers repeat from office to office."""
    if LEVELS.index(office.level) < LEVELS.index("division"):
        return None
    table = list_missing_books(visitor.rt.db, visitor.scope, office.code)
    books = dict(zip(table["book_no"].map(str), table["to_collect"].map(int), strict=True))
    labels = {number: f"{number or DASH} ({group_digits(count)})" for number, count in books.items()}
    chosen = st.selectbox(
        t("missing.book"),
        list(books),
        index=None,
        placeholder=t("page.all"),
        format_func=labels.__getitem__,
        key="missing_book",
        width=320,
    )
    return None if chosen is None else _Book(chosen)


def choose_page(choice: Choice) -> int:
    """Return the page of the list that is looked at, from 0."""
    pages = max(-(-choice.row_count // ROWS_ON_A_PAGE), 1)
    if pages == 1:
        return 0
    return st.pagination(pages, key="missing_page") - 1


def describe_columns() -> dict[str, Column]:
    """Return the columns that the page shows, with their words; the file has all of them."""
    return {name: Column(t(f"missing.column_{name}"), _KINDS.get(name, "text")) for name in _SHOWN}


def tell_more_columns() -> None:
    """Say what the file holds besides the columns of the page."""
    names = [t(f"missing.column_{name}") for name in COLUMNS if name not in _SHOWN]
    st.caption(t("missing.more_columns", columns=", ".join(names)))


def offer_consumers(rows: pd.DataFrame) -> None:
    """Let one open the page of a consumer on the list."""
    names = dict(zip(rows["account_no"], rows["name"].fillna(DASH), strict=True))
    chosen = st.selectbox(
        t("consumer.open_choice"),
        list(names),
        index=None,
        format_func=lambda account: f"{account} · {names[account]}",
        placeholder=t("consumer.open_choice_placeholder"),
        key="missing_consumer",
        width=420,
    )
    if chosen:
        open_page("consumer", account=chosen)


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
        lambda path: export_missing(
            rt.db,
            visitor.scope,
            office.code,
            path,
            reason,
            rt.clock,
            choice.filter,
            lambda code: t_or_code("reason", code),
            lambda name: t(f"missing.column_{name}"),
        ),
    )
