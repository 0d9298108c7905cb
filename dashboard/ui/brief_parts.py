"""The coverage page's part on paper: the brief that lies ready, a new one at once, its tables."""

import streamlit as st

from dashboard.coverage.brief import make_brief
from dashboard.coverage.brief_shelf import LANGUAGES, ReadyBrief, find_ready, make_ready, name_download
from dashboard.coverage.brief_tables import write_tables
from dashboard.registry.offices import Office
from dashboard.ui.downloads import ReadyFile, offer_file, prepare_file
from dashboard.ui.errors import told
from dashboard.ui.formats import moment
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t, t_each

_TABLES = "brief_tables_ready"
_NO_HOUR = 24  # of the setting: briefs are not made by themselves


def show_brief(visitor: Visitor, office: Office) -> None:
    """Offer an office's brief on paper: to take what lies ready, to make it anew, to take its tables."""
    paper = st.expander(t("brief.page_title"), icon=":material/print:", key="brief_paper", on_change="rerun")
    if not paper.open:
        return  # what nobody has opened is not sent: each element costs every page of everyone
    with paper:
        st.caption(t("brief.page_note", office=office.name_in(current_language())))
        language = _choose_language()
        place = st.container()
        with st.container(horizontal=True):
            ready = find_ready(visitor.rt.db, visitor.scope, visitor.rt.briefs_dir, office.code, language)
            label = t("brief.page_make_again" if ready else "brief.page_make")
            if st.button(label, icon=":material/refresh:", key="brief_make"):
                ready = _make(visitor, office, language) or ready
            if st.button(t("brief.page_tables"), icon=":material/table_view:", key="brief_tables"):
                _prepare_tables(visitor, office, language)
        with place:
            _show_ready(visitor, office, language, ready)
        _offer_tables(office, language)


def _choose_language() -> str:
    chosen = st.segmented_control(
        t("brief.page_language"),
        list(LANGUAGES),
        default=current_language(),
        required=True,
        format_func=t_each("brief.language_", LANGUAGES).__getitem__,
        key="brief_language",
    )
    return str(chosen or current_language())


def _make(visitor: Visitor, office: Office, language: str) -> ReadyBrief | None:
    rt = visitor.rt
    with told(), st.spinner(t("brief.page_making"), show_time=True):
        return make_ready(rt.db, visitor.scope, rt.briefs_dir, office.code, language, rt.clock)
    return None


def _show_ready(visitor: Visitor, office: Office, language: str, ready: ReadyBrief | None) -> None:
    if ready is None:
        hour = visitor.rt.settings.brief_hour
        st.markdown(t("brief.page_not_ready" if hour < _NO_HOUR else "brief.page_never_ready", hour=hour))
        return
    st.markdown(t("brief.page_ready", moment=moment(ready.made_at)))
    st.download_button(
        t("brief.page_take"),
        ready.path.read_bytes,
        name_download(office.code, ready.made_at, language),
        "application/pdf",
        key="brief_take",
        icon=":material/download:",
        type="primary",
        on_click="ignore",
    )


def _prepare_tables(visitor: Visitor, office: Office, language: str) -> None:
    rt = visitor.rt
    with told(), st.spinner(t("brief.page_making"), show_time=True):
        brief = make_brief(rt.db, visitor.scope, office.code, rt.clock)
        name = name_download(office.code, brief.made_at, language, ".xlsx")
        tables = prepare_file(name, lambda path: write_tables(brief, LANGUAGES[language], path))
        st.session_state[_TABLES] = (office.code, language, tables)


def _offer_tables(office: Office, chosen: str) -> None:
    """Hand over the tables that were prepared for this office in this language, and no other's."""
    code, language, tables = st.session_state.get(_TABLES, ("", "", None))
    if isinstance(tables, ReadyFile) and (code, language) == (office.code, chosen):
        offer_file(tables, "brief_tables_take")
