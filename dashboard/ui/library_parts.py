"""The parts of the templates page: purposes, both languages side by side, the standing at WhatsApp and its price."""

from collections.abc import Sequence

import streamlit as st

from dashboard.delivery.account import account_of
from dashboard.delivery.client import ManagementClient
from dashboard.notices.standing import Standing, accept_price, may_manage, refresh_standing
from dashboard.notices.template_store import INDISPENSABLE, Entry, retire_template
from dashboard.notices.templates import LANGUAGES, Template
from dashboard.ui.bubble import frame_of, show_bubble
from dashboard.ui.errors import told
from dashboard.ui.formats import moment
from dashboard.ui.tables import escape_marks
from dashboard.ui.template_words import label_of, say_places, say_title
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import LANGUAGE_NAMES, current_language, t, t_each, t_or_code

NEW = "new"
_ICONS = {"APPROVED": ":material/check_circle:", "PENDING": ":material/hourglass_top:"}
Standings = dict[tuple[str, str], Standing]


def show_state(visitor: Visitor, standing: Standings) -> None:
    """Say when WhatsApp was asked last; who may can ask anew."""
    asked = max((one.asked_at for one in standing.values() if one.asked_at), default=None)
    st.caption(t("library.asked", at=moment(asked)) if asked else t("library.never_asked"))
    if not may_manage(visitor.scope):
        return
    rt = visitor.rt
    with st.container(horizontal=True):
        is_new = st.button(t("library.new"), type="primary", icon=":material/add:", key="templates_new")
        asks = st.button(
            t("library.ask"), icon=":material/sync:", key="templates_ask", help=t("library.ask_help")
        )
    if is_new:
        st.query_params["edit"] = NEW
        st.rerun()
    if asks:
        with told():
            client = ManagementClient(account_of(rt.db, rt.settings))
            refresh_standing(rt.db, visitor.scope, rt.clock, client)
            st.rerun()


def choose_purpose(entries: Sequence[Entry]) -> list[Entry]:
    """Let one narrow the library down to a purpose; return what is left."""
    purposes = list(dict.fromkeys(entry.template.purpose for entry in entries))
    words = t_each("purpose.", purposes)
    chosen = st.pills(t("library.purpose"), purposes, format_func=words.__getitem__, key="templates_purpose")
    return [entry for entry in entries if chosen in (None, entry.template.purpose)]


def split_entries(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry], list[Entry]]:
    """Return drafts, what is in use, and what is not any more: retired, or followed by a later version."""
    last = {entry.template.family: entry.template.version_no for entry in entries if entry.is_submitted}
    drafts = [entry for entry in entries if entry.is_draft and entry.retired_by is None]
    submitted = [entry for entry in entries if entry.is_submitted]
    in_use = [
        entry
        for entry in submitted
        if entry.retired_by is None and entry.template.version_no == last[entry.template.family]
    ]
    return drafts, in_use, [entry for entry in entries if entry not in drafts and entry not in in_use]


def show_entry(visitor: Visitor, entry: Entry, standing: Standings) -> None:
    """Show one version in both languages, each with how it stands, and what may be done with it."""
    template = entry.template
    with st.container(border=True, key=f"templates_{template.name}"):
        title = escape_marks(say_title(template, current_language()))
        st.markdown(f"**{title}** · {t(f'purpose.{template.purpose}')} · `{template.name}`")
        if entry.saved_by:
            st.caption(t("library.saved", name=entry.saved_by, at=moment(entry.saved_at)))
        if entry.retired_by:
            st.caption(t("library.retired", name=entry.retired_by))
        for column, language in zip(st.columns(2), LANGUAGES, strict=True):
            with column:
                st.caption(LANGUAGE_NAMES[language])
                if entry.is_submitted:
                    _show_standing(visitor, template, standing.get((template.name, language)), language)
                show_bubble(
                    say_places(template, template.bodies[language], language),
                    **frame_of(template, language),
                    key=f"templates_{template.name}_{language}",
                )
        _show_variables(template)
        if may_manage(visitor.scope):
            _offer_deeds(visitor, entry)


def _show_variables(template: Template) -> None:
    typed = [label_of(template, one.name) for one in template.variables if one.is_typed]
    bound = [
        f"{label_of(template, one.name)} ({t(f'source.{one.source}')})"
        for one in template.variables
        if not one.is_typed
    ]
    if typed:
        st.caption(t("library.typed", names=", ".join(typed)))
    if bound:
        st.caption(t("library.bound", names=", ".join(bound)))


def _offer_deeds(visitor: Visitor, entry: Entry) -> None:
    name, rt = entry.template.name, visitor.rt
    with st.container(horizontal=True):
        words = t("library.edit" if entry.is_draft else "library.new_version")
        if st.button(words, icon=":material/edit:", key=f"templates_edit_{name}"):
            st.query_params["edit"] = name
            st.rerun()
        if entry.retired_by:
            if st.button(t("library.restore"), icon=":material/undo:", key=f"templates_restore_{name}"):
                with told():
                    retire_template(rt.db, visitor.scope, rt.clock, name, retired=False)
                    st.rerun()
        elif name not in INDISPENSABLE:
            with st.popover(
                t("library.retire"), icon=":material/archive:", key=f"templates_retire_open_{name}"
            ):
                st.markdown(t("library.retire_sure"))
                if st.button(t("library.retire_yes"), key=f"templates_retire_{name}"):
                    with told():
                        retire_template(rt.db, visitor.scope, rt.clock, name)
                        st.rerun()


def _show_standing(visitor: Visitor, template: Template, standing: Standing | None, language: str) -> None:
    if standing is None:
        st.markdown(f":material/help: {t('library.unknown')}")
        return
    status = t_or_code("library", f"status_{standing.status.lower()}")
    quality = t_or_code("library", f"quality_{(standing.quality or 'UNKNOWN').lower()}")
    category = t_or_code("library", f"category_{standing.category.lower()}")
    st.markdown(f"{_ICONS.get(standing.status, ':material/error:')} {status} · {category} · {quality}")
    if standing.rejected_reason:
        reason = t_or_code("rejection", standing.rejected_reason.lower())
        st.error(t("library.rejected", reason=escape_marks(reason)), icon=":material/block:")
    if standing.is_held:
        st.warning(t("library.held"), icon=":material/price_change:")
        if may_manage(visitor.scope):
            _offer_acceptance(visitor, template, language)
    elif standing.accepted_by:
        st.caption(t("library.accepted", name=standing.accepted_by))


def _offer_acceptance(visitor: Visitor, template: Template, language: str) -> None:
    key = f"templates_accept_{template.name}_{language}"
    with st.popover(t("library.accept"), icon=":material/payments:", key=f"{key}_open"):
        st.markdown(t("library.accept_sure"))
        if st.button(t("library.accept_yes"), key=key):
            with told():
                rt = visitor.rt
                accept_price(rt.db, visitor.scope, rt.clock, template.name, language)
                st.rerun()
