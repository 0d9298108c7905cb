"""Judges how a job's messages fare: where its first rows fail alike, or too many fail, the job itself is wrong. No I/O."""

from collections import Counter
from dataclasses import dataclass, field

from dashboard.delivery.errors_table import FINAL_ACTIONS, Action, rule_for
from dashboard.delivery.wire import Answer

MANY_FAILED = "many_failed"


@dataclass(frozen=True)
class Limits:
    """`first_rows` that fail alike from the start; more than `failures` and more than `share` of the answers."""

    first_rows: int
    failures: int
    share: float


@dataclass
class _Counts:
    answered: int = 0
    failed: Counter[str] = field(default_factory=Counter)  # by words
    is_excused: bool = False  # a person has seen that people cannot be reached, and let it go on


@dataclass
class Breaker:
    """Counts answers and failed reports of each job since it was last let go on."""

    limits: Limits
    _jobs: dict[int, _Counts] = field(default_factory=dict)

    def observe(self, job_id: int, answer: Answer) -> str | None:
        """Take notice of an answer and return why the job must pause, None where it need not."""
        counts = self._jobs.setdefault(job_id, _Counts())
        if answer.result in ("accepted", "held"):
            counts.answered += 1
        elif answer.result == "refused" and rule_for(answer.code).action in FINAL_ACTIONS:
            counts.answered += 1
            return self._count_failure(counts, answer.code)
        return None

    def observe_report(self, job_id: int, code: int | None) -> str | None:
        """Take notice that a message which was taken has failed since: it was counted as answered before."""
        counts = self._jobs.setdefault(job_id, _Counts())
        if counts.failed.total() >= counts.answered:
            return None  # after a restart: how many were taken before is not known here
        return self._count_failure(counts, code)

    def forget(self, job_id: int | None) -> None:
        """Begin anew: what let a job pause must not pause it at once when a person lets it go on. None: all jobs."""
        for one in list(self._jobs) if job_id is None else [job_id]:
            self._jobs[one] = _Counts(is_excused=job_id is not None)

    def _count_failure(self, counts: _Counts, code: int | None) -> str | None:
        rule = rule_for(code)
        if rule.action is not Action.FAIL_ALIKE and counts.is_excused:
            return None
        counts.failed[rule.words] += 1
        failed, answered = counts.failed.total(), max(counts.answered, counts.failed.total())
        if failed == answered == counts.failed[rule.words] >= self.limits.first_rows:
            return rule.words
        if failed > self.limits.failures and failed > answered * self.limits.share:
            words, most = counts.failed.most_common(1)[0]
            return words if most == failed else MANY_FAILED
        return None
