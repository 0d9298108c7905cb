from dashboard.delivery.client import TemplateStatus
from dashboard.notices.standing import keep_standing
from dashboard.runtime import Runtime
from tests.views.conftest import Opener


def test_a_dear_template_is_held_until_an_administrator_accepts(rt: Runtime, open_page: Opener) -> None:
    keep_standing(rt.db, rt.clock, [TemplateStatus("bill_due", "hi", "APPROVED", "MARKETING", "GREEN")])
    seen = open_page("templates", "minister")
    assert not seen.exception
    assert any("is held" in element.value for element in seen.warning)
    assert not [button for button in seen.button if button.key == "templates_accept_bill_due_hi"]
    app = open_page("templates", "admin")
    app.button(key="templates_accept_bill_due_hi").click().run()
    assert not app.exception
    assert not app.warning
