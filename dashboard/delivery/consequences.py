"""What news of our own account does to sending, at once and in the commit that keeps the news: what Meta has stopped must not be tried."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from dashboard.delivery import ledger, numbers
from dashboard.delivery.json_parts import dicts_of, part_of, text_of
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("platform.sql"))
_REST = "template_paused"  # goes on by itself, by the clock or by Meta's word
# What a template's new status does to the jobs that use it: why they pause.
_TEMPLATE_STOPS = {
    "PAUSED": _REST, "DISABLED": "template_disabled", "REJECTED": "template_missing", "DELETED": "template_missing",
}  # fmt: skip
_ACCOUNT_STOPS = {"ACCOUNT_DELETED", "ACCOUNT_OFFBOARDED"}
_BLOCKED = "account_blocked"


def act_on_news(cursor: Cursor, news_count: int, now: datetime) -> None:
    """Act on the news just written down, where they are the last word on their subject."""
    for field, subject, language, value, detail in list(_queries.last_words(cursor, news_count=news_count)):
        if field == "message_template_status_update":
            _act_on_template(cursor, subject, language, value, now)
        elif field == "account_update":
            _act_on_account(cursor, subject, value, json.loads(detail), now)
        elif field == "phone_number_quality_update":
            _keep_limit(cursor, subject, json.loads(detail), now)


def _act_on_template(cursor: Cursor, template: str, language: str, status: str, now: datetime) -> None:
    reason = _TEMPLATE_STOPS.get(status)
    for job_id, state, paused_for in list(
        _queries.jobs_of_template(cursor, template=template, language=language)
    ):
        if reason and state == "running":
            ledger.pause(cursor, job_id, reason, now)
        elif status == "APPROVED" and state == "paused" and paused_for == _REST:
            ledger.go_on(cursor, job_id, now)


def _act_on_account(cursor: Cursor, subject: str, event: str, detail: dict[str, Any], now: datetime) -> None:
    """Stop the number that is named, or everything where none is: the account itself is blocked."""
    if not _is_stop(event, detail):
        return
    named = numbers.find_named(cursor, subject)
    if named:
        numbers.stop_number(cursor, named.number_no, _BLOCKED, now)
    elif not subject:
        ledger.pause_running(cursor, _BLOCKED, now)


def _is_stop(event: str, detail: dict[str, Any]) -> bool:
    if event == "DISABLED_UPDATE":
        states = part_of(detail, "ban_info").get("waba_ban_state")
        return "DISABLE" in (states if isinstance(states, list) else [states])
    if event == "ACCOUNT_RESTRICTION":
        kinds = [text_of(one, "restriction_type") for one in dicts_of(detail.get("restriction_info"))]
        return "RESTRICTED_BIZ_INITIATED_MESSAGING" in kinds
    return event in _ACCOUNT_STOPS


def _keep_limit(cursor: Cursor, subject: str, detail: dict[str, Any], now: datetime) -> None:
    """Keep the limit that a webhook brings for the number that it names."""
    named, limit = numbers.find_named(cursor, subject), text_of(detail, "current_limit")
    if not named or not limit:
        return
    known = {one.number_no: one for one in numbers.list_standings(cursor)}.get(named.number_no)
    numbers.keep_standing(
        cursor,
        numbers.Standing(
            named.number_no, numbers.digits_of(subject), known.quality if known else "", limit,
            known.throughput if known else "", now,
        ),
    )  # fmt: skip
