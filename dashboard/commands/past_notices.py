"""Two finished notices for the demonstration, sent through the product's own sender to the sandbox."""

from typing import Any, Protocol

from dashboard import runtime
from dashboard.access.sign_in import load_scope
from dashboard.commands.sending import serving_routes, wait_for_end
from dashboard.notices.approval import approve
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import submit
from dashboard.notices.lifecycle import start
from dashboard.notices.notice import get_notice
from dashboard.runtime import Runtime

_DAYS_AGO = (12, 4)


class Past(Protocol):
    def stand(self, days: int) -> None: ...


def send_past_notices(rt: Runtime, past: Past, accounts: list[dict[str, Any]]) -> None:
    """Send a bill reminder and a fraud warning as the executive engineer, approved by the superintending engineer."""
    by_name = {account["username"]: account for account in accounts}
    division = by_name["ee"]["office"]
    drafts = (
        NoticeDraft("bill_due", "hi", {"month": "अक्टूबर 2026", "due_date": "15-11-2026"}, Audience(division)),
        NoticeDraft("fraud_warning", "hi", {}, Audience(division)),
    )
    runtime.install(rt)
    with serving_routes(rt.settings):
        runtime.start_delivery(rt)
        for days, draft in zip(_DAYS_AGO, drafts, strict=True):
            past.stand(days)
            _send(rt, draft)


def _send(rt: Runtime, draft: NoticeDraft) -> None:
    author, approver = load_scope(rt.db, "ee"), load_scope(rt.db, "se")
    notice_id = submit(rt.db, author, rt.clock, draft)
    approve(rt.db, approver, rt.clock, notice_id, get_notice(rt.db, approver, notice_id).content_hash)
    start(rt.db, author, rt.clock, notice_id)
    wait_for_end(rt, "ee", notice_id)
