"""How templates stand at WhatsApp: kept as told; what came back dearer is held until somebody accepts the price."""

from datetime import timedelta

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.delivery.client import TemplateStatus
from dashboard.errors import BadInput, Refused
from dashboard.notices.drafting import judge_draft, submit
from dashboard.notices.lifecycle import start
from dashboard.notices.standing import accept_price, keep_standing, list_standing, may_manage
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of
from tests.notices.town import DRAFT, approved

GOOD = TemplateStatus("bill_due", "en", "APPROVED", "UTILITY", "GREEN")
DEAR = TemplateStatus("bill_due", "en", "APPROVED", "MARKETING", "GREEN")
REFUSED = TemplateStatus("bill_due", "en", "REJECTED", "UTILITY", "UNKNOWN", "INVALID_FORMAT")
ASKED_AS_MARKETING = TemplateStatus("camp", "en", "APPROVED", "MARKETING")


@pytest.fixture
def admin(town: Database) -> Scope:
    return scope_of(town, Role.ADMINISTRATOR, "UP", "admin")


def _codes(db: Database, scope: Scope) -> list[str]:
    return [problem.code for problem in judge_draft(db, scope, DRAFT)]


def test_what_whatsapp_says_replaces_what_it_said(town: Database, clock: Clock, town_ee: Scope) -> None:
    assert list_standing(town, town_ee) == {}
    assert keep_standing(town, clock, [GOOD, TemplateStatus("not_ours", "en", "APPROVED", "UTILITY")]) == 1
    keep_standing(town, lambda: NOON + timedelta(hours=1), [REFUSED])
    (one,) = list_standing(town, town_ee).values()
    assert (one.status, one.rejected_reason, one.asked_at) == (
        "REJECTED",
        "INVALID_FORMAT",
        NOON + timedelta(hours=1),
    )


@pytest.mark.parametrize(
    ("told", "codes"),
    [(None, []), (GOOD, []), (DEAR, ["template_held"]), (REFUSED, ["template_refused"])],
)
def test_a_template_that_cannot_go_stands_in_the_way(
    town: Database, clock: Clock, town_ee: Scope, told: TemplateStatus | None, codes: list[str]
) -> None:
    if told:
        keep_standing(town, clock, [told])
    assert _codes(town, town_ee) == codes
    if codes:
        with pytest.raises(BadInput) as refusal:
            submit(town, town_ee, clock, DRAFT)
        assert refusal.value.code == codes[0]


def test_marketing_that_was_asked_for_is_not_held(town: Database, clock: Clock, town_ee: Scope) -> None:
    keep_standing(town, clock, [ASKED_AS_MARKETING])
    assert not list_standing(town, town_ee)["camp", "en"].is_held


def test_a_category_that_changed_after_the_approval_stops_the_start(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, admin: Scope
) -> None:
    notice_id = approved(town, clock, town_ee, town_se)
    keep_standing(town, clock, [DEAR])
    with pytest.raises(BadInput) as refusal:
        start(town, town_ee, clock, notice_id)
    assert refusal.value.code == "template_held"
    with pytest.raises(Refused):
        accept_price(town, town_se, clock, "bill_due", "en")
    accept_price(town, admin, clock, "bill_due", "en")
    assert _codes(town, town_ee) == []
    start(town, town_ee, clock, notice_id)
    event = list_audit(town, admin, 20).set_index("action").loc["template.accept_price"]
    assert event["username"] == "admin"
    with pytest.raises(BadInput) as again:
        accept_price(town, admin, clock, "bill_due", "en")
    assert again.value.code == "template_not_held"


def test_the_acceptance_outlives_the_next_asking(
    town: Database, clock: Clock, town_ee: Scope, admin: Scope
) -> None:
    keep_standing(town, clock, [DEAR])
    accept_price(town, admin, clock, "bill_due", "en")
    keep_standing(town, clock, [DEAR])
    assert list_standing(town, town_ee)["bill_due", "en"].accepted_by == "admin"


def test_a_price_for_the_whole_state_is_no_divisions_matter(town: Database, clock: Clock) -> None:
    keep_standing(town, clock, [DEAR])
    division = scope_of(town, Role.ADMINISTRATOR, "DIV1", "division_admin")
    assert not may_manage(division)
    with pytest.raises(Refused, match="office"):
        accept_price(town, division, clock, "bill_due", "en")
