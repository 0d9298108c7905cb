"""The application without its pages, to be killed: ledger, dispatcher, sender, and the webhook's route.

`python -m tests.delivery.headless` loads everything once; each line on its standard input starts one such application as a fork of
itself, whose process id it prints. When that one has died it prints `dead`.
"""

import os
import signal
import sys
import time
from functools import partial
from pathlib import Path

from dashboard import runtime
from dashboard.commands.sending import serving_routes
from dashboard.config import Settings
from dashboard.delivery import ledger
from dashboard.delivery.applier import WebhookApplier
from dashboard.delivery.child import die_with_parent
from dashboard.delivery.dispatcher import Dispatcher
from dashboard.delivery.gatherer import Gatherer

PAUSE_UNIT = 0.05


def run_application() -> None:
    """Work until killed. Whatever pauses, a person lets it go on at once."""
    die_with_parent()
    settings = Settings()
    rt = runtime.open_registry(settings)
    rt.dispatcher = Dispatcher(rt.db, settings, rt.clock, rt.opted_out.among, pause_unit=PAUSE_UNIT)
    rt.applier = WebhookApplier(
        rt.db, rt.clock, on_inbound=lambda messages: {}, on_failed=rt.dispatcher.report_failures
    )
    rt.gatherer = Gatherer(rt.db, rt.clock)
    runtime.install(rt)
    rt.applier.start()
    rt.dispatcher.start()
    with serving_routes(settings):
        while True:
            _let_go_on(rt)
            time.sleep(0.05)


def _let_go_on(rt: runtime.Runtime) -> None:
    with rt.db.read() as cursor:
        states = cursor.execute("SELECT job_id, state FROM job").fetchall()
    for job_id, state in states:
        if state == "paused":
            rt.db.write(partial(ledger.go_on, job_id=job_id, now=rt.clock()))
    finished = Path(rt.settings.data_dir) / "finished"
    if all(state == "finished" for _, state in states):
        finished.touch()
    else:
        finished.unlink(missing_ok=True)


def main() -> None:
    for _ in sys.stdin:
        process = os.fork()
        if process == 0:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            run_application()
        print(process, flush=True)
        os.waitpid(process, 0)
        print("dead", flush=True)


if __name__ == "__main__":
    main()
