"""Some of a job's messages by what became of them, without going through a ledger of crores.

A page reads only the stretches that hold any of its messages; all that failed, or are in doubt, are found by what said so.
"""

import itertools
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from dashboard.delivery import tallies
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("stretches.sql"))
_AT_ONCE = 100  # stretches that are read together where all of them are wanted
_NAMED_AT_ONCE = 200_000  # messages that are looked up together by their numbers
_FEW_SPANS = 4  # are read one by one
_TOLD = frozenset({"failed", "in_doubt"})  # states of few, which an answer or a report names
_ALL = 2_147_483_647
_ACCEPTED = (
    "accepted",
    "held",
    "treated_as_sent",
)  # the sums under which what message_state calls accepted is counted
_UNCOUNTED = frozenset({"waiting", "in_flight"})  # under no sum yet


class Standing(NamedTuple):
    """One message and what became of it, as `message_state` has it; `code` is the provider's, where it failed."""

    message_no: int
    account_no: str | None
    mobile: int
    state: str
    code: int | None


class _Span(NamedTuple):
    """Messages from one to another; how many of them are wanted, as far as that is known."""

    from_no: int
    to_no: int
    wanted: int


_WHOLE = _Span(1, _ALL, _ALL)


def list_page(
    cursor: Cursor, job_id: int, states: Collection[str], limit: int, offset: int = 0
) -> list[Standing]:
    """Return up to `limit` of the messages in some states, in their order, behind the first `offset` of them.

    While messages move between states a page may hold some of its neighbour's.
    """
    spans, offset = _cut(_find_spans(cursor, job_id, states), limit, offset)
    if len(spans) > _FEW_SPANS and _are_told(cursor, job_id, states):
        among = {(span.from_no - 1) // tallies.STRETCH for span in spans}
        told = list_told(cursor, job_id, states)
        numbers = [number for number in told if (number - 1) // tallies.STRETCH in among]
        return _read_named(cursor, job_id, numbers, states)[offset : offset + limit]
    rows: list[Standing] = []
    for span in spans:
        rows += _read(cursor, job_id, span, states, limit - len(rows), offset)
        offset = 0
    return rows


def _cut(spans: list[_Span], limit: int, offset: int) -> tuple[list[_Span], int]:
    """Return the spans that hold a page, and how many messages of the first are before it."""
    while spans and offset >= spans[0].wanted:
        offset -= spans[0].wanted
        spans = spans[1:]
    so_far = itertools.accumulate((span.wanted for span in spans), initial=-offset)
    return [span for span, before in zip(spans, so_far, strict=False) if before < limit], offset


def fill_lots(cursor: Cursor, job_id: int, states: Collection[str]) -> Iterator[int]:
    """Write all messages in some states, lot by lot in their order, into the temporary table `message_lot` (fields of a Standing); yield how
    many each lot holds. It is read when it is asked for, and gives way to the next."""
    for sql, asked in _ask_lots(cursor, job_id, states):
        count = cursor.execute(f"CREATE OR REPLACE TEMP TABLE message_lot AS {sql}", asked).fetchall()[0][0]
        yield int(count)


def _ask_lots(cursor: Cursor, job_id: int, states: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the query of each lot with what it asks for."""
    if _are_told(cursor, job_id, states):
        numbers = list_told(cursor, job_id, states)
        for start in range(0, len(numbers), _NAMED_AT_ONCE):
            named = _bounds(numbers[start : start + _NAMED_AT_ONCE])
            yield _queries.list_among.sql, {"job_id": job_id, **named, "states": list(states)}
        return
    for span in _join(_find_spans(cursor, job_id, states)):
        yield _queries.list_between.sql, _within(job_id, span, states, _ALL, 0)


def _are_told(cursor: Cursor, job_id: int, states: Collection[str]) -> bool:
    """Tell whether an answer or a report names each message in these states; of an ended job nobody named those that were not claimed."""
    told = _TOLD if _queries.has_ended(cursor, job_id=job_id) else _TOLD | {"skipped"}
    return told.issuperset(states)


def _read_named(cursor: Cursor, job_id: int, numbers: list[int], states: Collection[str]) -> list[Standing]:
    rows = _queries.list_among(cursor, job_id=job_id, **_bounds(numbers), states=list(states))
    return [Standing(*row) for row in rows]


def _bounds(numbers: list[int]) -> dict[str, Any]:
    """Return what message_state_among takes of messages by their numbers, which stand in their order."""
    first, last = (numbers[0], numbers[-1]) if numbers else (0, 0)
    return {"from_no": first, "to_no": last, "numbers": numbers}


def list_told(
    cursor: Cursor, job_id: int, states: Collection[str], codes: Collection[int] | None = None
) -> list[int]:
    """Return the messages that were ever said to have failed (with one of the provider's `codes`), to be in doubt or left out, in their order.

    All that stand so now are among them.
    """
    asked = None if codes is None else list(codes)
    return [
        number for (number,) in _queries.list_told(cursor, job_id=job_id, states=list(states), codes=asked)
    ]


def find_standing(cursor: Cursor, job_id: int, message_no: int) -> Standing:
    """Return what became of one message."""
    return Standing(*_queries.find_standing(cursor, job_id=job_id, message_no=message_no))


def _read(
    cursor: Cursor, job_id: int, span: _Span, states: Collection[str], limit: int, offset: int
) -> list[Standing]:
    rows = _queries.list_between(cursor, **_within(job_id, span, states, limit, offset))
    return [Standing(*row) for row in rows]


def _within(job_id: int, span: _Span, states: Collection[str], limit: int, offset: int) -> dict[str, Any]:
    """Return what list_between takes."""
    return {
        "job_id": job_id, "from_no": span.from_no, "to_no": span.to_no, "states": list(states), "row_limit": limit,
        "row_offset": offset,
    }  # fmt: skip


def _find_spans(cursor: Cursor, job_id: int, states: Collection[str]) -> list[_Span]:
    """Return the stretches that hold messages in some states; the whole job as one where that is not known."""
    sums = {*states} - _UNCOUNTED | ({*_ACCEPTED} if "accepted" in states else set())
    waits, is_ended = not _UNCOUNTED.isdisjoint(states), bool(_queries.has_ended(cursor, job_id=job_id))
    if waits and is_ended:  # on their way while it was cancelled: for a moment
        return [_WHOLE]
    with_rest = waits or (is_ended and "skipped" in states)
    counts = tallies.list_stretches(cursor, job_id, sums, with_rest=with_rest)
    if counts is None:
        return [_WHOLE]
    size = tallies.STRETCH
    return [_Span(stretch * size + 1, (stretch + 1) * size, count) for stretch, count in counts]


def _join(spans: list[_Span]) -> list[_Span]:
    """Return fewer spans around the same messages."""
    joined: list[_Span] = []
    for span in spans:
        if joined and span.to_no - joined[-1].from_no < _AT_ONCE * tallies.STRETCH:
            joined[-1] = _Span(joined[-1].from_no, span.to_no, joined[-1].wanted + span.wanted)
        else:
            joined.append(span)
    return joined
