"""Every code of the provider means the same in an answer and in a failed report; only the message itself differs: what was taken
and failed later is not tried again by itself."""

import queue
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from dashboard.delivery import claims, ledger, numbers
from dashboard.delivery.account import account_of
from dashboard.delivery.claims import Batch, ClaimedMessage
from dashboard.delivery.dispatcher import Dispatcher
from dashboard.delivery.errors_table import FINAL_ACTIONS, Action, rule_for
from dashboard.delivery.findings import Findings
from dashboard.delivery.governor import Governor
from dashboard.delivery.holds import held_recipients
from dashboard.delivery.lane import InFlight, Lane
from dashboard.delivery.link import Result
from dashboard.delivery.numbers import FIRST_NO
from dashboard.delivery.unreached import list_unreached
from dashboard.delivery.wire import Answer, MessageHead
from dashboard.store.database import Database, open_database

from .conftest import FIRST_MOBILE, make_settings
from .test_provider_codes import CODES
from .webhook_bodies import NOW, apply_all, envelope, post, report

# what each action leaves behind: why the job pauses, why its number stops, the hold on the person
_JOB = {Action.STOP_ALL, Action.STOP_JOB, Action.PAUSE_JOB}
_HOLDS = {Action.SUPPRESS: ("marketing", None), Action.BLOCK: ("blocked", None), Action.WITHHOLD: ("withheld", NOW + timedelta(hours=24))}  # fmt: skip


class Bench:
    """A dispatcher that is not started, with one number at work: what it makes of an answer or a report is looked at."""

    def __init__(self, db: Database) -> None:
        self.db = db
        settings = make_settings("http://127.0.0.1:1")
        self.dispatcher = Dispatcher(db, settings, lambda: NOW, lambda cursor, mobiles: set())
        db.write(lambda cursor: numbers.keep_first(cursor, settings, NOW))

    def begin(self) -> int:
        """Forget all that was before; return a running job of two messages, the first with the sender."""
        rows = pd.DataFrame(
            {
                "account_no": ["1", "2"],
                "mobile": [FIRST_MOBILE, FIRST_MOBILE + 9],
                "parameters": [["a"], ["b"]],
            }
        )

        def change(cursor: Any) -> int:
            for table in ("recipient_hold", "waiting_retry", "unreached_number"):
                cursor.execute(f"DELETE FROM {table}")
            cursor.execute("UPDATE job SET state = 'cancelled'")
            numbers.open_number(cursor, FIRST_NO, NOW)
            job_id = ledger.stage(
                cursor, NOW, kind="template", template="bill_due", language="hi", parameter_names=["x"], rows=rows
            )  # fmt: skip
            ledger.release(cursor, job_id, NOW)
            claims.claim_batch(cursor, NOW, 1, lambda cursor, mobiles: set())
            return job_id

        job_id = self.db.write(change)
        self.dispatcher._fleet.lanes = {FIRST_NO: make_lane(self.db, self.dispatcher._events)}
        return job_id

    def answer(self, job_id: int, code: int | None) -> None:
        message = ClaimedMessage(1, FIRST_MOBILE, ("a",))
        batch = Batch(job_id, 1, 1, MessageHead("template", "bill_due", "hi", ("x",)), (message,))
        self.dispatcher._fleet.lanes[FIRST_NO].in_flight[7] = InFlight(batch, {1: message})
        self._write([Result(7, 1, Answer("refused", code=code))])

    def report(self, job_id: int, code: int | None) -> None:
        """Bring it the whole way: a signed body, applied."""
        errors = {} if code is None else {"errors": [{"code": code, "title": "words"}]}
        post(
            self.db,
            envelope(
                {"statuses": [report(self.db, job_id, 1, "failed", timestamp=seconds_of(NOW), **errors)]}
            ),
        )
        apply_all(self.db, on_failed=self._write)

    def _write(self, events: list[Any]) -> None:
        findings = Findings()
        self.dispatcher._answers.take(events, findings)
        self.dispatcher._write(findings)

    def look(self, job_id: int) -> dict[str, Any]:
        lane = self.dispatcher._fleet.lanes[FIRST_NO]
        with self.db.read() as cursor:
            job = ledger.get_job(cursor, job_id)
            (number,) = numbers.list_numbers(cursor)
            holds = cursor.execute("SELECT mobile, reason, code, until FROM recipient_hold").fetchall()
            counted, unreached = ledger.tally(cursor, job_id), [*list_unreached(cursor)]
        held = lane.governor.hold_reason(time.monotonic())
        return {
            "pause": job.pause_reason, "stop": number.stop_reason, "holds": holds, "unreached": unreached,
            "rate": lane.governor.rate, "held": held, "failed": counted.failed,
        }  # fmt: skip


def seconds_of(moment: datetime) -> str:
    return str(int(moment.replace(tzinfo=UTC).timestamp()))


def make_lane(db: Database, events: "queue.SimpleQueue[Any]") -> Lane:
    governor = Governor(80.0, max_rounds=3, pause_unit=2.0)
    account = account_of(db, make_settings("http://127.0.0.1:1"))
    return Lane(governor, account, "", events, most_a_batch=60, pair_seconds=6.0)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    path: Path = tmp_path_factory.mktemp("codes") / "setu.duckdb"
    db = open_database(path, memory_limit="1GB", threads=2)
    yield Bench(db)
    db.close()


@pytest.mark.parametrize(("code", "action"), CODES)
def test_code_means_the_same_in_an_answer_and_in_a_report(
    bench: Bench, code: int | None, action: Action
) -> None:
    job_id = bench.begin()
    bench.answer(job_id, code)
    answered = bench.look(job_id)
    job_id = bench.begin()
    bench.report(job_id, code)
    reported = bench.look(job_id)
    words = rule_for(code).words
    wanted = {
        "pause": words if action in _JOB | {Action.STOP_NUMBER} else None,  # the only number stops: so does its job
        "stop": words if action is Action.STOP_NUMBER else None,
        "holds": [(FIRST_MOBILE, reason, code, until) for reason, until in [_HOLDS[action]]] if action in _HOLDS else [],
        "unreached": [FIRST_MOBILE] if action is Action.UNDELIVERABLE else [],
        "rate": 40.0 if action is Action.SLOW else 80.0,
        "held": words if action is Action.WAIT else None,
    }  # fmt: skip
    assert answered == {**wanted, "failed": int(action in FINAL_ACTIONS)}
    assert reported == {**wanted, "failed": 1}


@pytest.mark.parametrize(("code", "hours"), [(131049, 24), (130403, None), (131050, None)])
@pytest.mark.parametrize("way", ["answer", "report"])
def test_held_person_is_not_written_to_until_the_time_has_passed(
    bench: Bench, way: str, code: int, hours: int | None
) -> None:
    getattr(bench, way)(bench.begin(), code)

    def held(after: timedelta, *, is_marketing: bool = True) -> dict[int, int]:
        with bench.db.read() as cursor:
            return held_recipients(
                cursor, [FIRST_MOBILE, FIRST_MOBILE + 1], NOW + after, is_marketing=is_marketing
            )

    assert held(timedelta(hours=23)) == {FIRST_MOBILE: code}
    assert held(timedelta(hours=25)) == ({} if hours else {FIRST_MOBILE: code})
    assert held(timedelta(hours=1), is_marketing=False) == ({} if code == 131050 else {FIRST_MOBILE: code})


def test_a_report_that_comes_a_day_late_holds_nobody_any_more(bench: Bench) -> None:
    job_id = bench.begin()
    late = envelope({"statuses": [report(bench.db, job_id, 1, "failed", timestamp=seconds_of(NOW - timedelta(hours=25)), errors=[{"code": 131049}])]})  # fmt: skip
    post(bench.db, late)
    apply_all(bench.db, on_failed=bench._write)
    with bench.db.read() as cursor:
        assert held_recipients(cursor, [FIRST_MOBILE], NOW) == {}


@pytest.mark.parametrize("code", [131049, 130403, 131050])
def test_what_a_report_tells_of_a_person_is_kept_with_it(bench: Bench, code: int) -> None:
    """The application is killed before the dispatcher hears of it: the same report is not new a second time."""
    job_id = bench.begin()
    post(bench.db, envelope({"statuses": [report(bench.db, job_id, 1, "failed", timestamp=seconds_of(NOW), errors=[{"code": code}])]}))  # fmt: skip
    apply_all(bench.db)
    with bench.db.read() as cursor:
        assert held_recipients(cursor, [FIRST_MOBILE], NOW, is_marketing=True) == {FIRST_MOBILE: code}
