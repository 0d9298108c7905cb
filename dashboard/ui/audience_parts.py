"""The parts of the compose page that choose an audience: filters, saved ones, lists of accounts; and its count."""

from datetime import date, timedelta
from typing import Any

import streamlit as st

from dashboard.enrolment.groups import list_groups
from dashboard.notices.audience import AudienceCount, count_audience
from dashboard.notices.audience_store import (
    SavedAudience,
    delete_audience,
    list_audiences,
    save_audience,
)
from dashboard.notices.draft import (
    ARREARS_SEGMENTS,
    IN_A_GROUP,
    IN_NO_GROUP,
    LOAD_BANDS,
    Audience,
    NoticeDraft,
)
from dashboard.notices.notice import Notice
from dashboard.notices.prices import Estimate, estimate, finish_at
from dashboard.notices.send_queue import read_queue
from dashboard.notices.standing import category_of
from dashboard.notices.templates import LANGUAGES
from dashboard.registry.offices import Office, list_at_level
from dashboard.store.clock import india_day
from dashboard.ui.errors import told
from dashboard.ui.formats import day, duration, group_digits, rupees
from dashboard.ui.list_parts import choose_list
from dashboard.ui.questions import close_question, question_key
from dashboard.ui.queue_parts import show_until
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import LANGUAGE_NAMES, current_language, t, t_each, t_or_code

CATEGORIES = (*(f"LMV-{place}" for place in range(1, 11)), "HV-1", "HV-2", "HV-3", "HV-4")
_MOST_FEEDERS = 400
_MOST_DAYS = 366


def take_saved(visitor: Visitor) -> None:
    """Offer the saved audiences; a chosen one fills in the office and all below it."""
    saved = {one.audience_id: one for one in list_audiences(visitor.rt.db, visitor.scope)}
    if saved:
        st.selectbox(
            t("audience.saved"), list(saved), index=None, format_func=lambda number: saved[number].name,
            placeholder=t("audience.saved_hint"), key="compose_saved", on_change=_fill_in, args=(saved,),
        )  # fmt: skip
        chosen = saved.get(st.session_state.get("compose_saved") or 0)
        if chosen and st.button(
            t("audience.delete", name=chosen.name), type="tertiary", key="compose_saved_delete"
        ):
            with told():
                delete_audience(visitor.rt.db, visitor.scope, visitor.rt.clock, chosen.audience_id)
                st.rerun()


def _fill_in(saved: dict[int, SavedAudience]) -> None:
    """Put a saved choice into the fields below, before they are drawn."""
    chosen = saved.get(st.session_state["compose_saved"] or 0)
    if chosen is None:
        return
    audience, state = chosen.audience, st.session_state
    st.query_params["office"] = audience.office_code
    state["compose_categories"] = list(audience.categories)
    state["compose_segments"] = list(audience.arrears_segments)
    state["compose_bands"] = list(audience.load_bands)
    state["compose_languages"] = list(audience.languages)
    state["compose_list"] = audience.list_id or None
    state["compose_group"] = audience.group_id or None
    state["compose_per_account"] = audience.per_account
    state["compose_days"] = 0
    state[f"compose_feeders_{audience.office_code}"] = list(audience.feeder_codes)


def choose_audience(visitor: Visitor, office: Office, notice: Notice | None) -> Audience:
    """Let one narrow down whom the notice is for."""
    known = notice.audience if notice and notice.office_code == office.code else Audience(office.code)
    with st.container(horizontal=True):
        categories = _choose(
            "compose.categories", CATEGORIES, known.categories, "compose_categories", _name_categories()
        )
        segments = _choose(
            "compose.segments", ARREARS_SEGMENTS, known.arrears_segments, "compose_segments",
            t_each("compose.segment_", ARREARS_SEGMENTS),
        )  # fmt: skip
        bands = _choose(
            "audience.load",
            LOAD_BANDS,
            known.load_bands,
            "compose_bands",
            t_each("audience.load_", LOAD_BANDS),
        )
    feeders = _choose_feeders(visitor, office, known)
    narrowed = bool(
        known.languages or known.not_since or known.list_id or known.group_id or known.per_account
    )
    with st.expander(t("audience.more"), icon=":material/filter_alt:", expanded=narrowed):
        languages = _choose(
            "audience.languages", LANGUAGES, known.languages, "compose_languages", LANGUAGE_NAMES
        )
        not_since = _choose_days(visitor, known.not_since)
        group_id = _choose_group(visitor, known.group_id)
        list_id = choose_list(visitor, office, known.list_id)
        per_account = st.toggle(
            t("audience.per_account"),
            known.per_account,
            key="compose_per_account",
            help=t("audience.per_account_help"),
        )
    return Audience(
        office.code,
        categories,
        segments,
        feeders,
        bands,
        languages,
        not_since,
        list_id,
        per_account,
        group_id,
    )


def _choose(
    label: str, choices: tuple[str, ...], known: tuple[str, ...], key: str, words: dict[str, str]
) -> tuple[str, ...]:
    start: dict[str, Any] = (
        {} if key in st.session_state else {"default": [one for one in known if one in choices]}
    )
    return tuple(
        st.multiselect(
            t(label),
            choices,
            key=key,
            placeholder=t("page.all"),
            format_func=lambda one: words.get(one, one),
            **start,
        )
    )


def _name_categories() -> dict[str, str]:
    return {code: t_or_code("category", code) for code in CATEGORIES}


def _choose_days(visitor: Visitor, known: str) -> str:
    """Return the day since which nobody may have had a notice; '' where that does not matter."""
    today = india_day(visitor.rt.clock())
    start = (today - date.fromisoformat(known)).days if known else 0
    days = int(
        st.number_input(
            t("audience.not_within"), 0, _MOST_DAYS, min(max(start, 0), _MOST_DAYS), key="compose_days",
            help=t("audience.not_within_help"), width=260,
        )
    )  # fmt: skip
    if not days:
        return ""
    since = today - timedelta(days=days)
    st.caption(t("audience.not_since", day=day(since)))
    return since.isoformat()


def _choose_group(visitor: Visitor, known: int) -> int:
    """Return a group, or that one must be in whichever or in none; 0 where that does not matter."""
    names = {IN_A_GROUP: t("audience.group_any"), IN_NO_GROUP: t("audience.group_none")}
    groups = [one for one in list_groups(visitor.rt.db, visitor.scope) if one.kind == "group"]
    names |= {one.group_id: f"{one.name} ({group_digits(one.members)})" for one in groups}
    if (st.session_state.get("compose_group") or known or IN_A_GROUP) not in names:
        st.session_state["compose_group"] = (
            None  # closed meanwhile: nobody is left out by it any more, which one must know
        )
        st.warning(t("error.group"), icon=":material/group_off:")
    start: dict[str, Any] = (
        {}
        if "compose_group" in st.session_state
        else {"index": list(names).index(known) if known in names else None}
    )
    chosen = st.selectbox(
        t("audience.group"), list(names), key="compose_group", placeholder=t("page.all"), format_func=names.__getitem__,
        **start,
    )  # fmt: skip
    return chosen or 0


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


def keep_audience(visitor: Visitor, audience: Audience) -> None:
    """Let one keep the choice under a name for everyone of the office."""
    question = question_key("compose_keep_open")
    with st.popover(t("audience.keep"), icon=":material/bookmark_add:", key=question):
        name = st.text_input(t("audience.name"), key=f"{question}_name", max_chars=80)
        if st.button(t("audience.keep_yes"), key="compose_keep"):
            with told():
                save_audience(visitor.rt.db, visitor.scope, visitor.rt.clock, name, audience)
                st.toast(t("audience.kept"), icon=":material/task_alt:")
                close_question("compose_keep_open")
                st.rerun()


def show_audience(visitor: Visitor, draft: NoticeDraft, notice_id: int | None) -> AudienceCount:
    """Show how many get the notice, who is left out and why, what it costs and how long it takes."""
    count = count_audience(
        visitor.rt.db, visitor.scope, draft.template, draft.language, draft.audience, draft.variables,
        draft.bindings,
    )  # fmt: skip
    category = category_of(visitor.rt.db, visitor.scope, draft.template, draft.language)
    rt, now = visitor.rt, visitor.rt.clock()
    queue = read_queue(rt.db, rt.clock, draft.template, count.recipients, notice_id)
    facts = estimate(rt.settings, category, count.recipients, now, queue)
    _show_sums(visitor, count, facts)
    if count.recipients:
        show_until(finish_at(rt.settings, draft.template, count.recipients, now, queue, rt.rate), queue)
    st.caption(t("compose.of_consumers", count=group_digits(count.consumers)))
    reasons = [
        f"- {t(f'notices.excluded_{reason}')}: **{group_digits(number)}**"
        for reason, number in count.exclusions.items()
        if number
    ]
    st.markdown("\n".join(reasons))
    if not count.is_exact:
        st.caption(_say_why(count))
    return count


def _show_sums(visitor: Visitor, count: AudienceCount, facts: Estimate) -> None:
    settings = visitor.rt.settings
    with st.container(horizontal=True, key="compose_sums"):
        about = "" if count.is_exact else "≤ "
        st.metric(
            t("notices.recipients"),
            f"{about}{group_digits(count.recipients)}",
            border=True,
            help=None if count.is_exact else _say_why(count),
        )
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
                rate=f"{settings.rate_per_second:g}",
                limit=group_digits(settings.daily_limit),
            ),
        )


def _say_why(count: AudienceCount) -> str:
    """Return why so many at most."""
    words = t_each("audience.at_most_", count.at_most_for)
    return t("audience.at_most", reasons=", ".join(words[reason] for reason in count.at_most_for))
