"""The notices that an account was sent: its own, the latest, with what became of each."""

import pandas as pd
import pytest

from dashboard.access.scope import Scope
from dashboard.delivery import ledger
from dashboard.notices.history import list_sent_notices
from dashboard.store.database import Database
from tests.conftest import NOON
from tests.notices.people import Person, fill_people
from tests.notices.town import FIRST_NUMBER, answer, report_status

ACCOUNTS = [
    "0000000001",
    "000000000001",
    "K-77/a",
    "1" * 20,
]  # leading zeros count; what is no number has no place


def send(db: Database, account_nos: list[str], template: str) -> int:
    rows = pd.DataFrame(
        {"account_no": account_nos, "mobile": FIRST_NUMBER, "parameters": [["a"]] * len(account_nos)}
    )

    def stage(cursor) -> int:
        job_id = ledger.stage(cursor, NOON, kind="template", template=template, language="en", parameter_names=["x"], rows=rows)  # fmt: skip
        ledger.release(cursor, job_id, NOON)
        return job_id

    return db.write(stage)


@pytest.mark.parametrize("place", range(len(ACCOUNTS)))
def test_an_account_is_shown_its_own_notices_the_latest_first(
    town: Database, town_ee: Scope, place: int
) -> None:
    account = ACCOUNTS[place]
    fill_people(town, [Person(one, mobile=FIRST_NUMBER) for one in ACCOUNTS if one != ACCOUNTS[0]])
    send(town, ACCOUNTS, "to_all")
    send(town, [one for one in ACCOUNTS if one != account], "to_others")
    mine = send(town, [account], "to_one")
    answer(town, mine, [("accepted", None)])
    report_status(town, mine, 1, "read")
    found = [(one.template, one.state) for one in list_sent_notices(town, town_ee, account)]
    assert found == [("to_one", "read"), ("to_all", "waiting")]
    assert [one.template for one in list_sent_notices(town, town_ee, account, limit=1)] == ["to_one"]


def test_a_refusal_comes_with_its_reason(town: Database, town_ee: Scope) -> None:
    answer(town, send(town, ["0000000003"], "x"), [("failed", 131026)])
    (sent,) = list_sent_notices(town, town_ee, "0000000003")
    assert (sent.state, sent.words) == ("failed", "not_on_whatsapp")


def test_what_was_never_released_is_not_shown(town: Database, town_ee: Scope) -> None:
    job_id = send(town, ["0000000003"], "x")
    town.write(lambda cursor: cursor.execute("UPDATE job SET state = 'held' WHERE job_id = ?", [job_id]))
    assert list_sent_notices(town, town_ee, "0000000003") == []
