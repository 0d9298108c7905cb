"""Outages told to a feeder's consumers within a minute, and later, to exactly those who were told, that supply is back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dashboard.access.scope import Right, Scope
from dashboard.errors import BadInput, Refused
from dashboard.notices.audience import count_audience, require_office
from dashboard.notices.audience_preview import preview_recipient
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.outage_words import say_cause, say_expected, say_hour
from dashboard.notices.templates import fill, get_template
from dashboard.registry.offices import Office
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

TEMPLATE = "unplanned_fault"
_SHOWN_AFTER_END = timedelta(hours=24)
_LONGEST = timedelta(hours=72)
_OLDEST = timedelta(hours=24)
_SPARE = timedelta(minutes=1)  # a time typed as this minute has begun already
outage_queries = load_queries(Path(__file__).with_name("outage.sql"))


@dataclass(frozen=True)
class OutageOrder:
    """What is to be told: the feeder, why and since when supply is off, when it is expected back. Times are UTC."""

    feeder_code: str
    cause: str
    began_at: datetime
    expected_at: datetime
    language: str = "hi"


@dataclass(frozen=True)
class OutagePreview:
    """The very text, how many will read it, and who is left out by reason."""

    recipients: int
    exclusions: dict[str, int]
    text: str
    footer: str


@dataclass(frozen=True)
class Outage:
    """One outage as it stands; times are UTC, `restored_at` None while it lasts."""

    outage_id: int
    feeder_code: str
    cause: str
    language: str
    began_at: datetime
    notice_id: int
    opened_by: str
    opened_at: datetime
    expected_at: datetime
    restored_at: datetime | None
    restored_by: str | None
    told_notice_id: int | None
    feeder: str
    feeder_hi: str
    substation: str
    substation_hi: str
    first_no: int
    last_no: int

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether the expected time has passed and nobody has said that supply is back."""
        return self.restored_at is None and self.expected_at <= now

    def name_in(self, language: str) -> str:
        return _name(self.feeder, self.feeder_hi, language)

    def name_in_full(self, language: str) -> str:
        """Return the feeder's name with its substation's: many feeders bear the same name."""
        substation = _name(self.substation, self.substation_hi, language)
        return " · ".join(part for part in (self.name_in(language), substation) if part)


@dataclass(frozen=True)
class Feeder:
    """A feeder to choose, with its substation."""

    office: Office
    substation: str
    substation_hi: str

    def name_in(self, language: str) -> str:
        substation = _name(self.substation, self.substation_hi, language)
        return " · ".join(part for part in (self.office.name_in(language), substation) if part)


def list_feeders(db: Database, scope: Scope, wanted: str = "", limit: int = 60) -> list[Feeder]:
    """Return feeders of the scope, those the person told of last first; `wanted` is part of a name. Needs Right.COMPOSE."""
    scope.require(Right.COMPOSE)
    with db.read() as cursor:
        rows = list(
            outage_queries.find_feeders(
                cursor, first_no=scope.first_no, last_no=scope.last_no, username=scope.username,
                wanted=wanted.strip(), row_limit=limit,
            )
        )  # fmt: skip
    return [Feeder(Office(*row[:8]), row[8] or "", row[9] or "") for row in rows]


def count_feeders(db: Database, scope: Scope) -> int:
    """Return how many feeders the scope has. Needs Right.COMPOSE."""
    scope.require(Right.COMPOSE)
    with db.read() as cursor:
        return int(outage_queries.count_feeders(cursor, first_no=scope.first_no, last_no=scope.last_no))


def make_draft(order: OutageOrder, now: datetime) -> NoticeDraft:
    """Return the notice that an order means. Raises BadInput for times that make no sense, or an unknown cause."""
    if not now - _OLDEST <= order.began_at <= now + _SPARE:
        raise BadInput("outage_began")
    require_expected(order.expected_at, now)
    variables = {
        "time": say_hour(order.began_at, now),
        "fault": say_cause(order.cause, order.language),
        "eta": say_expected(order.expected_at, now, order.language),
    }
    return NoticeDraft(TEMPLATE, order.language, variables, Audience(order.feeder_code))


def require_expected(expected_at: datetime, now: datetime) -> None:
    """Raise BadInput("outage_expected") for an expectation that is past, or more than three days ahead."""
    if not now < expected_at <= now + _LONGEST:
        raise BadInput("outage_expected")


def require_feeder(cursor: Cursor, scope: Scope, code: str) -> Office:
    """Return a feeder over which the scope may tell of outages. Raises Refused("right"), ("office"), BadInput("not_a_feeder")."""
    scope.require(Right.SEND)
    office = require_office(cursor, scope, Right.COMPOSE, code)
    if office.level != "feeder":
        raise BadInput("not_a_feeder")
    return office


def preview_outage(db: Database, scope: Scope, clock: Clock, order: OutageOrder) -> OutagePreview:
    """Return the text as the feeder's consumers will read it and how many they are. Needs Right.COMPOSE and Right.SEND."""
    with db.read() as cursor:
        require_feeder(cursor, scope, order.feeder_code)
    draft = make_draft(order, clock())
    count = count_audience(
        db, scope, draft.template, draft.language, draft.audience, variables=draft.variables
    )
    first = preview_recipient(db, scope, draft, 0)
    template = get_template(TEMPLATE)
    text = first.text if first else fill(template.bodies[order.language], draft.variables)
    return OutagePreview(count.recipients, dict(count.exclusions), text, template.footers[order.language])


def list_outages(db: Database, scope: Scope, clock: Clock) -> list[Outage]:
    """Return the outages of the scope that last or ended within a day, the soonest expected first. Needs Right.SEE_NOTICES."""
    scope.require(Right.SEE_NOTICES)
    since = clock() - _SHOWN_AFTER_END
    with db.read() as cursor:
        rows = outage_queries.list_outages(
            cursor, first_no=scope.first_no, last_no=scope.last_no, since=since
        )
        return [Outage(*row) for row in rows]


def list_overdue(db: Database, scope: Scope, clock: Clock) -> list[Outage]:
    """Return the outages of the scope whose expected time has passed without a word. Needs Right.SEND.

    Cheap enough for every page: what lasts is kept until data change, only the hour is looked at anew.
    """
    scope.require(Right.SEND)
    lasting = db.recall(("outages", scope.first_no, scope.last_no), lambda: _list_lasting(db, scope, clock))
    return [outage for outage in lasting if outage.is_overdue(clock())]


def _list_lasting(db: Database, scope: Scope, clock: Clock) -> list[Outage]:
    return [outage for outage in list_outages(db, scope, clock) if outage.restored_at is None]


def read_outage(cursor: Cursor, scope: Scope, outage_id: int) -> Outage:
    """Return an outage of a feeder of the scope, for changes. Raises Refused("right"), ("outage")."""
    scope.require(Right.SEND)
    row: tuple[Any, ...] | None = outage_queries.get_outage(cursor, outage_id=outage_id)
    if row is None or not scope.first_no <= row[16] <= row[17] <= scope.last_no:
        raise Refused("outage")
    return Outage(*row)


def _name(name: str, name_hi: str, language: str) -> str:
    return name_hi if language == "hi" and name_hi else name
