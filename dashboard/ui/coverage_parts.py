"""The parts of the coverage page that stand first and last: the five figures, what to do next, the trend."""

import streamlit as st

from dashboard.access.scope import Right
from dashboard.coverage.figures import Coverage, trend
from dashboard.registry.offices import Office
from dashboard.store.clock import india_day
from dashboard.ui import charts
from dashboard.ui.formats import group_digits, percent, shorten
from dashboard.ui.kept import kept
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t

_TREND_DAYS = 90


def show_figures(figures: Coverage) -> None:
    """Show the share that has joined first and largest, then how many consumers are in each of the five states."""
    language = current_language()
    usable = figures.consumers - figures.to_collect
    with st.container(key="coverage_figures"):
        headline = t("coverage.headline", rate=percent(figures.rate("enrolled")))
        total = t("coverage.total", count=group_digits(figures.consumers))
        funnel = t(
            "coverage.funnel",
            usable=group_digits(usable),
            usable_rate=percent(usable / figures.consumers),
            enrolled=group_digits(figures.enrolled),
        )
        # One element for both: each that a page has costs every click of everyone.
        st.markdown(f"## {headline}\n\n{total} {funnel}", help=t("coverage.total_help"))
        with st.grid(5, min_column_width=150):
            for state in charts.STATES:
                st.metric(
                    t(f"state.{state}"),
                    shorten(getattr(figures, state), language),
                    percent(figures.rate(state)),
                    delta_color="off",
                    delta_arrow="off",
                    border=True,
                    help=_in_full(getattr(figures, state)),
                )


def _in_full(count: int) -> str | None:
    """The exact figure behind a shortened one; a figure below a lakh stands in full already."""
    return group_digits(count) if count >= 100_000 else None


def show_next_step(visitor: Visitor, office: Office, figures: Coverage, movement: list[str]) -> None:
    """Say how the figures moved and what there is to do with them, with the way there where the person has the right."""
    with st.container(border=True, key="coverage_next"):
        rate = percent(figures.to_collect / figures.consumers)
        collect = t("coverage.next_collect", count=group_digits(figures.to_collect), rate=rate)
        lines = [*movement, f"**{t('page.next_step')}**", f":material/person_search: {collect}"]
        if figures.on_file:
            invite = t("coverage.next_invite", count=group_digits(figures.on_file))
            lines.append(f":material/forum: {invite}")
        st.markdown("\n\n".join(lines))
        if visitor.may(Right.SEE_NUMBERS) and figures.to_collect:
            st.page_link(
                "views/missing.py",
                label=t("coverage.open_missing"),
                icon=":material/arrow_forward:",
                query_params={"office": office.code},
            )


def show_trend(visitor: Visitor, office: Office) -> None:
    """Show how enrolled consumers and numbers to collect have moved."""
    today = india_day(visitor.rt.clock())
    figure = kept(visitor, office, "coverage.trend", (today,), lambda: _draw_trend(visitor, office))
    if figure is None:
        st.caption(t("coverage.trend_none"))
        return
    alt = t("coverage.trend_alt", office=office.name_in(current_language()))
    st.plotly_chart(figure, key="coverage_trend", config=charts.CONFIG, alt=alt)
    st.caption(t("coverage.trend_hint"))


def _draw_trend(visitor: Visitor, office: Office) -> charts.ReadyFigure | None:
    days = trend(visitor.rt.db, visitor.scope, office.code, visitor.rt.clock)
    if len(days) < 2:
        return None
    shown = days.tail(_TREND_DAYS).assign(to_collect=days["missing"] + days["unusable"])
    words = {"enrolled": t("state.enrolled"), "to_collect": t("coverage.trend_gap")}
    return charts.ReadyFigure(charts.draw_trend(shown, words))
