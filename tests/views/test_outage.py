from dashboard.access.sign_in import load_scope
from dashboard.notices.audience import count_audience
from dashboard.notices.draft import Audience
from dashboard.notices.outage import TEMPLATE, list_feeders, list_outages
from dashboard.runtime import Runtime
from tests.views.conftest import Opener


def test_an_outage_is_told_from_the_page(rt: Runtime, open_page: Opener) -> None:
    scope = load_scope(rt.db, "ee")
    app = open_page("outage", "ee")
    assert not app.exception
    feeder = next(
        one.office.code
        for one in list_feeders(rt.db, scope)
        if count_audience(rt.db, scope, TEMPLATE, "hi", Audience(one.office.code)).recipients
    )
    app.selectbox(key="outage_feeder").set_value(feeder)
    for key, value in (("outage_cause", "cable"), ("outage_began", "15"), ("outage_expected", "120")):
        app.button_group(key=key).set_value(value)
    app.run()
    assert not app.exception
    app.button(key="outage_send").click().run()
    assert not app.exception and not app.error
    (outage,) = list_outages(rt.db, scope, rt.clock)
    assert (outage.feeder_code, outage.cause) == (feeder, "cable")
    app.button_group(key=f"outage_restore_{outage.outage_id}_at").set_value("0").run()
    app.button(key=f"outage_restore_{outage.outage_id}").click().run()
    assert not app.exception and not app.error
    assert list_outages(rt.db, scope, rt.clock)[0].restored_at is not None
