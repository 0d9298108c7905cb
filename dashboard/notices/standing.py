"""How the templates stand at WhatsApp: as last asked and as told since, held where they came back at another price.

WhatsApp tells by webhook what changes between two askings (paused, disabled, refused, dearer): that holds at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pandas as pd

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.delivery.client import ManagementClient, TemplateStatus
from dashboard.delivery.platform import PlatformEvent, latest_of, latest_of_each, settle_about
from dashboard.errors import BadInput, Refused
from dashboard.notices.draft import Problem
from dashboard.notices.templates import LANGUAGES, get_template, list_shipped, list_templates, to_meta
from dashboard.registry.offices import TOP_CODE
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_DEAD = frozenset({"REJECTED", "DISABLED", "DELETED", "PENDING_DELETION", "ARCHIVED", "LIMIT_EXCEEDED"})
_WAITING = {"PAUSED": "template_paused", "PENDING": "template_pending", "IN_APPEAL": "template_pending"}
# Words of webhooks that do not change how a template stands.
_PASSING = frozenset({"FLAGGED", "UNFLAGGED", "LOCKED", "UNLOCKED", ""})
_STATUS, _CATEGORY, _QUALITY = (
    "message_template_status_update", "template_category_update", "message_template_quality_update",
)  # fmt: skip
_queries = load_queries(Path(__file__).with_name("standing.sql"))


@dataclass(frozen=True)
class Standing:
    """One template in one language as WhatsApp said last; `accepted_by` took the price of `category`, None nobody."""

    name: str
    language: str
    status: str
    category: str
    quality: str
    rejected_reason: str
    asked_at: datetime | None
    accepted_by: str | None = None

    @property
    def is_held(self) -> bool:
        """Approved under another category than the one asked for, and nobody has accepted its price."""
        asked_for = get_template(self.name).category
        return self.category == "MARKETING" != asked_for and self.accepted_by is None


def ask_standing(db: Database, clock: Clock, client: ManagementClient) -> int:
    """Submit what the account does not know yet, keep how all templates stand, return how many. System function.

    Raises Unavailable.
    """
    payloads = [to_meta(template, language) for template in list_templates() for language in LANGUAGES]
    return keep_standing(db, clock, client.ensure_templates(payloads))


def refresh_standing(db: Database, scope: Scope, clock: Clock, client: ManagementClient) -> int:
    """Ask WhatsApp anew, as a person's deed: needs Right.MANAGE_PLATFORM over the whole state; audited. Raises Unavailable."""
    require_manager(scope)
    count = ask_standing(db, clock, client)
    db.write(
        lambda cursor: record(cursor, clock(), scope.username, "template.sync", row_count=count),
        alters_pages=False,
    )
    return count


def keep_standing(db: Database, clock: Clock, told: Sequence[TemplateStatus]) -> int:
    """Keep what WhatsApp said of those templates that are ours. System function."""
    ours = {template.name for template in list_templates()}
    rows = pd.DataFrame(
        [
            (one.name, one.language, one.status, one.category, one.quality, one.rejected_reason)
            for one in told
            if one.name in ours
        ],
        columns=["name", "language", "status", "category", "quality", "rejected_reason"],
    ).astype("string")

    def change(cursor: Cursor) -> int:
        cursor.register("told_standing", rows)
        _queries.delete_standing(cursor)
        count = _queries.insert_standing(cursor, now=clock())
        cursor.unregister("told_standing")
        return int(count)

    return db.write(change, alters_pages=False)


def is_marketing(cursor: Cursor, name: str, language: str) -> bool:
    """Tell whether WhatsApp takes a template for marketing: as it came back, else as we would ask for it. System function."""
    row = _queries.category_of(cursor, name=name, language=language)
    news = latest_of(cursor, _CATEGORY, name, language)
    if news and (row is None or news.happened_at >= row[1].replace(microsecond=0)):
        return news.value == "MARKETING"
    if row is not None:
        return str(row[0]) == "MARKETING"
    return any(one.name == name and one.category == "MARKETING" for one in list_templates())


def list_standing(db: Database, scope: Scope) -> dict[tuple[str, str], Standing]:
    """Return how the templates stand, by name and language; empty before WhatsApp was ever asked."""
    scope.require(Right.SEE_NOTICES)
    with db.read() as cursor:
        return read_standing(cursor)


def may_manage(scope: Scope) -> bool:
    """Tell whether a person may act for the account, which is the whole state's; the functions ask again."""
    return scope.may(Right.MANAGE_PLATFORM) and scope.office_code == TOP_CODE


def require_manager(scope: Scope) -> None:
    """Raise Refused unless a person may act for the account."""
    scope.require(Right.MANAGE_PLATFORM)
    if not may_manage(scope):
        raise Refused("office")


def accept_price(db: Database, scope: Scope, clock: Clock, name: str, language: str) -> None:
    """Accept the price of the category under which a template came back; needs Right.MANAGE_PLATFORM over the whole state; audited.

    Raises BadInput("template_not_held").
    """
    require_manager(scope)

    def change(cursor: Cursor) -> None:
        standing = read_standing(cursor).get((name, language))
        if standing is None or not standing.is_held:
            raise BadInput("template_not_held")
        now, category = clock(), standing.category
        _queries.insert_accepted(
            cursor, name=name, language=language, category=category, username=scope.username, now=now
        )
        detail = {"template": name, "language": language, "category": category}
        record(cursor, now, scope.username, "template.accept_price", detail=detail)
        settle_about(cursor, _CATEGORY, name, language, now, scope.username)

    db.write(change)


def find_obstacle(cursor: Cursor, template: str, language: str) -> Problem | None:
    """Return why a template cannot be sent as it stands at WhatsApp; None where nothing is known against it."""
    standing = read_standing(cursor).get((template, language))
    if standing is None:
        is_shipped = any(one.name == template for one in list_shipped())
        return None if is_shipped else Problem("template_pending")
    if standing.status in _DEAD:
        return Problem("template_refused", "", {"reason": standing.rejected_reason or standing.status})
    if standing.status in _WAITING:
        return Problem(_WAITING[standing.status])
    return Problem("template_held") if standing.is_held else None


def category_of(db: Database, scope: Scope, template: str, language: str) -> str:
    """Return the category whose price a template costs: WhatsApp's, where it has said one. Needs Right.SEE_NOTICES."""
    scope.require(Right.SEE_NOTICES)
    with db.read() as cursor:
        standing = read_standing(cursor).get((template, language))
    return standing.category if standing else get_template(template).category


def find_obstacle_of(db: Database, scope: Scope, template: str, language: str) -> Problem | None:
    """Return the same for a page that shows a notice before it is sent. Needs Right.SEE_NOTICES."""
    scope.require(Right.SEE_NOTICES)
    with db.read() as cursor:
        return find_obstacle(cursor, template, language)


def read_standing(cursor: Cursor) -> dict[tuple[str, str], Standing]:
    """Return how each of our templates stands: as last asked, overtaken by what webhooks told since. System function."""
    asked = {(row[0], row[1]): Standing(*row) for row in _queries.list_standing(cursor)}
    told = {field: latest_of_each(cursor, field, _PASSING) for field in (_STATUS, _CATEGORY, _QUALITY)}
    accepted = {row[:3]: row[3] for row in _queries.list_accepted(cursor)}
    stands: dict[tuple[str, str], Standing] = {}
    for key in [(one.name, language) for one in list_templates() for language in LANGUAGES]:
        standing = _overtake(asked.get(key), key, {field: events.get(key) for field, events in told.items()})
        if standing is not None:
            word = accepted.get((*key, standing.category))
            stands[key] = replace(standing, accepted_by=word)
    return stands


def _overtake(
    asked: Standing | None, key: tuple[str, str], told: dict[str, PlatformEvent | None]
) -> Standing | None:
    news = {field: event for field, event in told.items() if event and _is_newer(event, asked)}
    status, category, quality = (news.get(field) for field in (_STATUS, _CATEGORY, _QUALITY))
    if not (status or category or quality):
        return asked
    standing = asked or Standing(*key, "APPROVED", get_template(key[0]).category, "UNKNOWN", "", None)
    if status:
        word = "APPROVED" if status.value == "REINSTATED" else status.value
        standing = replace(standing, status=word, rejected_reason=status.reason)
    if category:
        standing = replace(standing, category=category.value)
    return replace(standing, quality=quality.value) if quality else standing


def _is_newer(event: PlatformEvent, asked: Standing | None) -> bool:
    """Tell whether news came after the asking; WhatsApp's times are whole seconds, so that one of the same second counts."""
    if asked is None or asked.asked_at is None:
        return True
    return event.happened_at >= asked.asked_at.replace(microsecond=0)
