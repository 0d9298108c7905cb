"""Accounts and the audit: what each function asks of a scope."""

from dashboard.access import audit, users
from dashboard.access.scope import Right, Role
from tests.access.world import OWN, PASSWORD, Entry

CALLS: list[Entry] = [
    (users.add_user, Right.MANAGE_USERS, lambda w, s: users.add_user(w.db, w.clock, username="babu", full_name="B", role=Role.VIEWER, office_code=OWN, password=PASSWORD, by=s)),
    (users.enable_user, Right.MANAGE_USERS, lambda w, s: users.enable_user(w.db, w.clock, username="asha", by=s)),
    (users.disable_user, Right.MANAGE_USERS, lambda w, s: users.disable_user(w.db, w.clock, username="asha", by=s)),
    (users.set_staff_no, Right.MANAGE_USERS, lambda w, s: users.set_staff_no(w.db, w.clock, username="asha", staff_no="EE-4711", by=s)),
    (users.change_password, Right.MANAGE_USERS, lambda w, s: users.change_password(w.db, w.clock, username="asha", password=PASSWORD, by=s)),
]  # fmt: skip

# These name no office: they need the right, and show what lies within the scope.
LISTS: list[Entry] = [
    (audit.list_audit, Right.SEE_AUDIT, lambda w, s: audit.list_audit(w.db, s)),
    (users.list_users, Right.MANAGE_USERS, lambda w, s: users.list_users(w.db, s)),
]  # fmt: skip
