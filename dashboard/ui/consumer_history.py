"""What is known of a consumer and what happened to it, as tables; numbers masked unless they were opened."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.enrolment.corrections import UNDO, TextEvent
from dashboard.enrolment.history import CaseEntry, ConsentEntry
from dashboard.notices.history import LATEST, SentNotice
from dashboard.registry.consumers import Consumer, NumberEvent
from dashboard.ui.audit_parts import name_actor
from dashboard.ui.formats import DASH, day, mask_cell, mask_number, moment, rupees
from dashboard.ui.tables import Column, escape_marks, show_personal_table
from dashboard.ui.words import t, t_or_code

_SUPPLY = (
    "address", "category", "supply_type", "load_kw", "meter_no", "book_no", "sc_no", "pole_no", "transformer", "location", "agent_id",
)  # fmt: skip
_BILL = ("bill_date", "due_date", "amount_payable", "arrears_segment", "last_pay_date", "last_pay_amount")
_PARTS = {
    "in_flight": "waiting",
    "sent": "accepted",
}  # states of a message that the report does not tell apart


def show_facts(consumer: Consumer, originals: Mapping[str, str]) -> None:
    """Show connection and bill side by side, on a phone one below the other; what the registry lacks is left out.

    `originals` are name and address as the report wrote them, where they were decoded.
    """
    with st.grid(2, min_column_width=320):
        for title, names in (("supply", _SUPPLY), ("bill", _BILL)):
            with st.container():
                st.subheader(t(f"consumer.{title}"))
                pairs = {t(f"consumer.{name}"): _write(consumer, name) for name in names}
                if title == "supply":
                    pairs |= {t(f"consumer.original_{name}"): text for name, text in originals.items()}
                _show_pairs(pairs, title)


def _show_pairs(pairs: Mapping[str, str], title: str) -> None:
    known = [(label, escape_marks(value)) for label, value in pairs.items() if value]
    if not known:
        st.caption(t("consumer.nothing_known"))
        return
    alt = t(f"consumer.{title}")
    st.table(pd.DataFrame(known), border="horizontal", hide_header=True, hide_index=True, alt=alt)


def _write(consumer: Consumer, name: str) -> str:
    if name == "location":
        known = consumer.latitude is not None and consumer.longitude is not None
        return f"{consumer.latitude:.5f}, {consumer.longitude:.5f}" if known else ""
    if name == "arrears_segment":
        return t(f"compose.segment_{consumer.arrears_segment}")
    value = getattr(consumer, name)
    if value is None:
        return ""
    if name == "load_kw":
        return t("consumer.kilowatts", load=f"{value:.2f}".rstrip("0").rstrip("."))
    if name.endswith("_date"):
        return day(value)
    return rupees(value) if name in ("amount_payable", "last_pay_amount") else str(value)


def show_numbers(events: Sequence[NumberEvent], in_full: bool) -> None:
    """Show how the number changed."""
    st.subheader(t("consumer.numbers"))
    show_rows(
        [
            {
                "at": moment(event.happened_at),
                "source": t(f"consumer.source_{event.source}"),
                "before": _say_number(event.raw_before, event.mobile_before, event.verdict_before, in_full),
                "after": _say_number(event.raw_after, event.mobile_after, event.verdict_after, in_full),
                "who": name_actor(event.username),
                "why": _say_reason(event.reason),
            }
            for event in events
        ],
        "numbers",
    )


def show_texts(events: Sequence[TextEvent]) -> None:
    """Show how name and address were corrected; nothing where they never were."""
    if not events:
        return
    st.subheader(t("consumer.texts"))
    show_rows(
        [
            {
                "at": moment(event.happened_at),
                "what": t(f"consumer.field_{event.field}"),
                "before": event.value_before or DASH,
                "after": event.value_after or DASH,
                "who": name_actor(event.username),
                "why": _say_reason(event.reason),
            }
            for event in events
        ],
        "texts",
    )


def show_consents(entries: Sequence[ConsentEntry], in_full: bool) -> None:
    """Show who joined and left, when, by what."""
    st.subheader(t("consumer.consents"))
    show_rows(
        [
            {
                "at": moment(entry.given_at),
                "what": t(f"consumer.{entry.kind}"),
                "number": str(entry.mobile) if in_full else mask_number(entry.mobile),
                "how": t_or_code("how", entry.how),
                "who": name_actor(entry.username),
            }
            for entry in entries
        ],
        "consents",
    )


def show_cases(entries: Sequence[CaseEntry], in_full: bool) -> None:
    """Show the number cases of the account; nothing where there were none."""
    if not entries:
        return
    st.subheader(t("page.cases"))
    show_rows(
        [
            {
                "at": moment(entry.opened_at),
                "source": t(f"cases.source_{entry.source}"),
                "number": str(entry.mobile_claimed) if in_full else mask_number(entry.mobile_claimed),
                "what": t(f"consumer.case_{entry.state}"),
                "who": name_actor(entry.settled_by or "") or DASH,
                "why": entry.comment or DASH,
            }
            for entry in entries
        ],
        "cases",
    )


def show_notices(notices: Sequence[SentNotice]) -> None:
    """Show what was sent to the account and what became of it."""
    st.subheader(t("consumer.notices"))
    show_rows(
        [
            {
                "at": moment(notice.released_at),
                "notice": t_or_code("template", notice.template),
                "no": str(notice.notice_id or DASH),
                "what": t(f"notices.part_{_PARTS.get(notice.state, notice.state)}"),
                "why": t(f"provider.{notice.words}") if notice.words else DASH,
            }
            for notice in notices
        ],
        "notices",
    )
    if len(notices) == LATEST:
        st.caption(t("consumer.latest_notices", count=LATEST))


def show_rows(rows: Sequence[Mapping[str, Any]], name: str) -> None:
    """Show rows under the words of their keys (`consumer.column_*`), or say why there are none (`consumer.no_*`)."""
    if not rows:
        st.caption(t(f"consumer.no_{name}"))
        return
    columns = {key: Column(t(f"consumer.column_{key}")) for key in rows[0]}
    show_personal_table(pd.DataFrame(rows), columns, alt=t(f"consumer.{name}"))


def _say_number(raw: str | None, mobile: int | None, verdict: str, in_full: bool) -> str:
    text = str(mobile) if mobile else raw or ""
    shown = text if in_full else mask_number(mobile) if mobile else mask_cell(text)
    if verdict == "ok":
        return shown
    words = t_or_code("reason", verdict)
    return f"{shown} ({words})" if shown and verdict != "missing" else words


def _say_reason(reason: str) -> str:
    return t("consumer.undone") if reason == UNDO else reason or DASH
