"""The WhatsApp bubble: a message as its reader will see it, made of native elements."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.notices.templates import Button, Template
from dashboard.ui.tables import escape_marks
from dashboard.ui.words import t

_BUTTON_ICONS = {"reply": "reply", "url": "open_in_new", "phone": "call"}


def frame_of(template: Template, language: str) -> dict[str, Any]:
    """Return what stands around a template's text: header, footer and buttons, as `show_bubble` takes them."""
    return {
        "header": template.headers.get(language, ""),
        "footer": template.footers.get(language, ""),
        "buttons": template.buttons.get(language, ()),
    }


def show_bubble(
    text: str,
    *,
    header: str = "",
    footer: str = "",
    buttons: Sequence[Button] = (),
    reader: str = "",
    key: str = "bubble",
) -> None:
    """Show a message's header, text, footer and buttons and, below, for whom these values are."""
    with st.container(border=True, key=key, width=420, gap="xsmall"):
        st.caption(f":material/verified: {t('bubble.sender')}")
        if header:
            st.markdown(f"**{escape_marks(header)}**")
        st.text(text)
        if footer:
            st.caption(escape_marks(footer))
        for button in buttons:
            icon = _BUTTON_ICONS.get(button.kind, "reply")
            st.markdown(f":primary[:material/{icon}: {escape_marks(button.label)}]", text_alignment="center")
    if reader:
        st.caption(reader)
