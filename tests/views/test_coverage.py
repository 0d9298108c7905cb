from datetime import timedelta

import pytest

from dashboard.coverage.days import take_snapshot
from dashboard.runtime import Runtime
from dashboard.store.clock import india_day
from tests.conftest import NOON
from tests.views.conftest import DIVISION, OTHER_DIVISION, Opener


def _figures(app) -> dict[str, str]:  # type: ignore[no-untyped-def]
    return {metric.label: metric.value for metric in app.metric}


def test_the_five_states_of_the_state_add_up(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "minister")
    assert not app.exception
    assert _figures(app) == {
        "Enrolled": "120", "On file only": "504", "Opted out": "0", "Unusable": "155", "No number": "114",
    }  # fmt: skip
    assert sum(int(value) for value in _figures(app).values()) == 893


def test_divisions_stand_worst_first(rt: Runtime, open_page: Opener) -> None:
    table = open_page("coverage", "minister").dataframe[0].value
    rates = [float(text.strip().rstrip("%")) for text in table["gap_rate"]]
    assert len(rates) == 3
    assert rates == sorted(rates, reverse=True)


def test_a_person_starts_at_their_own_office(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "ee")
    assert any("**400 consumers**" in element.value for element in app.markdown)


def test_choosing_an_office_below_goes_down(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "minister")
    app.selectbox(key="coverage_open").select("KESCO").run()
    assert app.query_params["office"] == "KESCO"
    assert any("**195 consumers**" in element.value for element in app.markdown)


def test_the_path_goes_up_again(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "minister", office=DIVISION)
    app.button(key="coverage_path_0").click().run()
    assert any("**893 consumers**" in element.value for element in app.markdown)


def test_a_forged_address_is_refused(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "ee", office=OTHER_DIVISION)
    assert "not within yours" in app.warning[0].value
    assert not app.metric


def test_from_a_foreign_office_a_button_leads_to_the_same_view_of_ones_own(
    rt: Runtime, open_page: Opener
) -> None:
    app = open_page("coverage", "ee", office="UP", view="groups")
    assert "not within yours" in app.warning[0].value
    app.button(key="coverage_own").click().run()
    assert not app.warning
    assert any("**400 consumers**" in element.value for element in app.markdown)
    assert (app.query_params["office"], app.query_params["view"]) == (DIVISION, "groups")


def test_an_empty_registry_says_what_to_do(empty_rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "admin")
    assert not app.exception
    assert app.subheader[0].value == "There are no consumers yet"


def test_a_brief_is_made_at_once_and_lies_ready(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "se")
    app.session_state["brief_paper"] = True  # opens it
    app.run()
    assert any("No brief lies ready" in element.value for element in app.markdown)
    app.button(key="brief_make").click().run()
    assert not app.exception
    assert any("Ready since 24-11-2026 12:00" in element.value for element in app.markdown)
    assert [path.name for path in rt.briefs_dir.glob("*/*")] == ["LKO11_en.pdf"]


def test_the_address_carries_the_view(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "minister", view="groups", by="arrears")
    assert not app.exception
    table = app.dataframe[0].value
    assert sum(int(count.replace(",", "")) for count in table["consumers"]) == 893
    app.get_by_key("coverage_view").set_value("offices").run()
    assert "view" not in app.query_params
    app.text_input(key="coverage_q").set_value("gonda").run()
    assert app.query_params["q"] == "gonda"
    assert len(app.dataframe[0].value) == 1


def test_a_view_of_a_foreign_office_cannot_be_smuggled_in(rt: Runtime, open_page: Opener) -> None:
    app = open_page("coverage", "ee", view="compare", against="office", other=OTHER_DIVISION)
    assert not app.exception
    assert any("no other office" in element.value for element in app.caption)


@pytest.mark.parametrize(
    ("hour", "told"), [(9, "from 9:00 one is made"), (24, "lies ready for this office; make it now")]
)
def test_the_hour_of_the_briefs_is_told_as_it_is_set(
    rt: Runtime, open_page: Opener, hour: int, told: str
) -> None:
    rt.settings = rt.settings.model_copy(update={"brief_hour": hour})
    app = open_page("coverage", "se")
    app.session_state["brief_paper"] = True  # opens it
    app.run()
    assert any(told in element.value for element in app.markdown)


@pytest.mark.parametrize("view", ["map", "compare", "trend"])
def test_every_view_opens(rt: Runtime, open_page: Opener, view: str) -> None:
    rt.db.write(
        lambda cursor: [take_snapshot(cursor, india_day(NOON) - timedelta(days=past)) for past in (1, 0)]
    )
    app = open_page("coverage", "minister", view=view)
    assert not app.exception
    assert len(app.metric) == 5


def test_the_lowest_office_with_nothing_below_opens(rt: Runtime, open_page: Opener) -> None:
    with rt.db.read() as cursor:
        feeder = cursor.execute(
            "SELECT code FROM office JOIN coverage_cube USING (office_no) WHERE level = 'feeder' LIMIT 1"
        ).fetchall()[0][0]
    app = open_page("coverage", "minister", office=feeder)
    assert not app.exception and not app.error
    assert "Nothing stands out here" in " ".join(element.value for element in app.caption)
