import threading

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.access.scope import Scope
from dashboard.access.sign_in import load_scope
from dashboard.enrolment.groups import list_groups
from dashboard.notices import drafting
from dashboard.notices.draft import NoticeDraft
from dashboard.notices.freeze_jobs import FreezeJobs
from dashboard.notices.freezing import Progress
from dashboard.runtime import Runtime
from tests.views.conftest import DIVISION, OTHER_DIVISION, Opener


def _count_notices(rt: Runtime) -> list[tuple[str, int]]:
    with rt.db.read() as cursor:
        return cursor.execute("SELECT state, recipient_count FROM notice").fetchall()


def _write_warning(app: AppTest) -> AppTest:
    app.selectbox(key="compose_template").set_value("fraud_warning").run()
    return app


def test_the_audience_and_those_left_out_are_counted(rt: Runtime, open_page: Opener) -> None:
    app = open_page("compose", "ee")
    assert not app.exception
    assert int(app.metric[0].value) > 0
    assert any("**" in element.value and "- " in element.value for element in app.markdown)


def test_a_notice_with_nothing_to_type_is_submitted(rt: Runtime, open_page: Opener) -> None:
    app = _write_warning(open_page("compose", "ee"))
    expected = int(app.metric[0].value)
    app.button(key="compose_submit").click().run()
    assert not app.exception
    assert _count_notices(rt) == [("submitted", expected)]


def test_an_empty_variable_stands_in_the_way(rt: Runtime, open_page: Opener) -> None:
    app = open_page("compose", "ee")
    app.selectbox(key="compose_template").set_value("relief_scheme").run()
    assert any("Still to fill in: Scheme" in element.value for element in app.markdown)
    assert not any("{scheme}" in element.value for element in app.text)  # its words stand there, not its name
    app.button(
        key="compose_submit"
    ).click().run()  # the button is behind a closed popover; the function refuses anyway
    assert app.error
    assert _count_notices(rt) == []


def test_an_audience_of_nobody_says_so(rt: Runtime, open_page: Opener) -> None:
    app = _write_warning(open_page("compose", "ee"))
    app.multiselect(key="compose_categories").set_value(["HV-4"]).run()
    assert app.metric[0].value == "0"
    assert any("Nobody would get this notice" in element.value for element in app.info)


def test_the_preview_never_shows_a_full_number(rt: Runtime, open_page: Opener) -> None:
    app = _write_warning(open_page("compose", "ee"))
    shown = " ".join(element.value for element in [*app.caption, *app.markdown])
    assert "xxxxx" in shown


def test_a_foreign_office_is_refused(rt: Runtime, open_page: Opener) -> None:
    assert DIVISION != OTHER_DIVISION
    app = open_page("compose", "ee", office=OTHER_DIVISION)
    assert "not within yours" in app.warning[0].value
    assert not app.metric


def test_a_group_is_registered_and_then_chosen_as_audience(rt: Runtime, open_page: Opener) -> None:
    app = open_page("groups", "ee")
    app.text_input(key="groups_name").set_value("Gomti Nagar 1")
    app.button(key="groups_add").click().run()
    assert not app.exception and not app.error
    assert [one.name for one in list_groups(rt.db, load_scope(rt.db, "ee"))] == ["Gomti Nagar 1"]
    app.switch_page("views/compose.py").run()
    assert any("Gomti Nagar 1" in option for option in app.selectbox(key="compose_group").options)


def test_a_large_notice_shows_how_far_it_is_and_can_be_given_up(
    rt: Runtime, open_page: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafting, "FEW", -1)
    looked, plainly = threading.Event(), rt.submit

    def wait_first(scope: Scope, draft: NoticeDraft, notice_id: int | None, progress: Progress) -> int:
        progress(0.4, "choose")
        assert looked.wait(60)
        return plainly(scope, draft, notice_id, progress)

    rt.freezes = FreezeJobs(wait_first)
    app = _write_warning(open_page("compose", "ee"))
    app.button(key="compose_submit").click().run()
    assert not app.exception
    assert "Each number once" in app.get("progress")[0].proto.text
    app.button(key="freeze_cancel").click().run()
    looked.set()
    rt.freezes.stop()
    app.run()
    assert any("kept as a draft" in element.value for element in app.warning)
    assert app.button(key="compose_submit")
    assert _count_notices(rt) == [("draft", 0)]
