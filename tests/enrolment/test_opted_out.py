"""Who has opted out is told from memory and from what was said since as it is from all consents."""

import random
from datetime import timedelta

import pytest

from dashboard.access.scope import Role
from dashboard.coverage.cube import refresh_cube
from dashboard.enrolment.cases import list_cases, settle_case
from dashboard.enrolment.consent import ConsentFact, queries, record_consents, suppressed_numbers
from dashboard.enrolment.corrections import Desk, correct_number
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.enrolment.opted_out import OptedOut
from dashboard.errors import BadInput
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of

ACCOUNTS = ["0000000101", "0000000102", "0000000104", "0000000201", "0000000202"]
NUMBERS = [9415012345, 8004642302, 9519912345, 9519900001]


class Course:
    """A few numbers that join, leave, change and are corrected at random."""

    def __init__(self, db: Database, seed: int) -> None:
        self.db, self.dice, self.count = db, random.Random(seed), 0
        self.scope = scope_of(db, Role.COMPOSER, "UP")
        self.opted_out = OptedOut(db)

    def clock(self) -> Clock:
        self.count += 1
        at = NOON + timedelta(minutes=self.count)
        return lambda: at

    def say(self) -> None:
        clock = self.clock()
        text = self.dice.choice(
            ["STOP", "STOP", "JOIN " + self.dice.choice(ACCOUNTS), "JOIN " + ", ".join(ACCOUNTS[3:])]
        )
        message = InboundText(f"wamid.{self.count}", self.dice.choice(NUMBERS), text, clock())
        handle_inbound(self.db, clock, refresh_cube, message)

    def correct(self) -> None:
        desk = Desk(self.db, self.scope, self.clock(), refresh_cube, 20)
        try:
            correct_number(
                desk, self.dice.choice(ACCOUNTS), str(self.dice.choice(NUMBERS)), "asked at the counter"
            )
        except BadInput as refusal:
            assert refusal.code == "nothing_changed"

    def settle(self) -> None:
        for case_id in list_cases(self.db, self.scope, "UP")["case_id"].tolist()[:1]:
            settle_case(
                self.db, self.scope, self.clock(), refresh=refresh_cube, case_id=case_id, accept=self.dice.random() < 0.7,
                comment="asked by telephone",
            )  # fmt: skip

    def step(self) -> None:
        self.dice.choices([self.say, self.correct, self.settle, self.opted_out.renew], [6, 2, 2, 1])[0]()


@pytest.mark.parametrize("seed", range(4))
def test_the_same_numbers_as_all_consents_tell(registry: Database, seed: int) -> None:
    course, seen = Course(registry, seed), set[int]()
    for _ in range(50):
        course.step()
        with registry.read() as cursor:
            told = suppressed_numbers(cursor, NUMBERS)
            assert course.opted_out.among(cursor, NUMBERS) == told
        seen |= told
    assert len(seen) > 1


def test_a_stop_in_the_change_at_hand_counts_and_one_that_was_rolled_back_does_not(
    registry: Database,
) -> None:
    opted_out = OptedOut(registry)
    number = NUMBERS[3]
    stop = ConsentFact("", number, "opt_out", NOON, NOON, "whatsapp", "whatsapp", "wamid.1")

    def change(cursor, fails: bool) -> set[int]:
        record_consents(cursor, [stop], refresh_cube)
        told = opted_out.among(cursor, NUMBERS)
        if fails:
            raise BadInput("comment_missing")
        return told

    with pytest.raises(BadInput):
        registry.write(lambda cursor: change(cursor, True))
    assert opted_out.renew() == 0
    assert registry.write(lambda cursor: change(cursor, False)) == {number}
    assert opted_out.renew() == 1


def test_numbers_that_never_said_stop_are_not_looked_for_in_the_consents(
    registry: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle_inbound(registry, clock, refresh_cube, InboundText("wamid.1", NUMBERS[3], "STOP", NOON))
    opted_out, asked = OptedOut(registry), []
    opted_out.renew()
    plain = queries.suppressed

    def note(cursor):
        asked.append([mobile for (mobile,) in cursor.execute("SELECT mobile FROM asked_numbers").fetchall()])
        return plain(cursor)

    monkeypatch.setattr(queries, "suppressed", note)
    with registry.read() as cursor:
        assert opted_out.among(cursor, NUMBERS[:3]) == set()
        assert opted_out.among(cursor, NUMBERS) == {NUMBERS[3]}
    assert asked == [[NUMBERS[3]]]


def test_a_number_that_a_person_took_off_the_account_gets_nothing_more_until_it_is_put_back(
    registry: Database, clock: Clock
) -> None:
    """A notice that was frozen before would tell a stranger what the consumer owes."""
    opted_out, desk = (
        OptedOut(registry),
        Desk(registry, scope_of(registry, Role.COMPOSER, "UP"), clock, refresh_cube, 20),
    )
    first, second = ACCOUNTS[3:]
    opted_out.renew()

    def told() -> set[int]:
        with registry.read() as cursor:
            found = opted_out.among(cursor, NUMBERS)
        opted_out.renew()
        with registry.read() as cursor:
            assert opted_out.among(cursor, NUMBERS) == found
        return found

    for account in (first, second):
        correct_number(desk, account, str(NUMBERS[3]), "asked at the counter")
    handle_inbound(
        registry, clock, refresh_cube, InboundText("wamid.1", NUMBERS[3], f"JOIN {first}, {second}", NOON)
    )
    assert told() == set()
    correct_number(desk, first, "", "not the consumer's")
    assert told() == set()  # the other account has it still
    correct_number(desk, second, str(NUMBERS[2]), "not the consumer's")
    assert told() == {NUMBERS[3]}
    correct_number(desk, second, str(NUMBERS[3]), "asked once more")
    assert told() == set()
