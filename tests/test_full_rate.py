"""While much goes out or comes in, DuckDB's helpers rest; afterwards they are back."""

from pathlib import Path

from dashboard.config import Settings
from dashboard.full_rate import MANY_WEBHOOKS, REST_SECONDS, FullRate
from dashboard.runtime import Runtime
from dashboard.store.database import Database
from tests.conftest import NOON


def count_callers(db: Database) -> int:
    with db.read() as cursor:
        return int(cursor.execute("SELECT current_setting('external_threads')").fetchall()[0][0])


def test_helpers_rest_as_long_as_many_webhooks_come_and_a_little_longer(db: Database, tmp_path: Path) -> None:
    runtime, now = Runtime(Settings(data_dir=tmp_path), db, lambda: NOON), [0.0]
    rate = FullRate(runtime, lambda: now[0])
    assert (rate.look(), count_callers(db)) == (False, 1)
    for _ in range(2):
        now[0] += 1.0
        runtime.webhooks.stored += MANY_WEBHOOKS
        assert (rate.look(), count_callers(db)) == (True, 2)
    now[0] += REST_SECONDS - 0.5
    runtime.webhooks.stored += MANY_WEBHOOKS - 1
    assert (rate.look(), count_callers(db)) == (True, 2)
    with db.each_alone(2):  # an import meanwhile
        now[0] += 1.0
        assert (rate.look(), count_callers(db)) == (False, 2)
    assert count_callers(db) == 1


def test_the_end_brings_the_helpers_back(db: Database, tmp_path: Path) -> None:
    runtime = Runtime(Settings(data_dir=tmp_path), db, lambda: NOON)
    rate = FullRate(runtime, lambda: 0.0)
    runtime.webhooks.stored += MANY_WEBHOOKS
    assert rate.look()
    rate.end()
    assert count_callers(db) == 1
