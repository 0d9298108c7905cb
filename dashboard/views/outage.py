"""Outage: tell a feeder's consumers within a minute, extend the time, say that supply is back."""

import streamlit as st

from dashboard.notices.outage import list_outages
from dashboard.ui import outage_parts as parts
from dashboard.ui.errors import told
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t

visitor = current_visitor()
outages = list_outages(visitor.rt.db, visitor.scope, visitor.rt.clock)
lasting = [outage for outage in outages if outage.restored_at is None]
ended = [outage for outage in outages if outage.restored_at is not None]

if lasting:
    st.subheader(t("outage.lasting"))
    parts.show_lasting(visitor, lasting)
st.subheader(t("outage.new"))
with told():
    parts.show_new(visitor, parts.choose_order(visitor))
if ended:
    parts.show_ended(ended)
