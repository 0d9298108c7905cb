"""The places of a template's text: what each is called, where its words come from, what stands where nothing is."""

import dataclasses
from collections.abc import Mapping

import streamlit as st

from dashboard.notices.draft import Problem
from dashboard.notices.template_rules import SAMPLE_LIMIT, check_variable
from dashboard.notices.templates import (
    KINDS,
    LANGUAGES,
    SOURCES,
    TYPED,
    Template,
    Variable,
    find_variables,
)
from dashboard.ui.errors import explain
from dashboard.ui.template_words import say_label
from dashboard.ui.words import LANGUAGE_NAMES, t, t_each

_PAUSE = "400ms"


def describe_variables(template: Template, opened: Template, key: str) -> Template:
    """Let one say of every place in the texts what it is; `opened` is the template as the editor found it."""
    names = dict.fromkeys(
        name for language in LANGUAGES for name in find_variables(template.bodies[language])
    )
    if not names:
        return dataclasses.replace(template, variables=())
    st.subheader(t("editor.variables"))
    known = {variable.name: variable for variable in opened.variables}
    described = tuple(
        _describe(known.get(name) or Variable(name, TYPED, "text", {}), opened, f"{key}_variable_{name}")
        for name in names
    )
    return dataclasses.replace(template, variables=described)


def _describe(variable: Variable, opened: Template, key: str) -> Variable:
    with st.container(border=True, key=f"{key}_box"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.markdown(f"`{{{variable.name}}}`", width=130)
            source = st.selectbox(
                t("editor.source"), SOURCES, index=SOURCES.index(variable.source), key=f"{key}_source", width=260,
                format_func=t_each("source.", SOURCES).__getitem__,
            )  # fmt: skip
            kind = "text"
            if source == TYPED:
                kind = st.selectbox(
                    t("editor.kind"), KINDS, index=KINDS.index(variable.kind), key=f"{key}_kind", width=160,
                    format_func=t_each("editor.kind_", KINDS).__getitem__,
                )  # fmt: skip
        labels = {
            language: say_label(opened, variable.name, language) if variable in opened.variables else ""
            for language in LANGUAGES
        }
        labels = _write_pair("label", labels, key)
        examples = _write_pair("sample", variable.examples, key)
        fallbacks = {} if source == TYPED else _write_pair("fallback", variable.fallbacks, key)
        described = Variable(variable.name, source, kind, examples, fallbacks, labels)
        for problem in check_variable(described):
            say_problem(problem)
    return described


def say_problem(problem: Problem) -> None:
    """Say one breach in a sentence."""
    st.markdown(f":material/radio_button_unchecked: {explain(problem.as_error())}")


def _write_pair(what: str, known: Mapping[str, str], key: str) -> dict[str, str]:
    """Let one write something in both languages, side by side."""
    written = {}
    with st.container(horizontal=True):
        for language in LANGUAGES:
            written[language] = st.text_input(
                t(f"editor.{what}", spoken=LANGUAGE_NAMES[language]), known.get(language, ""), max_chars=SAMPLE_LIMIT,
                key=f"{key}_{what}_{language}", live=_PAUSE, width=280,
                placeholder=t("compose.fallback_skip") if what == "fallback" else None,
            ).strip()  # fmt: skip
    return written
