"""How fast a sending number goes and whether at all: rate, and the waits that the provider's answers ask for. No I/O."""

from dataclasses import dataclass

from dashboard.delivery.errors_table import Action, rule_for
from dashboard.delivery.wire import Answer

_TROUBLE_LIMIT = 50  # answers of no use in a row, after which everything pauses
_SLOWEST_RATE = 1.0
_RATE_STEP = 0.05  # share of the configured rate won back in each good second
_STEP_SECONDS = 1.0
_LONGEST_HOLD_SECONDS = 60.0
_LONG_WAIT_UNITS = 60.0  # times the pause unit of 2 s: two minutes for a call limit


@dataclass(frozen=True)
class Pause:
    """What must stop, and the key of the words that say why; neither job nor number: every running job."""

    reason: str
    job_id: int | None = None
    number_no: int | None = None


@dataclass
class Governor:
    """Judges the stream of answers. Times are monotonic seconds, given by the caller.

    `pause_unit`: the first pause in seconds; `max_rounds`: tries to reach a provider that is down before
    pausing.
    """

    configured_rate: float
    max_rounds: int
    pause_unit: float
    number_no: int = 1
    rate: float = 0.0
    _changed_at: float = 0.0
    _hold_until: float = 0.0
    _hold_reason: str | None = None
    _rounds: int = 0
    _trouble: int = 0

    def __post_init__(self) -> None:
        self.rate = self.configured_rate

    def hold_reason(self, now: float) -> str | None:
        """Return why nothing may be claimed at the moment, None where it may."""
        return self._hold_reason if now < self._hold_until else None

    @property
    def is_probing(self) -> bool:
        """The provider was not to be reached: try it with a single message first."""
        return self._rounds > 0

    def observe(self, job_id: int, answer: Answer, now: float) -> Pause | None:
        """Take notice of one answer and return what must pause because of it."""
        if answer.result == "returned":
            return None
        if answer.result == "not_sent":
            return self._observe_no_connection(now)
        self._rounds = 0
        if answer.result in ("accepted", "held"):
            self._observe_success(now)
            return None
        if answer.result == "in_doubt":
            return self._count_trouble("provider_silent")
        return self._observe_refusal(job_id, answer.code, now)

    def forget(self) -> None:
        """Begin anew after a pause: what let sending stop must not stop it again when a person lets it go on."""
        self._trouble = self._rounds = 0
        self._hold_until = 0.0

    def _observe_success(self, now: float) -> None:
        self._trouble = 0
        if self.rate < self.configured_rate and now - self._changed_at >= _STEP_SECONDS:
            self._set_rate(min(self.configured_rate, self.rate + _RATE_STEP * self.configured_rate), now)

    def _observe_no_connection(self, now: float) -> Pause | None:
        """Hold all claims, longer each round. Answers of calls begun before the hold belong to the same
        round."""
        if now < self._hold_until:
            return None
        if self._rounds >= self.max_rounds:
            return Pause("provider_down")
        self._hold("provider_down", self.pause_unit * 2**self._rounds, now)
        self._rounds += 1
        return None

    def _observe_refusal(self, job_id: int, code: int | None, now: float) -> Pause | None:
        rule = rule_for(code)
        match rule.action:
            case Action.STOP_ALL:
                return Pause(rule.words)
            case Action.STOP_NUMBER:
                return Pause(rule.words, number_no=self.number_no)
            case Action.STOP_JOB | Action.PAUSE_JOB:
                return Pause(rule.words, job_id)
            case Action.WAIT:
                self._hold(rule.words, self.pause_unit * _LONG_WAIT_UNITS, now)
            case Action.SLOW if now - self._changed_at >= _STEP_SECONDS:
                self._set_rate(max(min(_SLOWEST_RATE, self.configured_rate), self.rate / 2), now)
            case Action.RETRY | Action.LATER:
                return self._count_trouble(rule.words)
        return None

    def _count_trouble(self, reason: str) -> Pause | None:
        self._trouble += 1
        return Pause(reason) if self._trouble >= _TROUBLE_LIMIT else None

    def _hold(self, reason: str, seconds: float, now: float) -> None:
        """Claim nothing for a while; a wait that the provider asked for is not cut short by a shorter one."""
        longest = max(_LONGEST_HOLD_SECONDS, _LONG_WAIT_UNITS * self.pause_unit)
        self._hold_until = max(self._hold_until, now + min(seconds, longest))
        self._hold_reason = reason

    def _set_rate(self, rate: float, now: float) -> None:
        self.rate, self._changed_at = rate, now
