"""How long webhooks' bodies are kept: their facts stand in the ledger, and what people wrote is not kept twice for ever."""

from datetime import timedelta

from dashboard.delivery.webhook_round import queries
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database

_A_ROUND = 50_000  # bodies deleted in one commit


def forget_old(db: Database, clock: Clock, days: int) -> int:
    """Delete the oldest of the applied bodies that came more than `days` ago, one round; return how many. System function.

    Bodies that hold something nobody understood stay, and so does whatever is not applied yet.
    """
    before = clock() - timedelta(days=days)
    with db.read() as cursor:
        raw_ids = [raw_id for (raw_id,) in queries.old_raw(cursor, before=before, size=_A_ROUND)]
    if not raw_ids:
        return 0

    def change(cursor: Cursor) -> None:
        queries.delete_raw(cursor, raw_ids=raw_ids)
        queries.delete_applied(cursor, raw_ids=raw_ids)

    db.write(change, alters_pages=False)
    return len(raw_ids)
