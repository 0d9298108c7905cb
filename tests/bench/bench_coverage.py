"""Coverage pages: the data of every view of an office, on a registry as large as asked for (SETU_BENCH_CONSUMERS).

Prints the registry's size, the slowest of many calls of each kind, the same when a commit has just altered something, and a
plain GROUP BY over all consumers beside it. SETU_BENCH_REGISTRY: a registry (setu.duckdb) that is there already; a copy is used.
"""

import os
import shutil
import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.commands.data import COMMAND_LINE
from dashboard.coverage.brief import make_brief
from dashboard.coverage.brief_press import print_brief
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.days import take_snapshot
from dashboard.coverage.figures import (
    coverage_by,
    coverage_by_category,
    coverage_by_district,
    coverage_of,
    trend,
)
from dashboard.coverage.funnel import DIMENSIONS, coverage_by_part, funnel_of, top_readers
from dashboard.coverage.movement import changes_of, compare_days, outlook_of, rank_by_level
from dashboard.coverage.targets import set_target
from dashboard.coverage.verified import verify_numbers
from dashboard.registry.demo import write_demo
from dashboard.registry.importer import import_exports
from dashboard.registry.missing import export_missing
from dashboard.registry.sources import Upload
from dashboard.registry.touched import put_back, take_accounts
from dashboard.store.clock import india_day, utc_now
from dashboard.store.database import Cursor, Database, open_database

CONSUMERS = int(os.environ.get("SETU_BENCH_CONSUMERS", "1000000"))
REGISTRY = os.environ.get("SETU_BENCH_REGISTRY", "")


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Database:
    folder = tmp_path_factory.mktemp("bench")
    if REGISTRY:
        shutil.copy(REGISTRY, folder / "setu.duckdb")
        return open_database(folder / "setu.duckdb")
    began = time.perf_counter()
    paths = write_demo(CONSUMERS, 7, folder / "export")
    written = time.perf_counter()
    size = sum(path.stat().st_size for path in paths) / 1e9
    print(
        f"\ndemo: {CONSUMERS:,} consumers, {size:.2f} GB in {written - began:.1f} s ({CONSUMERS / (written - began):,.0f} rows/s)"
    )
    db = open_database(folder / "setu.duckdb")
    bare = _bare_read(db, paths)
    began = time.perf_counter()
    uploads = [Upload(path, path.name) for path in paths]
    import_exports(db, COMMAND_LINE, uploads, clock=utc_now, shared_threshold=6, refresh=refresh_cube)
    seconds = time.perf_counter() - began
    print(
        f"import: {seconds:.1f} s ({CONSUMERS / seconds:,.0f} rows/s); bare read_csv into a table: {bare:.1f} s; ratio {seconds / bare:.1f}"
    )
    return db


def _bare_read(db: Database, paths: list[Path]) -> float:
    began = time.perf_counter()
    with db.read() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE bare AS SELECT * FROM read_csv(?, all_varchar=true, ignore_errors=true, union_by_name=true)",
            [[str(path) for path in paths]],
        )
        cursor.execute("DROP TABLE bare")
    return time.perf_counter() - began


def _time(name: str, call: Callable[[], object], rounds: int = 20, altered: Database | None = None) -> float:
    """Print and return the median of many calls; with `altered` that of the first calls after a commit, which is more."""
    call()
    times, first = _repeat(call, rounds, None), _repeat(call, 5 if altered else 0, altered)
    after = f"; first after a commit: median {statistics.median(first):.1f} ms" if first else ""
    print(f"{name}: median {statistics.median(times):.1f} ms, slowest {max(times):.1f} ms{after}")
    return statistics.median(first or times)


def _repeat(call: Callable[[], object], rounds: int, altered: Database | None) -> list[float]:
    times = []
    for _ in range(rounds):
        if altered:
            altered.write(lambda cursor: None)  # whatever it was: what is kept in memory is asked for anew
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    return times


def _keep_a_year(registry: Database, today: date) -> None:
    """A year of days, as an installation has them after a year: copied from one, each with a little less."""
    registry.write(lambda cursor: take_snapshot(cursor, today))
    with registry.read() as cursor:
        cursor.execute(
            "INSERT INTO coverage_day SELECT day - past::INTEGER, office_code, consumers, missing, unusable,"
            " on_file + enrolled - (enrolled * (1 - past / 400))::BIGINT, (enrolled * (1 - past / 400))::BIGINT,"
            " opted_out, verified, joined FROM coverage_day, range(1, 366) AS days(past) ORDER BY 1"
        )
        sizes = [
            cursor.execute(f"SELECT count(*) FROM {name}").fetchall()[0][0]
            for name in ("coverage_cube", "coverage_part", "coverage_day")
        ]
    print("rows of cube, parts and days: {:,} {:,} {:,}".format(*sizes))


def test_coverage_pages_answer_from_the_cube(registry: Database) -> None:
    with registry.read() as cursor:
        last_no = cursor.execute("SELECT last_no FROM office WHERE code = 'UP'").fetchall()[0][0]
        division = cursor.execute("SELECT code FROM office WHERE level = 'division' LIMIT 1").fetchall()[0][0]
    scope = Scope("bench", Role.VIEWER, "UP", 1, last_no)
    today = india_day(utc_now())
    _keep_a_year(registry, today)
    set_target(registry, COMMAND_LINE, utc_now, "UP", 0.9, today + timedelta(days=365))

    def look(name: str, call: Callable[[], object]) -> float:
        return _time(name, call, altered=registry)

    medians = [
        look("state, five figures", lambda: coverage_of(registry, scope, "UP")),
        look("state by division", lambda: coverage_by(registry, scope, "UP", "division")),
        look("state by subdivision", lambda: coverage_by(registry, scope, "UP", "subdivision")),
        look("state by category", lambda: coverage_by_category(registry, scope, "UP")),
        look("division by feeder", lambda: coverage_by(registry, scope, division, "feeder")),
        look("trend", lambda: trend(registry, scope, "UP", utc_now)),
        look("funnel", lambda: funnel_of(registry, scope, "UP")),
        *(
            look(f"state by {one}", lambda one=one: coverage_by_part(registry, scope, "UP", one))
            for one in DIMENSIONS
        ),
        look("readers with most own numbers", lambda: top_readers(registry, scope, "UP")),
        look("changes", lambda: changes_of(registry, scope, "UP", utc_now)),
        look("target and pace", lambda: outlook_of(registry, scope, "UP", utc_now)),
        look(
            "divisions ranked, with courses",
            lambda: rank_by_level(registry, scope, "UP", "division", utc_now),
        ),
        look(
            "subdivisions ranked, with courses",
            lambda: rank_by_level(registry, scope, "UP", "subdivision", utc_now),
        ),
        look("state by district", lambda: coverage_by_district(registry, scope, "UP")),
        look(
            "divisions on two days",
            lambda: compare_days(
                registry, scope, "UP", "division", today - timedelta(days=30), today, utc_now
            ),
        ),
    ]

    def plain() -> object:
        with registry.read() as cursor:
            return cursor.execute("SELECT office_no, state, count(*) FROM consumer GROUP BY ALL").fetchall()

    _time("plain GROUP BY over all consumers", plain, 5)
    assert max(medians) <= 50, "a coverage page's data takes more than 50 ms"


def test_the_cube_is_counted_anew_in_time(registry: Database) -> None:
    with registry.read() as cursor:
        last_no = cursor.execute("SELECT last_no FROM office WHERE code = 'UP'").fetchall()[0][0]
    milliseconds = _time(
        "cube counted anew, whole state",
        lambda: registry.write(lambda cursor: refresh_cube(cursor, 1, last_no)),
        3,
    )
    assert milliseconds <= 10_000


def test_a_hundred_single_changes_are_counted_in_time(registry: Database) -> None:
    """A hundred numbers are judged anew, in a hundred offices: found, changed, and the cube moved, in one commit."""
    with registry.read() as cursor:
        accounts = [
            account_no
            for (account_no,) in cursor.execute(
                "SELECT account_no FROM (FROM consumer WHERE verdict = 'ok') USING SAMPLE reservoir(100 ROWS) REPEATABLE (7)"
            ).fetchall()
        ]
    moved: list[float] = []

    def refresh(*args: Any, **options: Any) -> None:
        began = time.perf_counter()
        refresh_cube(*args, **options)
        moved.append((time.perf_counter() - began) * 1000)

    def change(cursor: Cursor) -> None:
        take_accounts(cursor, accounts)
        cursor.execute("UPDATE touched SET verdict = CASE verdict WHEN 'ok' THEN 'malformed' ELSE 'ok' END")
        put_back(cursor, refresh)

    _time(
        f"{len(accounts)} single changes, each found, written and counted", lambda: registry.write(change), 5
    )
    milliseconds = statistics.median(moved)
    print(f"of which the cube: median {milliseconds:.1f} ms, slowest {max(moved):.1f} ms")
    assert milliseconds <= 100, "the cube needs more than 100 ms for a hundred single changes"


def test_numbers_that_prove_themselves_are_counted_in_time(registry: Database) -> None:
    with registry.read() as cursor:
        mobiles = cursor.execute(
            "SELECT mobile FROM consumer WHERE state = 'on_file' USING SAMPLE reservoir(30000 ROWS) REPEATABLE (7)"
        ).to_arrow_table()
    began = time.perf_counter()
    registry.write(lambda cursor: verify_numbers(cursor, mobiles, utc_now()))
    print(f"30,000 numbers verified in {(time.perf_counter() - began) * 1000:.0f} ms")
    with registry.read() as cursor:
        cursor.register("asked", mobiles)
        unverified = cursor.execute(
            "SELECT count(*) FROM asked ANTI JOIN verified_number USING (mobile)"
        ).fetchone()
    assert unverified == (0,)


def test_a_divisions_missing_list_is_written_in_time(registry: Database, tmp_path: Path) -> None:
    with registry.read() as cursor:
        code, first_no, last_no = cursor.execute(
            """SELECT division.code, division.office_no, division.last_no FROM office AS division
            JOIN coverage_cube AS cube ON cube.office_no BETWEEN division.office_no AND division.last_no
            WHERE level = 'division' GROUP BY ALL ORDER BY sum(missing + unusable) DESC LIMIT 1"""
        ).fetchall()[0]
    scope = Scope("bench", Role.COMPOSER, code, first_no, last_no)
    for suffix in ("csv", "xlsx"):
        path = tmp_path / f"list.{suffix}"
        began = time.perf_counter()
        rows = export_missing(registry, scope, code, path, "benchmark", utc_now)
        print(f"missing list, {suffix}: {rows:,} rows in {time.perf_counter() - began:.2f} s")
        assert rows > 0


def test_a_brief_is_on_paper_in_time(registry: Database) -> None:
    with registry.read() as cursor:
        circle = cursor.execute("SELECT code FROM office WHERE level = 'circle' LIMIT 1").fetchall()[0][0]
    slowest = 0.0
    for code in ("UP", circle):
        began = time.perf_counter()
        size = len(print_brief(make_brief(registry, COMMAND_LINE, code, utc_now)))
        seconds = time.perf_counter() - began
        slowest = max(slowest, seconds)
        print(f"brief of {code}, Hindi and English: {seconds:.2f} s, {size / 1000:,.0f} kB")
    assert slowest <= 5
