"""Finding and opening one consumer: by account, number, meter and name, within the scope."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.errors import BadInput, Refused
from dashboard.registry.consumers import FOUND_ROWS, find_consumers, get_consumer, open_number
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import open_copy, scope_of

HEADER = "ACCT_ID,NAME,ADDRESS,MOBILE_NO,METER_NO,DISCOM,ZONE_NAME,CIRCLE_NAME,DIV_CODE,DIV_NAME,SDO_CODE,SDO_NAME,SUBSTATION,FEEDER"
PLACE = "MVVNL,Z,C,DIV00000{n},D{n},000000{n}1,SUB,SS,F1"
OWN, FOREIGN = "DIV000001", "DIV000002"


@pytest.fixture(scope="module")
def made_registry(make_registry: Callable[..., Path]) -> Path:
    """The registry of every test here, made once; each works on a copy."""
    rows = [
        f"0000000101,Asha Devi,12 Mall Road,9415012345,UP77A1,{PLACE.format(n=1)}",
        f"0000000102,RAM LAL,,,9415012345,{PLACE.format(n=1)}",  # a meter that looks like a mobile number
        f"0000000103,ANIL   DEVI,,,M1,{PLACE.format(n=1)}",  # blanks as a clerk typed them
        f"0000000104,लल्लन ब\u095cे,,,M2,{PLACE.format(n=1)}",  # a dot below as part of its letter
        f"0000000105,मुन्ना ब\u0921\u093cे,,,M3,{PLACE.format(n=1)}",  # and as a sign of its own
        f"0000000201,ASHA KUMARI,,9415012345,UP88,{PLACE.format(n=2)}",
        *(f"00000003{place:02},MANY MANI,,,M{place},{PLACE.format(n=1)}" for place in range(30)),
    ]
    return make_registry("\n".join([HEADER, *rows]))


@pytest.fixture
def registry(made_registry: Path, tmp_path: Path) -> Iterator[Database]:
    with open_copy(made_registry, tmp_path / "setu.duckdb") as database:
        yield database


@pytest.fixture
def officer(registry: Database) -> Scope:
    return scope_of(registry, Role.COMPOSER, OWN, "ee")


@pytest.mark.parametrize(
    ("words", "accounts"),
    [
        ("0000000101", ["0000000101"]),
        (" 00000 00101 ", ["0000000101"]),  # as it is read out
        ("००००००0101", ["0000000101"]),
        ("UP77A1", ["0000000101"]),
        ("up77a1", ["0000000101"]),  # as a telephone's keyboard writes it
        ("9415012345", ["0000000101", "0000000102"]),  # the number of one, the meter of another
        ("+91 94150-12345", ["0000000101"]),
        ("९४१५०१२३४५", ["0000000101", "0000000102"]),
        ("asha", ["0000000101"]),
        ("as", ["0000000101"]),  # two letters are enough inside a division
        ("asha  devi", ["0000000101"]),
        ("anil devi", ["0000000103"]),
        ("ब\u095cे", ["0000000104", "0000000105"]),  # keyboards write either
        ("ब\u0921\u093cे", ["0000000104", "0000000105"]),
        ("0000000201", []),  # exists in the other division
        ("zzz", []),
    ],
)
def test_a_consumer_is_found(registry: Database, officer: Scope, words: str, accounts: list[str]) -> None:
    found = find_consumers(registry, officer, OWN, words)
    assert list(found.rows["account_no"]) == accounts
    assert found.count == len(accounts)


def test_many_are_cut_and_counted(registry: Database, officer: Scope) -> None:
    found = find_consumers(registry, officer, OWN, "mani")
    assert len(found.rows) == FOUND_ROWS
    assert found.more == 30 - FOUND_ROWS


def test_above_a_division_a_name_needs_three_letters(registry: Database) -> None:
    scope = scope_of(registry, Role.COMPOSER, "UP")
    with pytest.raises(BadInput) as refusal:
        find_consumers(registry, scope, "UP", "as")
    assert refusal.value.code == "search_short"
    assert find_consumers(registry, scope, "UP", "ash").count == 2


def test_an_empty_search_is_told(registry: Database, officer: Scope) -> None:
    with pytest.raises(BadInput) as refusal:
        find_consumers(registry, officer, OWN, "   ")
    assert refusal.value.code == "search_empty"


def test_a_consumer_is_opened_with_what_is_known(registry: Database, officer: Scope) -> None:
    consumer = get_consumer(registry, officer, "0000000101")
    assert (consumer.name, consumer.meter_no, consumer.mobile, consumer.state) == (
        "Asha Devi", "UP77A1", 9415012345, "on_file",
    )  # fmt: skip
    assert "9415012345" not in repr(consumer)


@pytest.mark.parametrize("account", ["0000000201", "9999999999"])
def test_a_foreign_and_an_unknown_account_are_refused_in_the_same_words(
    registry: Database, officer: Scope, account: str
) -> None:
    with pytest.raises(Refused) as refusal:
        get_consumer(registry, officer, account)
    assert refusal.value.code == "consumer"


def test_opening_a_number_is_on_the_record(registry: Database, officer: Scope, clock: Clock) -> None:
    open_number(registry, officer, clock, "0000000101")
    with registry.read() as cursor:
        [event] = cursor.execute(
            "SELECT happened_at, username, row_count, detail FROM audit_event WHERE action = 'consumer.open_number'"
        ).fetchall()
    assert event[:3] == (clock(), "ee", 1)
    assert json.loads(event[3]) == {"consumer": "0000000101"}
