"""Who stopped marketing in WhatsApp gets none until they resume it; everything else still reaches them."""

from datetime import datetime, timedelta

import pytest

from dashboard.delivery.claims import claim_batch
from dashboard.delivery.holds import note_marketing
from dashboard.delivery.ledger import release
from dashboard.store.database import Database
from tests.delivery.test_ledger import NOW, stage, tally

FIRST = 9_800_000_001
EARLIER, LATER = NOW - timedelta(days=2), NOW - timedelta(days=1)


def claimed(db: Database, *, is_marketing: bool) -> list[int]:
    job_id = stage(db, 2)

    def change(cursor):
        release(cursor, job_id, NOW)
        return claim_batch(cursor, NOW, 10, lambda *_: set(), is_marketing=lambda *_: is_marketing)

    batch = db.write(change)
    assert tally(db, job_id).failed == 2 - len(batch.messages)  # nobody is left out without a word
    return [message.mobile for message in batch.messages]


def say(db: Database, *words: tuple[bool, datetime]) -> None:
    db.write(lambda cursor: note_marketing(cursor, [(FIRST, stopped, at) for stopped, at in words]))


def test_who_stopped_marketing_gets_none(db: Database) -> None:
    say(db, (True, LATER))
    assert claimed(db, is_marketing=True) == [FIRST + 1]


def test_who_stopped_marketing_still_gets_the_bill(db: Database) -> None:
    say(db, (True, LATER))
    assert claimed(db, is_marketing=False) == [FIRST, FIRST + 1]


@pytest.mark.parametrize("words", [[(True, EARLIER), (False, LATER)], [(False, LATER), (True, EARLIER)]])
def test_the_last_word_counts_in_whatever_order_it_came(
    db: Database, words: list[tuple[bool, datetime]]
) -> None:
    say(db, *words)
    assert claimed(db, is_marketing=True) == [FIRST, FIRST + 1]
