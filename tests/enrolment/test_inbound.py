"""JOIN and STOP by WhatsApp: they enrol, opt out, open a case, and never overwrite."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from dashboard.access.scope import Role
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.figures import coverage_of
from dashboard.enrolment.cases import list_cases, settle_case
from dashboard.enrolment.consent import mark_undeliverable, suppressed_numbers
from dashboard.enrolment.inbound import InboundText, answers, handle_inbound, mark_answered
from dashboard.errors import BadInput, IllegalChange, Refused
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of

State = Callable[[str], tuple[str, int | None]]
OWN, OTHER = 9415012345, 9519912345


@pytest.fixture
def say(registry: Database, clock: Clock) -> Callable[..., str | None]:
    numbers = iter(range(1_000))

    def send(mobile: int, text: str, wamid: str = "", minutes: int = 0) -> str | None:
        message = InboundText(
            wamid or f"wamid.{next(numbers)}", mobile, text, NOON + timedelta(minutes=minutes)
        )
        return handle_inbound(registry, clock, refresh_cube, message)

    return send


def test_join_from_the_number_on_file_enrols_and_moves_coverage(
    registry: Database, say: Callable[..., str | None], state_of: State
) -> None:
    answer = say(OWN, "JOIN 0000000101")
    assert state_of("0000000101") == ("enrolled", OWN)
    assert answer == answers()["joined"]["en"].format(account="0101")
    figures = coverage_of(registry, scope_of(registry, Role.VIEWER, "UP"), "DIV000001")
    assert (figures.consumers, figures.enrolled, figures.missing, figures.unusable) == (4, 1, 1, 2)


@pytest.mark.parametrize("account", ["0000000102", "0000000103", "0000000104"])
def test_join_takes_over_where_no_usable_number_is_on_file(
    say: Callable[..., str | None], state_of: State, account: str
) -> None:
    say(OTHER, f"जोड़ें {account}")
    assert state_of(account) == ("enrolled", OTHER)


def test_join_with_another_number_becomes_a_case(
    registry: Database, say: Callable[..., str | None], state_of: State
) -> None:
    answer = say(OTHER, "जोड़ें 0000000101")
    assert answer == answers()["will_be_checked"]["hi"].format(account="0101")
    assert state_of("0000000101") == ("on_file", OWN)
    say(OTHER, "JOIN 0000000101")  # asked twice, one case
    cases = list_cases(registry, scope_of(registry, Role.COMPOSER, "DIV000001"), "DIV000001")
    assert cases[["account_no", "mobile_on_file", "mobile_claimed"]].to_numpy().tolist() == [
        ["0000000101", OWN, OTHER]
    ]


def test_a_reader_cannot_join_for_the_homes_of_his_round(
    say: Callable[..., str | None], state_of: State
) -> None:
    say(9228186620, "JOIN 0000000103")
    assert state_of("0000000103") == ("unusable", 9228186620)


def test_stop_opts_every_account_of_the_number_out(
    registry: Database, say: Callable[..., str | None], state_of: State
) -> None:
    say(8004642302, "JOIN 0000000201, 0000000202")
    assert state_of("0000000201")[0] == state_of("0000000202")[0] == "enrolled"
    assert say(8004642302, "बंद") == answers()["stopped"]["hi"]
    assert state_of("0000000201")[0] == state_of("0000000202")[0] == "opted_out"
    with registry.read() as cursor:
        assert suppressed_numbers(cursor, [8004642302, OWN]) == {8004642302}


def test_strangers_that_stop_are_each_remembered(registry: Database, say: Callable[..., str | None]) -> None:
    say(9519900001, "STOP")
    say(9519900002, "STOP")
    with registry.read() as cursor:
        assert suppressed_numbers(cursor, [9519900001, 9519900002, 9519900003]) == {9519900001, 9519900002}


def test_joining_again_after_a_stop_counts(
    registry: Database, say: Callable[..., str | None], state_of: State
) -> None:
    for text in ("JOIN 0000000101", "STOP", "JOIN 0000000101"):
        say(OWN, text)
    assert state_of("0000000101") == ("enrolled", OWN)


def test_the_same_message_twice_is_handled_once(registry: Database, say: Callable[..., str | None]) -> None:
    assert say(OWN, "JOIN 0000000101", wamid="wamid.same")
    registry.write(lambda cursor: mark_answered(cursor, ["wamid.same"]))
    assert say(OWN, "JOIN 0000000101", wamid="wamid.same") is None
    with registry.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM consent_event").fetchall() == [(1,)]


def test_an_answer_that_never_went_out_is_given_when_the_message_comes_again(
    registry: Database, say: Callable[..., str | None]
) -> None:
    first = say(
        OWN, "जोड़ें 0000000101", wamid="wamid.crash"
    )  # the application dies before the answer is staged
    assert first == answers()["joined"]["hi"].format(account="0101")
    assert say(OWN, "जोड़ें 0000000101", wamid="wamid.crash") == first
    with registry.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM consent_event").fetchall() == [(1,)]


def test_an_unknown_account_is_told_without_its_number(say: Callable[..., str | None]) -> None:
    assert say(OWN, "JOIN 9999999999") == answers()["unknown_account"]["en"]


def test_help_is_given_once_a_day(say: Callable[..., str | None]) -> None:
    assert say(OWN, "namaste") == answers()["help"]["en"]
    assert say(OWN, "anyone there?", minutes=5) is None
    assert say(OWN, "hello", minutes=25 * 60) == answers()["help"]["en"]


def test_a_number_that_writes_is_on_whatsapp_after_all(
    registry: Database, clock: Clock, say: Callable[..., str | None], state_of: State
) -> None:
    registry.write(lambda cursor: mark_undeliverable(cursor, [OWN], clock(), refresh_cube))
    assert state_of("0000000101")[0] == "unusable"
    say(OWN, "JOIN 0000000101")
    assert state_of("0000000101") == ("enrolled", OWN)


def test_settling_a_case_decides_once(
    registry: Database, clock: Clock, say: Callable[..., str | None], state_of: State
) -> None:
    say(OTHER, "JOIN 0000000101")
    composer = scope_of(registry, Role.COMPOSER, "DIV000001")
    with pytest.raises(BadInput):
        settle_case(registry, composer, clock, refresh=refresh_cube, case_id=1, accept=True, comment="")
    settle_case(
        registry, composer, clock, refresh=refresh_cube, case_id=1, accept=True, comment="seen the bill"
    )
    assert state_of("0000000101") == ("enrolled", OTHER)
    with pytest.raises(IllegalChange):
        settle_case(registry, composer, clock, refresh=refresh_cube, case_id=1, accept=False, comment="again")


def test_a_foreign_division_neither_sees_nor_settles(
    registry: Database, clock: Clock, say: Callable[..., str | None]
) -> None:
    say(OTHER, "JOIN 0000000101")
    for scope in (scope_of(registry, Role.COMPOSER, "DIV000002"), scope_of(registry, Role.VIEWER, "UP")):
        with pytest.raises(Refused):
            list_cases(registry, scope, "DIV000001")
        with pytest.raises(Refused):
            settle_case(
                registry, scope, clock, refresh=refresh_cube, case_id=1, accept=True, comment="mine now"
            )


def test_every_answer_stands_in_both_languages() -> None:
    for texts in answers().values():
        assert set(texts) == {"hi", "en"}
        assert texts["hi"].count("{account}") == texts["en"].count("{account}")


def test_a_join_written_before_a_stop_does_not_undo_it(
    registry: Database, say: Callable[..., str | None], state_of: State
) -> None:
    say(OWN, "STOP", minutes=-5)
    assert say(OWN, "JOIN 0000000101", minutes=-10) is None  # its webhook came late
    assert state_of("0000000101") == ("opted_out", OWN)


READER = 9228186620


@pytest.mark.parametrize("account_no", ["0000000102", "0000000104"])
def test_a_reader_takes_no_account_over_that_has_no_number(
    registry: Database, say: Callable[..., str | None], state_of: State, account_no: str
) -> None:
    before = state_of(account_no)
    say(READER, f"JOIN {account_no}")
    assert state_of(account_no) == before
    assert list_cases(registry, scope_of(registry, Role.COMPOSER, "UP"), "UP")["account_no"].tolist() == [
        account_no
    ]


def test_one_number_does_not_collect_accounts(
    registry: Database, say: Callable[..., str | None], state_of: State
) -> None:
    registry.write(
        lambda cursor: cursor.execute(
            "INSERT INTO consumer (account_no, office_no, arrears_segment, verdict, state, import_id)"
            " SELECT '00000003' || lpad(n::VARCHAR, 2, '0'), office_no, 'none', 'missing', 'missing', 1"
            " FROM range(10) AS numbers(n), consumer WHERE account_no = '0000000102'"
        )
    )
    for place in range(10):
        say(OTHER, f"JOIN 00000003{place:02}")
    states = [state_of(f"00000003{place:02}")[0] for place in range(10)]
    assert states == ["enrolled"] * 6 + ["missing"] * 4


@pytest.mark.parametrize("text", ["JOIN 0000000101", "JOIN 0000000102", "JOIN 9999999999", "STOP", "?"])
def test_no_answer_carries_a_number_or_a_name(say: Callable[..., str | None], text: str) -> None:
    reply = say(OTHER, text) or ""
    assert reply
    for secret in ("ASHA", "BABU", str(OWN), str(OTHER), "0000000101", "0000000102", "9999999999"):
        assert secret not in reply
