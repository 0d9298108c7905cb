"""Sending numbers and news of the account: what each function asks of a scope."""

from dashboard.access.scope import Right
from dashboard.delivery import number_desk, platform
from tests.access.world import Entry

CALLS: list[Entry] = [
    (platform.dismiss, Right.MANAGE_PLATFORM, lambda w, s: platform.dismiss(w.db, s, w.clock, 1)),
    (number_desk.let_go, Right.MANAGE_PLATFORM, lambda w, s: number_desk.let_go(w.db, s, w.clock, 2)),
    (number_desk.stop, Right.MANAGE_PLATFORM, lambda w, s: number_desk.stop(w.db, s, w.clock, 2)),
]  # fmt: skip

# These name no office: they need the right, and show what lies within the scope.
LISTS: list[Entry] = [
    (number_desk.list_desk, Right.MANAGE_PLATFORM, lambda w, s: number_desk.list_desk(w.db, s, w.clock)),
    (platform.list_stopped, Right.MANAGE_PLATFORM, lambda w, s: platform.list_stopped(w.db, s)),
    (platform.list_open, Right.SEE_NOTICES, lambda w, s: platform.list_open(w.db, s)),
]  # fmt: skip
