"""The page of offices: the tree, a Hindi name, a merger; not for composers."""

import pytest

from dashboard.access.scope import Role
from dashboard.coverage.targets import target_of
from dashboard.runtime import Runtime
from tests.conftest import scope_of
from tests.views.conftest import DIVISION, OTHER_DIVISION, Opener


def _consumers(rt: Runtime, code: str) -> int:
    with rt.db.read() as cursor:
        return int(
            cursor.execute(
                "SELECT count(*) FROM consumer JOIN office ON consumer.office_no BETWEEN office.office_no AND office.last_no"
                " WHERE code = ?",
                [code],
            ).fetchall()[0][0]
        )


def test_a_division_gets_a_hindi_name_and_is_merged_into_another(rt: Runtime, open_page: Opener) -> None:
    both = _consumers(rt, DIVISION) + _consumers(rt, OTHER_DIVISION)
    app = open_page("offices", "admin", office=DIVISION)
    assert not app.exception and not app.error
    app.text_input(key=f"offices_name_{DIVISION}").set_value("गोमती नगर खंड")
    app.button(key="offices_save_name").click().run()
    with rt.db.read() as cursor:
        assert cursor.execute("SELECT name_hi FROM office WHERE code = ?", [DIVISION]).fetchall() == [
            ("गोमती नगर खंड",)
        ]
    app.number_input(key=f"offices_target_share_{DIVISION}").set_value(60.0)
    app.button(key="offices_target_save").click().run()
    assert not app.error
    target = target_of(rt.db, scope_of(rt.db, Role.VIEWER, "UP"), DIVISION)
    assert target is not None and target.share == 0.6
    assert not app.button(key="offices_target_remove").disabled  # at once, not at the next look
    app.selectbox(key=f"offices_merge_into_{DIVISION}").set_value(OTHER_DIVISION).run()
    app.checkbox(key=f"offices_merge_sure_{DIVISION}").check().run()
    app.button(key="offices_merge_do").click().run()
    assert not app.exception and not app.error
    assert (_consumers(rt, DIVISION), _consumers(rt, OTHER_DIVISION)) == (0, both)


def test_what_was_confirmed_for_one_office_is_not_confirmed_for_another(
    rt: Runtime, open_page: Opener
) -> None:
    app = open_page("offices", "admin", office=DIVISION)
    app.selectbox(key=f"offices_merge_into_{DIVISION}").set_value(OTHER_DIVISION).run()
    app.checkbox(key=f"offices_merge_sure_{DIVISION}").check().run()
    app.query_params["office"] = OTHER_DIVISION
    app.run()
    assert [box.value for box in app.checkbox] == [False]


def test_a_composer_has_no_page_of_offices(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "ee")
    with pytest.raises(ValueError, match="navigation page"):
        app.switch_page("views/offices.py")
