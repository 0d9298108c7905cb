"""The parts of the templates page: purposes, both languages side by side, the standing at WhatsApp and its price."""

from collections.abc import Sequence

import streamlit as st

from dashboard.delivery.account import account_of
from dashboard.delivery.client import ManagementClient
from dashboard.notices.standing import Standing, accept_price, may_manage, refresh_standing
from dashboard.notices.templates import LANGUAGES, Template
from dashboard.ui.bubble import show_bubble
from dashboard.ui.catalogue import say
from dashboard.ui.errors import told
from dashboard.ui.formats import moment
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import LANGUAGE_NAMES, t, t_each, t_or_code

_ICONS = {"APPROVED": ":material/check_circle:", "PENDING": ":material/hourglass_top:"}
Standings = dict[tuple[str, str], Standing]


def show_state(visitor: Visitor, standing: Standings) -> None:
    """Say when WhatsApp was asked last; who may can ask anew."""
    asked = max((one.asked_at for one in standing.values()), default=None)
    st.caption(t("library.asked", at=moment(asked)) if asked else t("library.never_asked"))
    if not may_manage(visitor.scope):
        return
    rt = visitor.rt
    if st.button(t("library.ask"), icon=":material/sync:", key="templates_ask", help=t("library.ask_help")):
        with told():
            client = ManagementClient(account_of(rt.db, rt.settings))
            refresh_standing(rt.db, visitor.scope, rt.clock, client)
            st.rerun()


def choose_purpose(templates: Sequence[Template]) -> list[Template]:
    """Let one narrow the library down to a purpose; return what is left."""
    purposes = list(dict.fromkeys(template.purpose for template in templates))
    words = t_each("purpose.", purposes)
    chosen = st.pills(t("library.purpose"), purposes, format_func=words.__getitem__, key="templates_purpose")
    return [template for template in templates if chosen in (None, template.purpose)]


def show_template(visitor: Visitor, template: Template, standing: Standings) -> None:
    """Show one template in both languages, each with how it stands."""
    st.markdown(
        f"**{t(f'template.{template.name}')}** · {t(f'purpose.{template.purpose}')} · `{template.name}`"
    )
    for column, language in zip(st.columns(2), LANGUAGES, strict=True):
        with column:
            st.caption(LANGUAGE_NAMES[language])
            _show_standing(visitor, template, standing.get((template.name, language)), language)
            show_bubble(
                _say_places(template, language),
                footer=template.footers[language],
                key=f"templates_{template.name}_{language}",
            )
    typed = [t(f"variable.{one.name}") for one in template.variables if one.is_typed]
    bound = [t(f"variable.{one.name}") for one in template.variables if not one.is_typed]
    if typed:
        st.caption(t("library.typed", names=", ".join(typed)))
    if bound:
        st.caption(t("library.bound", names=", ".join(bound)))


def _show_standing(visitor: Visitor, template: Template, standing: Standing | None, language: str) -> None:
    if standing is None:
        st.markdown(f":material/help: {t('library.unknown')}")
        return
    status = t_or_code("library", f"status_{standing.status.lower()}")
    quality = t_or_code("library", f"quality_{(standing.quality or 'UNKNOWN').lower()}")
    category = t_or_code("library", f"category_{standing.category.lower()}")
    st.markdown(f"{_ICONS.get(standing.status, ':material/error:')} {status} · {category} · {quality}")
    if standing.rejected_reason:
        st.error(t("library.rejected", reason=standing.rejected_reason), icon=":material/block:")
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


def _say_places(template: Template, language: str) -> str:
    text = template.bodies[language]
    for variable in template.variables:
        words = say(language, f"variable.{variable.name}")
        text = text.replace(f"{{{variable.name}}}", f"[{words}]")
    return text
