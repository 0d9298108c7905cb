from dashboard.runtime import Runtime
from tests.views.conftest import DIVISION, OTHER_DIVISION, Opener


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
    assert sum(int(metric.value) for metric in app.metric) == expected


def test_a_reason_narrows_the_list(rt: Runtime, open_page: Opener) -> None:
    app = open_page("missing", "ee")
    app.selectbox(key="missing_reason").select("dummy").run()
    assert set(app.dataframe[0].value["reason"]) == {"Placeholder number (like 9999999999)"}


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
    assert rows[0][2] == sum(int(metric.value) for metric in app.metric)


def test_another_division_is_refused(rt: Runtime, open_page: Opener) -> None:
    app = open_page("missing", "ee", office=OTHER_DIVISION)
    assert app.warning
    assert not app.dataframe


def test_a_viewer_has_no_such_page(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "minister")
    assert not app.exception
    assert not any(element.key == "missing_prepare" for element in app.button)
