"""What is approved is what is sent: the hash over a notice's text and messages, and whether it still holds."""

import hashlib
import json
from dataclasses import dataclass

from dashboard.delivery import ledger
from dashboard.delivery.digest import content_digest
from dashboard.notices.draft import filling_fields
from dashboard.notices.freezing import FEW
from dashboard.notices.notice import Notice
from dashboard.notices.templates import get_template
from dashboard.store.database import Cursor


def content_hash(cursor: Cursor, notice: Notice, job_id: int) -> str:
    """Return the sha256 (hex) over text, typed values, audience and every staged message: what an approver approves."""
    return hash_of(notice, content_digest(cursor, job_id))


def hash_of(notice: Notice, digest: str) -> str:
    """Return the hash of a notice whose messages have this digest; see `content_hash`."""
    parts = [
        notice.template,
        notice.language,
        notice.body,
        filling_fields(notice.variables, notice.bindings),
        notice.audience.as_fields,
        digest,
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Seal:
    """The hash over a job's messages as they stood a moment ago."""

    job_id: int
    digest: str


def seal_large(cursor: Cursor, notice: Notice) -> Seal | None:
    """Hash a large notice's messages beside the writer, just before the change that asks for it; None: the change does so itself.

    Messages never change once they are written; what the hash finds is a file that somebody else has altered.
    """
    if notice.job_id is None or ledger.get_job(cursor, notice.job_id).message_count <= FEW:
        return None
    return Seal(notice.job_id, content_digest(cursor, notice.job_id))


def is_unchanged(cursor: Cursor, notice: Notice, seal: Seal | None = None) -> bool:
    """Tell whether what would go out is what was frozen: the staged messages, and the template that WhatsApp fills."""
    template = get_template(notice.template)
    if notice.job_id is None or template.bodies[notice.language] != notice.body:
        return False
    is_sealed = seal is not None and seal.job_id == notice.job_id
    digest = seal.digest if seal and is_sealed else content_digest(cursor, notice.job_id)
    return hash_of(notice, digest) == notice.content_hash
