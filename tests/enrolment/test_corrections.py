"""Corrections of one consumer: what changes, what stays, how they are undone, and what the next export does to them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from dashboard.access.scope import Role, Scope
from dashboard.coverage.cube import refresh_cube
from dashboard.coverage.figures import coverage_of
from dashboard.enrolment import corrections
from dashboard.enrolment.cases import open_case, settle_case
from dashboard.enrolment.consent import ConsentFact, record_consents
from dashboard.enrolment.corrections import Desk, correct_number, correct_text, undo_number, undo_text
from dashboard.enrolment.history import list_account_cases, list_consents
from dashboard.errors import BadInput, IllegalChange
from dashboard.registry.consumers import get_consumer, list_number_events
from dashboard.registry.importer import Upload, import_exports
from dashboard.store.database import Database
from tests.conftest import NOON, scope_of
from tests.enrolment.conftest import ROWS

ASHA, BABU, ESHA = "0000000101", "0000000102", "0000000201"
OLD, NEW, READER = 9415012345, 9519912345, 9228186620
WHY = "spoke to the consumer"


@pytest.fixture
def desk(registry: Database) -> Desk:
    hours = count(1)  # far apart: an import takes what was corrected minutes before it as corrected meanwhile

    def tick() -> datetime:
        return NOON + timedelta(hours=next(hours))

    return Desk(registry, scope_of(registry, Role.COMPOSER, "UP", "ee"), tick, refresh_cube, 6)


Importer = Callable[..., None]


@pytest.fixture
def again(desk: Desk, administrator: Scope, tmp_path: Path) -> Importer:
    """Bring the export again, with these words in place of others; `small_rows=0` makes the registry anew."""

    def run(old: str = "", new: str = "", **options: int) -> None:
        path = tmp_path / "again.csv"
        path.write_text(ROWS.replace(old, new) if old else ROWS, encoding="utf-8")
        import_exports(
            desk.db, administrator, [Upload(path, "again.csv")], clock=desk.clock, shared_threshold=6, refresh=refresh_cube, **options
        )  # fmt: skip

    return run


def _number(desk: Desk, account_no: str = ASHA) -> tuple[int | None, str, str]:
    consumer = get_consumer(desk.db, desk.scope, account_no)
    return consumer.mobile, consumer.verdict, consumer.state


def _opt_in(desk: Desk, account_no: str = ASHA, mobile: int = OLD) -> None:
    now = desk.clock()
    fact = ConsentFact(account_no, mobile, "opt_in", now, now, "form", "ee", "camp.csv:2")
    desk.db.write(lambda cursor: record_consents(cursor, [fact], refresh_cube))


def _stop(desk: Desk, mobile: int) -> None:
    now = desk.clock()
    fact = ConsentFact("", mobile, "opt_out", now, now, "whatsapp", "whatsapp", "wamid.1")
    desk.db.write(lambda cursor: record_consents(cursor, [fact], refresh_cube))


def test_a_number_is_put_in_use_and_coverage_follows(desk: Desk) -> None:
    before = coverage_of(desk.db, desk.scope, "DIV000001")
    correct_number(desk, BABU, " 95199-12345 ", WHY)
    assert _number(desk, BABU) == (NEW, "ok", "on_file")
    after = coverage_of(desk.db, desk.scope, "DIV000001")
    assert (after.missing, after.on_file) == (before.missing - 1, before.on_file + 1)
    [event] = list_number_events(desk.db, desk.scope, BABU)
    assert (event.source, event.username, event.reason) == ("correction", "ee", WHY)
    assert (event.mobile_before, event.verdict_before) == (None, "missing")
    assert (event.raw_after, event.mobile_after, event.verdict_after) == ("95199-12345", NEW, "ok")


def test_the_exports_cell_is_kept(desk: Desk) -> None:
    correct_number(desk, ASHA, str(NEW), WHY)
    assert get_consumer(desk.db, desk.scope, ASHA).mobile_raw == str(OLD)


@pytest.mark.parametrize(
    ("cell", "reason", "code"),
    [
        ("12345", WHY, "number_unusable"),
        ("9999999999", WHY, "number_unusable"),
        ("0522 2345678", WHY, "number_unusable"),  # a landline
        (str(READER), WHY, "number_of_reader"),
        (str(OLD), WHY, "nothing_changed"),
        (str(NEW), " no ", "reason_for_correction"),
    ],
)
def test_a_number_that_cannot_be_is_refused(desk: Desk, cell: str, reason: str, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        correct_number(desk, ASHA, cell, reason)
    assert refusal.value.code == code
    assert _number(desk) == (OLD, "ok", "on_file")
    assert not list_number_events(desk.db, desk.scope, ASHA)


def test_an_empty_cell_takes_a_wrong_number_away(desk: Desk, again: Importer) -> None:
    correct_number(desk, ASHA, "", WHY)
    assert _number(desk) == (None, "missing", "missing")
    again("ASHA", "ASHA D")
    assert _number(desk) == (None, "missing", "missing")


@pytest.mark.parametrize("options", [{}, {"small_rows": 0}], ids=["small", "anew"])
def test_the_same_cell_tomorrow_does_not_undo_a_correction(
    desk: Desk, again: Importer, options: dict[str, int]
) -> None:
    correct_number(desk, ASHA, str(NEW), WHY)
    correct_text(desk, ASHA, "name", "Asha Devi", WHY)
    again("MVVNL,Z,C,DIV000001", "MVVNL,Z,C,DIV000001", **options)
    assert _number(desk)[0] == NEW
    assert get_consumer(desk.db, desk.scope, ASHA).name == "Asha Devi"


@pytest.mark.parametrize("options", [{}, {"small_rows": 0}], ids=["small", "anew"])
def test_another_cell_tomorrow_is_news(desk: Desk, again: Importer, options: dict[str, int]) -> None:
    correct_number(desk, ASHA, str(NEW), WHY)
    correct_text(desk, ASHA, "name", "Asha Devi", WHY)
    again("ASHA,9415012345", "AASHA,9415054321", **options)
    assert _number(desk)[0] == 9415054321
    assert get_consumer(desk.db, desk.scope, ASHA).name == "AASHA"


def test_consent_stays_with_the_number_it_was_given_for(desk: Desk, again: Importer) -> None:
    _opt_in(desk)
    assert _number(desk)[2] == "enrolled"
    correct_number(desk, ASHA, str(NEW), WHY)
    assert _number(desk) == (NEW, "ok", "on_file")
    again("ASHA", "ASHA D")  # the row changes, and with it comes the question whose number stands
    assert _number(desk) == (NEW, "ok", "on_file")
    undo_number(desk, ASHA)
    assert _number(desk) == (OLD, "ok", "enrolled")


def test_consent_that_was_withdrawn_meanwhile_does_not_come_back(desk: Desk) -> None:
    _opt_in(desk)
    correct_number(desk, ASHA, str(NEW), WHY)
    _stop(desk, OLD)
    undo_number(desk, ASHA)
    assert _number(desk) == (OLD, "ok", "opted_out")


def test_a_number_is_shared_by_correction_and_free_again_by_its_undoing(
    registry: Database, desk: Desk
) -> None:
    strict = Desk(desk.db, desk.scope, desk.clock, desk.refresh, 2)  # ESHA and FAIZ have one number
    correct_number(strict, ASHA, "8004642302", WHY)
    assert [_number(desk, account)[1:] for account in (ASHA, ESHA)] == [("shared", "unusable")] * 2
    undo_number(strict, ASHA)
    assert _number(desk) == (OLD, "ok", "on_file")
    assert _number(desk, ESHA)[1:] == ("ok", "on_file")


def test_an_undone_correction_can_be_done_again(desk: Desk) -> None:
    correct_number(desk, BABU, str(NEW), WHY)
    undo_number(desk, BABU)
    assert _number(desk, BABU) == (None, "missing", "missing")
    undo_number(desk, BABU)
    assert _number(desk, BABU) == (NEW, "ok", "on_file")
    assert [event.reason for event in list_number_events(desk.db, desk.scope, BABU)] == ["undo", "undo", WHY]


def test_what_an_import_has_overtaken_is_not_undone(desk: Desk, again: Importer) -> None:
    correct_number(desk, ASHA, str(NEW), WHY)
    correct_text(desk, ASHA, "name", "Asha Devi", WHY)
    again("ASHA,9415012345", "AASHA,9415054321")
    with pytest.raises(IllegalChange):
        undo_number(desk, ASHA)
    with pytest.raises(IllegalChange):
        undo_text(desk, ASHA, "name")


@pytest.mark.parametrize("small_rows", [200_000, 0])
def test_a_number_put_away_does_not_come_back_written_otherwise(
    desk: Desk, again: Importer, small_rows: int
) -> None:
    correct_number(desk, ASHA, str(NEW), WHY)
    row = next(line for line in ROWS.splitlines() if line.startswith(ASHA))
    for cell in (f"+91-{OLD}", f"0{OLD}"):
        again(row, row.replace(str(OLD), cell), small_rows=small_rows)
        assert _number(desk)[:2] == (NEW, "ok")
    again(row, row.replace(str(OLD), "9415054321"), small_rows=small_rows)
    assert _number(desk)[0] == 9415054321  # the export knows a third one


def test_a_name_corrected_twice_still_stands_against_the_exports_name(desk: Desk, again: Importer) -> None:
    correct_text(desk, ASHA, "name", "  Asha   Devi ", WHY)
    correct_text(desk, ASHA, "name", "Asha Devi Verma", WHY)
    again("0000000101,ASHA,9415012345", "0000000101,ASHA,9415012345")
    assert get_consumer(desk.db, desk.scope, ASHA).name == "Asha Devi Verma"
    undo_text(desk, ASHA, "name")
    assert get_consumer(desk.db, desk.scope, ASHA).name == "Asha Devi"


@pytest.mark.parametrize("options", [{}, {"small_rows": 0}], ids=["small", "anew"])
def test_a_second_correction_stands_though_the_export_brought_the_first(
    desk: Desk, again: Importer, options: dict[str, int]
) -> None:
    correct_text(desk, ASHA, "name", "Asha Devi", WHY)
    again("ASHA", "Asha Devi", **options)
    correct_text(desk, ASHA, "name", "Asha Devi Verma", WHY)
    again("ASHA,9415012345", "Asha Devi,9415012345", **options)
    assert get_consumer(desk.db, desk.scope, ASHA).name == "Asha Devi Verma"
    again("ASHA,9415012345", "ASHA D VERMA,9415012345", **options)
    assert (
        get_consumer(desk.db, desk.scope, ASHA).name == "ASHA D VERMA"
    )  # nobody has put that away: it is news


def test_an_undoing_stands_though_the_export_brought_what_is_undone(desk: Desk, again: Importer) -> None:
    correct_text(desk, ASHA, "name", "Asha Devi", WHY)
    again("ASHA", "Asha Devi")
    undo_text(desk, ASHA, "name")
    again("ASHA,9415012345", "Asha Devi,9415012345")
    assert get_consumer(desk.db, desk.scope, ASHA).name == "ASHA"


def test_what_is_undone_to_nothing_gives_way_to_the_export(desk: Desk, again: Importer) -> None:
    again("0000000101,ASHA", "0000000109,")
    correct_text(desk, "0000000109", "name", "Gita", WHY)
    undo_text(desk, "0000000109", "name")
    assert get_consumer(desk.db, desk.scope, "0000000109").name is None
    again("0000000101,ASHA", "0000000109,Gita")
    assert get_consumer(desk.db, desk.scope, "0000000109").name == "Gita"


def test_an_address_that_was_not_there_is_undone_to_nothing(desk: Desk) -> None:
    correct_text(desk, ASHA, "address", "12 Mall Road", WHY)
    undo_text(desk, ASHA, "address")
    assert get_consumer(desk.db, desk.scope, ASHA).address is None
    assert [event.field for event in corrections.list_corrections(desk.db, desk.scope, ASHA)] == [
        "address"
    ] * 2


@pytest.mark.parametrize(
    ("value", "code"),
    [(" ", "correction_empty"), ("x" * 201, "correction_long"), ("ASHA", "nothing_changed")],
)
def test_a_name_that_cannot_be_is_refused(desk: Desk, value: str, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        correct_text(desk, ASHA, "name", value, WHY)
    assert refusal.value.code == code


def test_consent_and_settled_cases_stand_in_the_history_of_numbers(desk: Desk) -> None:
    _opt_in(desk, BABU, NEW)
    _opt_in(desk, BABU, NEW)  # says the same again: no change of number
    for source, claimed in (("whatsapp", 9415054321), ("export", 9415054322)):
        case_id = desk.db.write(
            lambda cursor, source=source, claimed=claimed: open_case(
                cursor, account_no=BABU, office_code="DIV000001", on_file=NEW, claimed=claimed, source=source,
                language="hi", now=NOON,
            )
        )  # fmt: skip
        settle_case(
            desk.db,
            desk.scope,
            desk.clock,
            refresh=refresh_cube,
            case_id=case_id,
            accept=True,
            comment="phoned",
        )
    events = list_number_events(desk.db, desk.scope, BABU)
    assert [(event.source, event.mobile_before, event.mobile_after) for event in reversed(events)] == [
        ("consent", None, NEW), ("case", NEW, 9415054321), ("case", 9415054321, 9415054322),
    ]  # fmt: skip
    assert [case.state for case in list_account_cases(desk.db, desk.scope, BABU)] == ["accepted"] * 2
    _stop(desk, 9415054322)
    assert [entry.kind for entry in list_consents(desk.db, desk.scope, BABU)] == ["opt_out"] + ["opt_in"] * 3


def test_what_is_corrected_while_a_large_import_runs_is_not_lost(desk: Desk, again: Importer) -> None:
    """The next registry is made beside the old one; the correction falls between."""
    done = iter([True])

    def interrupt(share: float, step: str) -> None:
        if step == "merge" and next(done, False):
            correct_number(desk, ASHA, str(NEW), WHY)
            correct_text(desk, ASHA, "name", "Asha Devi", WHY)

    again("BABU", "BABU RAM", small_rows=0, progress=interrupt)
    assert get_consumer(desk.db, desk.scope, BABU).name == "BABU RAM"
    assert _number(desk) == (NEW, "ok", "on_file")
    assert get_consumer(desk.db, desk.scope, ASHA).name == "Asha Devi"


@pytest.mark.parametrize("small_rows", [200_000, 0])
def test_consent_set_aside_comes_back_with_its_number_in_an_export(
    desk: Desk, again: Importer, small_rows: int
) -> None:
    _opt_in(desk)
    correct_number(desk, ASHA, str(NEW), WHY)
    assert _number(desk) == (NEW, "ok", "on_file")
    again(str(OLD), "9415054321", small_rows=small_rows)  # the correction is overtaken
    again(str(OLD), f"+91{OLD}", small_rows=small_rows)  # the consented number again
    assert _number(desk) == (OLD, "ok", "enrolled")


def test_consent_set_aside_stays_away_after_a_stop(desk: Desk, again: Importer) -> None:
    _opt_in(desk)
    correct_number(desk, ASHA, str(NEW), WHY)
    _stop(desk, OLD)
    again(str(OLD), "9415054321")
    again(str(OLD), f"+91{OLD}")
    assert _number(desk) == (OLD, "ok", "opted_out")
