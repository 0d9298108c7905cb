"""Threads by office, answered once and only within 24 hours."""

from datetime import timedelta

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.delivery import claims
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.errors import BadInput, Refused
from dashboard.notices.inbox import (
    answer_thread,
    close_thread,
    count_threads,
    list_threads,
    place_new,
    read_thread,
)
from dashboard.store.clock import Clock
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of
from tests.notices.town import FIRST_NUMBER

KNOWN, UNKNOWN = FIRST_NUMBER + 2, 9999900000


def _write(db: Database, mobile: int, text: str, hours: float = 0, wamid: str = "") -> None:
    at = NOON + timedelta(hours=hours)
    handle_inbound(
        db,
        lambda: at,
        lambda *_, **__: None,
        InboundText(wamid or f"{mobile}{text}{hours}", mobile, text, at),
    )
    place_new(db)


@pytest.fixture
def asked(town: Database) -> Database:
    _write(town, KNOWN, "When is supply back?")
    return town


def test_what_is_neither_join_nor_stop_opens_a_thread(asked: Database, town_ee: Scope) -> None:
    _write(asked, FIRST_NUMBER + 3, "STOP")
    threads = list_threads(asked, town_ee, only_open=True, limit=10)
    assert list(threads["account_no"]) == ["0000000002"]
    assert count_threads(asked, town_ee) == (1, 1)


def test_a_number_that_nobody_knows_waits_at_the_top(asked: Database, town_ee: Scope) -> None:
    _write(asked, UNKNOWN, "Who are you?")
    assert count_threads(asked, town_ee) == (1, 1)
    top = scope_of(asked, Role.APPROVER, "UP")
    assert count_threads(asked, top) == (2, 2)
    assert place_new(asked) == 0


def test_an_answer_goes_out_once_as_free_text(asked: Database, clock: Clock, town_ee: Scope) -> None:
    seen = read_thread(asked, town_ee, KNOWN)
    job_id = answer_thread(asked, town_ee, clock, seen, " In an hour. ")
    with pytest.raises(Refused, match="thread_changed"):
        answer_thread(asked, town_ee, clock, seen, "In an hour.")
    batch = asked.write(lambda c: claims.claim_batch(c, NOON, 10, lambda *_: set()))
    assert batch is not None and (batch.job_id, batch.head.kind) == (job_id, "text")
    assert [(one.mobile, one.parameters) for one in batch.messages] == [(KNOWN, ("In an hour.",))]
    assert count_threads(asked, town_ee) == (0, 1)
    last = read_thread(asked, town_ee, KNOWN).lines[-1]
    assert (last.side, last.text, last.username, last.state) == ("answered", "In an hour.", "ee", "in_flight")


def test_after_a_day_only_a_template_may_go(asked: Database, town_ee: Scope) -> None:
    seen = read_thread(asked, town_ee, KNOWN)
    assert seen.answer_until == NOON + timedelta(hours=24)
    with pytest.raises(Refused, match="window_closed"):
        answer_thread(asked, town_ee, lambda: NOON + timedelta(hours=24), seen, "too late")
    close_thread(asked, town_ee, lambda: NOON + timedelta(hours=25), seen)
    assert count_threads(asked, town_ee) == (0, 1)


def test_what_came_while_one_wrote_is_seen_before_it_counts_as_answered(
    asked: Database, clock: Clock, town_ee: Scope
) -> None:
    seen = read_thread(asked, town_ee, KNOWN)
    _write(asked, KNOWN, "and my meter is broken", -0.5)  # written earlier, came later
    with pytest.raises(Refused, match="thread_changed"):
        answer_thread(asked, town_ee, clock, seen, "In an hour.")
    answer_thread(asked, town_ee, clock, read_thread(asked, town_ee, KNOWN), "We come and look.")
    assert count_threads(asked, town_ee) == (0, 1)
    _write(asked, KNOWN, "thank you", 1)
    assert count_threads(asked, town_ee) == (1, 1)


@pytest.mark.parametrize(("text", "code"), [("  \n ", "answer_empty"), ("x" * 4097, "answer_long")])
def test_an_answer_has_words(asked: Database, clock: Clock, town_ee: Scope, text: str, code: str) -> None:
    with pytest.raises(BadInput, match=code):
        answer_thread(asked, town_ee, clock, read_thread(asked, town_ee, KNOWN), text)


def test_whom_it_does_not_concern_reads_and_writes_nothing(
    asked: Database, clock: Clock, town_ee: Scope
) -> None:
    foreign = Scope("stranger", Role.COMPOSER, "X", 5000, 6000)
    viewer = scope_of(asked, Role.VIEWER, "UP")
    seen = read_thread(asked, town_ee, KNOWN)
    assert list_threads(asked, foreign, only_open=False, limit=10).empty
    for scope, code in ((foreign, "thread"), (viewer, "right")):
        with pytest.raises(Refused, match=code):
            read_thread(asked, scope, KNOWN)
        with pytest.raises(Refused, match=code):
            answer_thread(asked, scope, clock, seen, "hello")
    assert str(KNOWN) not in repr(seen)
