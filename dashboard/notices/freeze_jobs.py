"""Large notices submitted beside the pages: one a person at a time, seen and given up from any of their pages."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from dashboard.access.scope import Right, Scope
from dashboard.errors import IllegalChange, Refused, SetuError, Unavailable
from dashboard.notices.draft import NoticeDraft
from dashboard.notices.freezing import Progress

_log = logging.getLogger(__name__)
_EARLY = 0.03  # share below which no time left is told

Submit = Callable[[Scope, NoticeDraft, int | None, Progress], int]


class FreezeCancelled(Refused):
    """A person gave the submission up."""

    def __init__(self) -> None:
        super().__init__("freeze_cancelled")


@dataclass(frozen=True)
class FreezeJob:
    """A submission as it stands: `share` 0 to 1, times in seconds; `notice_id` or `error` once it has ended."""

    template: str
    step: str = "judge"
    share: float = 0.0
    elapsed: float = 0.0
    notice_id: int | None = None
    error: SetuError | None = None
    is_cancelled: bool = False

    @property
    def is_running(self) -> bool:
        return self.notice_id is None and self.error is None

    @property
    def seconds_left(self) -> float | None:
        """What is left at the pace so far; None while there is no telling."""
        return self.elapsed * (1 - self.share) / self.share if self.share > _EARLY else None


class FreezeJobs:
    """What each person has under way, and how their last submission ended."""

    def __init__(self, submit: Submit) -> None:
        self._submit = submit
        self._jobs: dict[str, FreezeJob] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def start(self, scope: Scope, draft: NoticeDraft, notice_id: int | None) -> None:
        """Submit a draft in the background. Needs Right.COMPOSE. Raises Unavailable("freeze_running") for a second press."""
        scope.require(Right.COMPOSE)
        with self._lock:
            known = self._jobs.get(scope.username)
            if known is not None and known.is_running:
                raise Unavailable("freeze_running")
            self._jobs[scope.username] = FreezeJob(draft.template)
        thread = threading.Thread(
            target=self._work, args=(scope, draft, notice_id), name="freeze", daemon=True
        )
        self._threads[scope.username] = thread
        thread.start()

    def look(self, scope: Scope) -> FreezeJob | None:
        """Return the person's submission under way or their last one. Needs Right.COMPOSE."""
        scope.require(Right.COMPOSE)
        return self._jobs.get(scope.username)

    def take(self, scope: Scope) -> FreezeJob | None:
        """Return how the person's submission ended, once; None where none did. Needs Right.COMPOSE."""
        scope.require(Right.COMPOSE)
        with self._lock:
            job = self._jobs.get(scope.username)
            return None if job is None or job.is_running else self._jobs.pop(scope.username)

    def cancel(self, scope: Scope) -> None:
        """Give the person's submission up; the draft stays. Raises IllegalChange("freeze_over") where none runs."""
        job = self.look(scope)
        if job is None or not job.is_running:
            raise IllegalChange("freeze_over")
        self._change(scope.username, is_cancelled=True)

    def stop(self) -> None:
        """Give up what runs and wait for its end."""
        for username, thread in list(self._threads.items()):
            if thread.is_alive():
                self._change(username, is_cancelled=True)
                thread.join()

    def _work(self, scope: Scope, draft: NoticeDraft, notice_id: int | None) -> None:
        username, began = scope.username, time.monotonic()

        def tell(share: float, step: str) -> None:
            if self._jobs[username].is_cancelled:
                raise FreezeCancelled
            self._change(username, step=step, share=share, elapsed=time.monotonic() - began)

        try:
            self._change(username, notice_id=self._submit(scope, draft, notice_id, tell))
        except SetuError as error:
            self._change(username, error=error)
        except Exception:  # noqa: BLE001 - the thread's last line: logged in full, told in one sentence
            _log.exception("a large notice could not be frozen")
            self._change(username, error=Unavailable("freeze_failed"))

    def _change(self, username: str, **changes: object) -> None:
        with self._lock:
            self._jobs[username] = replace(self._jobs[username], **changes)  # type: ignore[arg-type]
