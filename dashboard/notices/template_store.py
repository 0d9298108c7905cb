"""Templates that are written here: saved as drafts, submitted to WhatsApp, retired; a submitted text never changes.

Whoever edits a submitted one writes its next version, which is a template of its own at WhatsApp: notices that were
approved with the words of before go out with those.
"""

import dataclasses
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dashboard.access.audit import record
from dashboard.access.scope import Right, Scope
from dashboard.delivery.client import ManagementClient
from dashboard.errors import BadInput, IllegalChange
from dashboard.notices.standing import ask_standing, read_standing, require_manager
from dashboard.notices.template_rules import check_head, check_template
from dashboard.notices.templates import (
    LANGUAGES,
    Template,
    get_template,
    list_shipped,
    read_template,
    remember,
    to_fields,
)
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from dashboard.store.queries import load_queries

# The outage page writes with these by name.
INDISPENSABLE = frozenset({"unplanned_fault", "supply_restored"})
_NEEDED_FOR_SAVING = frozenset({"template_name_form", "template_name_version"})
_queries = load_queries(Path(__file__).with_name("template_store.sql"))


@dataclass(frozen=True)
class Entry:
    """One version in the library; `saved_by` is None of a shipped one, `retired_by` of one in use; times are UTC."""

    template: Template
    is_submitted: bool
    saved_by: str | None = None
    saved_at: datetime | None = None
    retired_by: str | None = None

    @property
    def is_draft(self) -> bool:
        return not self.is_submitted


def load_written(db: Database) -> None:
    """Make the submitted templates of this installation known to the process. System function, at the start."""
    with db.read() as cursor:
        _remember_submitted(_read_entries(cursor))


def list_library(db: Database, scope: Scope) -> list[Entry]:
    """Return every version: those that ship, then the written ones by family. Needs Right.SEE_NOTICES."""
    scope.require(Right.SEE_NOTICES)
    with db.read() as cursor:
        return _read_entries(cursor)


def list_usable(db: Database, scope: Scope, current: str = "") -> list[Template]:
    """Return what a new notice may be written with, and `current`, which an earlier draft uses. Needs Right.SEE_NOTICES.

    Of a family that is its latest version that WhatsApp approved in both languages; of a shipped one without later
    versions it is that one, whatever is known of it.
    """
    scope.require(Right.SEE_NOTICES)
    with db.read() as cursor:
        entries = _read_entries(cursor)
        standing = read_standing(cursor)
    latest: dict[str, Template] = {}
    for entry in entries:
        name = entry.template.name
        is_approved = all(
            (name, language) in standing and standing[name, language].status == "APPROVED"
            for language in LANGUAGES
        )
        if entry.retired_by is None and entry.is_submitted and (entry.saved_by is None or is_approved):
            latest[entry.template.family] = entry.template
    found = list(latest.values())
    known = [template.name for template in found]
    return found if not current or current in known else [*found, get_template(current)]


def begin_version(db: Database, scope: Scope, name: str) -> Template:
    """Return what an editor opens: a draft as it was saved, or the next version of a submitted one, not saved yet.

    Needs Right.MANAGE_PLATFORM over the whole state.
    """
    require_manager(scope)
    with db.read() as cursor:
        entries = _read_entries(cursor)
    chosen = _find(entries, name)
    of_family = [entry for entry in entries if entry.template.family == chosen.template.family]
    last = max(of_family, key=lambda entry: entry.template.version_no)
    if last.is_draft:
        return last.template
    number = last.template.version_no + 1
    return dataclasses.replace(chosen.template, name=f"{chosen.template.family}_v{number}", version_no=number)


def save_template(db: Database, scope: Scope, clock: Clock, template: Template) -> None:
    """Keep a template as a draft, whatever is still wrong with its texts; audited.

    Needs Right.MANAGE_PLATFORM over the whole state. Raises BadInput("template_name_taken") where a new one has a
    name that is in use, IllegalChange("template_submitted") where this version went to WhatsApp meanwhile.
    """
    require_manager(scope)

    def change(cursor: Cursor) -> None:
        _save(cursor, scope, clock(), template)

    db.write(change, alters_pages=False)


def _save(cursor: Cursor, scope: Scope, now: datetime, template: Template) -> None:
    for problem in check_head(template):
        if problem.code in _NEEDED_FOR_SAVING:
            raise problem.as_error()
    for entry in _read_entries(cursor):
        if entry.template.name == template.name and entry.is_submitted:
            taken = template.version_no == 1
            raise BadInput("template_name_taken") if taken else IllegalChange("template_submitted")
    content = json.dumps(to_fields(template), ensure_ascii=False)
    _queries.insert_text(
        cursor, name=template.name, family=template.family, version_no=template.version_no, content=content,
        username=scope.username, now=now,
    )  # fmt: skip
    record(cursor, now, scope.username, "template.save", detail={"template": template.name})


def submit_template(
    db: Database, scope: Scope, clock: Clock, client: ManagementClient, template: Template
) -> None:
    """Save a template, freeze it, and submit it to WhatsApp in both languages; audited.

    That it is submitted is written down before WhatsApp is asked: where WhatsApp does not answer, the next asking
    submits it. Needs Right.MANAGE_PLATFORM over the whole state. Raises BadInput for the first breach, Unavailable.
    """
    require_manager(scope)
    if problems := check_template(template):
        raise problems[0].as_error()

    def change(cursor: Cursor) -> list[Entry]:
        now = clock()
        _save(cursor, scope, now, template)
        _do(cursor, scope, now, template.name, "submitted", "template.submit")
        return _read_entries(cursor)

    _remember_submitted(db.write(change, alters_pages=False))
    ask_standing(db, clock, client)


def retire_template(db: Database, scope: Scope, clock: Clock, name: str, *, retired: bool = True) -> None:
    """Offer a version for no new notice any more, or again; what is written with it still goes; audited.

    Needs Right.MANAGE_PLATFORM over the whole state. Raises BadInput("template_needed") for those that the outage page
    writes with.
    """
    require_manager(scope)
    if retired and name in INDISPENSABLE:
        raise BadInput("template_needed")

    def change(cursor: Cursor) -> None:
        _find(_read_entries(cursor), name)
        deed, action = ("retired", "template.retire") if retired else ("restored", "template.restore")
        _do(cursor, scope, clock(), name, deed, action)

    db.write(change, alters_pages=False)


def _do(cursor: Cursor, scope: Scope, now: datetime, name: str, deed: str, action: str) -> None:
    _queries.insert_deed(cursor, name=name, deed=deed, username=scope.username, now=now)
    record(cursor, now, scope.username, action, detail={"template": name})


def _find(entries: list[Entry], name: str) -> Entry:
    for entry in entries:
        if entry.template.name == name:
            return entry
    raise BadInput("template_unknown", name=name)


def _remember_submitted(entries: list[Entry]) -> None:
    remember(entry.template for entry in entries if entry.saved_by is not None and entry.is_submitted)


def _read_entries(cursor: Cursor) -> list[Entry]:
    retired = {name: username for name, username, _ in _queries.list_retired(cursor)}
    shipped = [Entry(template, True, retired_by=retired.get(template.name)) for template in list_shipped()]
    written = [
        Entry(template, is_submitted, saved_by, saved_at, retired.get(template.name))
        for content, saved_by, saved_at, is_submitted in _queries.list_texts(cursor)
        for template in [read_template(json.loads(content))]
    ]
    return shipped + written
