"""Makes the demonstration: a made-up export, months of history, accounts; all through the product's own functions."""

import csv
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from dashboard import runtime
from dashboard.access.scope import Role
from dashboard.access.users import add_user
from dashboard.commands.data import COMMAND_LINE, bring_in
from dashboard.commands.past_notices import send_past_notices
from dashboard.config import Settings
from dashboard.coverage.days import take_snapshot
from dashboard.coverage.targets import set_target
from dashboard.enrolment.consent_file import import_consents
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.registry.demo import OFFICE_NAMES_FILE, write_demo
from dashboard.registry.offices import TOP_CODE, list_children
from dashboard.runtime import Runtime
from dashboard.store.clock import Clock, india_day, utc_now
from dashboard.store.facts import keep_fact
from dashboard.ui.formats import group_digits

_CONSUMERS, _SEED = 200_000, 7
_HISTORY_WEEKS = 22
_FIRST_OWN_NUMBER = 9919900011  # for test sends; they go to the sandbox, like everything here
_CAMP_DAY = 2  # of a week: the last camp was five days ago, so that the week's change shows it
_TARGET_SHARE, _TARGET_AHEAD = 0.4, timedelta(days=180)
_LEAVE_EVERY = 900  # one in so many of those who joined writes STOP some weeks later
_PASSWORD_WORDS = (
    "neem",
    "ganga",
    "mango",
    "peepal",
    "lotus",
    "monsoon",
    "lantern",
    "bamboo",
    "tulsi",
    "saffron",
    "jasmine",
    "river",
)


def make_demonstration(settings: Settings) -> list[dict[str, Any]]:
    """Fill an empty data folder and return the accounts with their passwords, which are kept nowhere else.

    An interrupted making leaves nothing, a killed one what the next sweeps away: it works in a folder of its own that is moved into
    place at the end.
    """
    for left in settings.data_dir.glob("making-*"):
        shutil.rmtree(left, ignore_errors=True)
    work_dir = settings.data_dir / f"making-{os.getpid()}"
    work_dir.mkdir(parents=True)
    try:
        accounts = _make_in(settings.model_copy(update={"data_dir": work_dir}))
        (work_dir / "setu.duckdb").rename(settings.database_path)
    finally:
        shutil.rmtree(work_dir, ignore_errors=True)
    return accounts


def _make_in(settings: Settings) -> list[dict[str, Any]]:
    consumers = int(os.environ.get("SETU_DEMO_CONSUMERS", _CONSUMERS))
    _say(
        f"Making a demonstration of {group_digits(consumers)} made-up consumers; this takes a minute or two …"
    )
    export_dir = settings.data_dir / "export"
    paths = write_demo(consumers, _SEED, export_dir)
    past = _Past(_HISTORY_WEEKS * 7)
    rt = runtime.open_registry(settings, past.now)
    try:
        rt.db.write(lambda cursor: keep_fact(cursor, "is_demo", "1"))
        rt.is_demo = True
        bring_in(rt, [*paths, export_dir / OFFICE_NAMES_FILE])
        _say("Months of opt-ins, week by week …")
        _enrol_week_by_week(rt, past, settings.data_dir)
        past.stand(0)
        _set_targets(rt)
        accounts = _add_accounts(rt)
        _say("Two notices of the last weeks …")
        send_past_notices(rt, past, accounts)
        past.stand(0)
    finally:
        runtime.stop(rt)
    return accounts


class _Past:
    """A clock that stands some days ago."""

    def __init__(self, days: int) -> None:
        self.days = days

    def stand(self, days: int) -> None:
        self.days = days

    def now(self) -> datetime:
        return utc_now() - timedelta(days=self.days)


def _enrol_week_by_week(rt: Runtime, past: _Past, folder: Path) -> None:
    """Bring a camp's opt-in file in each week; each day has its snapshot."""
    for week, rows in enumerate(weeks := list(_weeks_of_optins(rt, past.now))):
        for day in range(7):
            past.stand(7 * (_HISTORY_WEEKS - week) - day)
            today = india_day(past.now())
            if day == _CAMP_DAY and rows:
                path = folder / f"camp_week_{week + 1:02}.csv"
                _write_optins(path, rows, today)
                import_consents(rt.db, COMMAND_LINE, path, rt.clock, refresh=rt.refresh)
                _let_some_leave(rt, past, weeks[week - 3] if week > 3 else [])
            rt.db.write(lambda cursor, today=today: take_snapshot(cursor, today))  # type: ignore[misc]


def _set_targets(rt: Runtime) -> None:
    """The state and each discom are to have so many enrolled half a year from now."""
    by_day = india_day(rt.clock()) + _TARGET_AHEAD
    for code in [TOP_CODE, *(one.code for one in list_children(rt.db, COMMAND_LINE, TOP_CODE))]:
        set_target(rt.db, COMMAND_LINE, rt.clock, code, _TARGET_SHARE, by_day)


def _let_some_leave(rt: Runtime, past: _Past, joined: Sequence[tuple[str, int]]) -> None:
    for account_no, mobile in joined[::_LEAVE_EVERY]:
        message = InboundText(f"demo.{account_no}", mobile, "STOP", past.now())
        handle_inbound(rt.db, past.now, rt.refresh, message)


def _weeks_of_optins(rt: Runtime, now: Clock) -> Iterator[list[tuple[str, int]]]:
    """Choose who joins in which week: more in some divisions than in others, slowly at first; the same at every making."""
    with rt.db.read() as cursor:
        rows = cursor.execute(
            """SELECT consumer.account_no, consumer.mobile, hash(consumer.account_no) % 10000 AS draw,
                0.08 + 0.55 * (hash(division.code) % 1000) / 1000.0 AS share
            FROM consumer ASOF JOIN (SELECT * FROM office WHERE level = 'division') AS division
                ON consumer.office_no >= division.office_no
            WHERE consumer.state = 'on_file' ORDER BY consumer.account_no"""
        ).fetchall()
    joined_until = 0.0
    for week in range(_HISTORY_WEEKS):
        until = ((week + 1) / _HISTORY_WEEKS) ** 1.6
        yield [
            (account, mobile)
            for account, mobile, draw, share in rows
            if joined_until * share <= draw / 10000 < until * share
        ]
        joined_until = until


def _write_optins(path: Path, rows: list[tuple[str, int]], day: date) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["account_no", "mobile", "given_at", "how"])
        writer.writerows((account, f"+91{mobile}", day.isoformat(), "camp") for account, mobile in rows)


def _add_accounts(rt: Runtime) -> list[dict[str, Any]]:
    """Make one account for each reader of the product: minister's office, discom, circle, division, administrator."""
    with rt.db.read() as cursor:
        division, circle = cursor.execute(
            """SELECT division.code, circle.code FROM office AS division JOIN office AS circle ON circle.office_no = division.parent_no
            JOIN coverage_cube AS cube ON cube.office_no BETWEEN division.office_no AND division.last_no
            WHERE division.level = 'division' AND circle.level = 'circle' AND division.code NOT LIKE '%UNPLACED'
            GROUP BY ALL ORDER BY sum(cube.enrolled) DESC, division.code LIMIT 1"""
        ).fetchall()[0]
        discom = cursor.execute(
            """SELECT discom.code FROM office AS discom JOIN office AS division ON division.office_no BETWEEN discom.office_no AND discom.last_no
            WHERE discom.level = 'discom' AND division.code = ?""",
            [division],
        ).fetchall()[0][0]
    wanted = [
        ("minister", "मंत्री कार्यालय · Minister's office", Role.VIEWER, "UP"),
        ("discom", "प्रबंध निदेशक · Managing director", Role.APPROVER, discom),
        ("director", "निदेशक (वाणिज्य) · Director (commercial)", Role.APPROVER, discom),
        (
            "chief",
            "मुख्य अभियंता · Chief engineer",
            Role.APPROVER,
            discom,
        ),  # a notice to a whole discom needs two others
        ("se", "अधीक्षण अभियंता · Superintending engineer", Role.APPROVER, circle),
        ("ee", "अधिशासी अभियंता · Executive engineer", Role.COMPOSER, division),
        ("admin", "सिस्टम प्रशासक · System administrator", Role.ADMINISTRATOR, "UP"),
    ]
    return [_add_account(rt, _FIRST_OWN_NUMBER + place, *one) for place, one in enumerate(wanted)]


def _add_account(
    rt: Runtime, mobile: int, username: str, full_name: str, role: Role, office: str
) -> dict[str, Any]:
    password = (
        "-".join(secrets.choice(_PASSWORD_WORDS) for _ in range(3)) + f"-{secrets.randbelow(9000) + 1000}"
    )
    add_user(
        rt.db,
        utc_now,
        username=username,
        full_name=full_name,
        role=role,
        office_code=office,
        password=password,
        mobile=mobile,
        staff_no=f"DEMO-{mobile % 1000:03d}",
        by=None,
    )
    return {"username": username, "password": password, "role": role.value, "office": office}


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
