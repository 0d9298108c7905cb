"""Questions that open under a button, and are closed once they are answered."""

import streamlit as st


def question_key(key: str) -> str:
    """Return a question's key: another one after each answer, for a popover of a new key stands closed, and so do the fields in it."""
    return f"{key}_{st.session_state.get(_count_of(key), 0)}"


def close_question(key: str) -> None:
    """Close a question whose deed is done; call it before the page is shown anew."""
    st.session_state[_count_of(key)] = st.session_state.get(_count_of(key), 0) + 1


def _count_of(key: str) -> str:
    return f"{key}_answers"
