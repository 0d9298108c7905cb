"""The story behind the five figures: how they moved, what the target asks for, the funnel, what would help most."""

import streamlit as st

from dashboard.coverage.figures import find_widest_gaps
from dashboard.coverage.funnel import STEPS, Funnel, funnel_of, top_readers
from dashboard.coverage.movement import Change, Outlook, changes_of, outlook_of
from dashboard.registry.offices import Office
from dashboard.store.clock import india_day
from dashboard.ui import charts
from dashboard.ui.formats import day, group_digits, percent, share, signed
from dashboard.ui.kept import kept
from dashboard.ui.office_picker import go_to_office
from dashboard.ui.tables import escape_marks, name_rows
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t

_MOST_OFFICES, _MOST_READERS = 3, 3
_HELPS = "coverage_helps"


def describe_movement(visitor: Visitor, office: Office) -> list[str]:
    """Return what yesterday, a week and a month have changed, and when today's pace reaches the target: a line each."""
    db, scope, clock = visitor.rt.db, visitor.scope, visitor.rt.clock
    today = india_day(clock())
    changes = kept(
        visitor, office, "coverage.changes", (today,), lambda: changes_of(db, scope, office.code, clock)
    )
    outlook = kept(
        visitor, office, "coverage.outlook", (today,), lambda: outlook_of(db, scope, office.code, clock)
    )
    lines = [f":material/trending_up: {_write_changes(changes)}"]
    lines.append(f":material/flag: {write_outlook(outlook) if outlook else t('coverage.target_none')}")
    return lines


def _write_changes(changes: list[Change]) -> str:
    known = [
        t(
            f"coverage.change_{change.span}",
            enrolled=signed(change.enrolled),
            to_collect=signed(change.to_collect or 0),
        )
        for change in changes
        if change.enrolled is not None
    ]
    return f"{t('coverage.change')} {' · '.join(known)}" if known else t("coverage.change_none")


def write_outlook(outlook: Outlook) -> str:
    """Return the target and what the last weeks promise, in one or two sentences."""
    target = t(
        "coverage.target",
        rate=percent(outlook.share, 0),
        day=day(outlook.by_day),
        goal=group_digits(outlook.goal),
    )
    told = outlook.forecast
    words = t(
        f"coverage.outlook_{told.told}",
        per_week=signed(round(told.per_week)),
        day=day(told.day),
        earliest=day(told.earliest),
        latest=day(told.latest),
    )
    return f"{target} {words}"


def show_funnel(visitor: Visitor, office: Office) -> None:
    """Show the way from all consumers to those who are still with us, as bars with their figures."""
    db, scope = visitor.rt.db, visitor.scope
    funnel = kept(visitor, office, "coverage.funnel", (), lambda: funnel_of(db, scope, office.code))
    figure = kept(visitor, office, "coverage.funnel_figure", (), lambda: _draw_funnel(funnel))
    title = f"**{t('coverage.funnel_title')}**"
    if funnel.joined > funnel.verified:
        title += f"\n\n:small[:gray[{t('coverage.funnel_paper')}]]"
    st.markdown(title, help=t("coverage.funnel_help"))
    steps = ", ".join(f"{t(f'coverage.step_{step}')} {group_digits(getattr(funnel, step))}" for step in STEPS)
    alt = f"{t('coverage.funnel_alt', office=office.name_in(current_language()))}: {steps}"
    st.plotly_chart(figure, key="coverage_funnel", config=charts.CONFIG, alt=alt)


def _draw_funnel(funnel: Funnel) -> charts.ReadyFigure:
    counts = {t(f"coverage.step_{step}"): int(getattr(funnel, step)) for step in STEPS}
    return charts.ReadyFigure(charts.draw_funnel(counts))


def show_what_helps(visitor: Visitor, office: Office) -> None:
    """Name the divisions with the most numbers to collect and the readers with the most numbers that are readers' own."""
    offices, readers = kept(visitor, office, "coverage.helps", (), lambda: _find_what_helps(visitor, office))
    if offices:
        st.pills(
            f"**{t('coverage.helps_offices')}**",
            [code for code, _ in offices],
            format_func=dict(offices).__getitem__,
            key=_HELPS,
            on_change=_go_to_helped,
        )
    if not offices and not readers:
        st.caption(t("coverage.helps_none"))
    if readers:
        lines = "\n".join(f"- {line}" for line in readers)
        st.markdown(f"**{t('coverage.helps_readers')}**\n\n{lines}", help=t("coverage.helps_readers_help"))


def _go_to_helped() -> None:
    if code := st.session_state.pop(_HELPS, None):
        go_to_office(code)


def _find_what_helps(visitor: Visitor, office: Office) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the offices with the most numbers to collect (code, words), and a line for each reader."""
    db, scope = visitor.rt.db, visitor.scope
    level = "division" if office.level in ("state", "discom", "zone", "circle") else "subdivision"
    language = current_language()
    offices = [
        (one.code, _write_gap(one.name_in(language) or one.code, to_collect, consumers))
        for one, to_collect, consumers in find_widest_gaps(db, scope, office.code, level, _MOST_OFFICES)
    ]
    found = top_readers(db, scope, office.code, _MOST_READERS)
    return offices, [
        t(
            "coverage.helps_reader",
            reader=escape_marks(str(reader)),
            count=group_digits(int(count)),
            office=escape_marks(name),
        )
        for reader, count, name in zip(found["agent_id"], found["consumers"], name_rows(found), strict=True)
    ]


def _write_gap(name: str, count: int, consumers: int) -> str:
    gap = t("coverage.helps_count", count=group_digits(count), rate=percent(share(count, consumers)))
    return f"{escape_marks(name)} · {gap}"
