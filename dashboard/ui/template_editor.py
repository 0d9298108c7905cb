"""The editor of a template: its texts in both languages side by side, checked while they are typed, and what becomes of it."""

import dataclasses

import streamlit as st

from dashboard.delivery.account import account_of
from dashboard.delivery.client import ManagementClient
from dashboard.errors import Unavailable
from dashboard.notices.draft import Problem
from dashboard.notices.template_rules import (
    BUTTON_LIMIT,
    CATEGORIES,
    LINE_LIMIT,
    NAME_LIMIT,
    TARGET_LIMIT,
    TITLE_LIMIT,
    check_template,
)
from dashboard.notices.template_store import save_template, submit_template
from dashboard.notices.templates import (
    BODY_LIMIT,
    BUTTON_KINDS,
    LANGUAGES,
    PURPOSES,
    Button,
    Template,
    fill,
    list_shipped,
)
from dashboard.ui.bubble import frame_of, show_bubble
from dashboard.ui.errors import told
from dashboard.ui.template_variables import describe_variables, say_problem
from dashboard.ui.template_words import say_title
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import LANGUAGE_NAMES, t, t_each

_PAUSE = "400ms"  # after the last key
_SHOWN_BUTTONS = (0, 1, 2, 3)


def blank_template() -> Template:
    """Return an empty template with the footer that tells how messages are stopped."""
    footers = list_shipped()[0].footers
    return Template("", PURPOSES[0], CATEGORIES[0], None, dict.fromkeys(LANGUAGES, ""), footers, ())


@st.fragment
def edit_template(visitor: Visitor, opened: Template) -> None:
    """Let one write a template; every breach is said beside the text it concerns."""
    key = f"editor_{opened.name or 'new'}"
    template = _write_head(opened, key)
    template = _write_texts(template, key)
    sides = st.container()
    template = _write_buttons(template, key)
    template = describe_variables(template, opened, key)
    problems = check_template(template)
    names = {variable.name for variable in template.variables}
    elsewhere = [one for one in problems if one.values.get("name") not in names]
    with sides:
        _show_sides(template, elsewhere, key)
    for problem in elsewhere:
        if problem.field not in LANGUAGES:
            say_problem(problem)
    _offer_deeds(visitor, template, problems)


def _write_head(opened: Template, key: str) -> Template:
    titles = {}
    with st.container(horizontal=True):
        for language in LANGUAGES:
            titles[language] = st.text_input(
                t("editor.title", spoken=LANGUAGE_NAMES[language]), say_title(opened, language) if opened.name else "",
                key=f"{key}_title_{language}", max_chars=TITLE_LIMIT, live=_PAUSE, width=280,
            )  # fmt: skip
        family = st.text_input(
            t("editor.name"), opened.family, key=f"{key}_family", max_chars=NAME_LIMIT, live=_PAUSE, width=280,
            help=t("editor.name_help"), disabled=opened.version_no > 1, placeholder="bill_reminder",
        )  # fmt: skip
    with st.container(horizontal=True):
        purpose = st.selectbox(
            t("library.purpose"), PURPOSES, index=PURPOSES.index(opened.purpose), key=f"{key}_purpose", width=280,
            format_func=t_each("purpose.", PURPOSES).__getitem__,
        )  # fmt: skip
        category = st.segmented_control(
            t("editor.category"), CATEGORIES, default=opened.category, required=True, key=f"{key}_category",
            format_func=lambda one: t(f"library.category_{one.lower()}"), help=t("editor.category_help"),
        )  # fmt: skip
    name = family.strip() if opened.version_no == 1 else opened.name
    return dataclasses.replace(
        opened, name=name, family=family.strip(), titles=titles, purpose=purpose, category=str(category)
    )


def _write_texts(template: Template, key: str) -> Template:
    headers, bodies, footers = {}, {}, {}
    for column, language in zip(st.columns(2), LANGUAGES, strict=True):
        with column:
            st.markdown(f"**{LANGUAGE_NAMES[language]}**")
            headers[language] = st.text_input(
                t("editor.header"), template.headers.get(language, ""), key=f"{key}_header_{language}", live=_PAUSE,
                max_chars=LINE_LIMIT,
            )  # fmt: skip
            bodies[language] = st.text_area(
                t("editor.body"), template.bodies[language], key=f"{key}_body_{language}", height=190,
                max_chars=BODY_LIMIT, help=t("editor.body_help"),
            )  # fmt: skip
            footers[language] = st.text_input(
                t("editor.footer"), template.footers.get(language, ""), key=f"{key}_footer_{language}", live=_PAUSE,
                max_chars=LINE_LIMIT,
            )  # fmt: skip
    return dataclasses.replace(template, headers=headers, bodies=bodies, footers=footers)


def _write_buttons(template: Template, key: str) -> Template:
    known = {language: template.buttons.get(language, ()) for language in LANGUAGES}
    count = st.segmented_control(
        t("editor.buttons"), _SHOWN_BUTTONS, default=min(len(known["hi"]), _SHOWN_BUTTONS[-1]), required=True,
        key=f"{key}_buttons",
    )  # fmt: skip
    written: dict[str, list[Button]] = {language: [] for language in LANGUAGES}
    for place in range(int(count or 0)):
        now = {
            language: known[language][place] if place < len(known[language]) else Button("reply", "")
            for language in LANGUAGES
        }
        for language, button in _write_button(now, f"{key}_button_{place}").items():
            written[language].append(button)
    return dataclasses.replace(
        template, buttons={language: tuple(given) for language, given in written.items() if given}
    )


def _write_button(now: dict[str, Button], key: str) -> dict[str, Button]:
    labels = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            t("editor.button_kind"), BUTTON_KINDS, index=BUTTON_KINDS.index(now["hi"].kind), key=f"{key}_kind", width=180,
            format_func=t_each("editor.button_", BUTTON_KINDS).__getitem__,
        )  # fmt: skip
        for language in LANGUAGES:
            labels[language] = st.text_input(
                t("editor.button_label", spoken=LANGUAGE_NAMES[language]), now[language].label, key=f"{key}_{language}",
                max_chars=BUTTON_LIMIT, live=_PAUSE, width=200,
            )  # fmt: skip
        target = ""
        if kind != "reply":
            target = st.text_input(
                t(f"editor.target_{kind}"), now["hi"].target, key=f"{key}_target", max_chars=TARGET_LIMIT, live=_PAUSE,
                width=280, placeholder="https://…" if kind == "url" else "1912",
            )  # fmt: skip
    return {language: Button(kind, label.strip(), target.strip()) for language, label in labels.items()}


def _show_sides(template: Template, problems: list[Problem], key: str) -> None:
    """Show both languages as they will look, with the samples in their places, and what is wrong with each."""
    st.markdown(f"**{t('editor.preview')}**")
    for column, language in zip(st.columns(2), LANGUAGES, strict=True):
        samples = {one.name: one.examples[language] for one in template.variables if one.examples[language]}
        with column:
            st.caption(LANGUAGE_NAMES[language])
            show_bubble(
                fill(template.bodies[language], samples) or "…",
                **frame_of(template, language),
                key=f"{key}_bubble_{language}",
            )
            for problem in problems:
                if problem.field == language:
                    say_problem(problem)


def _offer_deeds(visitor: Visitor, template: Template, problems: list[Problem]) -> None:
    rt = visitor.rt
    with st.container(horizontal=True, vertical_alignment="bottom"):
        saved = st.button(t("editor.save"), icon=":material/save:", key="editor_save")
        with st.popover(
            t("editor.submit"), type="primary", icon=":material/outbox:", disabled=bool(problems), key="editor_submit_open"
        ):  # fmt: skip
            st.markdown(t("editor.submit_sure", name=template.name or "…"))
            submitted = st.button(t("editor.submit_yes"), type="primary", key="editor_submit")
    with told():
        if saved:
            save_template(rt.db, visitor.scope, rt.clock, template)
            st.query_params["edit"] = template.name
            st.toast(t("editor.saved"), icon=":material/task_alt:")
        if submitted:
            _submit(visitor, template)


def _submit(visitor: Visitor, template: Template) -> None:
    """Submit and go back to the library; where WhatsApp does not answer the text is kept, and asking again submits it."""
    rt = visitor.rt
    client = ManagementClient(account_of(rt.db, rt.settings))
    try:
        submit_template(rt.db, visitor.scope, rt.clock, client, template)
    except Unavailable:
        st.info(t("editor.kept"), icon=":material/cloud_off:")
        del st.query_params["edit"]
        raise
    del st.query_params["edit"]
    st.rerun()
