"""News from WhatsApp on every page of those who write or send: a template was paused, the number's quality fell."""

import streamlit as st

from dashboard.access.scope import Right
from dashboard.delivery.platform import PlatformEvent, dismiss, list_open, list_stopped, may_dismiss
from dashboard.notices.templates import get_template
from dashboard.ui.catalogue import has_words
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits, moment
from dashboard.ui.number_parts import say_limit
from dashboard.ui.tables import escape_marks
from dashboard.ui.template_words import title_of
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t

_LIMITS = "business_capability_update"
_OF_TEMPLATES = ("message_template_", "template_")  # fields whose subject is a template


def show_news(visitor: Visitor) -> None:
    """Show the newest of what stands open, the others behind it; an administrator of the whole state takes note of each."""
    if not any(visitor.may(right) for right in (Right.COMPOSE, Right.APPROVE, Right.MANAGE_PLATFORM)):
        return
    if visitor.may(Right.MANAGE_PLATFORM):
        _show_stopped(visitor)
    events = list_open(visitor.rt.db, visitor.scope)
    if not events:
        return
    with st.container(key="news"):
        st.warning(describe(events[0]), icon=":material/campaign:")
        if len(events) > 1 or may_dismiss(visitor.rt.db, visitor.scope):
            with st.popover(
                t("platform.all", count=str(len(events))), icon=":material/campaign:", key="news_all"
            ):
                _list_all(visitor, events)


def _show_stopped(visitor: Visitor) -> None:
    """Ask who can end it: a token that has expired stops every notice, and their authors can do nothing about it."""
    for words, count in list_stopped(visitor.rt.db, visitor.scope):
        said = t("platform.stopped", count=group_digits(count), reason=t(f"provider.{words}"))
        st.error(said, icon=":material/pause_circle:")


def _list_all(visitor: Visitor, events: tuple[PlatformEvent, ...]) -> None:
    for event in events:
        st.markdown(describe(event))
        if may_dismiss(visitor.rt.db, visitor.scope):
            _offer_dismissal(visitor, event)


def describe(event: PlatformEvent) -> str:
    """Return one sentence on what happened and what to do, with the day and hour."""
    key = f"platform.{event.field}_{event.value.lower()}"
    if not has_words(key):
        key = f"platform.{event.field}"
    names = {"hi": t("platform.in_hi"), "en": t("platform.in_en"), "": ""}
    words = t(
        key,
        subject=_name_subject(event),
        spoken=names.get(event.language, event.language),
        value=_say_value(event),
    )
    return f"{words} ({moment(event.happened_at)})"


def _say_value(event: PlatformEvent) -> str:
    """Return WhatsApp's own word, a limit of people a day as a figure."""
    return say_limit(event.value) if event.field == _LIMITS else escape_marks(event.value)


def _name_subject(event: PlatformEvent) -> str:
    """Name a template by its title (a later version by its name too), a number by whose it is rather than by its digits."""
    if event.field.startswith(_OF_TEMPLATES):
        title = title_of(event.subject)
        is_later = title != event.subject and get_template(event.subject).version_no > 1
        return escape_marks(f"{title} ({event.subject})" if is_later else title)
    office = event.office_hi if current_language() == "hi" and event.office_hi else event.office
    return t("platform.number_of", office=escape_marks(office)) if office else escape_marks(event.subject)


def _offer_dismissal(visitor: Visitor, event: PlatformEvent) -> None:
    pressed = st.button(t("platform.dismiss"), icon=":material/done:", key=f"news_dismiss_{event.event_id}")
    if pressed:
        with told():
            dismiss(visitor.rt.db, visitor.scope, visitor.rt.clock, event.event_id)
            st.rerun()
