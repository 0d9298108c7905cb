"""The life of a notice: one table of what may follow what."""

from enum import StrEnum

from dashboard.errors import IllegalChange


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    FINISHED = "finished"


class Action(StrEnum):
    EDIT = "edit"
    DELETE = "delete"
    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"
    START = "start"
    SCHEDULE = "schedule"
    PAUSE = "pause"
    GO_ON = "go_on"
    CANCEL = "cancel"
    WAIVE = "waive"  # the rules want nobody's leave
    EXPIRE = "expire"  # the clock alone
    REOPEN = "reopen"  # an approval counts no more


# Any edit voids what was submitted or approved: what is approved is what is sent.
TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.DRAFT, Action.EDIT): State.DRAFT,
    (State.RETURNED, Action.EDIT): State.RETURNED,
    (State.SUBMITTED, Action.EDIT): State.DRAFT,
    (State.APPROVED, Action.EDIT): State.DRAFT,
    (State.DRAFT, Action.DELETE): State.DRAFT,
    (State.DRAFT, Action.SUBMIT): State.SUBMITTED,
    (State.RETURNED, Action.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Action.SUBMIT): State.SUBMITTED,
    (State.APPROVED, Action.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Action.APPROVE): State.APPROVED,
    (State.SUBMITTED, Action.WAIVE): State.APPROVED,
    (State.SUBMITTED, Action.EXPIRE): State.DRAFT,
    (State.APPROVED, Action.EXPIRE): State.DRAFT,
    (State.SUBMITTED, Action.REOPEN): State.SUBMITTED,
    (State.APPROVED, Action.REOPEN): State.SUBMITTED,
    (State.SCHEDULED, Action.REOPEN): State.SUBMITTED,
    # What is under way stops where it is, and goes on only once the lost approval was given anew.
    (State.SENDING, Action.REOPEN): State.PAUSED,
    (State.PAUSED, Action.REOPEN): State.PAUSED,
    (State.PAUSED, Action.APPROVE): State.PAUSED,
    (State.SUBMITTED, Action.RETURN): State.RETURNED,
    (State.APPROVED, Action.START): State.SENDING,
    (State.SCHEDULED, Action.START): State.SENDING,
    (State.APPROVED, Action.SCHEDULE): State.SCHEDULED,
    (State.SCHEDULED, Action.SCHEDULE): State.SCHEDULED,
    # An approver may think again until it starts; the clock returns what changed since the freezing.
    (State.APPROVED, Action.RETURN): State.RETURNED,
    (State.SCHEDULED, Action.RETURN): State.RETURNED,
    (State.SENDING, Action.PAUSE): State.PAUSED,
    (State.PAUSED, Action.GO_ON): State.SENDING,
    (State.APPROVED, Action.CANCEL): State.CANCELLED,
    (State.SCHEDULED, Action.CANCEL): State.CANCELLED,
    (State.SENDING, Action.CANCEL): State.CANCELLED,
    (State.PAUSED, Action.CANCEL): State.CANCELLED,
}


def next_state(state: State, action: Action) -> State:
    """Return the state that follows. Raises IllegalChange("notice_transition") where the table has none."""
    try:
        return TRANSITIONS[state, action]
    except KeyError as error:
        raise IllegalChange("notice_transition", state=state.value, action=action.value) from error
