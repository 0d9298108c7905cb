"""Jobs of very many messages: written beside the writer, in a transaction of their own, and made a job by a short commit.

Until that commit nobody sees them: no job has their number. One that was given up leaves nothing, one that was killed is
swept at the next start.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from dashboard.delivery import ledger
from dashboard.errors import BadInput
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries
from dashboard.store.watched import Tell, part_of, run_watched

_queries = load_queries(Path(__file__).with_name("making.sql"))
_STRETCH = 2_000_000  # messages written by one statement
_PLACES_FROM = 0.75  # share of the writing after which the messages are sorted by account


@dataclass(frozen=True)
class Made:
    """Messages that stand written; `routes` are number, first and last message where they go from several numbers."""

    job_id: int
    count: int
    routes: tuple[tuple[int, int, int], ...] = ()


def reserve(cursor: Cursor, now: datetime) -> int:
    """Take a number for a job whose messages are to be written beside the writer; inside a change."""
    job_id = ledger.next_job_id(cursor)
    _queries.insert_making(cursor, job_id=job_id, now=now)
    return job_id


def write_messages(cursor: Cursor, job_id: int, wanted_parameters: int, tell: Tell) -> Made:
    """Write the staged rows as a reserved job's messages and commit them; on a cursor of one's own, outside any change.

    Rows stand in the temporary table `staged_message` (account_no, mobile, parameters, office_no); where `parameters` is NULL
    they are the office's in `staged_words` (office_no, parameters). Both are dropped. Raises BadInput as `ledger.stage`;
    what `tell` raises gives all up.
    """
    _queries.ensure_words(cursor)
    routes = _sort_by_number(cursor)
    count, wrong, first_row, last_row = _queries.count_staged(cursor)
    if count == 0:
        raise BadInput("audience_empty")
    wrong += _queries.count_wrong_words(cursor, wanted=wanted_parameters)
    if wrong or last_row - first_row + 1 != count:
        raise BadInput("recipient_rows", count=max(wrong, 1))
    cursor.execute("BEGIN")
    try:
        _write(cursor, job_id, first_row, last_row, part_of(tell, 0.0, _PLACES_FROM))
        run_watched(cursor, lambda own: ledger.write_places(own, job_id), part_of(tell, _PLACES_FROM, 1.0))
        cursor.execute("COMMIT")
    except BaseException:
        cursor.execute("ROLLBACK")
        raise
    _queries.drop_staged(cursor)
    return Made(job_id, int(count), tuple(routes))


def _write(cursor: Cursor, job_id: int, first_row: int, last_row: int, tell: Tell) -> None:
    total = last_row - first_row + 1
    for start in range(first_row, last_row + 1, _STRETCH):
        end = min(start + _STRETCH - 1, last_row)
        write = partial(
            _queries.write_stretch, job_id=job_id, first_row=first_row, from_row=start, to_row=end
        )
        shares = ((place - first_row) / total for place in (start, end + 1))
        run_watched(cursor, write, part_of(tell, *shares))


def _sort_by_number(cursor: Cursor) -> list[tuple[int, int, int]]:
    """Bring the rows into the order of the numbers that they go from; return number, first and last message of each."""
    if not ledger.choose_numbers(cursor):
        return []
    routes, last_no = [], 0
    _queries.begin_sorted(cursor)
    for (number_no,) in list(_queries.list_numbers(cursor)):
        count = int(_queries.sort_in(cursor, number_no=number_no))
        routes.append((int(number_no), last_no + 1, last_no + count))
        last_no += count
    _queries.take_sorted(cursor)
    return routes


def open_made(
    cursor: Cursor, now: datetime, made: Made, *, template: str, language: str, parameter_names: Sequence[str]
) -> int:
    """Make a held job of messages that stand written, inside a change, and return its id."""
    ledger.open_job(
        cursor, now, made.job_id, made.count, kind="template", template=template, language=language, parameter_names=parameter_names
    )  # fmt: skip
    for number_no, first_no, last_no in made.routes:
        _queries.insert_route(
            cursor, job_id=made.job_id, number_no=number_no, first_no=first_no, last_no=last_no
        )
    _queries.delete_making(cursor, job_id=made.job_id)
    return made.job_id


def give_up(cursor: Cursor, job_id: int) -> None:
    """Leave nothing of a reserved job, inside a change."""
    _queries.delete_messages(cursor, job_id=job_id)
    _queries.delete_places(cursor, job_id=job_id)
    _queries.delete_making(cursor, job_id=job_id)


def sweep_unmade(db: Database) -> int:
    """Give up what was being made when the application ended; return how many jobs. Only at the start."""
    with db.read() as cursor:
        job_ids = [job_id for (job_id,) in _queries.list_making(cursor)]
    for job_id in job_ids:
        db.write(partial(give_up, job_id=job_id), alters_pages=False)
    return len(job_ids)
