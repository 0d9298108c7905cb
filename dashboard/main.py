"""What Streamlit runs: the page's settings, the gate, the menu of this person's rights, then the page itself."""

import streamlit as st

from dashboard.config import PROJECT_DIR
from dashboard.ui import navigation, news_parts, page, sign_in
from dashboard.ui.errors import told
from dashboard.ui.outage_reminder import show_reminder
from dashboard.ui.turns import a_turn
from dashboard.ui.visitor import visiting
from dashboard.ui.words import begin_run

_ICON = str(PROJECT_DIR / "dashboard" / "static" / "icon.png")  # a Material icon would be fetched from Google


def run() -> None:
    """Let in, show the frame, run the page of the address."""
    begin_run()
    if not sign_in.is_inside():
        # All pages first: an address is then understood before the gate, and a reload stays where it was.
        st.navigation(navigation.list_all_pages(), position="hidden")
    visitor = sign_in.pass_gate()
    if visitor is None:
        st.stop()
    chosen = st.navigation(navigation.list_pages_of(visitor.scope))
    page.show_header(visitor, sign_in.end_session)
    page.show_banner(visitor.rt)
    if chosen.url_path != "outage":
        show_reminder(visitor)
    news_parts.show_news(visitor)
    st.title(chosen.title)
    with told(), visiting(visitor):
        chosen.run()


st.set_page_config(page_title="उपभोक्ता सेतु · Upbhokta Setu", page_icon=_ICON, layout="wide")
with a_turn():
    run()
