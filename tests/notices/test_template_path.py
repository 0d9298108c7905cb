"""The whole path of a template with the sandbox: written, reviewed, bound to rows, approved, sent, and what each person reads."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import requests

from dashboard.access.scope import Role, Scope
from dashboard.config import Settings
from dashboard.delivery import ledger
from dashboard.delivery.account import account_of, complete_settings
from dashboard.delivery.client import ManagementClient
from dashboard.delivery.dispatcher import Dispatcher
from dashboard.delivery.sandbox.process import SandboxProcess
from dashboard.enrolment.opted_out import OptedOut
from dashboard.notices.approval import approve
from dashboard.notices.draft import Audience, NoticeDraft
from dashboard.notices.drafting import submit
from dashboard.notices.lifecycle import start
from dashboard.notices.notice import get_notice
from dashboard.notices.standing import is_marketing, list_standing
from dashboard.notices.template_store import begin_version, list_usable, submit_template
from dashboard.store.clock import utc_now
from dashboard.store.database import Database
from tests.conftest import scope_of
from tests.delivery.conftest import PATIENCE, make_settings, wait_for
from tests.delivery.test_sandbox import Application, at, config_for, free_port, turn
from tests.notices.town import FIRST_NUMBER
from tests.notices.written import REMINDER


@dataclass
class House:
    """A town with a sandbox, its webhooks and a sender."""

    db: Database
    settings: Settings
    admin: Scope

    @property
    def client(self) -> ManagementClient:
        return ManagementClient(account_of(self.db, self.settings))

    def status(self, name: str, language: str = "en") -> str:
        return list_standing(self.db, self.admin)[name, language].status

    def read_on_phone(self, mobile: int) -> list[str]:
        url = at(self.settings, "/sandbox/messages")
        return [
            line["text"] for line in requests.get(url, params={"to": str(mobile)}, timeout=PATIENCE).json()
        ]


@pytest.fixture
def house(town: Database) -> Iterator[House]:
    blank = dict.fromkeys(("whatsapp_token", "phone_number_id", "waba_id", "app_secret", "verify_token"), "")
    wanted = make_settings("", sandbox_port=free_port(), port=free_port(), rate_per_second=300.0, **blank)
    settings = complete_settings(town, wanted)
    sandbox, application = (
        SandboxProcess(config_for(settings, approve_templates=False)),
        Application(town, settings),
    )
    sender = Dispatcher(town, settings, utc_now, OptedOut(town).among, is_marketing=is_marketing)
    sandbox.start()
    application.start()
    sender.start()
    yield House(town, settings, scope_of(town, Role.ADMINISTRATOR, "UP", "admin"))
    sender.stop()
    application.stop()
    sandbox.stop()


def test_from_the_first_word_to_what_each_recipient_reads(
    house: House, town_ee: Scope, town_se: Scope
) -> None:
    db = house.db
    submit_template(db, house.admin, utc_now, house.client, REMINDER)
    assert (house.status("bill_reminder"), house.status("bill_reminder", "hi")) == ("PENDING", "PENDING")
    turn(house.settings, approve_templates=True)  # the review ends; nobody asks, a webhook tells
    wait_for(lambda: house.status("bill_reminder") == "APPROVED", what="the approval")
    wait_for(lambda: "bill_reminder" in [one.name for one in list_usable(db, town_ee)])

    db.write(lambda cursor: cursor.execute("UPDATE consumer SET amount_payable = 1200 + office_no"))
    db.write(lambda cursor: cursor.execute("UPDATE consumer SET name = NULL WHERE account_no = '0000000001'"))
    db.write(
        lambda cursor: cursor.execute(
            "UPDATE consumer SET amount_payable = NULL WHERE account_no = '0000000002'"
        )
    )
    draft = NoticeDraft("bill_reminder", "en", {"month": "May"}, Audience("DIV1"))
    notice_id = submit(db, town_ee, utc_now, draft)
    notice = get_notice(db, town_se, notice_id)
    assert (notice.recipient_count, notice.exclusions["empty_variable"]) == (7, 1)
    approve(db, town_se, utc_now, notice_id, notice.content_hash)
    start(db, town_ee, utc_now, notice_id)

    def delivered() -> int:
        with db.read() as cursor:
            return ledger.tally(cursor, notice.job_id or 0).delivered_or_beyond

    wait_for(lambda: delivered() == 7, what="all reports")
    written = (
        "Your bill\n\nDear {}, ₹1,208 of your bill for May is payable. – EDD-II GONDA, electricity department"
    )
    around = "\n\nReply STOP to stop\n\n[See the bill]  [I have paid]"
    names = ["=cmd()", "consumer", None, "D", "E", "F", "G", "H"]
    for place, name in enumerate(names):
        expected = [written.format(name) + around] if name else []
        assert house.read_on_phone(FIRST_NUMBER + place) == expected


def test_a_refused_version_says_why_and_its_mended_successor_comes_back_dearer(house: House) -> None:
    turn(house.settings, reject_templates=True)
    submit_template(house.db, house.admin, utc_now, house.client, REMINDER)
    refused = list_standing(house.db, house.admin)["bill_reminder", "hi"]
    assert (refused.status, refused.rejected_reason) == ("REJECTED", "INVALID_FORMAT")
    turn(house.settings, reject_templates=False, approve_templates=True, marketing_templates=True)
    mended = replace(
        begin_version(house.db, house.admin, "bill_reminder"), footers={"hi": "रोकें लिखें", "en": "Reply STOP"}
    )
    submit_template(house.db, house.admin, utc_now, house.client, mended)
    dear = list_standing(house.db, house.admin)["bill_reminder_v2", "en"]
    assert (dear.status, dear.category, dear.is_held) == ("APPROVED", "MARKETING", True)
    assert [one.name for one in list_usable(house.db, house.admin) if one.family == "bill_reminder"] == [
        "bill_reminder_v2"
    ]


def test_one_that_whatsapp_refuses_on_the_spot_keeps_no_other_from_being_submitted(house: House) -> None:
    broken = {
        "name": "Broken Name", "language": "en", "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Hello {{name}}"}],
    }  # fmt: skip
    sound = {**broken, "name": "sound", "components": [{"type": "BODY", "text": "Hello"}]}
    told = {one.name: one for one in house.client.ensure_templates([broken, sound])}
    assert (told["Broken Name"].status, told["sound"].status) == ("REJECTED", "PENDING")
    assert told["Broken Name"].rejected_reason == "name or language"
