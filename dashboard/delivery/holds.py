"""To whom nothing may go: what refusals and people's own settings in WhatsApp have told, appended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("holds.sql"))
_STOPPED_MARKETING = 131050
_HOLD_COLUMNS = pa.schema(
    [("mobile", pa.int64()), ("reason", pa.string()), ("code", pa.int32()), ("until", pa.timestamp("us"))]
)


@dataclass(frozen=True)
class Hold:
    """What a refusal tells of a person: nothing may go to them, until a time or (None) until they allow it."""

    mobile: int
    reason: str  # marketing, blocked, withheld
    code: int
    until: datetime | None = None


def record_holds(cursor: Cursor, holds: Sequence[Hold], now: datetime) -> None:
    """Append what refusals have told of people."""
    if not holds:
        return
    columns = {name: [getattr(hold, name) for hold in holds] for name in _HOLD_COLUMNS.names}
    cursor.register("new_holds", pa.table(columns, schema=_HOLD_COLUMNS))
    _queries.insert_holds(cursor, now=now)
    cursor.unregister("new_holds")


def note_marketing(cursor: Cursor, said: Sequence[tuple[int, bool, datetime]]) -> None:
    """Note who set in WhatsApp that no marketing may come any more, or that it may again (number, stopped, when)."""
    if not said:
        return
    columns = {
        "mobile": pa.array([mobile for mobile, _, _ in said], pa.int64()),
        "stopped": pa.array([stopped for _, stopped, _ in said], pa.bool_()),
        "code": pa.array([_STOPPED_MARKETING] * len(said), pa.int32()),
        "said_at": pa.array([at for _, _, at in said], pa.timestamp("us")),
    }
    cursor.register("marketing_words", pa.table(columns))
    _queries.insert_marketing_words(cursor)
    cursor.unregister("marketing_words")


def held_recipients(
    cursor: Cursor, mobiles: Sequence[int], now: datetime, *, is_marketing: bool = False
) -> dict[int, int]:
    """Return to whom nothing may go, with the provider's code that says why."""
    return dict(_queries.held_recipients(cursor, mobiles=list(mobiles), now=now, marketing=is_marketing))
