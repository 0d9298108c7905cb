"""Webhook bodies for the tests, as WhatsApp writes them, and the way they take."""

import json
from datetime import datetime

from dashboard.delivery.applier import Applied, Ears, apply_waiting
from dashboard.delivery.reference import make_reference, read_prefix
from dashboard.delivery.webhook import receive, sign
from dashboard.store.database import Database

from .conftest import make_settings

SETTINGS = make_settings("http://127.0.0.1:1")
NOW = datetime(2026, 11, 24, 6, 0)


def post(db: Database, content: object, at: datetime = NOW) -> int:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return receive(db, SETTINGS, lambda: at, {"X-Hub-Signature-256": sign("secret", body)}, body)


def envelope(value: object, field: str = "messages") -> dict:
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "2", "changes": [{"field": field, "value": value}]}],
    }


def report(db: Database, job_id: int, message_no: int, status: str, **more: object) -> dict:
    reference = make_reference(read_prefix(db), job_id, message_no)
    base = {"id": f"wamid.{message_no}", "status": status, "timestamp": "1795497600"}
    return {**base, "biz_opaque_callback_data": reference, **more}


def apply_all(db: Database, on_inbound=lambda messages: {}, at: datetime = NOW, **ears) -> Applied:
    """Apply all that waits and return the sums."""
    total = Applied()
    while (applied := apply_waiting(db, lambda: at, Ears(on_inbound, **ears))).bodies:
        for name, value in vars(applied).items():
            setattr(total, name, getattr(total, name) + value)
    return total


def rows(db: Database, query: str) -> list[tuple]:
    with db.read() as cursor:
        return cursor.execute(query).fetchall()


def add_accepted(db: Database, job_id: int, message_no: int) -> None:
    row = [job_id, message_no, 1, "accepted", f"wamid.{message_no}", None, NOW, None]
    db.write(lambda cursor: cursor.execute("INSERT INTO outcome VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row))
