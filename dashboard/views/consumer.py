"""A consumer: found by account, number, meter or name; all that is known, what happened, and what may be put right."""

import streamlit as st

from dashboard.access.scope import Right
from dashboard.enrolment.corrections import list_corrections
from dashboard.enrolment.history import list_account_cases, list_consents
from dashboard.notices.history import list_sent_notices
from dashboard.registry.consumers import get_consumer, list_number_events, list_originals
from dashboard.ui import consumer_history as history
from dashboard.ui import consumer_parts as parts
from dashboard.ui.errors import told
from dashboard.ui.office_picker import choose_office
from dashboard.ui.visit_parts import show_visits
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t

visitor = current_visitor()
db, scope = visitor.rt.db, visitor.scope
account_no = st.query_params.get("account", "")

if not account_no:
    office = choose_office(visitor, "consumer")
    if words := parts.ask_for_consumer():
        with told():
            parts.show_found(visitor, office, words)
    else:
        st.caption(t("consumer.begin"))
    st.stop()

with told():
    consumer = get_consumer(db, scope, account_no)
    numbers = list_number_events(db, scope, account_no)
    texts = list_corrections(db, scope, account_no)
    in_full = parts.show_head(visitor, consumer)
    history.show_facts(consumer, list_originals(db, scope, account_no))
    if visitor.may(Right.CORRECT):
        parts.show_correction(visitor, consumer, len(numbers) + len(texts))
    history.show_numbers(numbers, in_full)
    if parts.may_undo_number(visitor, consumer, numbers):
        parts.offer_undo(visitor, account_no, "number", numbers[0].reason)
    history.show_texts(texts)
    for event in parts.list_undoable(visitor, consumer, texts):
        parts.offer_undo(visitor, account_no, event.field, event.reason)
    history.show_consents(list_consents(db, scope, account_no), in_full)
    history.show_cases(list_account_cases(db, scope, account_no), in_full)
    history.show_notices(list_sent_notices(db, scope, account_no))
    show_visits(visitor, account_no)
