"""An audience frozen beside the writer: judged once, each number once; a large one is written and hashed there too. A short commit makes a notice of it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from dashboard.access.scope import Scope
from dashboard.delivery import making
from dashboard.delivery.digest import head_digest, messages_digest
from dashboard.delivery.making import Made
from dashboard.errors import Refused, Unavailable
from dashboard.notices.audience import REASONS, AudienceCount, ask_audience, queries, take_few
from dashboard.notices.draft import NoticeDraft, resolve_filling
from dashboard.notices.templates import CONSUMER_SOURCES
from dashboard.registry.offices import find_office
from dashboard.store.database import Cursor, Database
from dashboard.store.watched import Tell, part_of, run_watched

FEW = 50_000  # an audience with more enrolled consumers is frozen beside the writer
Progress = Callable[[float, str], None]
"""Share done (0 to 1) and the code of the step: judge, choose, write, hash, put_in. Raises to give up."""
_STEPS = {"judge": (0.0, 0.35), "choose": (0.35, 0.5), "write": (0.5, 0.85), "hash": (0.85, 0.99)}
_running = threading.Lock()
Stamp = tuple[int, int, tuple[int, int, str]]


@dataclass(frozen=True)
class Frozen:
    """An audience as it stands frozen: its messages, whom it left out, the hash over the messages, the registry it was chosen from."""

    made: Made
    count: AudienceCount
    digest: str
    stamp: Stamp


@dataclass(frozen=True)
class Chosen:
    """A small audience as it was chosen: its rows as `ledger.stage` takes them, whom it left out, the registry it was chosen from."""

    rows: pa.Table
    count: AudienceCount
    stamp: Stamp


def choose_few(cursor: Cursor, scope: Scope, draft: NoticeDraft) -> Chosen:
    """Choose the recipients of a draft with few enrolled. Needs Right.COMPOSE over its office."""
    stamp = stamp_registry(cursor, draft)
    asked = ask_audience(cursor, scope, draft)
    take_few(cursor, asked)
    queries.judge_few(cursor, **asked)
    judged = {reason: (count, longest) for reason, count, longest in queries.count_few(cursor)}
    rows = cursor.execute(
        queries.choose_few.sql, {"per_account": draft.audience.per_account}
    ).to_arrow_table()
    queries.drop_few(cursor)
    reachable, longest = judged.get(None, (0, 0))
    exclusions = {reason: judged.get(reason, (0, 0))[0] for reason in REASONS}
    exclusions["duplicate_number"] = reachable - rows.num_rows
    return Chosen(rows, AudienceCount(rows.num_rows, exclusions, longest), stamp)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Freeze one large audience at a time: two would take each other's memory. Raises Unavailable("freeze_running")."""
    if not _running.acquire(blocking=False):
        raise Unavailable("freeze_running")
    try:
        yield
    finally:
        _running.release()


def freeze_audience(
    db: Database, scope: Scope, draft: NoticeDraft, job_id: int, progress: Progress
) -> Frozen:
    """Write a draft's audience as the messages of a reserved job, all or none. Needs Right.COMPOSE over its office.

    Raises as `making.write_messages`, and what `progress` raises.
    """

    def tell(step: str) -> Tell:
        return part_of(lambda share: progress(share, step), *_STEPS[step])

    names = resolve_filling(draft).names
    with db.read() as cursor:
        stamp = stamp_registry(cursor, draft)
        count = choose_recipients(cursor, scope, draft, tell("judge"), tell("choose"))
        require_same_registry(cursor, draft, stamp)  # people and words were looked up one after the other
        made = making.write_messages(cursor, job_id, len(names), tell("write"))
        head = head_digest(cursor, "template", draft.template, draft.language, names)
        digest = messages_digest(cursor, job_id, head, tell("hash"))
    return Frozen(made, count, digest, stamp)


def stamp_registry(cursor: Cursor, draft: NoticeDraft) -> Stamp:
    """Return what tells one registry from the next: the audience's offices with their numbers and names, and the last import.

    Whom a notice reaches and what they read are looked up by offices' numbers, one after the other.
    """
    office = find_office(cursor, draft.audience.office_code)
    found: tuple[int, int, str] = queries.stamp_registry(cursor, first=office.office_no, last=office.last_no)
    return office.office_no, office.last_no, found


def require_same_registry(cursor: Cursor, draft: NoticeDraft, stamp: Stamp) -> None:
    """Refuse what was chosen from a registry that an import or a change of offices has replaced meanwhile. Raises Refused("registry_changed")."""
    if stamp_registry(cursor, draft) != stamp:
        raise Refused("registry_changed")


def choose_recipients(
    cursor: Cursor, scope: Scope, draft: NoticeDraft, tell_judge: Tell, tell_choose: Tell
) -> AudienceCount:
    """Choose a draft's recipients into the temporary table from which messages are written, and count whom it left out."""
    asked = ask_audience(cursor, scope, draft)
    is_personal = any(level in CONSUMER_SOURCES for level in asked["levels"])
    others = run_watched(cursor, lambda own: _judge(own, asked, is_personal), tell_judge)
    if not is_personal:
        texts = ("first", "last", "language", "levels", "typed", "uses", "length")
        queries.write_words(cursor, **{name: asked[name] for name in texts})
    choose = queries.choose_each if draft.audience.per_account else queries.choose_once
    recipients = int(run_watched(cursor, choose, tell_choose))
    longest = queries.longest_personal(cursor) if is_personal else queries.longest_words(cursor)
    counts: dict[int | None, int] = dict(queries.count_judged(cursor))
    queries.drop_judged(cursor)
    exclusions = {
        reason: counts.get(place, 0) + others.get(reason, 0) for place, reason in enumerate(REASONS, 1)
    }
    exclusions["duplicate_number"] = counts.get(None, 0) - recipients
    return AudienceCount(recipients, exclusions, int(longest or 0))


def _judge(cursor: Cursor, asked: dict[str, Any], is_personal: bool) -> dict[str, int]:
    """Judge the enrolled into a table of their own, and count the others by reason."""
    values = (
        "parameters, text_length"
        if is_personal
        else "NULL::VARCHAR[] AS parameters, NULL::INTEGER AS text_length"
    )
    sql = queries.judge_enrolled.sql.replace("{values}", values)
    cursor.execute(sql, {**asked, "reasons": list(REASONS)})
    return dict(queries.count_others(cursor, **asked))
