"""Places that each recipient's own row fills: how they are written, what stands where a row has nothing, who is left out."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.config import Settings
from dashboard.coverage.cube import refresh_cube
from dashboard.delivery.client import TemplateStatus
from dashboard.errors import BadInput
from dashboard.notices.approval import approve
from dashboard.notices.approval_rules import is_sensitive
from dashboard.notices.audience import count_audience, count_live, count_members
from dashboard.notices.audience_preview import list_holes, preview_account
from dashboard.notices.checks import warn_of
from dashboard.notices.draft import Audience, Binding, NoticeDraft, check_draft
from dashboard.notices.drafting import judge_draft, save_draft, submit
from dashboard.notices.frozen import preview_message
from dashboard.notices.notice import get_notice, read_any_notice
from dashboard.notices.seal import is_unchanged
from dashboard.notices.standing import keep_standing
from dashboard.notices.templates import remember
from dashboard.registry.office_contact import clean_phone, phone_of, set_phone
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of
from tests.notices.written import REMINDER

DRAFT = NoticeDraft("bill_reminder", "en", {"month": "May"}, Audience("DIV1"))
NAMELESS, OWES_NOTHING_KNOWN = "0000000001", "0000000002"


@pytest.fixture(autouse=True)
def bills(town: Database) -> None:
    """Eight people who owe 1,23,456.50 each; one without a name, one of whom no amount is known."""
    remember([REMINDER])
    keep_standing(town, lambda: NOON, [TemplateStatus("bill_reminder", "en", "APPROVED", "UTILITY")])
    town.write(lambda cursor: cursor.execute("UPDATE consumer SET amount_payable = 123456.50"))
    town.write(
        lambda cursor: cursor.execute("UPDATE consumer SET name = ' ' WHERE account_no = ?", [NAMELESS])
    )
    town.write(
        lambda cursor: cursor.execute(
            "UPDATE consumer SET amount_payable = NULL WHERE account_no = ?", [OWES_NOTHING_KNOWN]
        )
    )


def _text(db: Database, scope: Scope, account_no: str, draft: NoticeDraft = DRAFT) -> str:
    return preview_account(db, scope, draft, account_no).text


def test_each_reads_their_own_row(town: Database, town_ee: Scope) -> None:
    assert _text(town, town_ee, "0000000003") == (
        "Dear D, ₹1,23,456.50 of your bill for May is payable. – EDD-II GONDA, electricity department"
    )


def test_where_a_row_has_nothing_the_fallback_stands_or_the_recipient_is_left_out(
    town: Database, town_ee: Scope
) -> None:
    assert _text(town, town_ee, NAMELESS).startswith("Dear consumer, ₹1,23,456.50")
    count = count_audience(town, town_ee, "bill_reminder", "en", DRAFT.audience, DRAFT.variables)
    assert (count.recipients, count.exclusions["empty_variable"]) == (7, 1)
    given = {"amount": Binding("amount_payable", "something")}
    assert (
        count_audience(
            town, town_ee, "bill_reminder", "en", DRAFT.audience, DRAFT.variables, given
        ).recipients
        == 8
    )
    assert count.longest_text == len(_text(town, town_ee, NAMELESS))
    assert [(hole.account_no, hole.names) for hole in list_holes(town, town_ee, DRAFT)] == [
        (OWES_NOTHING_KNOWN, ("amount",))
    ]
    assert preview_account(town, town_ee, DRAFT, OWES_NOTHING_KNOWN).reason == "empty_variable"


def test_a_binding_is_altered_for_one_notice_and_frozen_with_it(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope
) -> None:
    altered = replace(
        DRAFT, bindings={"amount": Binding("amount_payable", "the amount"), "consumer": Binding("account_no")}
    )
    assert _text(town, town_ee, OWES_NOTHING_KNOWN, altered).startswith("Dear 0000000002, ₹the amount of")
    notice_id = submit(town, town_ee, clock, altered)
    notice = get_notice(town, town_se, notice_id)
    assert notice.draft == altered
    assert (notice.recipient_count, notice.exclusions["empty_variable"]) == (8, 0)
    texts = {preview_message(town, town_se, notice_id, place).text for place in range(8)}  # type: ignore[union-attr]
    assert len(texts) == 8
    approve(town, town_se, clock, notice_id, notice.content_hash)
    with town.read() as cursor:
        assert is_unchanged(cursor, read_any_notice(cursor, notice_id))
        assert not is_unchanged(cursor, replace(read_any_notice(cursor, notice_id), bindings={}))


@pytest.mark.parametrize("counted_one_by_one", [True, False])
def test_the_telephone_of_the_recipients_office_stands_in_a_text(
    town: Database, clock: Clock, town_ee: Scope, monkeypatch: pytest.MonkeyPatch, counted_one_by_one: bool
) -> None:
    """Where no such office has one, the fallback stands or the recipient is left out, in the live count too."""
    boss = scope_of(town, Role.ADMINISTRATOR, "DIV1")
    phones = {"amount": Binding("substation_phone"), "consumer": Binding("division_phone", "1912")}
    draft = replace(DRAFT, bindings=phones)
    town.write(lambda cursor: refresh_cube(cursor, 1, 9))
    if not counted_one_by_one:
        monkeypatch.setattr("dashboard.notices.audience._EXACT_CONSUMERS", -1)

    def count() -> tuple[int, int]:
        with town.read() as cursor:
            counted = count_live(cursor, town_ee, draft)
        return counted.recipients, counted.exclusions["empty_variable"]

    assert count() == (0, 8)
    set_phone(town, boss, clock, "DIV1/1/SS", " 0522-2201234 ")
    assert count() == (8, 0)
    assert _text(town, town_ee, NAMELESS, draft).startswith("Dear 1912, ₹0522-2201234 of")
    set_phone(town, boss, clock, "DIV1", "94150 12345")
    assert _text(town, town_ee, NAMELESS, draft).startswith("Dear 94150 12345, ₹0522-2201234 of")
    set_phone(town, boss, lambda: NOON + timedelta(seconds=1), "DIV1/1/SS", "")
    assert (phone_of(town, boss, "DIV1/1/SS"), count()) == ("", (0, 8))


@pytest.mark.parametrize("phone", ["12", "call me", "0522-22012345678", "०५२२", "1912/1911", "=1+2", "+91-"])
def test_a_telephone_that_nobody_can_dial_is_refused(phone: str) -> None:
    with pytest.raises(BadInput, match="office_phone"):
        clean_phone(phone)


def test_a_place_that_is_to_be_typed_wants_words(town: Database, clock: Clock, town_ee: Scope) -> None:
    typed = replace(DRAFT, bindings={"amount": Binding("typed"), "month": Binding("bill_date", "this month")})
    assert [(one.code, one.field) for one in check_draft(replace(typed, variables={}))] == [
        ("variable_empty", "amount")
    ]
    said = replace(typed, variables={"amount": "500"})
    assert "₹500 of your bill for this month" in _text(town, town_ee, "0000000003", said)
    assert get_notice(town, town_ee, save_draft(town, town_ee, clock, said)).draft == said


def test_what_is_typed_for_a_bound_place_stands_in_every_message(town: Database, town_ee: Scope) -> None:
    """So the command line's `--set name=value` goes on as before."""
    said = replace(DRAFT, variables={"month": "May", "amount": "10"})
    assert "₹10 of" in _text(town, town_ee, OWES_NOTHING_KNOWN, said)
    assert judge_draft(town, town_ee, said) == []


@pytest.mark.parametrize(
    ("bindings", "code"),
    [
        ({"amount": Binding("horoscope")}, "variable_source"),
        ({"nothing": Binding("account_no")}, "variable_unknown"),
        ({"amount": Binding("amount_payable", "two\nlines")}, "variable_control"),
        ({"amount": Binding("amount_payable", "far     away")}, "variable_spaces"),
    ],
)
def test_a_binding_that_cannot_be_is_refused(
    town: Database, clock: Clock, town_ee: Scope, bindings: dict[str, Binding], code: str
) -> None:
    with pytest.raises(BadInput) as caught:
        submit(town, town_ee, clock, replace(DRAFT, bindings=bindings))
    assert caught.value.code == code


def test_the_same_words_with_another_binding_are_not_the_same_words(
    town: Database, clock: Clock, town_ee: Scope
) -> None:
    submit(town, town_ee, clock, DRAFT)
    with town.read() as cursor:
        count = count_members(cursor, town_ee, DRAFT)

    def codes(draft: NoticeDraft) -> list[str]:
        return [one.code for one in warn_of(town, town_ee, clock, Settings(), draft, count)]

    assert "same_text" in codes(DRAFT)
    assert "same_text" not in codes(replace(DRAFT, bindings={"consumer": Binding("account_no")}))


def test_an_amount_out_of_the_row_is_about_money_owed() -> None:
    plain = replace(
        REMINDER, bodies={language: body.replace("₹", "") for language, body in REMINDER.bodies.items()}
    )
    remember([plain])
    assert is_sensitive(DRAFT)
    assert not is_sensitive(replace(DRAFT, bindings={"amount": Binding("load_kw")}))


# source, the row's columns, what is written; None: nothing
WRITTEN: list[tuple[str, str, Any, str | None]] = [
    ("consumer_name", "name", " ASHA \t  DEVI ", "ASHA DEVI"),
    ("consumer_name", "name", "x" * 70, "x" * 59 + "…"),
    ("account_no", "sc_no", "", "0000000003"),
    ("amount_payable", "amount_payable", 0, "0"),
    ("amount_payable", "amount_payable", 999, "999"),
    ("amount_payable", "amount_payable", 12345, "12,345"),
    ("amount_payable", "amount_payable", 1234567.05, "12,34,567.05"),
    ("amount_payable", "amount_payable", 123456789, "12,34,56,789"),
    ("amount_payable", "amount_payable", -450.5, "-450.50"),
    ("amount_payable", "amount_payable", None, None),
    ("last_pay_amount", "last_pay_amount", 1000, "1,000"),
    ("due_date", "due_date", date(2026, 12, 5), "05-12-2026"),
    ("bill_date", "bill_date", date(2026, 11, 20), "20-11-2026"),
    ("last_pay_date", "last_pay_date", None, None),
    ("meter_no", "meter_no", "M 1", "M 1"),
    ("load_kw", "load_kw", 2.0, "2"),
    ("load_kw", "load_kw", 100.0, "100"),
    ("load_kw", "load_kw", 0.75, "0.75"),
    ("category", "category", "LMV-1", "LMV-1"),
]


@pytest.mark.parametrize(("source", "column", "value", "written"), WRITTEN)
def test_fields_are_written_as_people_here_write_them(
    town: Database, town_ee: Scope, source: str, column: str, value: Any, written: str | None
) -> None:
    draft = replace(DRAFT, bindings={"amount": Binding(source)})
    town.write(
        lambda cursor: cursor.execute(
            f"UPDATE consumer SET {column} = ? WHERE account_no = '0000000003'", [value]
        )
    )
    message = preview_account(town, town_ee, draft, "0000000003")
    assert (f"₹{written} of" in message.text) == (written is not None)
    assert (message.reason == "empty_variable") == (written is None)
