"""From a draft to what is frozen: checks, cost and time, test send, submission."""

import json
from collections.abc import Callable

import pandas as pd

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.delivery import ledger, making
from dashboard.delivery.digest import content_digest
from dashboard.errors import BadInput, Refused
from dashboard.notices.approval_rules import needed_steps, open_steps
from dashboard.notices.audience import (
    AudienceCount,
    count_enrolled,
    count_live,
    require_office,
)
from dashboard.notices.audience_preview import pick_example
from dashboard.notices.draft import (
    NoticeDraft,
    Problem,
    check_draft,
    clean_values,
    filling_fields,
    require_known,
    resolve_filling,
)
from dashboard.notices.freezing import (
    FEW,
    Chosen,
    Frozen,
    Progress,
    choose_few,
    freeze_audience,
    one_at_a_time,
    require_same_registry,
    stamp_registry,
)
from dashboard.notices.notice import Notice, queries, read_notice
from dashboard.notices.seal import hash_of
from dashboard.notices.standing import find_obstacle
from dashboard.notices.states import Action, State, next_state
from dashboard.notices.templates import BODY_LIMIT, get_template
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

_LAST_STEP = 0.99


def judge_draft(db: Database, scope: Scope, draft: NoticeDraft) -> list[Problem]:
    """Return everything that stands in the way of submitting: variables, length of the longest real text, nobody to read it."""
    require_known(draft)
    with db.read() as cursor:
        return _find_obstacles(cursor, draft) + judge_counted(draft, count_live(cursor, scope, draft))


def _find_obstacles(cursor: Cursor, draft: NoticeDraft) -> list[Problem]:
    obstacle = find_obstacle(cursor, draft.template, draft.language)
    return [obstacle] if obstacle else []


def judge_counted(draft: NoticeDraft, count: AudienceCount) -> list[Problem]:
    """Return what stands in the way of a draft whose audience has been counted."""
    problems = check_draft(draft)
    typed_length = sum(len(value) for value in clean_values(draft.variables).values())
    longest = max(count.longest_text, typed_length)
    if longest > BODY_LIMIT:
        problems.append(Problem("text_too_long", "", {"length": longest, "limit": BODY_LIMIT}))
    if count.recipients == 0:
        problems.append(Problem("audience_empty"))
    return problems


def save_draft(
    db: Database, scope: Scope, clock: Clock, draft: NoticeDraft, notice_id: int | None = None
) -> int:
    """Keep a draft, new or in place of an earlier state of the notice; what was submitted or approved before is void.

    Raises Refused("not_author") for whoever did not write it: nobody approves words that they put in themselves;
    ("follow_up_fixed") for one that goes to some of another's recipients: it has no audience of its own.
    """
    require_known(draft)

    def change(cursor: Cursor) -> int:
        return _save(cursor, scope, clock, draft, notice_id)

    return db.write(change)


def _save(cursor: Cursor, scope: Scope, clock: Clock, draft: NoticeDraft, notice_id: int | None) -> int:
    require_office(cursor, scope, Right.COMPOSE, draft.audience.office_code)
    fields = {
        "template": draft.template,
        "language": draft.language,
        "body": get_template(draft.template).bodies[draft.language],
        "variables": json.dumps(filling_fields(draft.variables, draft.bindings), ensure_ascii=False),
        "office_code": draft.audience.office_code,
        "audience": json.dumps(draft.audience.as_fields, ensure_ascii=False),
    }
    now = clock()
    if notice_id is None:
        notice_id = int(queries.next_notice_id(cursor))
        queries.insert_notice(cursor, notice_id=notice_id, created_by=scope.username, now=now, **fields)
    else:
        notice = read_notice(cursor, scope, Right.COMPOSE, notice_id)
        _require_author(scope, notice)
        if notice.is_follow_up:
            raise Refused("follow_up_fixed")
        state = next_state(notice.state, Action.EDIT)
        _discard_job(cursor, notice, clock)
        queries.update_draft(cursor, notice_id=notice_id, state=state.value, **fields)
    record(
        cursor,
        now,
        scope.username,
        "notice.save",
        office_code=fields["office_code"],
        detail={"notice": notice_id},
    )
    return notice_id


def _require_author(scope: Scope, notice: Notice) -> None:
    if notice.created_by != scope.username:
        raise Refused("not_author")


def _discard_job(cursor: Cursor, notice: Notice, clock: Clock) -> None:
    if notice.job_id is not None and ledger.get_job(cursor, notice.job_id).state == "held":
        ledger.discard(cursor, notice.job_id, clock())


def delete_draft(db: Database, scope: Scope, clock: Clock, notice_id: int) -> None:
    """Give up a draft; only its author may."""

    def change(cursor: Cursor) -> None:
        notice = read_notice(cursor, scope, Right.COMPOSE, notice_id)
        _require_author(scope, notice)
        next_state(notice.state, Action.DELETE)
        queries.delete_notice(cursor, notice_id=notice_id)
        record(
            cursor,
            clock(),
            scope.username,
            "notice.delete",
            office_code=notice.office_code,
            detail={"notice": notice_id},
        )

    db.write(change)


def submit(
    db: Database,
    scope: Scope,
    clock: Clock,
    draft: NoticeDraft,
    notice_id: int | None = None,
    *,
    progress: Progress = lambda share, step: None,
    then: Callable[[Cursor, int], None] = lambda cursor, notice_id: None,
) -> int:
    """Freeze audience and text under one hash and put the notice before its approvers; return its id.

    Where the rules want nobody's leave (a feeder's outage) it is approved at once. The audience is chosen beside the writer; the messages are
    staged as a held job in the commit, those of a large audience written before it (`progress` tells how far, and may give it up: what is
    left then is the draft). `then` is done inside the same commit. Raises BadInput for the first problem of `judge_draft`,
    Unavailable("freeze_running") while another large audience is frozen.
    """
    require_known(draft)
    if is_large(db, scope, draft):
        with one_at_a_time():
            return _submit_large(db, scope, clock, draft, notice_id, progress, then)

    with db.read() as reader:
        chosen = choose_few(reader, scope, draft)

    def change(cursor: Cursor) -> int:
        saved_id = submit_on(cursor, scope, clock, draft, chosen, notice_id)
        then(cursor, saved_id)
        return saved_id

    return db.write(change)


def is_large(db: Database, scope: Scope, draft: NoticeDraft) -> bool:
    """Tell whether an audience takes so long to freeze that one should see how far it is. Needs Right.COMPOSE over its office."""
    with db.read() as cursor:
        return count_enrolled(cursor, scope, draft) > FEW


def submit_on(
    cursor: Cursor,
    scope: Scope,
    clock: Clock,
    draft: NoticeDraft,
    chosen: Chosen,
    notice_id: int | None = None,
) -> int:
    """Submit inside the caller's change to those who were chosen before it; as `submit`.

    Where the registry has been replaced since, they are chosen anew.
    """
    require_office(cursor, scope, Right.COMPOSE, draft.audience.office_code)
    if stamp_registry(cursor, draft) != chosen.stamp:
        chosen = choose_few(cursor, scope, draft)
    _require_sound(cursor, draft, chosen.count)
    saved_id = _save(cursor, scope, clock, draft, notice_id)
    names = resolve_filling(draft).names
    job_id = ledger.stage(
        cursor, clock(), kind="template", template=draft.template, language=draft.language, parameter_names=names,
        rows=chosen.rows,
    )  # fmt: skip
    _freeze(cursor, scope, clock, draft, saved_id, chosen.count, job_id, content_digest(cursor, job_id))
    return saved_id


def _require_sound(cursor: Cursor, draft: NoticeDraft, count: AudienceCount) -> None:
    if problems := _find_obstacles(cursor, draft) + judge_counted(draft, count):
        raise problems[0].as_error()


def _submit_large(
    db: Database, scope: Scope, clock: Clock, draft: NoticeDraft, notice_id: int | None, progress: Progress,
    then: Callable[[Cursor, int], None],
) -> int:  # fmt: skip
    """Save the draft and take a job's number; freeze beside the writer; put it in. Whatever fails, the draft alone is left."""

    def begin(cursor: Cursor) -> tuple[int, int]:
        _require_sound(cursor, draft, count_live(cursor, scope, draft))
        return _save(cursor, scope, clock, draft, notice_id), making.reserve(cursor, clock())

    saved_id, job_id = db.write(begin)
    try:
        frozen = freeze_audience(db, scope, draft, job_id, progress)
        progress(_LAST_STEP, "put_in")
        db.write(lambda cursor: _put_in(cursor, scope, clock, draft, saved_id, frozen, then))
    except BaseException:
        db.write(lambda cursor: making.give_up(cursor, job_id), alters_pages=False)
        raise
    return saved_id


def _put_in(
    cursor: Cursor, scope: Scope, clock: Clock, draft: NoticeDraft, notice_id: int, frozen: Frozen,
    then: Callable[[Cursor, int], None],
) -> None:  # fmt: skip
    """Make a notice of what was frozen, if draft and registry are still those that it was frozen from."""
    _require_sound(cursor, draft, frozen.count)
    require_same_registry(cursor, draft, frozen.stamp)
    notice = read_notice(cursor, scope, Right.COMPOSE, notice_id)
    if notice.draft != draft or notice.state not in (State.DRAFT, State.RETURNED):
        raise Refused("notice_changed")
    job_id = making.open_made(
        cursor, clock(), frozen.made, template=draft.template, language=draft.language,
        parameter_names=resolve_filling(draft).names,
    )  # fmt: skip
    _freeze(cursor, scope, clock, draft, notice_id, frozen.count, job_id, frozen.digest)
    then(cursor, notice_id)


def _freeze(
    cursor: Cursor, scope: Scope, clock: Clock, draft: NoticeDraft, notice_id: int, count: AudienceCount,
    job_id: int, digest: str,
) -> None:  # fmt: skip
    now = clock()
    notice = read_notice(cursor, scope, Right.COMPOSE, notice_id)
    state = next_state(State.RETURNED if notice.state is State.RETURNED else State.DRAFT, Action.SUBMIT)
    queries.freeze(
        cursor, notice_id=notice_id, state=state.value, recipient_count=ledger.get_job(cursor, job_id).message_count,
        exclusions=json.dumps(dict(count.exclusions)), content_hash=hash_of(notice, digest), job_id=job_id,
        username=scope.username, now=now,
    )  # fmt: skip
    office = require_office(cursor, scope, Right.COMPOSE, draft.audience.office_code)
    levels = needed_steps(cursor, draft, office, count.recipients)
    open_steps(cursor, job_id, levels)
    if not levels:
        queries.set_state(cursor, notice_id=notice_id, state=next_state(state, Action.WAIVE).value)
    record(
        cursor, now, scope.username, "notice.submit", office_code=draft.audience.office_code, row_count=count.recipients, detail={"notice": notice_id, "approvals": ", ".join(levels)}
    )  # fmt: skip


def test_send(db: Database, scope: Scope, clock: Clock, draft: NoticeDraft) -> int:
    """Send the draft, as its first recipient would read it, to the author's own number; return the delivery job.

    Raises BadInput("own_number_missing") where the account has none, or for the first problem of the draft.
    """
    require_known(draft)

    with db.read() as reader:
        rows = _own_message(reader, scope, draft)

    def change(cursor: Cursor) -> int:
        now = clock()
        job_id = ledger.stage(
            cursor, now, kind="template", template=draft.template, language=draft.language,
            parameter_names=resolve_filling(draft).names, rows=rows,
        )  # fmt: skip
        ledger.release(cursor, job_id, now)
        office_code = draft.audience.office_code
        record(cursor, now, scope.username, "notice.test_send", office_code=office_code, row_count=1)
        return job_id

    return db.write(change)


def _own_message(cursor: Cursor, scope: Scope, draft: NoticeDraft) -> pd.DataFrame:
    """Return the first recipient's message, addressed to the author's own number."""
    problems = judge_counted(draft, count_live(cursor, scope, draft))
    if problems:
        raise problems[0].as_error()
    mobile = queries.own_mobile(cursor, username=scope.username)
    if mobile is None:
        raise BadInput("own_number_missing")
    member = pick_example(cursor, scope, draft, 0)
    parameters = list(member[2]) if member else []
    return pd.DataFrame({"account_no": [None], "mobile": [mobile], "parameters": [parameters]})
