"""Templates written here: drafts, versions, submission, retirement; what was submitted never changes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.delivery.client import ManagementClient, TemplateStatus
from dashboard.errors import BadInput, IllegalChange, SetuError, Unavailable
from dashboard.notices.standing import keep_standing, list_standing
from dashboard.notices.template_store import (
    begin_version,
    list_library,
    list_usable,
    load_written,
    retire_template,
    save_template,
    submit_template,
)
from dashboard.notices.templates import get_template, remember
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of
from tests.notices.written import REMINDER

_NEXT = replace(REMINDER, name="bill_reminder_v2", version_no=2, titles={"hi": "नया", "en": "New"})


class Account(ManagementClient):
    """An account that takes every template in and says what the test wants of it."""

    def __init__(self, status: str = "APPROVED") -> None:
        self.status, self.posted = status, []

    def ensure_templates(self, payloads: list[dict[str, Any]]) -> list[TemplateStatus]:
        self.posted = payloads
        return [
            TemplateStatus(one["name"], one["language"], self.status, one["category"]) for one in payloads
        ]


class Silent(ManagementClient):
    """An account that does not answer."""

    def __init__(self) -> None:
        """Connects to nothing."""

    def ensure_templates(self, payloads: list[dict[str, Any]]) -> list[TemplateStatus]:
        raise Unavailable("provider_down")


@pytest.fixture
def admin(town: Database) -> Scope:
    return scope_of(town, Role.ADMINISTRATOR, "UP", "admin")


def _names(db: Database, scope: Scope) -> list[str]:
    return [template.name for template in list_usable(db, scope) if template.family == "bill_reminder"]


def _refusal(deed: Callable[[], object]) -> str:
    with pytest.raises(SetuError) as caught:
        deed()
    return caught.value.code


def test_a_draft_is_opened_as_it_was_saved_last_and_serves_for_nothing_yet(
    town: Database, clock: Clock, admin: Scope
) -> None:
    half = replace(REMINDER, bodies={"hi": "", "en": "{month"})
    save_template(town, admin, clock, REMINDER)
    save_template(town, admin, lambda: NOON + timedelta(minutes=1), half)
    assert begin_version(town, admin, "bill_reminder") == half
    assert [entry.saved_by for entry in list_library(town, admin) if entry.is_draft] == ["admin"]
    assert _names(town, admin) == []
    assert _refusal(lambda: get_template("bill_reminder")) == "template_unknown"
    assert _refusal(lambda: submit_template(town, admin, clock, Account(), half)) == "template_body_empty"
    assert (
        _refusal(lambda: save_template(town, admin, clock, replace(half, family="A b")))
        == "template_name_form"
    )


def test_a_submitted_text_never_changes_and_the_next_version_is_a_template_of_its_own(
    town: Database, clock: Clock, admin: Scope
) -> None:
    account = Account("PENDING")
    submit_template(town, admin, clock, account, REMINDER)
    payload = next(one for one in account.posted if (one["name"], one["language"]) == ("bill_reminder", "en"))
    assert [part["type"] for part in payload["components"]] == ["HEADER", "BODY", "FOOTER", "BUTTONS"]
    assert "₹{{amount}}" in payload["components"][1]["text"]
    assert _names(town, admin) == []  # under review
    keep_standing(town, clock, Account().ensure_templates(account.posted))
    assert _names(town, admin) == ["bill_reminder"]
    assert _refusal(lambda: save_template(town, admin, clock, REMINDER)) == "template_name_taken"
    assert _refusal(lambda: submit_template(town, admin, clock, account, REMINDER)) == "template_name_taken"

    opened = begin_version(town, admin, "bill_reminder")
    assert (opened.name, opened.version_no, opened.bodies) == ("bill_reminder_v2", 2, REMINDER.bodies)
    save_template(town, admin, clock, _NEXT)
    assert begin_version(town, admin, "bill_reminder") == _NEXT  # one draft a family
    submit_template(town, admin, clock, account, _NEXT)
    keep_standing(town, clock, Account().ensure_templates(account.posted))
    assert _names(town, admin) == ["bill_reminder_v2"]
    assert get_template("bill_reminder") == REMINDER
    with pytest.raises(IllegalChange):
        save_template(town, admin, clock, _NEXT)
    actions = list(list_audit(town, admin, 20)["action"])
    assert (actions.count("template.submit"), actions.count("template.save")) == (2, 3)


def test_what_was_submitted_is_known_again_after_a_start(town: Database, clock: Clock, admin: Scope) -> None:
    submit_template(town, admin, clock, Account(), REMINDER)
    remember([])
    load_written(town)
    assert get_template("bill_reminder") == REMINDER


def test_where_whatsapp_does_not_answer_the_next_asking_submits(
    town: Database, clock: Clock, admin: Scope
) -> None:
    assert _refusal(lambda: submit_template(town, admin, clock, Silent(), REMINDER)) == "provider_down"
    account = Account()
    submit_template(town, admin, clock, account, _NEXT)
    assert {"bill_reminder", "bill_reminder_v2"} <= {one["name"] for one in account.posted}
    assert list_standing(town, admin)["bill_reminder", "hi"].status == "APPROVED"


def test_a_retired_version_is_offered_for_nothing_until_it_is_brought_back(
    town: Database, clock: Clock, admin: Scope, town_ee: Scope
) -> None:
    submit_template(town, admin, clock, Account(), REMINDER)
    retire_template(town, admin, clock, "bill_reminder")
    assert _names(town, admin) == []
    assert [one.name for one in list_usable(town, town_ee, "bill_reminder")][-1] == "bill_reminder"
    assert next(entry.retired_by for entry in list_library(town, town_ee) if entry.retired_by) == "admin"
    retire_template(town, admin, clock, "bill_reminder", retired=False)
    assert _names(town, admin) == ["bill_reminder"]
    assert _refusal(lambda: retire_template(town, admin, clock, "supply_restored")) == "template_needed"
    with pytest.raises(BadInput, match="template_unknown"):
        retire_template(town, admin, clock, "lottery")
