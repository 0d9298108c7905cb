"""Whom a notice reaches and whom not, why, and what each of them would read."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.access.scope import Right, Scope
from dashboard.errors import Refused
from dashboard.notices.draft import Audience, Filling, NoticeDraft, require_known, resolve_filling
from dashboard.notices.templates import fill
from dashboard.registry.offices import Office, find_office
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

REASONS = ("opted_out", "no_number", "not_enrolled", "not_on_whatsapp", "empty_variable", "duplicate_number")
_queries = load_queries(Path(__file__).with_name("audience.sql"))


@dataclass(frozen=True)
class AudienceCount:
    """An audience by what becomes of it: `recipients` and the `exclusions` by reason add up to `consumers`.

    `longest_text` is the number of characters of the longest text among the recipients.
    """

    recipients: int
    exclusions: Mapping[str, int]
    longest_text: int

    @property
    def consumers(self) -> int:
        return self.recipients + sum(self.exclusions.values())


@dataclass(frozen=True)
class RenderedMessage:
    """What one recipient reads; `position` counts from 0 to `total` - 1. The number is masked."""

    position: int
    total: int
    reader: str
    mobile_masked: str
    text: str
    footer: str


def count_audience(
    db: Database,
    scope: Scope,
    template: str,
    language: str,
    audience: Audience,
    variables: Mapping[str, str] | None = None,
) -> AudienceCount:
    """Count whom a notice would reach, and the others by reason (`REASONS`). Needs Right.COMPOSE over the office."""
    draft = NoticeDraft(template, language, variables or {}, audience)
    require_known(draft)
    with db.read() as cursor:
        return count_members(cursor, scope, draft)


def preview_recipient(
    db: Database, scope: Scope, draft: NoticeDraft, position: int
) -> RenderedMessage | None:
    """Return the text as the recipient at a position would read it, None where there is none.

    What is not typed yet stands as `{name}`. Needs Right.COMPOSE over the office.
    """
    template = require_known(draft)
    with db.read() as cursor:
        total = count_members(cursor, scope, draft).recipients
        if not 0 <= position < total:
            return None
        member = pick_member(cursor, scope, draft, position)
    if member is None:
        return None
    name, mobile, parameters = member
    values = fill_values(resolve_filling(draft), parameters)
    text = fill(template.bodies[draft.language], values)
    return RenderedMessage(
        position, total, name or "", mask_number(mobile), text, template.footers[draft.language]
    )


def count_members(cursor: Cursor, scope: Scope, draft: NoticeDraft) -> AudienceCount:
    """Count a draft's audience on a cursor; as `count_audience`."""
    row = _queries.count_members(cursor, **_parameters(cursor, scope, draft))
    opted_out, no_number, not_enrolled, not_on_whatsapp, empty_variable, reachable, numbers, longest = row
    exclusions = {
        "opted_out": opted_out,
        "no_number": no_number,
        "not_enrolled": not_enrolled,
        "not_on_whatsapp": not_on_whatsapp,
        "empty_variable": empty_variable,
        "duplicate_number": reachable - numbers,
    }
    return AudienceCount(numbers, exclusions, longest)


def pick_member(
    cursor: Cursor, scope: Scope, draft: NoticeDraft, position: int
) -> tuple[str | None, int, list[str]] | None:
    """Return name, number and parameters of the recipient at a position, None behind the last."""
    return _queries.pick_member(cursor, **_parameters(cursor, scope, draft), position=position)


def stage_members(cursor: Cursor, scope: Scope, draft: NoticeDraft) -> None:
    """Write the recipients into the temporary table from which `ledger.stage` takes its messages."""
    _queries.stage_members(cursor, **_parameters(cursor, scope, draft))


def require_office(cursor: Cursor, scope: Scope, right: Right, office_code: str) -> Office:
    """Return an office over which the scope has a right. Raises Refused("right") or ("office")."""
    scope.require(right)
    office = find_office(cursor, office_code)
    scope.require_offices(office.office_no, office.last_no)
    return office


def fill_values(filling: Filling, parameters: list[str]) -> dict[str, str]:
    """Return the values by name; empty ones are left out, so that their place stays visible."""
    return {name: value for name, value in zip(filling.names, parameters, strict=True) if value}


def mask_number(mobile: int | None) -> str:
    """Return a number as it may be shown to anyone: 98xxxxx210."""
    digits = str(mobile or "")
    return f"{digits[:2]}xxxxx{digits[-3:]}" if len(digits) == 10 else ""


def _parameters(cursor: Cursor, scope: Scope, draft: NoticeDraft) -> dict[str, Any]:
    """Ask for the right, make the macros known on this cursor, and return what the queries take."""
    audience = draft.audience
    office = require_office(cursor, scope, Right.COMPOSE, audience.office_code)
    filling = resolve_filling(draft)
    _queries.define_audience(cursor)
    return {
        "first": office.office_no,
        "last": office.last_no,
        "categories": list(audience.categories),
        "segments": list(audience.arrears_segments),
        "feeders": _find_feeders(cursor, office, audience.feeder_codes),
        "language": draft.language,
        "levels": list(filling.levels),
        "typed": list(filling.typed),
        "uses": list(filling.uses),
        "length": filling.length,
    }


def _find_feeders(cursor: Cursor, office: Office, codes: tuple[str, ...]) -> list[int]:
    """Return the numbers of the chosen feeders; one outside the office is refused like an unknown one."""
    rows = dict(_queries.find_feeders(cursor, first=office.office_no, last=office.last_no, codes=list(codes)))
    if set(rows) != set(codes):
        raise Refused("office")
    return list(rows.values())
