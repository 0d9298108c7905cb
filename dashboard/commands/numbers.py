"""Commands for the numbers that messages go from; while the application runs it holds the registry."""

import argparse
from typing import Any

from dashboard import runtime
from dashboard.access.audit import record
from dashboard.config import Settings
from dashboard.delivery import numbers
from dashboard.store.database import Cursor

_OPERATOR = "command line"  # who it was in the audit trail: whoever works on this machine


def manage_numbers(arguments: argparse.Namespace) -> Any:
    """`number list`, `number add ID --office CODE`, `number stop NO`, `number go NO`."""
    rt = runtime.open_registry(Settings())
    try:

        def change(cursor: Cursor) -> list[dict[str, Any]]:
            now = rt.clock()
            numbers.keep_first(cursor, rt.settings, now)
            if arguments.action == "add":
                numbers.add_number(
                    cursor, arguments.phone_number_id, arguments.office, arguments.label, arguments.rate, now
                )
            elif arguments.action == "stop":
                numbers.stop_number(cursor, arguments.number, numbers.PERSON, now)
            elif arguments.action == "go":
                numbers.open_number(cursor, arguments.number, now)
            if arguments.action != "list":
                record(cursor, now, _OPERATOR, f"number.{arguments.action}")
            return _describe(cursor)

        return rt.db.write(change)
    finally:
        runtime.stop(rt)


def _describe(cursor: Cursor) -> list[dict[str, Any]]:
    """Return every number with what WhatsApp last said of it, None where nothing is known."""
    known = {one.number_no: one for one in numbers.list_standings(cursor)}
    names = ("quality", "messaging_limit", "throughput", "seen_at")
    return [
        {**vars(one), **{name: getattr(known.get(one.number_no), name, None) for name in names}}
        for one in numbers.list_numbers(cursor)
    ]
