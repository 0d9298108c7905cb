"""Import: billing exports and opt-ins come in; what was understood and what was refused is seen before and after."""

import streamlit as st

from dashboard.access.scope import Right
from dashboard.ui import import_parts as parts
from dashboard.ui.header_parts import show_header_aliases
from dashboard.ui.visitor import current_visitor
from dashboard.ui.words import t, t_each

KINDS = ("exports", "consents")

visitor = current_visitor()
visitor.scope.require(Right.IMPORT)

kind = st.segmented_control(
    t("import_data.what"),
    KINDS,
    default="exports",
    required=True,
    key="import_what",
    format_func=t_each("import_data.what_", KINDS).__getitem__,
)
if kind == "consents":
    parts.show_consents(visitor)
else:
    parts.show_exports(visitor)
    st.subheader(t("import_data.headers"))
    show_header_aliases(visitor)
st.subheader(t("import_data.inbox"))
parts.show_inbox(visitor)
st.subheader(t("import_data.history"))
parts.show_history(visitor)
