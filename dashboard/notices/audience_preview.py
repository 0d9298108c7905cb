"""What recipients would read, one by one, and the first who are left out because a value is empty."""

from dataclasses import dataclass

from dashboard.access.scope import Scope
from dashboard.errors import Refused
from dashboard.notices.audience import (
    ask_audience,
    count_live,
    fill_values,
    mask_number,
    queries,
    take_few,
)
from dashboard.notices.draft import NoticeDraft, require_known, resolve_filling
from dashboard.notices.templates import Template, fill
from dashboard.store.database import Cursor, Database

_EXAMPLES = 2_000  # enrolled consumers among whom a large audience's examples are looked for


@dataclass(frozen=True)
class RenderedMessage:
    """What one recipient reads; `position` counts from 0 to `total` - 1. The number is masked.

    `reason` says why this account gets nothing (`audience.REASONS`), None for a recipient.
    """

    position: int
    total: int
    reader: str
    mobile_masked: str
    text: str
    footer: str
    reason: str | None = None


@dataclass(frozen=True)
class Hole:
    """One consumer who would be left out: `names` are the variables for which nothing is known."""

    account_no: str
    reader: str
    names: tuple[str, ...]


def preview_recipient(
    db: Database, scope: Scope, draft: NoticeDraft, position: int
) -> RenderedMessage | None:
    """Return the text as the recipient at a position would read it, None where there is none.

    Of a large audience the first thousands can be looked at. What is not typed yet stands as `{name}`. Needs
    Right.COMPOSE over the office.
    """
    template = require_known(draft)
    with db.read() as cursor:
        total = count_live(cursor, scope, draft).recipients
        if not 0 <= position < total:
            return None
        member = pick_example(cursor, scope, draft, position)
    if member is None:
        return None
    name, mobile, parameters = member
    return _render(template, draft, (position, total), (name or "", mobile), parameters)


def preview_account(db: Database, scope: Scope, draft: NoticeDraft, account_no: str) -> RenderedMessage:
    """Return what one account of the audience would read, with the reason where it gets nothing.

    Raises Refused("consumer") for an account outside the audience, in the words of one that does not exist.
    """
    template = require_known(draft)
    with db.read() as cursor:
        asked = ask_audience(cursor, scope, draft)
        row = queries.judge_account(cursor, **asked, account_no=account_no.strip())
    if row is None:
        raise Refused("consumer")
    name, mobile, parameters, reason = row
    return _render(template, draft, (0, 1), (name or "", mobile), parameters or [], reason)


def list_holes(db: Database, scope: Scope, draft: NoticeDraft, limit: int = 10) -> list[Hole]:
    """Return the first consumers whom an empty value leaves out, with the variables that are empty."""
    require_known(draft)
    filling = resolve_filling(draft)
    with db.read() as cursor:
        asked = _narrow(cursor, ask_audience(cursor, scope, draft))
        take_few(cursor, asked)
        rows = list(queries.list_holes(cursor, **asked, row_limit=limit))
    bound = [bool(level) for level in filling.levels]
    return [
        Hole(
            account_no,
            name or "",
            tuple(
                key
                for key, value, is_bound in zip(
                    filling.names, parameters or [""] * len(bound), bound, strict=True
                )
                if is_bound and not value
            ),
        )
        for account_no, name, parameters in rows
    ]


def pick_example(
    cursor: Cursor, scope: Scope, draft: NoticeDraft, position: int
) -> tuple[str | None, int, list[str]] | None:
    """Return name, number and parameters of the recipient at a position, of a large audience one of the first offices; None: there is none.

    Needs Right.COMPOSE over the office.
    """
    asked = ask_audience(cursor, scope, draft)
    narrowed = _narrow(cursor, asked)
    if narrowed != asked:
        position %= _EXAMPLES
    take_few(cursor, narrowed)
    return queries.pick_member(cursor, **narrowed, per_account=draft.audience.per_account, position=position)


def _narrow(cursor: Cursor, asked: dict[str, object]) -> dict[str, object]:
    """Return the question for the first offices of an audience, as many as hold enough examples."""
    last = queries.find_window(cursor, first=asked["first"], last=asked["last"], wanted=_EXAMPLES)
    return asked if last is None else asked | {"last": last}


def _render(
    template: Template,
    draft: NoticeDraft,
    place: tuple[int, int],
    reader: tuple[str, int | None],
    parameters: list[str],
    reason: str | None = None,
) -> RenderedMessage:
    filling = resolve_filling(draft)
    values = fill_values(filling, parameters) if parameters else {}
    text = fill(template.bodies[draft.language], values)
    footer = template.footers[draft.language]
    return RenderedMessage(*place, reader[0], mask_number(reader[1]), text, footer, reason)
