"""Recipient by recipient, once more to the refused, what was charged, what came back."""

import csv
import threading
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from dashboard.access.audit import list_audit
from dashboard.access.scope import Role, Scope
from dashboard.access.users import disable_user
from dashboard.config import Settings
from dashboard.delivery import claims, ledger, stretches, tallies
from dashboard.delivery.claims import Outcome
from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.errors import BadInput, IllegalChange, Refused, SetuError
from dashboard.notices import recipients
from dashboard.notices.approval import approve
from dashboard.notices.drafting import save_draft
from dashboard.notices.lifecycle import settle_finished, start
from dashboard.notices.notice import get_notice
from dashboard.notices.outcome import bill_of, keep_tallies, list_earlier, list_replies
from dashboard.notices.recipients import GROUPS, export_recipients, list_recipients
from dashboard.notices.resend import count_refused, find_resend, list_leave, resend_refused
from dashboard.store.clock import Clock
from dashboard.store.database import Cursor, Database
from tests.conftest import NOON, scope_of, seat
from tests.notices.town import LATER, answer, approved, job_of, report_status

# Eight recipients, in the order of their accounts.
ANSWERS: list[tuple[str, int | None]] = [
    ("failed", 131026), ("failed", 131000), ("in_doubt", None), ("accepted", None), ("accepted", None), ("failed", 131049),
    ("failed", 131000), ("accepted", None),
]  # fmt: skip


@pytest.fixture
def ended(town: Database, clock: Clock, town_ee: Scope, town_se: Scope) -> int:
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    job_id = job_of(town, town_ee, notice_id)
    answer(town, job_id, ANSWERS)
    report_status(town, job_id, 4, "read")
    report_status(town, job_id, 5, "delivered")
    _end(town, job_id)
    return notice_id


def _end(db: Database, job_id: int) -> None:
    assert db.write(lambda cursor: ledger.finish(cursor, job_id, LATER))
    settle_finished(db, lambda: LATER)


def _mobiles(db: Database, job_id: int) -> list[int]:
    with db.read() as cursor:
        rows = cursor.execute("SELECT mobile FROM message WHERE job_id = ? ORDER BY message_no", [job_id])
        return [row[0] for row in rows.fetchall()]


@pytest.mark.parametrize(
    ("group", "count"),
    [
        ("not_reached", 6),
        ("failed", 4),
        ("in_doubt", 1),
        ("accepted", 1),
        ("delivered", 1),
        ("read", 1),
        ("waiting", 0),
    ],
)
def test_recipients_are_shown_by_what_became_of_them(
    town: Database, town_ee: Scope, ended: int, group: str, count: int
) -> None:
    shown = list_recipients(town, town_ee, ended, group, 50)
    assert len(shown) == count
    assert all("xxxxx" in mobile for mobile in shown["mobile"])


def test_recipients_come_page_by_page(town: Database, town_ee: Scope, ended: int) -> None:
    whole = list(list_recipients(town, town_ee, ended, "not_reached", 50)["account_no"])
    pages = [
        list(list_recipients(town, town_ee, ended, "not_reached", 4, at)["account_no"]) for at in (0, 4, 8)
    ]
    assert pages == [whole[:4], whole[4:], []]


def test_the_list_for_calling_has_numbers_and_no_formula(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, ended: int, tmp_path: Path
) -> None:
    path = tmp_path / "call.csv"
    assert (
        export_recipients(
            town, town_ee, lambda: LATER + timedelta(minutes=1), ended, "not_reached", path, "phone round"
        )
        == 6
    )
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["name"] == "'=cmd()" and rows[0]["mobile"] == "9415012340"
    assert (rows[0]["state"], rows[0]["reason"]) == ("notices.part_failed", "provider.not_on_whatsapp")
    event = list_audit(town, town_se, 1).iloc[0]
    assert (event["action"], event["row_count"]) == ("recipients.download", 6)
    assert "94150" not in event["detail"]
    with pytest.raises(BadInput, match="reason_missing"):
        export_recipients(town, town_ee, clock, ended, "failed", tmp_path / "no.csv", "")
    assert not (tmp_path / "no.csv").exists()


def test_a_workbook_that_would_not_hold_the_recipients_is_not_begun(
    town: Database, clock: Clock, town_ee: Scope, ended: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.store.spreadsheet._XLSX_ROWS", 5)
    with pytest.raises(BadInput, match="too_many_rows"):
        export_recipients(town, town_ee, clock, ended, "not_reached", tmp_path / "call.xlsx", "phone round")
    assert not (tmp_path / "call.xlsx").exists()
    assert export_recipients(town, town_ee, clock, ended, "read", tmp_path / "few.xlsx", "phone round") < 5


@pytest.fixture
def short_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "STRETCH", 2)
    monkeypatch.setattr(stretches, "_AT_ONCE", 1)
    monkeypatch.setattr(recipients, "_ROWS_AT_ONCE", 1)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_long_list_holds_what_a_short_one_does(
    short_lots: None, town: Database, clock: Clock, town_ee: Scope, ended: int, tmp_path: Path, suffix: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    found = []
    for few in (True, False):
        monkeypatch.setattr(recipients, "are_few", lambda cursor, count, few=few: few)
        path = tmp_path / f"call.{suffix}"
        assert export_recipients(town, town_ee, clock, ended, "not_reached", path, "phone round") == 6
        with path.open("rb") if suffix == "csv" else ZipFile(path).open("xl/worksheets/sheet1.xml") as file:
            found.append(file.read())
    assert found[0] == found[1]
    assert all(name in found[1].decode() for name in ("cmd()", "9415012340", "provider.not_on_whatsapp"))


def test_a_list_is_read_lot_by_lot(
    short_lots: None,
    town: Database,
    clock: Clock,
    town_ee: Scope,
    town_se: Scope,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first row is written before the second lot is looked for: crores of rows never stand in memory."""
    monkeypatch.setattr(recipients, "are_few", lambda cursor, count: False)
    notice_id = approved(town, clock, town_ee, town_se)
    start(town, town_ee, clock, notice_id)
    batch = town.write(lambda cursor: claims.claim_batch(cursor, LATER, 100, lambda _, mobiles: set()))
    answers = [
        Outcome(batch.job_id, place, 1, result, code=code) for place, (result, code) in enumerate(ANSWERS, 1)
    ]
    town.write(lambda cursor: claims.record_outcomes(cursor, answers, LATER))
    with town.read() as cursor:
        rows = recipients._describe_all(cursor, batch.job_id, GROUPS["accepted"], "hi")
        assert next(rows)[4:] == (9415012343, "accepted", "")
        assert cursor.execute("SELECT list(message_no) FROM message_lot").fetchall() == [([4],)]
        assert len(list(rows)) == 2


def test_once_more_only_to_those_refused_for_a_passing_reason(
    town: Database, clock: Clock, town_ee: Scope, ended: int
) -> None:
    """Not the one who is not on WhatsApp, nor who is withheld today, nor the one in doubt, nor any that was accepted."""
    assert count_refused(town, town_ee, lambda: LATER, ended) == 2
    new_id = resend_refused(town, town_ee, lambda: LATER, ended)
    first, again = get_notice(town, town_ee, ended), get_notice(town, town_ee, new_id)
    wanted = [mobile for place, mobile in enumerate(_mobiles(town, first.job_id or 0)) if place in (1, 6)]
    assert _mobiles(town, again.job_id or 0) == wanted
    assert (again.state, again.decided_by, again.body) == ("sending", first.decided_by, first.body)
    assert again.content_hash != first.content_hash and get_notice(town, town_ee, ended) == first
    assert find_resend(town, town_ee, ended) == new_id


def test_a_second_press_sends_nobody_anything(
    town: Database, clock: Clock, town_ee: Scope, ended: int
) -> None:
    new_id = resend_refused(town, town_ee, lambda: LATER, ended)
    with pytest.raises(Refused, match="resent"):
        resend_refused(town, town_ee, lambda: LATER, ended)
    with pytest.raises(Refused, match="resent"):  # the new one has not come to its end
        resend_refused(town, town_ee, lambda: LATER, new_id)
    job_id = job_of(town, town_ee, new_id)
    answer(town, job_id, [("failed", 131000), ("accepted", None)])
    _end(town, job_id)
    third = resend_refused(town, town_ee, lambda: LATER, new_id)
    assert len(_mobiles(town, job_of(town, town_ee, third))) == 1


def test_of_many_presses_at_once_one_sends_once_more(
    town: Database, clock: Clock, town_ee: Scope, ended: int
) -> None:
    answers: list[str] = []

    def press() -> None:
        try:
            resend_refused(town, town_ee, lambda: LATER, ended)
            answers.append("sent")
        except SetuError as error:
            answers.append(error.code)

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["resent"] * 5 + ["sent"]


def test_nobody_whom_an_earlier_attempt_may_have_reached_gets_it_once_more(
    town: Database, clock: Clock, town_ee: Scope, ended: int
) -> None:
    """The second was in doubt before it was refused; of the seventh one attempt failed and the other was taken."""
    job_id = job_of(town, town_ee, ended)

    def change(cursor: Cursor) -> None:
        cursor.execute("UPDATE outcome SET attempt = 2 WHERE job_id = ? AND message_no = 2", [job_id])  # fmt: skip
        cursor.execute(
            "INSERT INTO outcome VALUES (?, 2, 1, 'in_doubt', NULL, NULL, ?, NULL)", [job_id, NOON]
        )
        cursor.execute("UPDATE outcome SET attempt = 2, result = 'accepted', code = NULL WHERE job_id = ? AND message_no = 7", [job_id])  # fmt: skip
        cursor.execute(
            "INSERT INTO outcome VALUES (?, 7, 1, 'in_doubt', NULL, NULL, ?, NULL)", [job_id, NOON]
        )
        cursor.execute("INSERT INTO status_event VALUES (?, 7, 'w7', 'failed', ?, 131000, NULL, NULL, ?)", [job_id, NOON, NOON])  # fmt: skip

    town.write(change)
    assert count_refused(town, town_ee, lambda: LATER, ended) == 0
    with pytest.raises(BadInput, match="nobody_refused"):
        resend_refused(town, town_ee, lambda: LATER, ended)


def test_once_more_after_the_approval_has_run_out_waits_for_a_new_one(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, ended: int
) -> None:
    late = NOON + timedelta(hours=48)
    assert list_leave(town, town_ee, lambda: late - timedelta(minutes=1), ended, 3) == ()
    assert list_leave(town, town_ee, lambda: late, ended, 3) == ("circle",)
    new_id = resend_refused(town, town_ee, lambda: late, ended)
    again = get_notice(town, town_ee, new_id)
    assert (again.state, [step.level for step in again.steps]) == ("submitted", ["circle"])
    with pytest.raises(IllegalChange):
        start(town, town_ee, lambda: late, new_id)
    with pytest.raises(
        Refused, match="follow_up_fixed"
    ):  # an edit would widen it to the first one's audience
        save_draft(town, town_ee, lambda: late, again.draft, new_id)
    approve(town, town_se, lambda: late, new_id, again.content_hash)
    start(town, town_ee, lambda: late, new_id)
    assert get_notice(town, town_ee, new_id).state == "sending"


def test_once_more_waits_for_a_new_approval_where_the_first_approver_left(
    town: Database, clock: Clock, town_ee: Scope, ended: int
) -> None:
    disable_user(town, clock, username="se", by=None)
    new_id = resend_refused(town, town_ee, lambda: LATER, ended)
    assert get_notice(town, town_ee, new_id).state == "submitted"


def test_who_wrote_the_first_may_not_approve_it_once_more(
    town: Database, clock: Clock, town_ee: Scope, ended: int
) -> None:
    other = seat(town, scope_of(town, Role.COMPOSER, "DIV1", "other"))
    new_id = resend_refused(town, other, lambda: NOON + timedelta(hours=49), ended)
    author = Scope(town_ee.username, Role.APPROVER, "C1", 4, 9)
    with pytest.raises(Refused, match="own_notice"):
        approve(town, author, clock, new_id, get_notice(town, other, new_id).content_hash)


def test_one_taken_and_then_reported_as_failed_gets_it_once_more(
    town: Database, clock: Clock, town_ee: Scope, ended: int
) -> None:
    job_id = job_of(town, town_ee, ended)
    row = [job_id, 8, "w8", "failed", NOON, 131000, None, None, NOON]
    town.write(lambda c: c.execute("INSERT INTO status_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row))
    assert count_refused(town, town_ee, lambda: LATER, ended) == 3
    new_id = resend_refused(town, town_ee, lambda: LATER, ended)
    assert len(_mobiles(town, job_of(town, town_ee, new_id))) == 3


def test_who_was_withheld_may_get_it_a_day_later(
    town: Database, clock: Clock, town_ee: Scope, ended: int
) -> None:
    assert count_refused(town, town_ee, lambda: LATER + timedelta(hours=25), ended) == 3


def test_the_bill_is_what_whatsapp_charged(
    town: Database, town_ee: Scope, ended: int, tmp_path: Path
) -> None:
    (tmp_path / "prices.toml").write_text(
        "[[price]]\nvalid_from = 2026-01-01\nutility = 0.1\nmarketing = 1.0\ngst_rate = 0.5\n"
    )
    settings = Settings(data_dir=tmp_path)
    job_id = job_of(town, town_ee, ended)
    assert bill_of(town, town_ee, settings, ended).priced == 0
    facts = [
        (4, "sent", "utility", True),
        (4, "read", "utility", True),
        (5, "delivered", "MARKETING", True),
        (8, "sent", "utility", False),
    ]
    for number, status, category, billable in facts:
        town.write(
            lambda c, row=(job_id, number, f"w{number}", status, NOON, None, category, billable, NOON): (
                c.execute("INSERT INTO status_event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            )
        )
    bill = bill_of(town, town_ee, settings, ended)
    assert (round(bill.cost, 4), bill.billed, bill.priced) == (1.65, 2, 3)


def test_earlier_notices_are_compared_by_sums_that_were_kept(
    town: Database, clock: Clock, town_ee: Scope, town_se: Scope, ended: int
) -> None:
    assert keep_tallies(town, lambda: LATER) == 1
    assert keep_tallies(town, lambda: LATER) == 0
    assert (
        keep_tallies(town, lambda: LATER + timedelta(minutes=2)) == 1
    )  # reports come by the second at first
    assert keep_tallies(town, lambda: LATER + timedelta(hours=2)) == 1
    assert keep_tallies(town, lambda: LATER + timedelta(hours=2, minutes=2)) == 0
    assert list_earlier(town, town_ee, ended).empty
    newer = approved(town, clock, town_ee, town_se)
    earlier = list_earlier(town, town_ee, newer)
    assert earlier[["recipients", "accepted", "delivered", "read", "failed"]].to_numpy().tolist() == [
        [8, 3, 2, 1, 4]
    ]


def test_replies_stand_beside_the_report(town: Database, clock: Clock, town_ee: Scope, ended: int) -> None:
    refresh = lambda *_, **__: None  # noqa: E731
    mobiles = _mobiles(town, job_of(town, town_ee, ended))
    later = NOON + timedelta(hours=2)
    for wamid, mobile, text, at in (
        ("a", mobiles[3], "When will supply be back?", later),
        ("b", mobiles[4], "too late", NOON + timedelta(days=9)),
        ("c", 9999900000, "not a recipient", later),
    ):
        handle_inbound(town, clock, refresh, InboundText(wamid, mobile, text, at))
    replies = list_replies(town, town_ee, ended)
    assert list(replies["text"]) == ["When will supply be back?"]
    assert "xxxxx" in replies["mobile"][0]
