"""Commands for accounts; passwords come from standard input, never from an argument."""

import argparse
import sys
from typing import Any

from dashboard import runtime
from dashboard.access.scope import Role
from dashboard.access.users import add_user, change_password, disable_user, set_staff_no
from dashboard.config import Settings
from dashboard.errors import BadInput
from dashboard.registry.phone import judge


def manage_user(arguments: argparse.Namespace) -> dict[str, Any]:
    """`user add/disable/password/person NAME`."""
    rt = runtime.open_registry(Settings())
    try:
        name = arguments.name
        if arguments.action == "add":
            user = add_user(
                rt.db, rt.clock, username=name, full_name=arguments.full_name, role=Role(arguments.role), office_code=arguments.office,
                password=_read_password(), mobile=_own_number(arguments.mobile), staff_no=arguments.person, by=None,
            )  # fmt: skip
            return {"username": user.username, "role": user.role.value, "office": user.office_code}
        if arguments.action == "disable":
            disable_user(rt.db, rt.clock, username=name, by=None)
        elif arguments.action == "person":
            set_staff_no(rt.db, rt.clock, username=name, staff_no=arguments.staff_no, by=None)
        else:
            change_password(rt.db, rt.clock, username=name, password=_read_password(), by=None)
        return {"username": name.strip().lower(), "done": arguments.action}
    finally:
        runtime.stop(rt)


def _read_password() -> str:
    if sys.stdin.isatty():
        sys.stderr.write("Password (10 characters or more), then Enter: ")
        sys.stderr.flush()
    return sys.stdin.readline().rstrip("\r\n")


def _own_number(text: str) -> int | None:
    if not text:
        return None
    judged = judge([text])[0]
    if judged.verdict != "ok":
        raise BadInput("own_number", verdict=judged.verdict)
    return judged.mobile
