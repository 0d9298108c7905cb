"""Import: billing exports and opt-ins come in; what was understood and what was refused is seen before and after."""

import streamlit as st

from dashboard.access.scope import Right
from dashboard.ui.consent_parts import show_consents
from dashboard.ui.header_parts import show_header_aliases
from dashboard.ui.import_parts import show_exports
from dashboard.ui.import_past import show_history, show_inbox
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
    show_consents(visitor)
else:
    show_exports(visitor)
    st.subheader(t("import_data.headers"))
    show_header_aliases(visitor)
st.subheader(t("import_data.inbox"))
show_inbox(visitor)
st.subheader(t("import_data.history"))
show_history(visitor)
