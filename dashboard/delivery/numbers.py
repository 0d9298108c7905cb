"""The numbers that an installation sends from: that of the settings, and one for each discom that has its own.

System functions: the command line and the dispatcher call them, both on this machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from dashboard.config import Settings
from dashboard.delivery.inbound import InboundText
from dashboard.errors import BadInput
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("numbers.sql"))
FIRST_NO = 1
PERSON = "person"  # the reason of a stop that only an administrator ends
_TOP_OFFICE = "UP"


@dataclass(frozen=True)
class SendingNumber:
    """One number; `rate` in messages a second, `stop_reason` a key of words where it is stopped."""

    number_no: int
    phone_number_id: str
    office_code: str
    label: str
    rate: float
    state: str
    stop_reason: str | None

    @property
    def is_open(self) -> bool:
        return self.state == "open"


def list_numbers(cursor: Cursor) -> list[SendingNumber]:
    """Return every sending number, that of the settings first."""
    return [SendingNumber(*row) for row in _queries.list_numbers(cursor)]


def keep_first(cursor: Cursor, settings: Settings, now: datetime) -> None:
    """Write down the number of the settings, which may have changed; what stopped the same one stands."""
    known = next((one for one in list_numbers(cursor) if one.number_no == FIRST_NO), None)
    is_same = known is not None and known.phone_number_id == settings.phone_number_id
    _queries.delete_first(cursor)
    _queries.insert_number(
        cursor, number_no=FIRST_NO, phone_number_id=settings.phone_number_id, office_code=_TOP_OFFICE, label="",
        rate=settings.rate_per_second, state=known.state if known and is_same else "open",
        stop_reason=known.stop_reason if known and is_same else None, now=now,
    )  # fmt: skip


def add_number(
    cursor: Cursor, phone_number_id: str, office_code: str, label: str, rate: float, now: datetime
) -> SendingNumber:
    """Add the number of an office and return it. Notices that are frozen already keep theirs.

    Raises BadInput("number_id"), ("number_known") or ("office_unknown").
    """
    known = list_numbers(cursor)
    if not phone_number_id.isdigit():
        raise BadInput("number_id")
    if any(phone_number_id == one.phone_number_id or office_code == one.office_code for one in known):
        raise BadInput("number_known")
    if not _queries.has_office(cursor, code=office_code):
        raise BadInput("office_unknown", office=office_code)
    number_no = max([one.number_no for one in known], default=FIRST_NO) + 1
    added = SendingNumber(number_no, phone_number_id, office_code, label, rate, "open", None)
    _queries.insert_number(cursor, **vars(added), now=now)
    return added


def keep_heard(cursor: Cursor, heard: Sequence[InboundText]) -> None:
    """Write down to which number people wrote, where there are several."""
    known = {one.phone_number_id: one.number_no for one in list_numbers(cursor)} if heard else {}
    rows = [one for one in heard if one.heard_by in known]
    if len(known) < 2 or not rows:
        return
    columns = {
        "mobile": pa.array([one.mobile for one in rows], pa.int64()),
        "number_no": pa.array([known[one.heard_by] for one in rows], pa.int32()),
        "heard_at": pa.array([one.sent_at for one in rows], pa.timestamp("us")),
    }
    cursor.register("heard", pa.table(columns))
    _queries.insert_heard(cursor)
    cursor.unregister("heard")


def number_heard(cursor: Cursor, mobile: int) -> int:
    """Return the number to which a person wrote last: the one that may answer in free words."""
    return _queries.number_heard(cursor, mobile=mobile) or FIRST_NO


@dataclass(frozen=True)
class Standing:
    """How WhatsApp rates a number: its colour, its limit and throughput in WhatsApp's words; empty where not known."""

    number_no: int
    display_number: str  # digits alone
    quality: str
    messaging_limit: str
    throughput: str
    seen_at: datetime


def list_standings(cursor: Cursor) -> list[Standing]:
    """Return how WhatsApp rates those numbers of which we know."""
    return [Standing(*row) for row in _queries.list_standings(cursor)]


def keep_standing(cursor: Cursor, standing: Standing) -> None:
    """Write down how WhatsApp rates a number."""
    _queries.delete_standing(cursor, number_no=standing.number_no)
    _queries.insert_standing(cursor, **vars(standing))


def find_named(cursor: Cursor, name: str) -> SendingNumber | None:
    """Return the number that a webhook names, by its id or as it is dialled; None where it is none of ours or not known yet."""
    digits = digits_of(name)
    dialled = {one.number_no for one in list_standings(cursor) if digits and one.display_number == digits}
    return next(
        (one for one in list_numbers(cursor) if one.phone_number_id == digits or one.number_no in dialled),
        None,
    )


def digits_of(name: str) -> str:
    """Return the digits of a number as WhatsApp writes it: +91 98765 43210, 919876543210 …"""
    return "".join(mark for mark in name if mark.isascii() and mark.isdigit())


def stop_number(cursor: Cursor, number_no: int, reason: str, now: datetime) -> None:
    """Have a number send nothing more; what an administrator stopped stays stopped for that reason."""
    if _find(cursor, number_no).is_open or reason == PERSON:
        _queries.set_state(cursor, number_no=number_no, state="stopped", stop_reason=reason, now=now)


def open_number(cursor: Cursor, number_no: int, now: datetime) -> None:
    """Let a number send again. Raises BadInput("number_unknown")."""
    _find(cursor, number_no)
    _queries.set_state(cursor, number_no=number_no, state="open", stop_reason=None, now=now)


def open_numbers_of(cursor: Cursor, job_id: int, now: datetime) -> None:
    """Try the numbers of a job again that refusals have stopped: a person lets it go on."""
    for (number_no,) in list(_queries.stopped_of_job(cursor, job_id=job_id)):
        open_number(cursor, number_no, now)


def _find(cursor: Cursor, number_no: int) -> SendingNumber:
    found = next((one for one in list_numbers(cursor) if one.number_no == number_no), None)
    if found is None:
        raise BadInput("number_unknown", number=number_no)
    return found
