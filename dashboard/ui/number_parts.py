"""The sending numbers on the page of accounts: how WhatsApp rates each, what it has sent, why it stands still."""

import pandas as pd
import streamlit as st

from dashboard.delivery.number_desk import NumberRow, let_go, list_desk, stop
from dashboard.delivery.webhook import WebhookCounts
from dashboard.runtime import Runtime
from dashboard.ui.catalogue import has_words
from dashboard.ui.errors import told
from dashboard.ui.formats import DASH, group_digits, moment
from dashboard.ui.tables import Column, ask_to_choose, escape_marks, name_offices, show_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t

_TIERS = {"K": 1_000, "M": 1_000_000}


def show_numbers(visitor: Visitor) -> None:
    """Show the sending numbers, let an administrator stop one or let it send again, and say what comes back from WhatsApp."""
    _show_desk(visitor)
    _show_door(visitor.rt.webhooks)


def _show_desk(visitor: Visitor) -> None:
    rows = list_desk(visitor.rt.db, visitor.scope, visitor.rt.clock)
    if not rows:
        st.info(t("numbers.none"), icon=":material/sim_card:")
        return
    st.markdown(t("numbers.intro", limit=group_digits(visitor.rt.settings.daily_limit)))
    chosen = _show_table(rows, _rates_now(visitor.rt))
    if chosen is None:
        ask_to_choose(t("numbers.choose"))
    else:
        _change(visitor, rows[chosen])


def _show_door(counts: WebhookCounts) -> None:
    """Say what has come to the door for reports since the start: what is not signed by WhatsApp is counted and leaves nothing else."""
    st.caption(t("numbers.door", stored=group_digits(counts.stored), forged=group_digits(counts.forged)))
    if counts.forged:
        st.info(t("numbers.forged"), icon=":material/gpp_maybe:")


def _show_table(rows: list[NumberRow], rates: dict[int, float]) -> int | None:
    frame = pd.DataFrame([vars(row) for row in rows])
    shown = frame.assign(
        office_name=name_offices(frame),
        dialled=[_write_number(row) for row in rows],
        quality_words=[_say_quality(row.quality) for row in rows],
        limit_words=[say_limit(row.messaging_limit) for row in rows],
        rate_words=[f"{rates.get(row.number_no, row.rate):.0f} / {row.rate:.0f}" for row in rows],
        state=[t("numbers.stopped" if row.stop_reason else "numbers.open") for row in rows],
    )
    columns = {
        "office_name": Column(t("numbers.office"), pinned=True),
        "state": Column(t("numbers.state")),
        "quality_words": Column(t("numbers.quality")),
        "dialled": Column(t("numbers.number")),
        "given_count": Column(t("numbers.given"), "count"),
        "limit_words": Column(t("numbers.limit"), "figure"),
        "rate_words": Column(t("numbers.rate"), "figure"),
    }
    return show_table(shown, columns, key="numbers_table", alt=t("numbers.title"), pick=True)


def _change(visitor: Visitor, row: NumberRow) -> None:
    rt, office = visitor.rt, (row.office_hi if current_language() == "hi" else "") or row.office
    with st.container(border=True, key="numbers_chosen"), told():
        st.markdown(f"**{escape_marks(office)}** · {escape_marks(_write_number(row))}")
        if row.stop_reason:
            reason = t(f"provider.{row.stop_reason}")
            st.warning(
                t("numbers.stopped_because", at=moment(row.changed_at), reason=reason),
                icon=":material/pause_circle:",
            )
            if st.button(t("numbers.go"), type="primary", icon=":material/play_arrow:", key="numbers_go"):
                let_go(rt.db, visitor.scope, rt.clock, row.number_no)
                st.rerun()
            return
        with st.popover(t("numbers.stop"), icon=":material/pause:", key="numbers_stop_open"):
            st.markdown(t("numbers.stop_sure"))
            if st.button(t("numbers.stop_yes"), key="numbers_stop"):
                stop(rt.db, visitor.scope, rt.clock, row.number_no)
                st.rerun()


def _rates_now(rt: Runtime) -> dict[int, float]:
    """Return the speed at which each number sends at the moment; none where nothing sends."""
    return dict(rt.dispatcher.status().rates) if rt.dispatcher else {}


def _write_number(row: NumberRow) -> str:
    digits = row.display_number
    written = f"+{digits[:-10]} {digits[-10:-5]} {digits[-5:]}" if len(digits) > 10 else digits
    return " · ".join(part for part in (written, row.label) if part) or DASH


def _say_quality(quality: str) -> str:
    key = f"numbers.quality_{quality.lower()}"
    return t(key) if has_words(key) else t("numbers.quality_unknown")


def say_limit(limit: str) -> str:
    """Return WhatsApp's word for people a day (TIER_100K) as a figure."""
    size = limit.removeprefix("TIER_")
    if size == "UNLIMITED":
        return t("numbers.unlimited")
    digits, unit = (size[:-1], _TIERS[size[-1]]) if size[-1:] in _TIERS else (size, 1)
    return group_digits(int(digits) * unit) if digits.isdigit() else DASH
