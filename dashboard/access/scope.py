"""A person's right as a value: role × one office. Every function that reads or changes takes it and refuses by itself."""

from dataclasses import dataclass
from enum import StrEnum

from dashboard.errors import Refused


class Role(StrEnum):
    VIEWER = "viewer"
    COMPOSER = "composer"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


class Right(StrEnum):
    SEE_COVERAGE = "see_coverage"
    SEE_NUMBERS = "see_numbers"  # missing list, consumers' rows, failures by person
    SETTLE_CASES = "settle_cases"
    CORRECT = "correct"  # a consumer's number, name, address
    COMPOSE = "compose"
    APPROVE = "approve"
    SEND = "send"  # start, pause, go on, cancel what was approved
    SEE_NOTICES = "see_notices"  # texts and sums, never a number
    IMPORT = "import"
    MANAGE_USERS = "manage_users"
    MANAGE_OFFICES = "manage_offices"
    MANAGE_RULES = "manage_rules"  # who must approve what
    SEE_AUDIT = "see_audit"
    MANAGE_PLATFORM = "manage_platform"  # news about the WhatsApp account


_EVERYONE = {Right.SEE_COVERAGE, Right.SEE_NOTICES}
_DIVISION = _EVERYONE | {Right.SEE_NUMBERS, Right.SETTLE_CASES, Right.CORRECT, Right.COMPOSE, Right.SEND}
RIGHTS: dict[Role, set[Right]] = {
    Role.VIEWER: _EVERYONE,
    Role.COMPOSER: _DIVISION,
    Role.APPROVER: _DIVISION | {Right.APPROVE, Right.SEE_AUDIT},
    Role.ADMINISTRATOR: _EVERYONE
    | {
        Right.IMPORT,
        Right.MANAGE_USERS,
        Right.MANAGE_OFFICES,
        Right.MANAGE_RULES,
        Right.SEE_AUDIT,
        Right.MANAGE_PLATFORM,
    },
}


@dataclass(frozen=True)
class Scope:
    """One person's right: `role` within the offices numbered `first_no` to `last_no`."""

    username: str
    role: Role
    office_code: str
    first_no: int
    last_no: int

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    def require(self, right: Right) -> None:
        """Raise Refused("right") unless the role has the right."""
        if not self.may(right):
            raise Refused("right", right=right.value)

    def require_offices(self, first_no: int, last_no: int) -> None:
        """Raise Refused("office") unless the interval lies within the person's offices."""
        if not (self.first_no <= first_no <= last_no <= self.last_no):
            raise Refused("office")
