"""News from WhatsApp on every page of those who write or send: a template was paused, the number's quality fell."""

import streamlit as st

from dashboard.access.scope import Right
from dashboard.delivery.platform import PlatformEvent, dismiss, list_open
from dashboard.ui.catalogue import has_words
from dashboard.ui.errors import told
from dashboard.ui.formats import moment
from dashboard.ui.tables import escape_marks
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t

_MOST = 3


def show_news(visitor: Visitor) -> None:
    """Show what stands open, the newest first; an administrator of the whole state takes note of it."""
    if not any(visitor.may(right) for right in (Right.COMPOSE, Right.APPROVE, Right.MANAGE_PLATFORM)):
        return
    events = list_open(visitor.rt.db, visitor.scope)
    for event in events[:_MOST]:
        with st.container(key=f"news_{event.event_id}"):
            st.warning(describe(event), icon=":material/campaign:")
            if visitor.may(Right.MANAGE_PLATFORM):
                _offer_dismissal(visitor, event)
    if len(events) > _MOST:
        st.caption(t("platform.more", count=str(len(events) - _MOST)))


def describe(event: PlatformEvent) -> str:
    """Return one sentence on what happened and what to do, with the day and hour."""
    key = f"platform.{event.field}_{event.value.lower()}"
    if not has_words(key):
        key = f"platform.{event.field}"
    names = {"hi": t("platform.in_hi"), "en": t("platform.in_en"), "": ""}
    words = t(
        key,
        subject=escape_marks(event.subject),
        spoken=names.get(event.language, event.language),
        value=escape_marks(event.value),
    )
    return f"{words} ({moment(event.happened_at)})"


def _offer_dismissal(visitor: Visitor, event: PlatformEvent) -> None:
    pressed = st.button(t("platform.dismiss"), icon=":material/done:", key=f"news_dismiss_{event.event_id}")
    if pressed:
        with told():
            dismiss(visitor.rt.db, visitor.scope, visitor.rt.clock, event.event_id)
            st.rerun()
