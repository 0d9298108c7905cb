"""What WhatsApp itself tells of people: another number, no more marketing; and what a pressed button says."""

from datetime import timedelta

import pytest

from dashboard.access.scope import Role
from dashboard.coverage.cube import refresh_cube
from dashboard.enrolment.cases import list_cases, settle_case
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.enrolment.keywords import choose_text
from dashboard.enrolment.number_change import NumberChange, handle_number_change
from dashboard.enrolment.preferences import marketing_stopped, record_preferences
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of

from .test_inbound import OTHER, OWN, State

CHANGE = NumberChange("wamid.change", OWN, OTHER, NOON)


@pytest.mark.parametrize(("said", "state"), [("JOIN 0000000101", "enrolled"), ("", "on_file")])
def test_a_changed_number_is_a_case_and_consent_goes_with_the_person(
    registry: Database, clock: Clock, state_of: State, said: str, state: str
) -> None:
    if said:
        handle_inbound(registry, clock, refresh_cube, InboundText("w", OWN, said, NOON))
    assert handle_number_change(registry, clock, CHANGE) == 1
    assert state_of("0000000101") == (state, OWN)  # nothing is overwritten
    scope = scope_of(registry, Role.APPROVER, "UP")
    (case,) = list_cases(registry, scope, "UP").to_dict("records")
    assert (case["mobile_on_file"], case["mobile_claimed"], case["source"]) == (OWN, OTHER, "number_change")
    settle_case(
        registry, scope, clock, refresh=refresh_cube, case_id=case["case_id"], accept=True, comment="phoned"
    )
    assert state_of("0000000101") == (state, OTHER)


def test_the_same_note_opens_no_case_again(registry: Database, clock: Clock) -> None:
    handle_number_change(registry, clock, CHANGE)
    scope = scope_of(registry, Role.APPROVER, "UP")
    (case,) = list_cases(registry, scope, "UP").to_dict("records")
    settle_case(
        registry, scope, clock, refresh=refresh_cube, case_id=case["case_id"], accept=False, comment="phoned"
    )
    assert handle_number_change(registry, clock, CHANGE) == 0
    assert list_cases(registry, scope, "UP").empty


def test_who_has_opted_out_stays_out_with_another_number(
    registry: Database, clock: Clock, state_of: State
) -> None:
    handle_inbound(registry, clock, refresh_cube, InboundText("w", OWN, "STOP", NOON))
    assert handle_number_change(registry, clock, CHANGE) == 0
    assert state_of("0000000101") == ("opted_out", OWN)


def test_marketing_is_stopped_and_resumed_by_the_last_word(registry: Database) -> None:
    def set_to(value: str, minutes: int) -> int:
        said = [(OWN, value, NOON + timedelta(minutes=minutes))]
        return registry.write(lambda cursor: record_preferences(cursor, said, NOON))

    def is_stopped() -> bool:
        with registry.read() as cursor:
            return marketing_stopped(cursor, [OWN, OTHER]) == {OWN}

    assert set_to("stop", 5) == 1
    assert set_to("stop", 5) == 0  # brought twice
    assert is_stopped()
    set_to("resume", 1)  # older, comes later
    assert is_stopped()
    set_to("resume", 9)
    assert not is_stopped()


# what a button says and stands for, and what is understood
@pytest.mark.parametrize(
    ("text", "payload", "chosen"),
    [
        ("अब न भेजें", "STOP", "STOP"),
        ("Leave me alone", "बंद", "बंद"),
        ("रोकें", "btn_7", "रोकें"),
        ("I join", "JOIN 0000000101", "JOIN 0000000101"),
        ("hello", "", "hello"),
    ],
)
def test_a_button_speaks_by_its_payload_where_that_is_a_command(text: str, payload: str, chosen: str) -> None:
    assert choose_text(text, payload) == chosen
