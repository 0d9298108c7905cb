"""Whom a notice reaches and whom not, and why."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from dashboard.access.scope import Right, Scope
from dashboard.enrolment.groups import require_group
from dashboard.errors import BadInput, Refused
from dashboard.notices.draft import Audience, Binding, Filling, NoticeDraft, require_known, resolve_filling
from dashboard.notices.templates import CONSUMER_SOURCES, OFFICE_SOURCES, PHONE_SOURCES
from dashboard.registry.offices import Office, find_office
from dashboard.store.clock import INDIA_OFFSET
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

REASONS = (
    "opted_out", "no_number", "not_enrolled", "not_on_whatsapp", "empty_variable", "other_language", "recent_notice", "duplicate_number",
)  # fmt: skip
_EXACT_CONSUMERS = 100_000  # an audience up to so many is counted one by one while it is chosen …
_EXACT_CONSENTS = 1_000_000  # … where no more consents than these have to be looked through
# As audience.sql: audience_member writes them.
_LONGEST_WORDS = dict.fromkeys((*CONSUMER_SOURCES, *PHONE_SOURCES), 20) | {
    "consumer_name": 60,
    "meter_no": 60,
    "category": 60,
}
_MAY_BE_EMPTY = frozenset(CONSUMER_SOURCES) - {"account_no"}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TOLD, _NOBODY = "SELECT mobile FROM told_since(p_recent, p_since)", "SELECT NULL::BIGINT WHERE false"
queries = load_queries(Path(__file__).with_name("audience.sql"))


@dataclass(frozen=True)
class AudienceCount:
    """An audience by what becomes of it: `recipients` and the `exclusions` by reason add up to `consumers`.

    `longest_text` is the number of characters of the longest text among the recipients. A large audience is counted from
    what is counted beforehand. `at_most_for` says why it is not exact then, by what is only taken off when the notice is
    submitted: language, recent, list, group, personal (a field of the consumer's row), stale (a change of the last minute).
    """

    recipients: int
    exclusions: Mapping[str, int]
    longest_text: int
    at_most_for: tuple[str, ...] = ()

    @property
    def is_exact(self) -> bool:
        return not self.at_most_for

    @property
    def consumers(self) -> int:
        return self.recipients + sum(self.exclusions.values())


def count_audience(
    db: Database,
    scope: Scope,
    template: str,
    language: str,
    audience: Audience,
    variables: Mapping[str, str] | None = None,
    bindings: Mapping[str, Binding] | None = None,
) -> AudienceCount:
    """Count whom a notice would reach, and the others by reason (`REASONS`): exactly where that is quick, else at most.

    Needs Right.COMPOSE over the office.
    """
    draft = NoticeDraft(template, language, variables or {}, audience, bindings or {})
    require_known(draft)
    with db.read() as cursor:
        return count_live(cursor, scope, draft)


def count_live(cursor: Cursor, scope: Scope, draft: NoticeDraft) -> AudienceCount:
    """Count a draft's audience within the blink that a page may take, whatever the size of the registry."""
    asked = ask_audience(cursor, scope, draft)
    if _is_small(cursor, asked):
        return count_members(cursor, scope, draft)
    holes = _find_holes(cursor, asked)
    _, no_number, on_file, enrolled, opted_out, empty = _sum_parts(cursor, asked, holes)
    repeated, dead = _count_odd(cursor, asked, holes if empty else [])
    reachable = enrolled - empty
    again = 0 if draft.audience.per_account else repeated
    left_out = dict.fromkeys(REASONS, 0) | {
        "opted_out": opted_out, "no_number": no_number - dead, "not_enrolled": on_file, "not_on_whatsapp": dead,
        "empty_variable": empty, "duplicate_number": again,
    }  # fmt: skip
    reasons = _find_reasons(cursor, asked)
    return AudienceCount(reachable - again, left_out, _longest_possible(cursor, asked), reasons)


def _is_small(cursor: Cursor, asked: Mapping[str, Any]) -> bool:
    consumers = _sum_parts(cursor, asked, [])[0]
    return bool(consumers <= _EXACT_CONSUMERS and queries.count_consents(cursor) <= _EXACT_CONSENTS)


def _parts_of(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: asked[name] for name in ("first", "last", "categories", "segments", "feeders", "bands")}


def _sum_parts(cursor: Cursor, asked: Mapping[str, Any], holes: list[int]) -> tuple[int, ...]:
    row: tuple[int, ...] = queries.sum_parts(cursor, **_parts_of(asked), holes=holes)
    return row


def _count_odd(cursor: Cursor, asked: Mapping[str, Any], holes: list[int]) -> tuple[int, int]:
    """Return the messages that numbers would get again, and the accounts whose number WhatsApp does not know."""
    parts = _parts_of(asked)
    if holes or any(parts[name] for name in ("categories", "segments", "feeders", "bands")):
        repeated, dead = queries.count_odd(cursor, **parts, holes=holes)
    else:
        repeated, dead = queries.count_whole_odd(cursor, first=asked["first"], last=asked["last"])
    return int(repeated), int(dead)


def _find_holes(cursor: Cursor, asked: Mapping[str, Any]) -> list[int]:
    """Return the offices in which a name or telephone that the text wants is missing."""
    places = zip(asked["levels"], asked["typed"], strict=True)
    of_offices = (*OFFICE_SOURCES, *PHONE_SOURCES)
    wanted = sorted({source for source, typed in places if source in of_offices and not typed})
    if not wanted:
        return []
    rows = queries.find_holes(cursor, first=asked["first"], last=asked["last"], levels=wanted)
    return [office_no for (office_no,) in rows]


def _find_reasons(cursor: Cursor, asked: Mapping[str, Any]) -> tuple[str, ...]:
    """Return why a count from the parts is at most so many: what they do not know."""
    places = zip(asked["levels"], asked["typed"], strict=True)
    unknown = {
        "language": bool(asked["languages"]),
        "recent": bool(asked["recent"]),
        "list": bool(asked["list_id"]),
        "group": bool(asked["group_id"]),
        "personal": any(level in _MAY_BE_EMPTY and not typed for level, typed in places),
        "stale": bool(queries.is_stale(cursor, first=asked["first"], last=asked["last"])),
    }
    return tuple(name for name, is_so in unknown.items() if is_so)


def count_members(cursor: Cursor, scope: Scope, draft: NoticeDraft) -> AudienceCount:
    """Count a draft's audience one by one, as it would be frozen now."""
    asked = ask_audience(cursor, scope, draft)
    take_few(cursor, asked)
    row = queries.count_members(cursor, **asked)
    opted_out, no_number, not_enrolled, not_on_whatsapp, empty, other, recent, reachable, numbers, longest = (
        row
    )
    recipients = reachable if draft.audience.per_account else numbers
    counts = (
        opted_out, no_number, not_enrolled, not_on_whatsapp, empty, other, recent, reachable - recipients,
    )  # fmt: skip
    return AudienceCount(recipients, dict(zip(REASONS, counts, strict=True)), longest)


def count_enrolled(cursor: Cursor, scope: Scope, draft: NoticeDraft) -> int:
    """Return how many consumers a draft's audience has enrolled, at most, from what is counted beforehand."""
    return int(_sum_parts(cursor, ask_audience(cursor, scope, draft), [])[3])


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


def ask_audience(cursor: Cursor, scope: Scope, draft: NoticeDraft) -> dict[str, Any]:
    """Ask for the right, make the macros known on this cursor, and return what the queries take."""
    audience = draft.audience
    office = require_office(cursor, scope, Right.COMPOSE, audience.office_code)
    filling = resolve_filling(draft)
    _require_list(cursor, scope, audience.list_id)
    if audience.group_id > 0:
        require_group(cursor, scope, audience.group_id)
    since = _read_since(audience.not_since)
    recent = [job_id for (job_id,) in queries.find_recent_jobs(cursor, since=since)] if since else []
    _define_audience(cursor, "consent", "undeliverable_number", bool(recent))
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
        "bands": list(audience.load_bands),
        "languages": list(audience.languages),
        "recent": recent,
        "since": since,
        "list_id": audience.list_id,
        "group_id": audience.group_id,
    }


def take_few(cursor: Cursor, asked: Mapping[str, Any]) -> None:
    """Let the queries look through what is said of the numbers of the asked offices alone: for intervals with few enrolled. Behind `ask_audience`."""
    queries.take_numbers(cursor, first=asked["first"], last=asked["last"])
    queries.take_few(cursor)
    _define_audience(cursor, "few_consent", "few_undeliverable", bool(asked["recent"]))


def _define_audience(cursor: Cursor, consents: str, undeliverable: str, by_recent: bool) -> None:
    sql = queries.define_audience.sql.replace("{consents}", consents).replace(
        "{undeliverable}", undeliverable
    )
    cursor.execute(sql.replace("{told}", _TOLD if by_recent else _NOBODY))


def _find_feeders(cursor: Cursor, office: Office, codes: tuple[str, ...]) -> list[int]:
    """Return the numbers of the chosen feeders; one outside the office is refused like an unknown one."""
    rows = dict(queries.find_feeders(cursor, first=office.office_no, last=office.last_no, codes=list(codes)))
    if set(rows) != set(codes):
        raise Refused("office")
    return list(rows.values())


def _read_since(not_since: str) -> datetime | None:
    """Return the midnight (UTC) with which a day begins in Asia/Kolkata; None where no day is said. Raises BadInput("not_since_day")."""
    if not not_since:
        return None
    try:
        day = date.fromisoformat(not_since if _DAY.fullmatch(not_since) else "")
    except ValueError:
        raise BadInput("not_since_day") from None
    return datetime.combine(day, time()) - INDIA_OFFSET


def _require_list(cursor: Cursor, scope: Scope, list_id: int) -> None:
    """Refuse a list of accounts that another office brought."""
    if list_id:
        place = queries.find_list_place(cursor, list_id=list_id)
        if place is None:
            raise Refused("office")
        scope.require_offices(*place)


def _longest_possible(cursor: Cursor, asked: Mapping[str, Any]) -> int:
    """Return the length of the longest text that the names of these offices could make."""
    longest = _LONGEST_WORDS | dict(queries.longest_names(cursor, first=asked["first"], last=asked["last"]))
    values = zip(asked["levels"], asked["typed"], asked["uses"], strict=True)
    return asked["length"] + sum(
        uses * max(len(typed), longest.get(level, 0)) for level, typed, uses in values
    )
