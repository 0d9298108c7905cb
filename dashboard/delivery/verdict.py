"""From an answer to an outcome: what is written down, and whether and when a message is tried again."""

from datetime import datetime, timedelta

from dashboard.delivery.claims import Batch, ClaimedMessage, Outcome
from dashboard.delivery.errors_table import FINAL_ACTIONS, UNLIMITED_ACTIONS, pause_before_retry, rule_for
from dashboard.delivery.wire import Answer

PAIR_UNITS = 3.0  # pause units of 2 s: one message per 6 s to a person from a number


def judge(
    batch: Batch,
    message: ClaimedMessage,
    answer: Answer,
    now: datetime,
    *,
    pause_unit: float,
    max_attempts: int,
) -> Outcome:
    """Return the outcome of one attempt.

    Only what was surely refused, or surely never left this machine, is tried again; no answer stays in doubt.
    """
    result, retry_at, refused_count = answer.result, None, message.refused_count
    if answer.result in ("returned", "not_sent"):
        result, retry_at = "retry", now + timedelta(seconds=0 if answer.result == "returned" else pause_unit)
    elif answer.result == "refused":
        action = rule_for(answer.code).action
        refused_count += 0 if action in UNLIMITED_ACTIONS else 1
        is_last = action not in UNLIMITED_ACTIONS and refused_count >= max_attempts
        if action in FINAL_ACTIONS or is_last:
            result = "failed"
        else:
            seconds = pause_before_retry(action, message.refused_count, pause_unit)
            result, retry_at = "retry", now + timedelta(seconds=seconds)
    return Outcome(
        batch.job_id,
        message.message_no,
        batch.attempt,
        result,
        answer.wamid,
        answer.code,
        retry_at,
        refused_count,
        now,
    )


def put_off(batch: Batch, message: ClaimedMessage, now: datetime, pause_unit: float) -> Outcome:
    """Return the outcome of a message whose recipient was written to only just: it waits its turn."""
    later = now + timedelta(seconds=PAIR_UNITS * pause_unit)
    return Outcome(
        batch.job_id, message.message_no, batch.attempt, "retry", retry_at=later, refused_count=message.refused_count,
        judged_at=now,
    )  # fmt: skip
