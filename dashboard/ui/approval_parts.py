"""The parts that show whose leave a notice needs: its steps, what waits for this person, the rules."""

from collections.abc import Iterable
from datetime import timedelta

import pandas as pd
import streamlit as st

from dashboard.notices.approval import count_approvers
from dashboard.notices.approval_rules import ApprovalRule
from dashboard.notices.notice import Notice, Step
from dashboard.notices.states import State
from dashboard.registry.offices import get_office
from dashboard.ui.formats import group_digits, moment
from dashboard.ui.office_picker import name_in_full
from dashboard.ui.tables import Column, escape_marks, show_table
from dashboard.ui.template_words import title_of
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t


def show_steps(visitor: Visitor, notice: Notice) -> None:
    """Show who has approved already, what is left, and until when that counts."""
    if notice.state not in (State.SUBMITTED, State.APPROVED, State.SCHEDULED, State.PAUSED):
        return
    if not notice.steps and notice.decided_by is None and notice.state is not State.SUBMITTED:
        st.caption(f":material/verified_user: {t('approval.not_needed')}")
    lines = [f"{step.step_no}. {_describe_step(step)}" for step in notice.steps]
    if lines:
        st.markdown(f"**{t('approval.steps', count=len(lines))}**\n\n" + "\n".join(lines))
    if notice.next_step and not count_approvers(visitor.rt.db, notice):
        st.warning(
            t("approval.nobody", level=t(f"level.{notice.next_step.level}")), icon=":material/person_off:"
        )
    since = notice.decided_at or notice.submitted_at
    if since and notice.submitted_at:
        since = max(since, notice.submitted_at)
    if since and notice.state in (State.SUBMITTED, State.APPROVED):
        until = since + timedelta(hours=visitor.rt.settings.approval_hours)
        st.caption(t("approval.until", at=moment(until)))


def _describe_step(step: Step) -> str:
    level = t("approval.level", level=t(f"level.{step.level}"))
    if step.given_by is None:
        return f":material/radio_button_unchecked: {level} – {t('approval.open')}"
    name = escape_marks(step.giver_name or step.given_by)
    return f":material/check_circle: {level} – {t('approval.given', name=name, at=moment(step.given_at))}"


def show_waiting(notices: list[Notice], offices: dict[str, str]) -> int | None:
    """Show what waits for this person, with the step that is theirs; return the chosen notice."""
    rows = [
        {
            "notice_id": notice.notice_id,
            "title": title_of(notice.template),
            "office": offices[notice.office_code],
            "recipients": notice.recipient_count,
            "author": notice.author_name,
            "step": _name_step(notice),
            "given": ", ".join(step.giver_name or "" for step in notice.steps if step.given_by),
            "submitted": notice.submitted_at,
        }
        for notice in notices
    ]
    columns = {
        "notice_id": Column(t("notices.number"), pinned=True),
        "title": Column(t("notices.title")),
        "office": Column(t("notices.office")),
        "recipients": Column(t("notices.recipients"), "count"),
        "author": Column(t("notices.author")),
        "step": Column(t("approval.step")),
        "given": Column(t("approval.given_by")),
        "submitted": Column(t("approval.submitted"), "moment"),
    }
    chosen = show_table(
        pd.DataFrame(rows), columns, key="approvals_table", alt=t("page.approvals_help"), pick=True
    )
    return None if chosen is None else notices[chosen].notice_id


def _name_step(notice: Notice) -> str:
    step = notice.next_step
    if step is None:
        return ""
    return t("approval.step_of", step=step.step_no, count=len(notice.steps), level=t(f"level.{step.level}"))


def show_rules(rules: tuple[ApprovalRule, ...]) -> None:
    """Show the rules of this installation in words, the first that fits first."""
    with st.expander(t("approval.rules"), icon=":material/rule:"):
        st.markdown("\n".join(f"{place}. {describe_rule(rule)}" for place, rule in enumerate(rules, 1)))
        st.caption(t("approval.rules_always"))


def describe_rule(rule: ApprovalRule) -> str:
    """Return a rule in one line."""
    what = t(f"purpose.{rule.purpose}") if rule.purpose else t("approval.any_notice")
    parts = [what, t("approval.widest", level=t(f"level.{rule.widest_level}"))]
    if rule.fewest_recipients:
        parts.append(t("approval.fewest", count=group_digits(rule.fewest_recipients)))
    if rule.most_recipients is not None:
        parts.append(t("approval.most", count=group_digits(rule.most_recipients)))
    if rule.sensitive is not None:
        parts.append(t("approval.about_money" if rule.sensitive else "approval.not_about_money"))
    return f"{', '.join(parts)}: **{describe_steps(rule.steps)}**"


def describe_steps(levels: Iterable[str]) -> str:
    """Return whose leave is needed, in order."""
    words = [t("approval.level", level=t(f"level.{level}")) for level in levels]
    return " + ".join(words) or t("approval.nobody_needed")


def name_offices_of(visitor: Visitor, notices: list[Notice]) -> dict[str, str]:
    """Return the names of the notices' offices by code."""
    codes = {notice.office_code for notice in notices}
    return {code: name_in_full(visitor, get_office(visitor.rt.db, visitor.scope, code)) for code in codes}
