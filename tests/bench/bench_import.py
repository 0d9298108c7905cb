"""An export's import against DuckDB's bare `read_csv` of the same files into a table, both in one run.

SETU_BENCH_IMPORT_CONSUMERS consumers (default 10,00,000), or the files of SETU_BENCH_EXPORT; SETU_BENCH_DIR keeps the registry for other benchmarks.
SETU_BENCH_ROUNDS says what is imported one after the other: `first` the files, `again` the same files, `night` the files where one
consumer in fifteen owes another amount, `month` where each does (default: all but the last).
The bare read and the imports run in a process of their own each, so that its peak memory is its own. Bars: at most twice the bare read,
less than 8 GiB. The processor's seconds are told beside: others may share the machine.
"""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from dashboard.config import PROJECT_DIR
from dashboard.registry.demo import write_demo

CONSUMERS = int(os.environ.get("SETU_BENCH_IMPORT_CONSUMERS", "1000000"))
_BARE = """
    import duckdb, json, resource, sys, time
    folder, *paths = sys.argv[1:]
    connection = duckdb.connect(f"{folder}/bare.duckdb", config={
        "memory_limit": "6GB", "threads": "2", "preserve_insertion_order": "false", "temp_directory": f"{folder}/tmp"})
    began = time.perf_counter()
    connection.execute("CREATE TABLE bare AS SELECT * FROM read_csv(?, all_varchar=true, ignore_errors=true)", [paths])
    connection.close()
    seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "processor": time.process_time(), "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""
_OURS = """
    import json, os, resource, sys, time
    from pathlib import Path
    from dashboard.commands.data import COMMAND_LINE
    from dashboard.coverage.cube import refresh_cube
    from dashboard.registry.importer import import_exports
    from dashboard.registry.sources import Upload
    from dashboard.store.clock import utc_now
    from dashboard.store.database import open_database
    folder, *exports = sys.argv[1:]
    db = open_database(Path(folder) / "setu.duckdb")
    steps = {}
    def tell(share, step):
        steps.setdefault(step, round(time.perf_counter() - began, 1))
    for export in exports:
        round_name, export = export.split("=", 1)
        uploads = [Upload(path, path.name) for path in sorted(Path(export).glob("*_part*.csv"))]
        began, used = time.perf_counter(), time.process_time()
        steps.clear()
        result = import_exports(db, COMMAND_LINE, uploads, clock=utc_now, shared_threshold=6, refresh=refresh_cube, progress=tell)
        print(json.dumps({"round": round_name, "seconds": time.perf_counter() - began, "processor": time.process_time() - used, "steps": steps, "rows": result.rows, "accepted": result.accepted, "new": result.new, "changed": result.changed,
            "rejected": result.rejected, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}), flush=True)
    db.close()
"""
ROUNDS = os.environ.get("SETU_BENCH_ROUNDS", "first,again,night").split(",")
_ALTERED = {"night": 15, "month": 1}  # one consumer in so many owes another amount
_CSV = (
    "all_varchar = true, header = true, quote = '\"', escape = '\"', strict_mode = true, ignore_errors = true"
)


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    given = os.environ.get("SETU_BENCH_EXPORT")
    if given:
        return sorted(Path(given).glob("*_part*.csv"))
    return write_demo(CONSUMERS, 7, tmp_path_factory.mktemp("export") / "export")


def _alter(paths: list[Path], round_name: str, folder: Path) -> Path:
    """Write the files once more, with other amounts for some consumers; where a round alters none, return their own folder."""
    if round_name not in _ALTERED:
        return paths[0].parent
    altered = folder / round_name
    altered.mkdir()
    for path in paths:
        duckdb.connect().execute(
            f"""COPY (SELECT * REPLACE (CASE WHEN hash(ACCT_ID) % {_ALTERED[round_name]} = 0
                THEN CAST(hash(ACCT_ID, '{round_name}') % 9000 AS VARCHAR) ELSE AMOUNT_PAYABLE END AS AMOUNT_PAYABLE)
            FROM read_csv('{path}', {_CSV})) TO '{altered / path.name}' (HEADER)"""
        )
    return altered


def _run(script: str, folder: Path, arguments: Sequence[object]) -> list[dict[str, object]]:
    command = [sys.executable, "-c", textwrap.dedent(script), str(folder), *map(str, arguments)]
    done = subprocess.run(command, cwd=PROJECT_DIR, stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_an_import_takes_at_most_twice_the_bare_read(export: list[Path], tmp_path: Path) -> None:
    folder = Path(os.environ.get("SETU_BENCH_DIR") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    size = sum(path.stat().st_size for path in export) / 1e9
    [bare] = _run(_BARE, folder, export)
    (folder / "bare.duckdb").unlink()
    print(
        f"\nexport: {len(export)} files, {size:.2f} GB; bare read_csv into a table: {bare['seconds']:.1f} s, processor {bare['processor']:.1f} s, peak {bare['peak'] / 2**30:.1f} GiB"
    )
    ratios = {}
    for ours in _run(_OURS, folder, [f"{name}={_alter(export, name, tmp_path)}" for name in ROUNDS]):
        ratio = ours["seconds"] / bare["seconds"]
        print(
            f"import, {ours['round']}: {ours['rows']:,} rows in {ours['seconds']:.1f} s ({ours['rows'] / ours['seconds']:,.0f} rows/s), "
            f"ratio {ratio:.2f}; processor {ours['processor']:.1f} s, ratio {ours['processor'] / bare['processor']:.2f}; peak {ours['peak'] / 2**30:.1f} GiB; new {ours['new']:,}, changed {ours['changed']:,}, refused {ours['rejected']:,}; began at {ours['steps']}"
        )
        assert ours["accepted"] + ours["rejected"] <= ours["rows"]
        assert ours["peak"] < 8 * 2**30
        ratios[ours["round"]] = ratio
    assert all(ratio <= 2.0 for ratio in ratios.values()), ratios
