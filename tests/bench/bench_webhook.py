"""Reports a second: stored durably before the 200, and applied to the ledger.

`python tests/bench/bench_webhook.py [reports]`: four threads post signed bodies straight into `receive`, once with a
hundred reports each and once with one each, as Meta does both. Prints the speeds, and beside them how fast the same
bodies go into a bare DuckDB table by one `INSERT` and commit each, in the same run.
"""

import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

from dashboard.config import Settings
from dashboard.delivery.applier import apply_waiting
from dashboard.delivery.reference import make_reference, read_prefix
from dashboard.delivery.webhook import receive, sign
from dashboard.store.clock import utc_now
from dashboard.store.database import open_database

SECRET = "secret"
THREADS = 4


def make_bodies(prefix: str, count: int, size: int) -> list[bytes]:
    statuses = [
        {
            "id": f"wamid.{number:040d}", "status": "delivered", "timestamp": "1795497600",
            "recipient_id": "919800000001", "biz_opaque_callback_data": make_reference(prefix, 1, number),
            "pricing": {"billable": True, "category": "utility"},
        }
        for number in range(1, count + 1)
    ]  # fmt: skip
    chunks = [statuses[start : start + size] for start in range(0, count, size)]
    return [
        json.dumps({"entry": [{"changes": [{"field": "messages", "value": {"statuses": chunk}}]}]}).encode()
        for chunk in chunks
    ]


def measure(count: int, size: int) -> None:
    settings = Settings(app_secret=SECRET)
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(Path(folder) / "setu.duckdb", memory_limit="2GB")
        bodies = make_bodies(read_prefix(db), count, size)
        begun = time.perf_counter()
        with ThreadPoolExecutor(THREADS) as pool:
            answers = list(pool.map(lambda body: receive(db, settings, utc_now, signed(body), body), bodies))
        stored = count / (time.perf_counter() - begun)
        assert set(answers) == {200}
        begun = time.perf_counter()
        while apply_waiting(db, utc_now, lambda message: None):
            pass
        applied = count / (time.perf_counter() - begun)
        db.close()
        bare = measure_bare(Path(folder) / "bare.duckdb", bodies, count)
    print(
        f"{size} a body: stored {stored:,.0f}/s, bare insert and commit {bare:,.0f}/s (ratio {stored / bare:.2f}), "
        f"applied {applied:,.0f}/s"
    )


def signed(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature-256": sign(SECRET, body)}


def measure_bare(path: Path, bodies: list[bytes], count: int) -> float:
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE raw (body BLOB)")
        begun = time.perf_counter()
        for body in bodies:
            connection.execute("INSERT INTO raw VALUES (?)", [body])
        return count / (time.perf_counter() - begun)


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    measure(wanted, 100)
    measure(wanted // 10, 1)
