"""The library of templates, and the editor of new versions."""

from dashboard.access.scope import Role, Scope
from dashboard.delivery.client import TemplateStatus
from dashboard.notices.standing import keep_standing
from dashboard.notices.template_store import list_library
from dashboard.runtime import Runtime
from tests.views.conftest import Opener

ADMIN = Scope("admin", Role.ADMINISTRATOR, "UP", 1, 2_147_483_647)


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


def test_a_template_is_written_checked_saved_and_submitted(rt: Runtime, open_page: Opener) -> None:
    app = open_page("templates", "admin", edit="new")
    assert not app.exception
    for field, words in (("title_hi", "जमा करें"), ("title_en", "Please pay"), ("family", "please_pay")):
        app.text_input(key=f"editor_new_{field}").set_value(words)
    app.text_area(key="editor_new_body_hi").set_value("प्रिय {who}, कृपया बिल जमा करें।")
    app.text_area(key="editor_new_body_en").set_value("{who}, please pay your bill.").run()
    said = " ".join(element.value for element in app.markdown)
    assert "may not begin with {who}" in said
    assert "Write a sample for who in Hindi" in said
    app.text_area(key="editor_new_body_en").set_value("Dear {who}, please pay your bill.").run()
    app.selectbox(key="editor_new_variable_who_source").set_value("consumer_name").run()
    for what in ("label", "sample", "fallback"):
        for language in ("hi", "en"):
            app.text_input(key=f"editor_new_variable_who_{what}_{language}").set_value("consumer")
    app.run()
    assert not any("radio_button_unchecked" in element.value for element in app.markdown)
    app.button(key="editor_save").click().run()
    assert not app.exception
    (entry,) = [one for one in list_library(rt.db, ADMIN) if one.is_draft]
    assert (entry.template.name, entry.template.variables[0].source) == ("please_pay", "consumer_name")
    app.button(
        key="editor_submit"
    ).click().run()  # there is no WhatsApp in this house: said, and kept for later
    assert "WhatsApp" in app.warning[-1].value
    assert not [one for one in list_library(rt.db, ADMIN) if one.is_draft]


def test_who_may_not_manage_the_account_cannot_open_the_editor(rt: Runtime, open_page: Opener) -> None:
    app = open_page("templates", "ee", edit="bill_due")
    assert app.warning
    assert not app.text_area
