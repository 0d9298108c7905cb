"""The parts of the compose page: the notice and its words, the audience, what stands in the way, preview and cost."""

from dataclasses import replace
from datetime import date, datetime, time
from itertools import groupby

import streamlit as st

from dashboard.notices.audience import (
    AudienceCount,
    RenderedMessage,
    count_audience,
    preview_recipient,
)
from dashboard.notices.draft import ARREARS_SEGMENTS, Audience, NoticeDraft, Problem
from dashboard.notices.drafting import estimate
from dashboard.notices.notice import Notice
from dashboard.notices.templates import (
    BODY_LIMIT,
    LANGUAGES,
    Template,
    Variable,
    get_template,
    list_templates,
)
from dashboard.registry.offices import Office, list_at_level
from dashboard.ui.errors import explain
from dashboard.ui.formats import duration, group_digits, rupees
from dashboard.ui.notice_parts import show_pages
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import LANGUAGE_NAMES, current_language, t, t_each

CATEGORIES = (
    "LMV-1",
    "LMV-2",
    "LMV-3",
    "LMV-4",
    "LMV-5",
    "LMV-6",
    "LMV-7",
    "LMV-8",
    "LMV-9",
    "LMV-10",
    "HV-1",
    "HV-2",
    "HV-3",
    "HV-4",
)
_MOST_FEEDERS = 400
_PICKED = ("date", "time")  # picked side by side; everything else takes a line of its own


def choose_template(notice: Notice | None) -> tuple[Template, str]:
    """Let one choose the notice and the language it is sent in."""
    names = [template.name for template in list_templates()]
    with st.container(horizontal=True):
        name = st.selectbox(
            t("compose.template"), names, index=names.index(notice.template) if notice else 0,
            format_func=t_each("template.", names).__getitem__, key="compose_template", width=320,
        )  # fmt: skip
        language = st.segmented_control(
            t("compose.language"), list(LANGUAGES), default=notice.language if notice else current_language(), required=True,
            format_func=LANGUAGE_NAMES.__getitem__, key="compose_language",
        )  # fmt: skip
    return get_template(name), str(language)


def type_variables(template: Template, language: str, notice: Notice | None) -> dict[str, str]:
    """Let one type the words of a notice; what offices fill is only named."""
    known = notice.variables if notice and notice.template == template.name else {}
    bound = [t(f"variable.{variable.name}") for variable in template.variables if not variable.is_typed]
    if bound:
        st.caption(t("compose.bound", names=", ".join(bound)))
    typed: dict[str, str] = {}
    for is_picked, variables in groupby(template.typed_variables, key=lambda one: one.kind in _PICKED):
        with st.container(horizontal=is_picked):
            for variable in variables:
                typed[variable.name] = _type_one(template, variable, language, known.get(variable.name, ""))
    return typed


def _type_one(template: Template, variable: Variable, language: str, value: str) -> str:
    """Return the typed value; days and hours are picked, and written as people here write them."""
    label, key = t(f"variable.{variable.name}"), f"compose_{template.name}_{variable.name}"
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


def choose_audience(visitor: Visitor, office: Office, notice: Notice | None) -> Audience:
    """Let one narrow down whom the notice is for."""
    known = notice.audience if notice and notice.office_code == office.code else Audience(office.code)
    categories = st.multiselect(
        t("compose.categories"),
        CATEGORIES,
        list(known.categories),
        key="compose_categories",
        placeholder=t("page.all"),
    )
    segments = st.multiselect(
        t("compose.segments"), ARREARS_SEGMENTS, list(known.arrears_segments), key="compose_segments", placeholder=t("page.all"),
        format_func=t_each("compose.segment_", ARREARS_SEGMENTS).__getitem__,
    )  # fmt: skip
    feeders = _choose_feeders(visitor, office, known)
    return Audience(office.code, tuple(categories), tuple(segments), feeders)


def _choose_feeders(visitor: Visitor, office: Office, known: Audience) -> tuple[str, ...]:
    if office.level not in ("division", "subdivision", "substation"):
        return ()
    feeders = {
        feeder.code: feeder for feeder in list_at_level(visitor.rt.db, visitor.scope, office.code, "feeder")
    }
    if not feeders or len(feeders) > _MOST_FEEDERS:
        return ()
    chosen = st.multiselect(
        t("compose.feeders"), list(feeders), [code for code in known.feeder_codes if code in feeders], key=f"compose_feeders_{office.code}",
        placeholder=t("page.all"), format_func=lambda code: f"{feeders[code].name_in(current_language())} ({code.split('/', 1)[-1]})",
    )  # fmt: skip
    return tuple(chosen)


def show_audience(visitor: Visitor, draft: NoticeDraft) -> AudienceCount:
    """Show how many get the notice, who is left out and why, what it costs and how long it takes."""
    count = count_audience(
        visitor.rt.db, visitor.scope, draft.template, draft.language, draft.audience, draft.variables
    )
    facts = estimate(visitor.rt.settings, draft.template, count.recipients)
    with st.container(horizontal=True, key="compose_sums"):
        st.metric(t("notices.recipients"), group_digits(count.recipients), border=True)
        st.metric(
            t("notices.cost"),
            rupees(facts.cost),
            border=True,
            help=t("compose.price", price=rupees(facts.price)),
        )
        st.metric(
            t("notices.time"),
            duration(facts.seconds, current_language()),
            border=True,
            help=t(
                "compose.rate",
                rate=f"{visitor.rt.settings.rate_per_second:g}",
                limit=group_digits(visitor.rt.settings.daily_limit),
            ),
        )
    st.caption(t("compose.of_consumers", count=group_digits(count.consumers)))
    reasons = [
        f"- {t(f'notices.excluded_{reason}')}: **{group_digits(number)}**"
        for reason, number in count.exclusions.items()
        if number
    ]
    st.markdown("\n".join(reasons))
    return count


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
    )
    st.caption(t("compose.length", longest=group_digits(count.longest_text), limit=group_digits(BODY_LIMIT)))


def _preview(visitor: Visitor, draft: NoticeDraft, place: int) -> RenderedMessage | None:
    """Return one recipient's message; what is not typed yet stands there by its words, not by its name."""
    message = preview_recipient(visitor.rt.db, visitor.scope, draft, place)
    if message is None:
        return None
    text = message.text
    for variable in get_template(draft.template).variables:
        text = text.replace(f"{{{variable.name}}}", f"[{t(f'variable.{variable.name}')}]")
    return replace(message, text=text)


def show_problems(problems: list[Problem]) -> None:
    """Say what still stands in the way of submitting; what is to be filled in stands in one sentence."""
    empty = [t(f"variable.{problem.field}") for problem in problems if problem.code == "variable_empty"]
    if empty:
        st.markdown(f":material/radio_button_unchecked: {t('compose.fill', labels=', '.join(empty))}")
    for problem in problems:
        if problem.code != "variable_empty":
            st.markdown(f":material/radio_button_unchecked: {explain(problem.as_error())}")
