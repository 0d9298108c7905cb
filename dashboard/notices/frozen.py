"""What was frozen at submission, message by message: what an approver looks at before deciding."""

import json

from dashboard.access.scope import Right, Scope
from dashboard.notices.audience import mask_number
from dashboard.notices.audience_preview import RenderedMessage
from dashboard.notices.notice import queries, read_notice
from dashboard.notices.templates import fill, get_template
from dashboard.store.database import Database


def preview_message(db: Database, scope: Scope, notice_id: int, position: int) -> RenderedMessage | None:
    """Return one frozen message as its reader will see it; `position` counts from 0, None behind the last.

    It shows the rows under the content hash, not today's audience. Needs Right.COMPOSE (approvers have it).
    """
    with db.read() as cursor:
        notice = read_notice(cursor, scope, Right.COMPOSE, notice_id)
        row = queries.frozen_message(cursor, job_id=notice.job_id, position=position)
    if row is None:
        return None
    name, mobile, parameters, names, total = row
    text = fill(notice.body, dict(zip(json.loads(names), parameters, strict=True)))
    footer = get_template(notice.template).footers[notice.language]
    return RenderedMessage(position, total, name or "", mask_number(mobile), text, footer)
