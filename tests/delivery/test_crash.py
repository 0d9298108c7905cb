"""`kill -9` of the whole application in the middle of a send: nobody twice, nobody skipped in silence."""

import subprocess
import sys
import textwrap

import pytest

from dashboard.config import PROJECT_DIR
from dashboard.delivery import ledger
from dashboard.delivery.claims import mark_lost_claims
from dashboard.store.clock import utc_now
from dashboard.store.database import open_database

from .conftest import add_job, mobiles, wait_for
from .counting_server import CountingServer

COUNT = 2500
SCRIPT = textwrap.dedent(
    """
    import sys, time
    from pathlib import Path
    from dashboard.config import Settings
    from dashboard.delivery.dispatcher import Dispatcher
    from dashboard.store.clock import utc_now
    from dashboard.store.database import open_database
    db = open_database(Path(sys.argv[1]), memory_limit="1GB")
    settings = Settings(graph_url=sys.argv[2], whatsapp_token="t", phone_number_id="1", rate_per_second=500)
    Dispatcher(db, settings, utc_now, lambda cursor, numbers: set(), pause_unit=0.05).start()
    time.sleep(120)
    """
)


@pytest.mark.parametrize("kill_points", [(11, 250, 800), (1, 60, 400, 1000)])
def test_application_killed_again_and_again_sends_nobody_two(tmp_path, kill_points: tuple[int, ...]) -> None:
    path = tmp_path / "setu.duckdb"
    db = open_database(path)
    job_id = add_job(db, COUNT)
    db.close()
    with CountingServer() as server:
        for point in kill_points:
            application = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, str(path), server.url], cwd=PROJECT_DIR
            )
            wait_for(lambda point=point: server.calls >= point, what=f"{point} calls")
            application.kill()
            application.wait()
        db = open_database(path)
        db.write(lambda cursor: mark_lost_claims(cursor, utc_now()))
        with db.read() as cursor:
            counted = ledger.tally(cursor, job_id)
            doubtful = set(ledger.in_doubt(cursor, job_id)["mobile"])
            known = {row[0] for row in cursor.execute(ACCEPTED, [job_id]).fetchall()}
        db.close()
    taken = {int(number.removeprefix("+91")) for number in server.taken}
    assert max(server.taken.values()) == 1
    assert counted.accepted + counted.in_doubt + counted.waiting == COUNT
    assert known <= taken <= known | doubtful  # who got it is accepted, or in doubt: never waiting
    assert counted.waiting == COUNT - len(known | doubtful)
    assert taken <= set(mobiles(COUNT))


ACCEPTED = "SELECT mobile FROM message_state(?) WHERE state = 'accepted'"
