"""Parts of a page that are computed alone when something in them is clicked: the frame around them stays as it stands."""

from collections.abc import Callable

import streamlit as st

from dashboard.errors import Refused
from dashboard.ui.errors import told
from dashboard.ui.turns import a_turn
from dashboard.ui.visitor import Visitor, current_visitor, is_visiting, read_visitor, visiting
from dashboard.ui.words import begin_run


def show_alone(show: Callable[[Visitor], None]) -> None:
    """Show a part of the page. Each time it is computed alone the person's row is read anew, as the gate does for a whole page."""
    st.fragment(_show_part)(show)


def _show_part(show: Callable[[Visitor], None]) -> None:
    if is_visiting():
        with told():
            show(current_visitor())
        return
    with a_turn():
        begin_run()
        try:
            visitor = read_visitor()
        except Refused:
            st.rerun()  # the whole page: its gate says that the session has ended
        with told(), visiting(visitor):
            show(visitor)
