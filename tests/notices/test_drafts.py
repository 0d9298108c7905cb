"""A draft is its author's own, and is opened as it was saved."""

import dataclasses

import pytest

from dashboard.access.scope import Scope
from dashboard.errors import BadInput, IllegalChange, Refused
from dashboard.notices.draft import Audience
from dashboard.notices.drafting import delete_draft, save_draft, submit
from dashboard.notices.lifecycle import (
    start,
)
from dashboard.notices.notice import get_notice
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from dashboard.ui.catalogue import say
from tests.notices.town import DRAFT, approved


def test_only_the_author_edits_deletes_and_submits_anew(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = save_draft(town, town_ee, clock, DRAFT)
    for attempt in (
        lambda: save_draft(town, town_se, clock, DRAFT, notice_id),
        lambda: submit(town, town_se, clock, DRAFT, notice_id),
        lambda: delete_draft(town, town_se, clock, notice_id),
    ):
        with pytest.raises(Refused) as refusal:
            attempt()
        assert refusal.value.code == "not_author"
    delete_draft(town, town_ee, clock, notice_id)
    with pytest.raises(Refused):
        get_notice(town, town_ee, notice_id)


def test_a_draft_is_opened_again_as_it_was_saved(town: Database, clock: Clock, town_ee: Scope) -> None:
    audience = Audience("DIV1", ("LMV-1",), ("due", "never_paid"), ("DIV1/1/SS/F1",))
    draft = dataclasses.replace(DRAFT, variables={"month": 'मई "1"'}, audience=audience)
    notice_id = save_draft(town, town_ee, clock, draft)
    assert get_notice(town, town_ee, notice_id).draft == draft
    assert save_draft(town, town_ee, clock, DRAFT, notice_id) == notice_id
    assert get_notice(town, town_ee, notice_id).draft == DRAFT


def test_what_is_sent_cannot_be_edited_or_deleted(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    for attempt in (
        lambda: save_draft(town, town_ee, clock, DRAFT, notice_id),
        lambda: delete_draft(town, town_ee, clock, notice_id),
    ):
        with pytest.raises(IllegalChange):
            attempt()


@pytest.mark.parametrize("language", ["hi", "en"])
@pytest.mark.parametrize(
    "variables", [{}, {"month": "a\tb"}, {"month": "a     b"}, {"x": "1"}, {"month": "x" * 1100}]
)
def test_every_refused_draft_has_a_sentence(
    town: Database, clock: Clock, town_ee: Scope, variables: dict[str, str], language: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        submit(town, town_ee, clock, dataclasses.replace(DRAFT, variables={**variables, "due_date": "1"}))
    sentence = say(language, f"error.{refusal.value.code}", **refusal.value.values)
    assert sentence.endswith((".", "।"))
    assert "{" not in sentence
