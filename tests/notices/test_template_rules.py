"""What is wrong with a template, one sentence each, in both languages."""

from dataclasses import replace
from typing import Any

import pytest

from dashboard.notices.template_rules import check_template
from dashboard.notices.templates import Button, list_shipped, read_template, to_fields
from dashboard.ui.catalogue import say
from tests.notices.written import REMINDER


def _body(text: str) -> dict[str, Any]:
    return {"bodies": {**REMINDER.bodies, "en": text}}


def _variable(**changes: Any) -> dict[str, Any]:
    return {"variables": (replace(REMINDER.variables[0], **changes), *REMINDER.variables[1:])}


_ALL = "{consumer} {amount} {month} {division}"
_REPLY = Button("reply", "Yes")
# what is changed, the breach, the language or variable that it concerns
BREACHES: list[tuple[dict[str, Any], str, str]] = [
    ({"family": "Bill"}, "template_name_form", ""),
    ({"family": "2bills"}, "template_name_form", ""),
    ({"family": "बिल"}, "template_name_form", ""),
    ({"name": "a" * 61}, "template_name_form", ""),
    ({"family": "bill_v2"}, "template_name_version", ""),
    ({"titles": {"hi": "बिल"}}, "template_title", "en"),
    ({"purpose": "lottery"}, "template_purpose", ""),
    ({"category": "AUTHENTICATION"}, "template_category", ""),
    (_body("  "), "template_body_empty", "en"),
    (_body("Dear " + _ALL.replace(" ", " and ") + "x" * 1000), "template_body_long", "en"),
    (_body("{consumer} owes {amount} for {month} to {division}."), "template_variable_first", "en"),
    (_body("Dear {consumer}, {amount} for {month} to {division} "), "template_variable_last", "en"),
    (_body("Dear {consumer} {amount} for {month} to {division}."), "template_variable_together", "en"),
    (_body("Dear {consumer}, {{amount}} for {month} to {division}."), "template_braces", "en"),
    (_body("Dear {consumer}, {amount} for {Month} {month} to {division}."), "template_braces", "en"),
    (_body("Dear {consumer}, {amount} to {division}."), "template_variables_differ", ""),
    ({"headers": {"hi": "", "en": "x" * 61}}, "template_header_long", "en"),
    ({"headers": {"hi": "{month}", "en": ""}}, "template_header_plain", "hi"),
    ({"footers": {"hi": "x" * 61, "en": ""}}, "template_footer_long", "hi"),
    ({"footers": {"hi": "", "en": "two\nlines"}}, "template_footer_plain", "en"),
    ({"buttons": {"hi": (_REPLY,)}}, "template_buttons_differ", ""),
    ({"buttons": {"en": (Button("reply", "x" * 26),)}}, "template_button_long", "en"),
    ({"buttons": {"en": (Button("reply", " "),)}}, "template_button_long", "en"),
    ({"buttons": {"en": (Button("reply", "{month}"),)}}, "template_button_plain", "en"),
    ({"buttons": {"en": (Button("url", "Pay", "http://uppcl.example"),)}}, "template_button_url", "en"),
    ({"buttons": {"en": (Button("phone", "Call", "call us"),)}}, "template_button_phone", "en"),
    ({"buttons": {"en": (_REPLY, _REPLY)}}, "template_button_twice", "en"),
    ({"buttons": {"en": (_REPLY,) * 11}}, "template_buttons_many", "en"),
    (_variable(source="horoscope"), "template_source", "consumer"),
    (_variable(examples={"hi": "आशा", "en": " "}), "template_sample", "en"),
    (_variable(labels={"hi": "नाम"}), "template_label", "en"),
    (_variable(fallbacks={"hi": "उपभोक्ता", "en": "x" * 61}), "template_fallback", "en"),
    (_variable(fallbacks={"hi": "उपभोक्ता", "en": ""}), "template_fallback_one", "consumer"),
]


def test_a_sound_template_has_no_breach() -> None:
    assert check_template(REMINDER) == []
    assert read_template(to_fields(REMINDER)) == REMINDER


def test_the_texts_that_ship_keep_the_rules() -> None:
    about_texts = [
        problem
        for template in list_shipped()
        for problem in check_template(template)
        if problem.code not in ("template_title", "template_label")  # those stand in the catalogues
    ]
    assert about_texts == []


@pytest.mark.parametrize(("changes", "code", "about"), BREACHES)
def test_each_breach_is_told_in_one_sentence(changes: dict[str, Any], code: str, about: str) -> None:
    found = [one for one in check_template(replace(REMINDER, **changes)) if one.code == code]
    assert [one.field for one in found] == [about]
    for language in ("hi", "en"):
        assert say(language, f"error.{code}", **found[0].values)
