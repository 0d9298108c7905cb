"""How far a long piece of work is: the bar with its step, and the time that is left."""

import streamlit as st

from dashboard.ui.formats import duration
from dashboard.ui.words import current_language, t


def show_share(page: str, share: float, step: str, seconds_left: float | None) -> None:
    """Show share (0 to 1), step and time left in the page's words: `step_…`, `time_left`, `time_unknown`."""
    st.progress(min(share, 1.0), t(f"{page}.step_{step}"))
    st.caption(
        t(f"{page}.time_left", time=duration(seconds_left, current_language()))
        if seconds_left is not None
        else t(f"{page}.time_unknown")
    )
