"""Visits: what each function asks of a scope."""

from datetime import timedelta

from dashboard.access.scope import Right
from dashboard.collection import visits
from dashboard.store.clock import india_day
from tests.access.world import ASHA, Entry

CALLS: list[Entry] = [
    (visits.list_visits, Right.SEE_NUMBERS, lambda w, s: visits.list_visits(w.db, s, ASHA)),
    (visits.enter_visit, Right.CORRECT, lambda w, s: visits.enter_visit(w.db, s, w.clock, ASHA, india_day(w.clock()) - timedelta(days=1), "refused", "Ram")),
    (visits.take_back_visit, Right.CORRECT, lambda w, s: visits.take_back_visit(w.db, s, w.clock, ASHA, 1)),
]  # fmt: skip
