"""What consumers wrote beyond JOIN and STOP, by office, and the answers: free text within 24 hours, once."""

import unicodedata
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.delivery import ledger
from dashboard.delivery.numbers import number_heard
from dashboard.errors import BadInput, Refused
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("inbox.sql"))
WINDOW = timedelta(hours=24)  # after the consumer's last message; later only a template may go (Meta, 131047)
LONGEST_ANSWER = 4096
COLUMNS = (
    "mobile", "account_no", "name", "office", "office_hi", "office_code", "heard_at", "last_text", "is_open",
    "above", "above_hi",
)  # fmt: skip
_LINES_SHOWN = 100


@dataclass(frozen=True)
class Line:
    """One line of a thread: `side` consumer, answered or closed; `state` of an answer as a report has it, else ''."""

    at: datetime
    side: str
    text: str
    username: str
    state: str


@dataclass(frozen=True)
class Thread:
    """One number's messages, oldest first. `heard_count` and `event_count` say what the reader has seen of it; `name` is whose account it is."""

    mobile: int = field(repr=False)
    account_no: str | None
    office_code: str
    heard_count: int
    event_count: int
    answer_until: datetime
    is_open: bool
    lines: tuple[Line, ...] = field(repr=False)
    name: str = field(default="", repr=False)
    office: str = ""
    office_hi: str = ""


def place_new(db: Database) -> int:
    """Find the offices of those who wrote for the first time; return how many rows came. System function."""
    with db.read() as cursor:
        if not _queries.has_unplaced(cursor):
            return 0
    return int(db.write(_queries.place_new, alters_pages=False))


def count_threads(db: Database, scope: Scope) -> tuple[int, int]:
    """Return how many threads of the scope's offices are open, and how many there are. Needs Right.SEE_NUMBERS."""
    with db.read() as cursor:
        _define(cursor, scope)
        return tuple(_queries.count_threads(cursor, first_no=scope.first_no, last_no=scope.last_no))


def list_threads(db: Database, scope: Scope, *, only_open: bool, limit: int, offset: int = 0) -> pd.DataFrame:
    """Return a page of threads of the scope's offices, those that wait longest first. Needs Right.SEE_NUMBERS.

    Numbers are whole, to open a thread by: the page shows them masked.
    """
    with db.read() as cursor:
        _define(cursor, scope)
        rows = list(
            _queries.list_threads(
                cursor, first_no=scope.first_no, last_no=scope.last_no, only_open=only_open, row_limit=limit,
                row_offset=offset,
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def read_thread(db: Database, scope: Scope, mobile: int) -> Thread:
    """Return one thread. Needs Right.SEE_NUMBERS. Raises Refused("thread") for a foreign one as for one that is not there."""
    with db.read() as cursor:
        thread = _read(cursor, scope, mobile)
        rows = list(_queries.list_lines(cursor, mobile=mobile, row_limit=_LINES_SHOWN))
        lines = [Line(at, side, text, who, _state_of(cursor, job)) for at, side, text, who, job in rows]
    return replace(thread, lines=tuple(reversed(lines)))


def answer_thread(db: Database, scope: Scope, clock: Clock, seen: Thread, text: str) -> int:
    """Send an answer to what was `seen`; return its delivery job. Needs Right.SEE_NUMBERS and Right.SEND.

    It goes through the ledger like every message, so a crash sends it to nobody twice. Raises Refused("window_closed") later than
    24 hours after the consumer's last message, Refused("thread_changed") where somebody answered or more came meanwhile (two
    presses, two people), BadInput("answer_empty"), ("answer_long").
    """
    words = _clean(text)

    def change(cursor: Cursor) -> int:
        scope.require(Right.SEND)
        thread, now = _read_unchanged(cursor, scope, seen), clock()
        if now >= thread.answer_until:
            raise Refused("window_closed")
        rows = pd.DataFrame(
            {
                "account_no": [thread.account_no],
                "mobile": [seen.mobile],
                "parameters": [[words]],
                "number_no": [number_heard(cursor, seen.mobile)],
            }
        )
        job_id = ledger.stage(
            cursor, now, kind="text", template="", language="", parameter_names=["text"], rows=rows
        )
        ledger.release(cursor, job_id, now)
        _note(cursor, scope, now, thread, "answered", words, job_id)
        return job_id

    return db.write(change, alters_pages=False)


def close_thread(db: Database, scope: Scope, clock: Clock, seen: Thread) -> None:
    """Note that what was `seen` needs no answer; a new message opens the thread again. As `answer_thread`."""

    def change(cursor: Cursor) -> None:
        scope.require(Right.SEND)
        _note(cursor, scope, clock(), _read_unchanged(cursor, scope, seen), "closed", "", None)

    db.write(change, alters_pages=False)


def _define(cursor: Cursor, scope: Scope) -> None:
    scope.require(Right.SEE_NUMBERS)
    _queries.define_threads(cursor)


def _read(cursor: Cursor, scope: Scope, mobile: int) -> Thread:
    _define(cursor, scope)
    row = _queries.get_thread(cursor, first_no=scope.first_no, last_no=scope.last_no, mobile=mobile)
    if row is None:
        raise Refused("thread")
    account_no, heard_count, heard_at, event_count, is_open, office_code, *names = row
    return Thread(
        mobile, account_no, office_code, heard_count, event_count, heard_at + WINDOW, is_open, (), *names
    )


def _read_unchanged(cursor: Cursor, scope: Scope, seen: Thread) -> Thread:
    thread = _read(cursor, scope, seen.mobile)
    if (thread.heard_count, thread.event_count) != (seen.heard_count, seen.event_count):
        raise Refused("thread_changed")
    return thread


def _note(
    cursor: Cursor, scope: Scope, now: datetime, thread: Thread, kind: str, text: str, job_id: int | None
) -> None:
    _queries.insert_event(
        cursor, mobile=thread.mobile, kind=kind, username=scope.username, now=now, text=text, job_id=job_id,
        heard_count=thread.heard_count,
    )  # fmt: skip
    detail = {"account": thread.account_no}
    record(
        cursor,
        now,
        scope.username,
        f"inbox.{kind}",
        office_code=thread.office_code,
        row_count=1,
        detail=detail,
    )


def _state_of(cursor: Cursor, job_id: int | None) -> str:
    row = _queries.state_of_answer(cursor, job_id=job_id) if job_id is not None else None
    return str(row[0]) if row else ""


def _clean(text: str) -> str:
    words = "".join(
        mark for mark in text.strip() if mark == "\n" or unicodedata.category(mark) not in ("Cc", "Cs")
    )
    if not words.strip():
        raise BadInput("answer_empty")
    if len(words) > LONGEST_ANSWER:
        raise BadInput("answer_long", most=LONGEST_ANSWER)
    return words
