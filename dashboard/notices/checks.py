"""What to know before submitting, beside what stands in the way: the same words again, price, time, quiet hours."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dashboard.access.scope import Right, Scope
from dashboard.config import Settings
from dashboard.notices.audience import AudienceCount, require_office
from dashboard.notices.draft import (
    Audience,
    Binding,
    NoticeDraft,
    clean_values,
    read_audience,
    read_filling,
    require_known,
)
from dashboard.notices.hours import URGENT_PURPOSES, quiet_span
from dashboard.notices.notice import queries
from dashboard.notices.prices import finish_at
from dashboard.notices.send_queue import read_queue
from dashboard.store.clock import Clock
from dashboard.store.database import Database

_AGAIN = timedelta(hours=24)
_LONG = timedelta(hours=24)
_NARROWED = ("categories", "arrears_segments", "feeder_codes", "load_bands", "languages")


@dataclass(frozen=True)
class Warning:
    """Something that does not stand in the way; `code` names the sentence (`check.<code>`)."""

    code: str
    values: Mapping[str, Any]


def warn_of(
    db: Database,
    scope: Scope,
    clock: Clock,
    settings: Settings,
    draft: NoticeDraft,
    count: AudienceCount,
    notice_id: int | None = None,
) -> list[Warning]:
    """Return what an author should know before submitting. Needs Right.COMPOSE over the office."""
    template, now = require_known(draft), clock()
    warnings = _find_same(db, scope, draft, clock, notice_id)
    if template.category == "MARKETING":
        warnings.append(Warning("marketing", {}))
    if count.exclusions.get("empty_variable"):
        warnings.append(Warning("holes", {"count": count.exclusions["empty_variable"]}))
    quiet = quiet_span(settings)
    if quiet and quiet.holds(now) and template.purpose not in URGENT_PURPOSES:
        warnings.append(Warning("quiet", {"at": quiet.next_end(now)}))
    queue = read_queue(db, clock, draft.template, count.recipients, notice_id)
    until = finish_at(settings, draft.template, count.recipients, now, queue)
    if until - now > _LONG:
        warnings.append(Warning("long", {"at": until}))
    return warnings


def _find_same(
    db: Database, scope: Scope, draft: NoticeDraft, clock: Clock, own_id: int | None
) -> list[Warning]:
    """Return the notices of the last 24 hours with the same words to people of this audience."""
    body = require_known(draft).bodies[draft.language]
    with db.read() as cursor:
        office = require_office(cursor, scope, Right.COMPOSE, draft.audience.office_code)
        rows = list(
            queries.list_alike(
                cursor, since=clock() - _AGAIN, body=body, first_no=office.office_no, last_no=office.last_no,
                own_id=own_id or 0,
            )
        )  # fmt: skip
    return [
        Warning("same_text", {"notice": notice_id, "at": at})
        for notice_id, variables, audience, at in rows
        if _fill_alike(draft, *read_filling(json.loads(variables)))
        and _overlap(read_audience(json.loads(audience)), draft.audience)
    ]


def _fill_alike(draft: NoticeDraft, variables: Mapping[str, str], bindings: Mapping[str, Binding]) -> bool:
    return clean_values(variables) == clean_values(draft.variables) and bindings == draft.bindings


def _overlap(one: Audience, other: Audience) -> bool:
    """Tell whether two audiences of overlapping offices may hold the same person."""
    return all(
        not getattr(one, name)
        or not getattr(other, name)
        or set(getattr(one, name)) & set(getattr(other, name))
        for name in _NARROWED
    )
