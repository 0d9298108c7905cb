"""The parts of the compose page: the notice and its words, the audience, what stands in the way, preview and cost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from itertools import groupby

import streamlit as st

from dashboard.errors import BadInput
from dashboard.notices.audience import AudienceCount
from dashboard.notices.audience_preview import (
    RenderedMessage,
    list_holes,
    preview_account,
    preview_recipient,
)
from dashboard.notices.checks import warn_of
from dashboard.notices.draft import Binding, NoticeDraft, Problem
from dashboard.notices.notice import Notice
from dashboard.notices.template_store import list_usable
from dashboard.notices.templates import (
    BODY_LIMIT,
    LANGUAGES,
    TYPED,
    Template,
    Variable,
    get_template,
)
from dashboard.ui.bubble import frame_of, show_bubble
from dashboard.ui.errors import explain, told
from dashboard.ui.formats import group_digits, moment
from dashboard.ui.notice_parts import show_pages
from dashboard.ui.tables import escape_marks
from dashboard.ui.template_words import label_of, say_places, titles_of
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import LANGUAGE_NAMES, current_language, t

_PICKED = ("date", "time")  # picked side by side; everything else takes a line of its own


def choose_template(visitor: Visitor, notice: Notice | None) -> tuple[Template, str]:
    """Let one choose the notice and the language it is sent in."""
    usable = list_usable(visitor.rt.db, visitor.scope, notice.template if notice else "")
    names = [template.name for template in usable]
    with st.container(horizontal=True):
        name = st.selectbox(
            t("compose.template"), names, index=names.index(notice.template) if notice else 0,
            format_func=titles_of(names).__getitem__, key="compose_template", width=320,
        )  # fmt: skip
        language = st.segmented_control(
            t("compose.language"), list(LANGUAGES), default=notice.language if notice else current_language(), required=True,
            format_func=LANGUAGE_NAMES.__getitem__, key="compose_language",
        )  # fmt: skip
    return get_template(name), str(language)


def type_variables(
    template: Template, language: str, notice: Notice | None, bindings: Mapping[str, Binding]
) -> dict[str, str]:
    """Let one type the words of a notice; what rows and offices fill is only named."""
    known = notice.variables if notice and notice.template == template.name else {}
    sources = {
        one.name: bindings[one.name].source if one.name in bindings else one.source
        for one in template.variables
    }
    bound = [label_of(template, name) for name, source in sources.items() if source != TYPED]
    if bound:
        st.caption(t("compose.bound", names=", ".join(bound)))
    typed: dict[str, str] = {}
    wanted = [variable for variable in template.variables if sources[variable.name] == TYPED]
    for is_picked, variables in groupby(wanted, key=lambda one: one.kind in _PICKED):
        with st.container(horizontal=is_picked):
            for variable in variables:
                typed[variable.name] = _type_one(template, variable, language, known.get(variable.name, ""))
    return typed


def _type_one(template: Template, variable: Variable, language: str, value: str) -> str:
    """Return the typed value; days and hours are picked, and written as people here write them."""
    label, key = label_of(template, variable.name), f"compose_{template.name}_{variable.name}"
    if variable.kind == "date":
        day = st.date_input(label, _read_day(value), format="DD-MM-YYYY", key=key, width=170)
        return day.strftime("%d-%m-%Y") if isinstance(day, date) else ""
    if variable.kind == "time":
        hour = st.time_input(label, _read_hour(value), key=key, width=120)
        return hour.strftime("%H:%M") if isinstance(hour, time) else ""
    return st.text_input(
        label, value, key=key, max_chars=BODY_LIMIT + 200, placeholder=variable.examples[language]
    )


def _read_day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%d-%m-%Y").date()
    except ValueError:
        return None


def _read_hour(text: str) -> time | None:
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        return None


def show_preview(visitor: Visitor, draft: NoticeDraft, count: AudienceCount) -> None:
    """Show the text as any recipient would read it."""
    st.subheader(t("compose.preview"))
    if not count.recipients:
        st.info(t("error.audience_empty"), icon=":material/group_off:")
        return
    show_pages(
        lambda place: _preview(visitor, draft, place),
        count.recipients,
        "compose",
        (get_template(draft.template), draft.language),
    )
    _show_account(visitor, draft)
    st.caption(t("compose.length", longest=group_digits(count.longest_text), limit=group_digits(BODY_LIMIT)))


def _show_account(visitor: Visitor, draft: NoticeDraft) -> None:
    """Let one look at a particular account: what it would read, or why it gets nothing."""
    account_no = st.text_input(
        t("compose.account"), key="compose_account", placeholder=t("compose.account_hint"), max_chars=20
    )
    if not account_no.strip():
        return
    with told():
        message = preview_account(visitor.rt.db, visitor.scope, draft, account_no)
        if message.reason:
            reason = t(f"notices.excluded_{message.reason}")
            st.info(t("compose.account_left_out", reason=reason), icon=":material/person_off:")
        reader = t(
            "compose.account_reader", name=escape_marks(message.reader or "–"), number=message.mobile_masked
        )
        show_bubble(
            _say_places(draft, message.text),
            **frame_of(get_template(draft.template), draft.language),
            reader=reader,
            key="compose_account_bubble",
        )


def _preview(visitor: Visitor, draft: NoticeDraft, place: int) -> RenderedMessage | None:
    """Return one recipient's message; what is not typed yet stands there by its words, not by its name."""
    message = preview_recipient(visitor.rt.db, visitor.scope, draft, place)
    if message is None:
        return None
    return replace(message, text=_say_places(draft, message.text))


def _say_places(draft: NoticeDraft, text: str) -> str:
    return say_places(get_template(draft.template), text, current_language())


def show_problems(draft: NoticeDraft, problems: list[Problem]) -> None:
    """Say what still stands in the way of submitting; what is to be filled in stands in one sentence."""
    template = get_template(draft.template)
    empty = [label_of(template, problem.field) for problem in problems if problem.code == "variable_empty"]
    if empty:
        st.markdown(f":material/radio_button_unchecked: {t('compose.fill', labels=', '.join(empty))}")
    for problem in problems:
        if problem.code != "variable_empty":
            label = {"label": label_of(template, problem.field)} if problem.field else {}
            told_as = BadInput(problem.code, **{**problem.values, **label})
            st.markdown(f":material/radio_button_unchecked: {explain(told_as)}")


def show_warnings(visitor: Visitor, draft: NoticeDraft, count: AudienceCount, notice_id: int | None) -> None:
    """Say what does not stand in the way and yet should be known, apart from what does."""
    rt = visitor.rt
    for warning in warn_of(rt.db, visitor.scope, rt.clock, rt.settings, draft, count, notice_id):
        values = {
            name: moment(value) if isinstance(value, datetime) else group_digits(value)
            for name, value in warning.values.items()
        }
        st.warning(t(f"check.{warning.code}", **values), icon=":material/info:")
    if count.exclusions.get("empty_variable"):
        with st.expander(t("check.first_holes"), icon=":material/rule:"):
            for hole in list_holes(rt.db, visitor.scope, draft):
                names = ", ".join(label_of(get_template(draft.template), name) for name in hole.names)
                st.markdown(f"- {hole.account_no} · {escape_marks(hole.reader or '–')}: {names}")
