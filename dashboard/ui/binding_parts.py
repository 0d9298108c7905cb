"""Where the words of a notice come from: the recipient's row, the recipient's offices, or typed; and what stands where nothing is."""

import streamlit as st

from dashboard.notices.draft import Binding
from dashboard.notices.notice import Notice
from dashboard.notices.template_rules import SAMPLE_LIMIT
from dashboard.notices.templates import SOURCES, TYPED, Template, Variable
from dashboard.ui.template_words import label_of
from dashboard.ui.words import t, t_each


def choose_bindings(template: Template, language: str, notice: Notice | None) -> dict[str, Binding]:
    """Let one alter where places of the text come from; return only what differs from the template."""
    known = notice.bindings if notice and notice.template == template.name else {}
    if not template.variables:
        return {}
    altered: dict[str, Binding] = {}
    with st.expander(t("compose.bindings"), icon=":material/data_object:", key="compose_bindings"):
        st.caption(t("compose.bindings_note"))
        for variable in template.variables:
            usual = Binding(variable.source, variable.fallbacks.get(language, ""))
            chosen = _choose_one(template, variable, language, known.get(variable.name, usual))
            if chosen != usual:
                altered[variable.name] = chosen
    return altered


def _choose_one(template: Template, variable: Variable, language: str, binding: Binding) -> Binding:
    key = f"compose_bind_{template.name}_{language}_{variable.name}"
    label = label_of(template, variable.name)
    with st.container(horizontal=True):
        source = st.selectbox(
            label, SOURCES, index=SOURCES.index(binding.source), key=key, width=280,
            format_func=t_each("source.", SOURCES).__getitem__,
        )  # fmt: skip
        if source == TYPED:
            return Binding(TYPED)
        fallback = st.text_input(
            t("compose.fallback", label=label), binding.fallback, key=f"{key}_fallback", max_chars=SAMPLE_LIMIT,
            placeholder=t("compose.fallback_skip"), width=280,
        )  # fmt: skip
    return Binding(source, fallback.strip())
