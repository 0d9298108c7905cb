"""Import, users, cases and the audit trail."""

import io
import time
import zipfile
from datetime import timedelta

import pytest

from dashboard.access.audit import record
from dashboard.access.scope import Role, Scope
from dashboard.access.users import find_user
from dashboard.notices.approval_rules import list_rules
from dashboard.runtime import Runtime
from dashboard.ui.tables import escape_marks
from tests.conftest import NOON, SAMPLES
from tests.views.conftest import OPT_INS, PASSWORD, REPORTS, Opener


def _consumers(rt: Runtime) -> int:
    with rt.db.read() as cursor:
        return int(cursor.execute("SELECT count(*) FROM consumer").fetchall()[0][0])


def test_an_export_is_looked_at_and_then_imported(empty_rt: Runtime, open_page: Opener) -> None:
    app = open_page("import_data", "admin")
    app.file_uploader[0].upload(REPORTS[0], (SAMPLES / REPORTS[0]).read_bytes()).run()
    assert not app.exception
    assert _consumers(empty_rt) == 0
    button = app.button(key="import_confirm")
    assert "400" in button.label
    button.click().run()
    assert not app.exception
    _wait_for_the_import(empty_rt)
    app.run()
    assert not app.exception
    assert "400" in app.success[0].value
    assert _consumers(empty_rt) == 400


def _wait_for_the_import(rt: Runtime) -> None:
    admin = Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647)
    for _ in range(1200):  # a minute
        job = rt.imports.look(admin)
        if job is not None and not job.is_running:
            return
        time.sleep(0.05)
    raise AssertionError("the import does not end")


def test_a_file_without_rows_is_told_and_nothing_comes_in(empty_rt: Runtime, open_page: Opener) -> None:
    app = open_page("import_data", "admin")
    app.file_uploader[0].upload("empty.csv", b"").run()
    assert "empty.csv" in app.error[0].value
    assert not [button for button in app.button if button.key == "import_confirm"]
    assert _consumers(empty_rt) == 0


def test_a_column_nobody_knows_is_named_beside_the_refusal(empty_rt: Runtime, open_page: Opener) -> None:
    app = open_page("import_data", "admin")
    app.file_uploader[0].upload("naya.csv", b"UPBHOKTA SANKHYA,NAME\n0000000013,RAM\n").run()
    assert "UPBHOKTA SANKHYA" in app.error[0].value
    column, field = (
        next(one for one in app.selectbox if (one.key or "").startswith(f"import_header_{what}_"))
        for what in ("column", "field")
    )
    column.set_value("UPBHOKTA SANKHYA")
    field.set_value("account_no")
    next(one for one in app.button if one.label == "Save").click().run()
    assert not app.exception and not app.error
    assert "1 row" in app.button(key="import_confirm").label


def test_a_zip_of_many_exports_is_looked_at_and_imported_as_one(empty_rt: Runtime, open_page: Opener) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("READ ME.txt", "two parts")
        for name in REPORTS[:2]:
            archive.write(SAMPLES / name, name)
    app = open_page("import_data", "admin")
    app.file_uploader[0].upload("June.zip", content.getvalue()).run()
    assert not app.exception
    shown = " ".join(one.value for one in app.markdown)
    assert all(f"**{escape_marks(f'June.zip / {name}')}** · " in shown for name in REPORTS[:2])
    assert any("1 file in the ZIP is no report" in one.value for one in app.caption)
    app.button(key="import_confirm").click().run()
    _wait_for_the_import(empty_rt)
    assert not app.run().exception
    assert _consumers(empty_rt) == 698  # of 699 usable rows one account stands in both
    assert any("1 row repeats the account of a row above" in one.value for one in app.caption)


def test_a_zip_called_xlsx_is_told(empty_rt: Runtime, open_page: Opener) -> None:
    app = open_page("import_data", "admin")
    app.file_uploader[0].upload("report.xlsx", b"PK\x03\x04 no spreadsheet at all").run()
    assert app.error
    assert not app.exception


def test_opt_ins_are_judged_before_they_come_in(rt: Runtime, open_page: Opener) -> None:
    with rt.db.read() as cursor:
        before = cursor.execute("SELECT count(*) FROM consent_event").fetchall()
    app = open_page("import_data", "admin")
    app.get_by_key("import_what").set_value("consents").run()
    app.file_uploader[0].upload(OPT_INS, (SAMPLES / OPT_INS).read_bytes()).run()
    assert not app.exception
    assert app.button(key="import_confirm_consents").disabled  # all of them stand already
    with rt.db.read() as cursor:
        assert cursor.execute("SELECT count(*) FROM consent_event").fetchall() == before


def test_pages_beyond_a_persons_rights_do_not_exist_for_them(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "ee")
    for page in ("import_data", "users", "audit", "approvals"):
        with pytest.raises(ValueError, match="navigation page"):
            app.switch_page(f"views/{page}.py")


def test_an_account_is_added(rt: Runtime, open_page: Opener) -> None:
    app = open_page("users", "admin")
    app.text_input(key="users_username").set_value("sdo.gomti")
    app.text_input(key="users_full_name").set_value("SDO Gomti Nagar")
    app.text_input(key="users_password").set_value(PASSWORD)
    app.button(key="users_add").click().run()
    assert not app.exception
    assert find_user(rt.db, "sdo.gomti") is not None


def test_the_door_for_reports_counts_what_is_forged(rt: Runtime, open_page: Opener) -> None:
    app = open_page("users", "admin")
    app.get_by_key("users_tab").set_value("numbers").run()
    assert any("kept and 0 turned away" in one.value for one in app.caption)
    assert not any("has changed nothing" in one.value for one in app.info)
    for _ in range(3):
        rt.webhooks.note(401)
    app.run()
    assert any("kept and 3 turned away" in one.value for one in app.caption)
    assert any("has changed nothing" in one.value for one in app.info)


def test_a_rule_of_approval_is_altered_only_once_confirmed(rt: Runtime, open_page: Opener) -> None:
    app = open_page("users", "admin")
    app.get_by_key("users_tab").set_value("rules").run()
    assert not app.exception
    app.number_input(key="rules_new_fewest").set_value(500)
    app.button(key="rules_new_save").click().run()
    assert len(list_rules(rt.db)) == 4
    app.checkbox(key="rules_new_sure").check()
    app.button(key="rules_new_save").click().run()
    assert not app.exception and not app.error
    assert list_rules(rt.db)[0].fewest_recipients == 500
    app.number_input(key="rules_ask_count").set_value(
        600
    ).run()  # of the state: a division's rule does not fit
    assert any("Rule **5** decides" in one.value for one in app.markdown)


def test_a_short_password_is_refused(rt: Runtime, open_page: Opener) -> None:
    app = open_page("users", "admin")
    app.text_input(key="users_username").set_value("sdo.gomti")
    app.text_input(key="users_full_name").set_value("SDO Gomti Nagar")
    app.text_input(key="users_password").set_value("short")
    app.button(key="users_add").click().run()
    assert "10 characters" in app.error[0].value
    assert find_user(rt.db, "sdo.gomti") is None


def test_cases_open_for_the_division(rt: Runtime, open_page: Opener) -> None:
    app = open_page("cases", "ee")
    assert not app.exception
    assert not app.error


def test_the_audit_trail_names_who_did_what(rt: Runtime, open_page: Opener) -> None:
    app = open_page("audit", "admin")
    assert not app.exception
    assert "Billing export imported" in set(app.dataframe[0].value["action"])


def test_the_audit_trail_reaches_back_and_leaves_out_who_came_and_went(
    rt: Runtime, open_page: Opener
) -> None:
    rt.db.write(lambda cursor: record(cursor, NOON - timedelta(days=40), "ee", "sign_out"))
    rt.db.write(lambda cursor: record(cursor, NOON - timedelta(days=50), "ee", "notice.save"))
    app = open_page("audit", "admin")
    assert "Signed out" not in set(app.dataframe[0].value["action"])
    app.toggle(key="audit_sign_ins").set_value(True).run()
    assert "Signed out" in set(app.dataframe[0].value["action"])
    app.date_input(key="audit_until").set_value((NOON - timedelta(days=45)).date()).run()
    assert set(app.dataframe[0].value["action"]) == {"Notice saved"}
