"""Templates: the library in both languages, side by side, and how each stands at WhatsApp."""

import streamlit as st

from dashboard.notices.standing import list_standing
from dashboard.notices.templates import list_templates
from dashboard.ui import library_parts as parts
from dashboard.ui.visitor import current_visitor

visitor = current_visitor()

standing = list_standing(visitor.rt.db, visitor.scope)
parts.show_state(visitor, standing)
for template in parts.choose_purpose(list_templates()):
    with st.container(border=True, key=f"templates_{template.name}"):
        parts.show_template(visitor, template, standing)
