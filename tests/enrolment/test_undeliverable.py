"""Numbers that WhatsApp does not reach are marked together, and not those that have written to us since they were told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboard import runtime
from dashboard.config import Settings
from dashboard.coverage.cube import refresh_cube
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.enrolment.undeliverable import Undeliverable
from dashboard.errors import Unavailable
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON

State = Callable[[str], tuple[str, int | None]]
OWN, OTHER = 9415012345, 9519912345


def list_marked(db: Database) -> list[int]:
    with db.read() as cursor:
        return [
            row[0]
            for row in cursor.execute("SELECT mobile FROM undeliverable_number ORDER BY ALL").fetchall()
        ]


def test_what_is_told_is_marked_once_in_one_commit(registry: Database, clock: Clock, state_of: State) -> None:
    dead = Undeliverable(registry, clock, refresh_cube)
    commits = registry.commit_count
    for _ in range(3):
        dead.tell([OWN])
        dead.tell([OTHER])
    assert registry.commit_count == commits
    assert (dead.write(), dead.write()) == (2, 0)
    assert registry.commit_count == commits + 1
    assert list_marked(registry) == [OWN, OTHER]
    assert state_of("0000000101")[0] == "unusable"


def test_who_writes_to_us_before_it_is_marked_is_reached(
    registry: Database, clock: Clock, state_of: State
) -> None:
    dead = Undeliverable(registry, clock, refresh_cube)
    dead.tell([OWN, OTHER])
    handle_inbound(registry, clock, refresh_cube, InboundText("wamid.1", OWN, "JOIN 0000000101", NOON))
    assert dead.write() == 1
    assert list_marked(registry) == [OTHER]
    assert state_of("0000000101") == ("enrolled", OWN)


def test_what_could_not_be_written_is_written_the_next_time(
    registry: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = Undeliverable(registry, clock, refresh_cube)
    dead.tell([OWN])

    def fail(*args: object) -> None:
        raise Unavailable("database_unwritable")

    with monkeypatch.context() as patch, pytest.raises(Unavailable):
        patch.setattr(registry, "write", fail)
        dead.write()
    assert dead.write() == 1


def test_the_end_marks_what_is_still_waiting(tmp_path: Path, clock: Clock) -> None:
    started = runtime.open_registry(Settings(data_dir=tmp_path), clock)
    path = started.db.path
    started.undeliverable.tell([OWN])
    runtime.stop(started)
    again = runtime.open_registry(Settings(data_dir=path.parent), clock)
    assert list_marked(again.db) == [OWN]
    runtime.stop(again)
