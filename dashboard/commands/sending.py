"""Commands that send: a notice without the browser, and finishing what was cut off."""

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette

from dashboard import runtime
from dashboard.access.scope import Right, Scope
from dashboard.access.sign_in import load_scope
from dashboard.config import Settings
from dashboard.delivery.account import account_of
from dashboard.errors import BadInput, Refused, Unavailable
from dashboard.notices.approval import approve
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import submit
from dashboard.notices.lifecycle import settle_finished, start
from dashboard.notices.notice import get_notice
from dashboard.notices.report import Report, report
from dashboard.notices.states import State
from dashboard.notices.templates import LANGUAGES, list_templates
from dashboard.runtime import Runtime
from dashboard.web import ROUTES

_POLL_SECONDS = 0.3
_QUIET_SECONDS = (
    12.0  # without a new status, after everything was sent: what is late comes to the application
)
_START_SECONDS = 15.0


@contextmanager
def serving(settings: Settings) -> Iterator[Runtime]:
    """Start everything but the pages: sender, sandbox where configured, and the routes for webhooks."""
    rt = runtime.start(settings)
    try:
        with serving_routes(settings):
            yield rt
    finally:
        runtime.stop(rt)


@contextmanager
def serving_routes(settings: Settings) -> Iterator[None]:
    """Answer webhooks at the application's port. Raises Unavailable("port_busy")."""
    config = uvicorn.Config(
        Starlette(routes=ROUTES), host=settings.address, port=settings.port, log_level="error"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(
        target=server.run, name="routes", daemon=True
    )  # beside the main thread: Ctrl-C stays ours
    thread.start()
    try:
        _wait_for(server)
        yield
    finally:
        server.should_exit = True
        thread.join(5)


def _wait_for(server: uvicorn.Server) -> None:
    until = time.monotonic() + _START_SECONDS
    while not server.started:
        if time.monotonic() > until or server.should_exit:
            raise Unavailable("port_busy", port=server.config.port)
        time.sleep(0.05)


def send(arguments: argparse.Namespace) -> dict[str, Any]:
    """`send`: compose as one person, approve as another, send, wait for the end."""
    variables = dict(_read_pair(pair) for pair in arguments.variables)
    draft = NoticeDraft(arguments.template, arguments.language, variables, Audience(arguments.office))
    with serving(Settings()) as rt:
        author = load_scope(rt.db, arguments.by)
        approvers = [load_scope(rt.db, name.strip()) for name in arguments.approved_by.split(",")]
        notice_id = submit(rt.db, author, rt.clock, draft)
        _approve_by(rt, approvers, notice_id)
        start(rt.db, author, rt.clock, notice_id, quiet=rt.quiet)
        return wait_for_end(rt, arguments.by, notice_id)


def _approve_by(rt: Runtime, approvers: list[Scope], notice_id: int) -> None:
    """Let each person give one step; raise Refused("approval_missing") where a step is left over."""
    for approver in approvers:
        notice = get_notice(rt.db, approver, notice_id)
        if notice.state is State.SUBMITTED:
            approve(rt.db, approver, rt.clock, notice_id, notice.content_hash)
    notice = get_notice(rt.db, approvers[0], notice_id)
    if step := notice.next_step:
        raise Refused(
            "approval_missing", notice=notice_id, step=step.step_no, count=len(notice.steps), level=step.level
        )


def resume(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """`resume`: let every notice that was under way come to its end."""
    with serving(Settings()) as rt:
        with rt.db.read() as cursor:
            rows = cursor.execute(
                "SELECT notice_id, submitted_by FROM notice_now WHERE state = 'sending' ORDER BY notice_id"
            ).fetchall()
        return [wait_for_end(rt, username, notice_id) for notice_id, username in rows]


def submit_templates(arguments: argparse.Namespace) -> dict[str, Any]:
    """`templates`: submit the shipped notices to the account of the settings; those it knows are left alone."""
    rt = runtime.open_registry(Settings())
    try:
        runtime.offer_templates(rt.db, rt.clock, account_of(rt.db, rt.settings))
    finally:
        runtime.stop(rt)
    return {"templates": len(list_templates()), "languages": list(LANGUAGES)}


def wait_for_end(rt: Runtime, username: str, notice_id: int) -> dict[str, Any]:
    """Wait until nothing more is to be sent and no status has come for a while; return the sums."""
    scope = load_scope(rt.db, username)
    scope.require(Right.SEE_NOTICES)
    last, changed_at = None, time.monotonic()
    while True:
        settle_finished(rt.db, rt.clock)
        sums = report(rt.db, scope, notice_id)
        notice = get_notice(rt.db, scope, notice_id)
        if sums != last:
            last, changed_at = sums, time.monotonic()
            _show(sums)
        all_read = (
            sums.waiting == 0 and sums.read + sums.failed + sums.in_doubt + sums.skipped == sums.recipients
        )
        quiet = time.monotonic() - changed_at > _QUIET_SECONDS
        if notice.state is not State.SENDING and (all_read or quiet):
            break
        time.sleep(_POLL_SECONDS)
    return {
        "notice_id": notice_id, "state": notice.state.value, "recipients": sums.recipients, "accepted": sums.accepted, "delivered": sums.delivered,
        "read": sums.read, "failed": sums.failed, "in_doubt": sums.in_doubt, "skipped": sums.skipped, "waiting": sums.waiting,
    }  # fmt: skip


def _show(sums: Report) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(
            f"\r{sums.recipients - sums.waiting:,} of {sums.recipients:,} sent, {sums.delivered:,} delivered "
        )
        sys.stderr.flush()


def _read_pair(pair: str) -> tuple[str, str]:
    name, mark, value = pair.partition("=")
    if not mark or not name.strip():
        raise BadInput("set_form", pair=pair[:40])
    return name.strip(), value
