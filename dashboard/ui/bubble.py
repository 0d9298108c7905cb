"""The WhatsApp bubble: a message as its reader will see it, made of native elements."""

import streamlit as st

from dashboard.ui.words import t


def show_bubble(text: str, *, footer: str = "", reader: str = "", key: str = "bubble") -> None:
    """Show a message's text, its footer and, below, for whom these values are."""
    with st.container(border=True, key=key, width=420, gap="xsmall"):
        st.caption(f":material/verified: {t('bubble.sender')}")
        st.text(text)
        if footer:
            st.caption(footer)
    if reader:
        st.caption(reader)
