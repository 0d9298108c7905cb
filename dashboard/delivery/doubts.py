"""Messages of which nobody knows whether they went out: counted, and settled by a person's word.

Finding them goes through a job's ledger, of crores, and is done beside the writer. A commit settles some of them, and looks only at what
was written since they were found.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa

from dashboard.delivery import ledger, tallies
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("doubts.sql"))
_AT_ONCE = 50_000  # messages that one commit settles


@dataclass(frozen=True)
class Doubts:
    """How many messages are in doubt, how many of them long enough for a person to settle, and when the next will be."""

    total: int
    ripe: int
    next_ripe_at: datetime | None


@dataclass(frozen=True)
class _Place:
    """How far the ledger had come: the last row of the outcomes and of the reports."""

    last_outcome: int
    last_report: int


@dataclass(frozen=True)
class Chosen:
    """Some messages of a job that were in doubt at a place of the ledger: columns message_no, attempt."""

    job_id: int
    messages: pa.Table
    place: _Place

    @property
    def count(self) -> int:
        return int(self.messages.num_rows)


def count_doubts(cursor: Cursor, job_id: int, now: datetime, grace: timedelta) -> Doubts:
    """Count what is in doubt; `grace` is the time that reports have to settle it by themselves."""
    total, ripe, next_at = _queries.count_doubts(cursor, job_id=job_id, before=now - grace)
    return Doubts(total, ripe, next_at + grace if next_at else None)


def choose_ripe(cursor: Cursor, job_id: int, before: datetime) -> list[Chosen]:
    """Return what is in doubt since before a moment, in lots that are settled by a commit each; on a cursor of one's own, outside any change."""
    cursor.execute("BEGIN")  # the place and the messages of one moment
    place = _Place(*_queries.read_place(cursor))
    found = cursor.execute(_queries.list_ripe.sql, {"job_id": job_id, "before": before}).to_arrow_table()
    cursor.execute("COMMIT")
    return [
        Chosen(job_id, found.slice(start, _AT_ONCE), place) for start in range(0, found.num_rows, _AT_ONCE)
    ]


def settle(cursor: Cursor, chosen: Chosen, as_sent: bool, now: datetime) -> int:
    """Write down a person's word on messages in doubt, and return how many they were; inside a change.

    `as_sent` counts them as accepted; otherwise they are sent again, and a finished job runs again. One of which anything was written
    since they were chosen is no doubt any more, or another: it stays as it stands. Raises IllegalChange where a cancelled job should send.
    """
    if not as_sent:
        ledger.require_sending(cursor, chosen.job_id)
    cursor.register("chosen_doubt", chosen.messages)
    count = int(_queries.copy_unmoved(cursor, job_id=chosen.job_id, **vars(chosen.place)))
    cursor.unregister("chosen_doubt")
    if count:
        _settle_ripe(cursor, chosen.job_id, as_sent, now)
    _queries.drop_ripe(cursor)
    return count


def _settle_ripe(cursor: Cursor, job_id: int, as_sent: bool, now: datetime) -> None:
    """Write down a person's word on the messages of ripe_doubt."""
    if not as_sent:
        ledger.run_again(cursor, job_id, now)
        _queries.send_ripe_again(cursor, job_id=job_id, now=now)
    result, retry_at = ("treated_as_sent", None) if as_sent else ("retry", now)
    _queries.settle_ripe(cursor, job_id=job_id, result=result, retry_at=retry_at, now=now)
    tallies.note_settled(cursor, job_id, result)
