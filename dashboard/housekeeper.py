"""What happens by the clock, each step on its own: one that fails is told and holds up none of the others."""

import gc
import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pyarrow as pa

from dashboard.access.scope import Role, Scope
from dashboard.coverage.brief_shelf import MorningRound
from dashboard.coverage.days import keep_days
from dashboard.coverage.twins import renew_odd
from dashboard.coverage.verified import find_new_numbers, verify_numbers
from dashboard.delivery.applier import numbers_reached
from dashboard.delivery.tallies import fold_long
from dashboard.delivery.unreached import forget_unreached, list_unreached
from dashboard.delivery.webhook_keeping import forget_old
from dashboard.enrolment.inbound import numbers_heard
from dashboard.enrolment.undeliverable import mark_told
from dashboard.errors import SetuError
from dashboard.full_rate import FullRate
from dashboard.notices.approval import expire_approvals
from dashboard.notices.chain import rejudge_chains, rejudge_under_way
from dashboard.notices.inbox import place_new
from dashboard.notices.lifecycle import release_due, settle_finished
from dashboard.notices.outage_course import tell_restored
from dashboard.notices.outcome import keep_tallies
from dashboard.notices.pacing import keep_hours
from dashboard.notices.price_hold import hold_dear
from dashboard.notices.repeats import make_occurrences, schedule_approved
from dashboard.notices.trials import let_trials_go_on
from dashboard.registry.import_jobs import Inbox
from dashboard.registry.import_log import ImportResult
from dashboard.registry.sources import Upload
from dashboard.registry.states import Refresh
from dashboard.runtime import Runtime
from dashboard.store.clock import Clock, india_day
from dashboard.store.database import Cursor, Database
from dashboard.store.facts import keep_fact, read_fact

_log = logging.getLogger(__name__)
_TICK_SECONDS = 1.0
_QUIET_SECONDS = (
    5.0  # where nothing was committed since the last look, only the time of day can have made something due
)
_COLLECT_SECONDS = 300.0  # a whole collection holds everything up: up to a second with two hundred people
_MIDDLE_SECONDS = 10.0
_INBOX_TICK_SECONDS = 5.0
_INBOX = Scope("inbox", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647)  # whoever may write into the folder
_SELDOM_SECONDS, _RARELY_SECONDS = 30.0, 120.0
_MARK_EVERY = timedelta(minutes=10)
_LATE_REPORTS = timedelta(hours=1)  # a report may wait so long for our own record of its message
_LATE_MESSAGES = timedelta(days=8)  # Meta repeats an undelivered webhook for up to seven days

Steps = dict[str, Callable[[], object]]


class Housekeeper:
    """Does each second, each half minute and each two minutes what is due; `Runtime.failing` names the steps that fail."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        settings = runtime.settings
        self._morning = MorningRound(
            runtime.db, runtime.briefs_dir, runtime.clock, settings.brief_days, settings.brief_hour
        )
        self._full_rate = FullRate(runtime)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def list_often(self) -> Steps:
        """Return what is looked at every second in which something was committed, else every five, in this order."""
        db, clock, quiet = self._runtime.db, self._runtime.clock, self._runtime.quiet
        return {
            "full_rate": self._full_rate.look,
            "rejudge_chains": lambda: rejudge_chains(db, clock),
            "expire_approvals": lambda: expire_approvals(db, clock, self._runtime.settings.approval_hours),
            "make_occurrences": lambda: make_occurrences(db, clock),
            "schedule_approved": lambda: schedule_approved(db, clock, quiet),
            "release_due": lambda: release_due(db, clock, quiet),
            "hold_dear": lambda: hold_dear(db, clock),
            "keep_hours": lambda: keep_hours(db, clock, quiet),
            "tell_restored": lambda: tell_restored(db, clock, quiet),
            "place_new": lambda: place_new(db),
            "settle_finished": lambda: settle_finished(db, clock),
            "keep_days": lambda: keep_days(db, clock),
            "morning_briefs": self._morning.work,
        }

    def list_seldom(self) -> Steps:
        """Return what is looked at every half minute, in this order."""
        db, clock = self._runtime.db, self._runtime.clock
        return {
            "forget_old": lambda: forget_old(db, clock, self._runtime.settings.webhook_days),
            "rejudge_under_way": lambda: rejudge_under_way(db, clock),
            "let_trials_go_on": lambda: let_trials_go_on(db, clock),
            "renew_odd": lambda: renew_odd(db),
            "renew_opted_out": self._runtime.opted_out.renew,
            "keep_tallies": lambda: keep_tallies(db, clock),
            "fold_sums": lambda: fold_long(db),
        }

    def list_rarely(self) -> Steps:
        """Return what is looked at every two minutes: each that finds something makes every page compute its figures anew."""
        db, clock = self._runtime.db, self._runtime.clock
        return {
            "verify_reached": lambda: verify_reached(db, clock),
            "mark_unreached": lambda: mark_unreached(db, clock, self._runtime.refresh),
        }

    def do(self, steps: Steps) -> None:
        """Do every step, whatever becomes of those before it."""
        for name, step in steps.items():
            try:
                step()
            except Exception as error:  # noqa: BLE001 - the last line: told in health and log, done again at the next tick
                note_failure(self._runtime.failing, name, error)
            else:
                self._runtime.failing.pop(name, None)

    def _run(self) -> None:
        since_collect, since_rarely = 0.0, _RARELY_SECONDS
        since_seldom, since_often = _SELDOM_SECONDS, _QUIET_SECONDS
        seen = -1
        while not self._stopped.wait(_TICK_SECONDS):
            since_seldom += _TICK_SECONDS
            since_often += _TICK_SECONDS
            stands = self._runtime.db.commit_count
            if stands != seen or since_often >= _QUIET_SECONDS:
                seen, since_often = stands, 0.0
                self.do(self.list_often())
            if since_seldom >= _SELDOM_SECONDS:
                since_seldom = 0.0
                self.do(self.list_seldom())
            since_rarely += _TICK_SECONDS
            if since_rarely >= _RARELY_SECONDS:
                since_rarely = 0.0
                self.do(self.list_rarely())
            since_collect += _TICK_SECONDS
            # What runs leave behind is young or middle-aged; the server's own collection is off (web.py).
            gc.collect(1 if since_collect % _MIDDLE_SECONDS == 0 else 0)
            if since_collect >= _COLLECT_SECONDS:
                since_collect = 0.0
                gc.collect()
        self._full_rate.end()


def note_failure(failing: dict[str, str], name: str, error: Exception) -> None:
    """Write down which step fails and by which error, in the log once and not every second."""
    words = error.code if isinstance(error, SetuError) else type(error).__name__
    if failing.get(name) != words:
        _log.error("by the clock: %s fails: %s", name, words, exc_info=error)
    failing[name] = words


def verify_reached(db: Database, clock: Clock) -> int:
    """Note the numbers that wrote to us or were reached since the last look; return how many are new to us.

    How far the last look went is kept in the commit that notes them: what a crash cuts off is found at the next start.
    """
    now = clock()
    with db.read() as cursor:
        last = read_fact(cursor, "verified_until")
        since = datetime.fromisoformat(last) if last else datetime(1970, 1, 9)
        heard = numbers_heard(cursor, since - _LATE_MESSAGES)
        reached = numbers_reached(cursor, since - _LATE_REPORTS)
    new = find_new_numbers(db, pa.concat_tables([heard, reached]))

    def note(cursor: Cursor) -> None:
        if new.num_rows:
            verify_numbers(cursor, new, now)
        keep_fact(cursor, "verified_until", now.isoformat())

    if (
        new.num_rows or now - since > _MARK_EVERY
    ):  # where nobody is new, the mark moves too: else each look reads more
        db.write(note, alters_pages=new.num_rows > 0)
    return int(new.num_rows)


def mark_unreached(db: Database, clock: Clock, refresh: Refresh) -> int:
    """Mark the numbers that WhatsApp does not reach, as answers and reports have told since the last look; return how many."""
    with db.read() as cursor:
        if not list_unreached(cursor):
            return 0

    def mark(cursor: Cursor) -> int:
        count = mark_told(cursor, list_unreached(cursor), clock(), refresh)
        forget_unreached(cursor)
        return count

    return db.write(mark)


class InboxWatcher:
    """Looks into the drop folder, on a thread of its own: an import takes minutes."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        settings = runtime.settings
        self._inbox = Inbox(settings.data_dir / "inbox", self._bring_in, settings.inbox_quiet_seconds)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._runtime.imports.stop()
        self._thread.join()

    def _bring_in(self, uploads: Sequence[Upload]) -> ImportResult:
        return self._runtime.imports.run_now(_INBOX, uploads)

    def _run(self) -> None:
        while not self._stopped.wait(_INBOX_TICK_SECONDS):
            self.look()

    def look(self) -> None:
        """Import what lies ready, where nobody else imports; `Runtime.failing` tells what goes wrong."""
        job = self._runtime.imports.look(_INBOX)
        if job is not None and job.is_running:
            return
        try:
            self._inbox.look(india_day(self._runtime.clock()).isoformat(), time.monotonic())
        except Exception as error:  # noqa: BLE001 - looked into again; its text may hold a file's cell
            note_failure(self._runtime.failing, "inbox", error)
        else:
            self._runtime.failing.pop("inbox", None)
