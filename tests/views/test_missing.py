from pathlib import Path

from python_calamine import CalamineWorkbook
from streamlit.testing.v1 import AppTest

from dashboard.registry.missing import COLUMNS
from dashboard.runtime import Runtime
from dashboard.ui.catalogue import say
from tests.views.conftest import DIVISION, OTHER_DIVISION, Opener


def _sum_of_reasons(app: AppTest) -> int:
    return sum(int(label.split("**")[1]) for label in app.get_by_key("missing_reason").options)


def test_the_reasons_add_up_to_what_is_to_be_collected(rt: Runtime, open_page: Opener) -> None:
    app = open_page("missing", "ee")
    assert not app.exception
    with rt.db.read() as cursor:
        [(expected,)] = cursor.execute(
            "SELECT count(*) FROM consumer JOIN office AS own ON own.code = ? "
            "WHERE consumer.office_no BETWEEN own.office_no AND own.last_no AND state IN ('missing', 'unusable')",
            [DIVISION],
        ).fetchall()
    assert expected > 0
    assert app.subheader[0].value.startswith(f"{expected} ")
    assert _sum_of_reasons(app) == expected


def test_a_reason_narrows_the_list(rt: Runtime, open_page: Opener) -> None:
    app = open_page("missing", "ee")
    app.get_by_key("missing_reason").set_value("dummy").run()
    reasons = {reason.replace("\u00a0", " ") for reason in app.table[0].value["Reason"]}
    assert reasons == {r"Placeholder number \(like 9999999999\)"}


def test_the_count_of_a_book_is_that_of_its_rows(rt: Runtime, open_page: Opener) -> None:
    app = open_page("missing", "ee")
    book = app.selectbox(key="missing_book").options[0]
    number, count = book.removesuffix(")").split(" (")
    app.selectbox(key="missing_book").set_value(number).run()
    assert _sum_of_reasons(app) == int(count) == len(app.table[0].value)
    app.get_by_key("missing_reason").set_value("missing").run()
    [label] = [
        label for label in app.get_by_key("missing_reason").options if label.startswith("No number recorded")
    ]
    assert len(app.table[0].value) == int(label.split("**")[1]) < int(count)


def test_the_list_on_the_page_has_no_download_that_nobody_records(rt: Runtime, open_page: Opener) -> None:
    app = open_page("missing", "ee")
    assert len(app.table) == 1
    assert not app.dataframe
    assert "\u20b9" in app.table[0].value["Outstanding"][0]
    assert "  " not in app.table[0].value["Outstanding"][0]  # four blanks would be code to Markdown
    assert not any(cell.isdigit() and len(cell) == 10 for cell in app.table[0].value["Number on file"])


def test_a_download_without_a_reason_is_refused(rt: Runtime, open_page: Opener) -> None:
    app = open_page("missing", "ee")
    app.button(key="missing_prepare").click().run()
    assert app.error
    assert not app.get("download_button")


def test_a_download_stands_in_the_audit_trail(rt: Runtime, open_page: Opener) -> None:
    app = open_page("missing", "ee")
    app.text_input(key="missing_why").set_value("for the linemen of subdivision 2")
    app.button(key="missing_prepare").click().run()
    assert not app.error
    assert app.get("download_button")
    with rt.db.read() as cursor:
        rows = cursor.execute(
            "SELECT username, office_code, row_count FROM audit_event WHERE action = 'missing_list.download'"
        ).fetchall()
    assert [(row[0], row[1]) for row in rows] == [("ee", DIVISION)]
    assert rows[0][2] == _sum_of_reasons(app)


def test_the_file_has_the_headings_of_the_page(rt: Runtime, open_page: Opener, tmp_path: Path) -> None:
    app = open_page("missing", "ee")
    app.text_input(key="missing_why").set_value("for the linemen of subdivision 2")
    app.button(key="missing_prepare").click().run()
    _, ready = app.session_state["missing_ready"]
    (tmp_path / "list.xlsx").write_bytes(ready.content)
    head = CalamineWorkbook.from_path(tmp_path / "list.xlsx").get_sheet_by_index(0).to_python()[0]
    assert head[:2] == [say("en", "missing.column_account_no"), "Name"]
    assert head == [say("en", f"missing.column_{name}") for name in COLUMNS]


def test_another_division_is_refused(rt: Runtime, open_page: Opener) -> None:
    app = open_page("missing", "ee", office=OTHER_DIVISION)
    assert app.warning
    assert not app.table


def test_a_viewer_has_no_such_page(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "minister")
    assert not app.exception
    assert not any(element.key == "missing_prepare" for element in app.button)
