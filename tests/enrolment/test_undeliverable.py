"""Numbers that WhatsApp does not reach are marked together, also after a crash, and not those that have written to us since they were told."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.coverage.cube import refresh_cube
from dashboard.delivery import claims
from dashboard.delivery.claims import Outcome
from dashboard.delivery.findings import Findings
from dashboard.delivery.unreached import note_unreached
from dashboard.enrolment import undeliverable
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.errors import Unavailable
from dashboard.housekeeper import mark_unreached
from dashboard.store.clock import Clock
from dashboard.store.database import Database, open_database
from tests.conftest import NOON

State = Callable[[str], tuple[str, int | None]]
OWN, OTHER = 9415012345, 9519912345


def tell(db: Database, *mobiles: int) -> None:
    """What a sender's round writes down: an answer, and that the number is not on WhatsApp."""
    findings = Findings()
    for mobile in mobiles:
        findings.outcomes.append(Outcome(7, mobile % 1000, 1, "failed", code=131026))
        findings.add_refusal(mobile, 131026, NOON)
    db.write(lambda cursor: findings.write(cursor, NOON, frozenset(), {}), alters_pages=False)


def list_marked(db: Database) -> list[int]:
    with db.read() as cursor:
        rows = cursor.execute("SELECT mobile FROM undeliverable_number ORDER BY ALL").fetchall()
    return [mobile for (mobile,) in rows]


def test_what_is_told_is_marked_once_in_one_commit(registry: Database, clock: Clock, state_of: State) -> None:
    for _ in range(3):
        tell(registry, OWN)
        tell(registry, OTHER)
    commits = registry.commit_count
    assert [mark_unreached(registry, clock, refresh_cube) for _ in range(2)] == [2, 0]
    assert registry.commit_count == commits + 1
    assert list_marked(registry) == [OWN, OTHER]
    assert state_of("0000000101")[0] == "unusable"


def test_who_writes_to_us_before_it_is_marked_is_reached(
    registry: Database, clock: Clock, state_of: State
) -> None:
    tell(registry, OWN, OTHER)
    handle_inbound(registry, clock, refresh_cube, InboundText("wamid.1", OWN, "JOIN 0000000101", NOON))
    assert mark_unreached(registry, clock, refresh_cube) == 1
    assert list_marked(registry) == [OTHER]
    assert state_of("0000000101") == ("enrolled", OWN)


def test_what_could_not_be_marked_is_marked_the_next_time(
    registry: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(registry, OWN)

    def fail(*args: object) -> None:
        raise Unavailable("database_unwritable")

    with monkeypatch.context() as patch, pytest.raises(Unavailable):
        patch.setattr(undeliverable, "mark_undeliverable", fail)
        mark_unreached(registry, clock, refresh_cube)
    assert mark_unreached(registry, clock, refresh_cube) == 1
    assert list_marked(registry) == [OWN]


def test_who_is_told_again_after_having_written_is_not_reached(registry: Database, clock: Clock) -> None:
    early = NOON - timedelta(hours=1)
    handle_inbound(
        registry, lambda: early, refresh_cube, InboundText("wamid.1", OWN, "JOIN 0000000101", early)
    )
    tell(registry, OWN)
    assert mark_unreached(registry, clock, refresh_cube) == 1


def test_an_answer_that_is_kept_is_marked_after_a_crash_and_one_that_is_not_is_not(
    db: Database, clock: Clock, tmp_path: Path
) -> None:
    """A copy of the open file and its log is what a kill leaves: nothing stands in memory alone."""
    tell(db, OWN)

    def break_off(cursor) -> None:
        claims.record_outcomes(cursor, [Outcome(7, 2, 1, "failed", code=131026)], NOON)
        note_unreached(cursor, [OTHER], NOON)
        raise Unavailable("database_unwritable")

    with pytest.raises(Unavailable):
        db.write(break_off)
    for left in (db.path, db.path.with_name(f"{db.path.name}.wal")):
        shutil.copy(left, tmp_path / f"killed{left.name}")
    again = open_database(tmp_path / f"killed{db.path.name}")
    assert mark_unreached(again, clock, refresh_cube) == 1
    assert list_marked(again) == [OWN]
    again.close()
