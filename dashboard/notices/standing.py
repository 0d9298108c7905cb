"""How the templates stand at WhatsApp: asked for, kept, and held where they came back at another price."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.delivery.client import ManagementClient, TemplateStatus
from dashboard.errors import BadInput, Refused
from dashboard.notices.draft import Problem
from dashboard.notices.templates import LANGUAGES, get_template, list_templates, to_meta
from dashboard.registry.offices import TOP_CODE
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

_DEAD = frozenset({"REJECTED", "DISABLED"})
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
    asked_at: datetime
    accepted_by: str | None

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
    _require_manager(scope)
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
    category = _queries.category_of(cursor, name=name, language=language)
    if category is None:
        category = next((one.category for one in list_templates() if one.name == name), "")
    return str(category) == "MARKETING"


def list_standing(db: Database, scope: Scope) -> dict[tuple[str, str], Standing]:
    """Return how the templates stand, by name and language; empty before WhatsApp was ever asked."""
    scope.require(Right.SEE_NOTICES)
    with db.read() as cursor:
        return _read(cursor)


def may_manage(scope: Scope) -> bool:
    """Tell whether a person may act for the account, which is the whole state's; the functions ask again."""
    return scope.may(Right.MANAGE_PLATFORM) and scope.office_code == TOP_CODE


def _require_manager(scope: Scope) -> None:
    scope.require(Right.MANAGE_PLATFORM)
    if not may_manage(scope):
        raise Refused("office")


def accept_price(db: Database, scope: Scope, clock: Clock, name: str, language: str) -> None:
    """Accept the price of the category under which a template came back; needs Right.MANAGE_PLATFORM over the whole state; audited.

    Raises BadInput("template_not_held").
    """
    _require_manager(scope)

    def change(cursor: Cursor) -> None:
        standing = _read(cursor).get((name, language))
        if standing is None or not standing.is_held:
            raise BadInput("template_not_held")
        now, category = clock(), standing.category
        _queries.insert_accepted(
            cursor, name=name, language=language, category=category, username=scope.username, now=now
        )
        detail = {"template": name, "language": language, "category": category}
        record(cursor, now, scope.username, "template.accept_price", detail=detail)

    db.write(change, alters_pages=False)


def find_obstacle(cursor: Cursor, template: str, language: str) -> Problem | None:
    """Return why a template cannot be sent as it stands at WhatsApp; None where nothing is known against it."""
    standing = _read(cursor).get((template, language))
    if standing is None:
        return None
    if standing.status in _DEAD:
        return Problem("template_refused", "", {"reason": standing.rejected_reason or standing.status})
    return Problem("template_held") if standing.is_held else None


def _read(cursor: Cursor) -> dict[tuple[str, str], Standing]:
    return {(row[0], row[1]): Standing(*row) for row in _queries.list_standing(cursor)}
