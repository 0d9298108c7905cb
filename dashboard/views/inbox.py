"""Inbox: what consumers wrote beyond JOIN and STOP, and the answers."""

import streamlit as st

from dashboard.notices.inbox import count_threads
from dashboard.ui import inbox_parts as parts
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t

visitor = current_visitor()
open_count, count = count_threads(visitor.rt.db, visitor.scope)
if not count:
    st.info(t("inbox.empty"), icon=":material/inbox:")
    st.stop()
opened = parts.open_thread()
if opened is None:
    parts.tell_open(open_count)
    parts.show_threads(visitor, open_count, count)
else:
    parts.show_thread(visitor, opened)
