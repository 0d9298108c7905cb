"""The parts with which the state's administrator says who must approve what."""

from collections import Counter
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard.notices.approval_rule_edit import (
    MOST_STEPS,
    STEP_LEVELS,
    list_rule_events,
    preview_rule,
    retire_rule,
    save_rule,
)
from dashboard.notices.approval_rules import ApprovalRule, list_rules
from dashboard.notices.templates import PURPOSES
from dashboard.registry.offices import LEVELS
from dashboard.ui.approval_parts import describe_rule, describe_steps
from dashboard.ui.errors import told
from dashboard.ui.formats import group_digits
from dashboard.ui.office_picker import choose_office, find_own_office
from dashboard.ui.questions import close_question, question_key
from dashboard.ui.tables import Column, ask_to_choose, show_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_each

_MONEY: tuple[bool | None, ...] = (None, True, False)


@dataclass(frozen=True)
class _Form:
    """What the form starts with: a rule, and where it stands."""

    rule: ApprovalRule
    position: int
    key: str


def show_rules(visitor: Visitor) -> None:
    """Show the rules, what a notice would meet, and let one add, alter and retire."""
    rules = list_rules(visitor.rt.db)
    st.markdown(t("rules.intro"))
    chosen = _show_table(rules)
    if chosen is None:
        ask_to_choose(t("rules.choose"))
    else:
        _alter(visitor, rules, chosen)
    with st.expander(t("rules.add"), icon=":material/add:", key="rules_add_box"):
        new = ApprovalRule(0, "", None, "division", None, ("circle",))
        _edit(visitor, _Form(new, 1, "rules_new"), len(rules) + 1)
    st.subheader(t("rules.preview"))
    _preview(visitor, rules)
    _show_history(visitor)


def _show_table(rules: tuple[ApprovalRule, ...]) -> int | None:
    rows = [
        {
            "place": place,
            "purpose": t(f"purpose.{rule.purpose}") if rule.purpose else t("rules.any"),
            "money": _name_money(rule.sensitive),
            "level": t("rules.level_to", level=t(f"level.{rule.widest_level}")),
            "size": _describe_size(rule),
            "steps": describe_steps(rule.steps),
        }
        for place, rule in enumerate(rules, 1)
    ]
    columns = {
        "place": Column(t("rules.place"), pinned=True),
        "purpose": Column(t("rules.purpose")),
        "money": Column(t("rules.money")),
        "level": Column(t("rules.level")),
        "size": Column(t("rules.size")),
        "steps": Column(t("rules.steps")),
    }
    if not rows:
        st.info(t("rules.none"), icon=":material/rule:")
        return None
    return show_table(pd.DataFrame(rows), columns, key="rules_table", alt=t("rules.intro"), pick=True)


def _describe_size(rule: ApprovalRule) -> str:
    if rule.most_recipients is None:
        fewest = group_digits(rule.fewest_recipients)
        return t("rules.size_from", fewest=fewest) if rule.fewest_recipients else t("rules.size_any")
    return t(
        "rules.size_span",
        fewest=group_digits(rule.fewest_recipients),
        most=group_digits(rule.most_recipients),
    )


def _name_money(sensitive: bool | None) -> str:
    kind = {None: "any", True: "yes", False: "no"}[sensitive]
    return t(f"rules.money_{kind}")


def _alter(visitor: Visitor, rules: tuple[ApprovalRule, ...], index: int) -> None:
    rule = rules[index]
    with st.container(border=True, key="rules_chosen"):
        st.markdown(f"**{index + 1}.** {describe_rule(rule)}")
        _edit(visitor, _Form(rule, index + 1, f"rules_{rule.rule_no}_{rule.event_no}"), len(rules))
        with st.popover(t("rules.retire"), icon=":material/delete:", key=question_key("rules_retire_open")):
            st.markdown(t("rules.retire_sure"))
            if st.button(t("rules.retire_yes"), key="rules_retire"):
                with told():
                    retire_rule(visitor.rt.db, visitor.scope, visitor.rt.clock, rule)
                    close_question("rules_retire_open")
                    st.rerun()


def _edit(visitor: Visitor, form: _Form, last_position: int) -> None:
    with st.form(form.key, border=False):
        position = int(
            st.number_input(t("rules.position"), 1, last_position, form.position, key=f"{form.key}_position")
        )
        rule = _ask_rule(form)
        sure = st.checkbox(t("rules.sure"), key=f"{form.key}_sure")
        pressed = st.form_submit_button(
            t("rules.save"), type="primary", icon=":material/save:", key=f"{form.key}_save"
        )
    if pressed and not sure:
        st.warning(t("rules.sure_first"), icon=":material/check_box:")
    elif pressed:
        with told():
            save_rule(visitor.rt.db, visitor.scope, visitor.rt.clock, rule, position)
            st.rerun()


def _ask_rule(form: _Form) -> ApprovalRule:
    """Ask what a notice must be for the rule to fit, and whose leave it then needs."""
    rule, key = form.rule, form.key
    with st.container(horizontal=True):
        purpose = _ask_purpose(rule.purpose, f"{key}_purpose")
        sensitive = st.selectbox(
            t("rules.money"),
            _MONEY,
            _MONEY.index(rule.sensitive),
            format_func=_name_money,
            key=f"{key}_money",
        )
        level = st.selectbox(
            t("rules.widest"),
            LEVELS,
            LEVELS.index(rule.widest_level),
            format_func=t_each("level.", LEVELS).__getitem__,
            key=f"{key}_level",
        )
    with st.container(horizontal=True):
        fewest = st.number_input(t("rules.fewest"), 0, None, rule.fewest_recipients, key=f"{key}_fewest")
        most = st.number_input(
            t("rules.most"), 1, None, rule.most_recipients, key=f"{key}_most", placeholder=t("rules.no_limit")
        )
    steps = _ask_steps(rule.steps, key)
    return ApprovalRule(
        rule.rule_no,
        purpose,
        sensitive,
        level,
        most and int(most),
        steps,
        int(fewest),
        event_no=rule.event_no,
    )


def _ask_purpose(start: str, key: str) -> str:
    names = {"": t("rules.any"), **t_each("purpose.", PURPOSES)}
    return st.selectbox(
        t("rules.purpose"), list(names), list(names).index(start), format_func=names.__getitem__, key=key
    )


def _ask_steps(start: tuple[str, ...], key: str) -> tuple[str, ...]:
    words = t_each("level.", STEP_LEVELS)
    steps: list[str | None] = []
    with st.container(horizontal=True):
        for number in range(MOST_STEPS):
            known = STEP_LEVELS.index(start[number]) if number < len(start) else None
            steps.append(
                st.selectbox(
                    t("rules.step", number=number + 1), STEP_LEVELS, known, format_func=words.__getitem__,
                    placeholder=t("rules.no_step"), key=f"{key}_step_{number}",
                )
            )  # fmt: skip
    return tuple(step for step in steps if step)


def _preview(visitor: Visitor, rules: tuple[ApprovalRule, ...]) -> None:
    """Say which rule a notice would meet, and how many people could give each step."""
    if find_own_office(visitor) is None:
        st.info(t("rules.preview_empty"), icon=":material/account_tree:")
        return
    office = choose_office(visitor, "rules")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        purpose = _ask_purpose("billing", "rules_ask_purpose")
        count = int(st.number_input(t("rules.recipients"), 1, None, 1_000, key="rules_ask_count"))
        sensitive = st.checkbox(t("rules.money_yes"), key="rules_ask_money")
    met = preview_rule(visitor.rt.db, visitor.scope, office.code, purpose, count, sensitive)
    if met.rule is None:
        which = t("rules.meets_none")
    else:
        place = [rule.rule_no for rule in rules].index(met.rule.rule_no) + 1
        which = t("rules.meets", place=place, rule=describe_rule(met.rule))
    lines = [
        f"- {t('approval.level', level=t(f'level.{level}'))}: {t('rules.givers', count=group_digits(givers))}"
        for level, givers in met.steps
    ]
    st.markdown("\n\n".join([which, "\n".join(lines) or t("rules.meets_nobody")]))
    wanted = Counter(level for level, _ in met.steps)  # each step is another person's
    if any(givers < wanted[level] for level, givers in met.steps):
        st.warning(t("rules.no_givers"), icon=":material/person_off:")


def _show_history(visitor: Visitor) -> None:
    with st.expander(
        t("rules.history"), icon=":material/history:", on_change="rerun", key="rules_history"
    ) as box:
        if not box.open:
            return
        rows = [
            {
                "at": event.valid_from,
                "by": event.said_by if event.said_by != "shipped" else t("rules.shipped"),
                "what": t("rules.was_retired" if event.is_retired else "rules.was_saved"),
                "rule": describe_rule(event.rule).replace("**", ""),
            }
            for event in list_rule_events(visitor.rt.db, visitor.scope)
        ]
        columns = {
            "at": Column(t("rules.since"), "moment"),
            "by": Column(t("rules.by")),
            "what": Column(t("rules.what")),
            "rule": Column(t("rules.rule")),
        }
        show_table(pd.DataFrame(rows), columns, key="rules_history_table", alt=t("rules.history"))
