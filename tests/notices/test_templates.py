"""What WhatsApp demands of a template, held for every text that ships (shared/whatsapp.md, Templates)."""

import re

import pytest

from dashboard.errors import BadInput
from dashboard.notices import templates
from dashboard.notices.templates import (
    LANGUAGES,
    OFFICE_SOURCES,
    Template,
    Variable,
    fill,
    get_template,
    list_templates,
    to_meta,
)

TEXTS = [
    pytest.param(template, language, id=f"{template.name}-{language}")
    for template in list_templates()
    for language in LANGUAGES
]
PLACE = re.compile(r"\{[a-z0-9_]+\}")
NOTICES = [
    "planned_shutdown", "unplanned_fault", "supply_restored", "bill_due", "relief_scheme", "camp",
    "mobile_update", "fraud_warning", "disconnection_drive", "safety_weather",
]  # fmt: skip


def test_the_ten_notices_of_the_department_ship() -> None:
    assert [template.name for template in list_templates()] == NOTICES


@pytest.mark.parametrize(("template", "language"), TEXTS)
def test_no_variable_stands_first_last_or_beside_another(template: Template, language: str) -> None:
    pieces = PLACE.split(template.bodies[language])
    assert len(pieces) > 1
    for piece in pieces:
        assert any(character.isalpha() for character in piece), f"only {piece!r} around a variable"


@pytest.mark.parametrize(("template", "language"), TEXTS)
def test_texts_keep_the_lengths_and_names(template: Template, language: str) -> None:
    assert re.fullmatch(r"[a-z0-9_]{1,512}", template.name)
    assert 0 < len(template.bodies[language]) <= 1024
    assert 0 < len(template.footers[language]) <= 60
    assert template.category in ("UTILITY", "MARKETING")


@pytest.mark.parametrize(("template", "language"), TEXTS)
def test_the_text_uses_exactly_the_declared_variables(template: Template, language: str) -> None:
    assert set(template.variable_names(language)) == {variable.name for variable in template.variables}
    leftovers = PLACE.sub("", template.bodies[language])
    assert "{" not in leftovers
    assert "}" not in leftovers


@pytest.mark.parametrize(("template", "language"), TEXTS)
def test_each_variable_has_a_source_a_kind_and_examples(template: Template, language: str) -> None:
    for variable in template.variables:
        assert variable.source in ("typed", *OFFICE_SOURCES)
        assert variable.kind in ("text", "date", "time", "month")
        assert variable.examples[language].strip()


@pytest.mark.parametrize(("template", "language"), TEXTS)
def test_only_what_delivers_within_its_time_to_live_has_one(template: Template, language: str) -> None:
    ttl = to_meta(template, language).get("message_send_ttl_seconds")
    assert ttl is None or (template.category == "UTILITY" and 30 <= ttl <= 43_200)


@pytest.mark.parametrize("word", ["STOP", "रोकें"])
def test_the_footer_says_how_to_stop(word: str) -> None:
    assert word in get_template("camp").footers["hi"]
    assert "STOP" in get_template("camp").footers["en"]


def test_meta_gets_named_parameters_with_examples() -> None:
    payload = to_meta(get_template("supply_restored"), "en")
    body, footer = payload["components"]
    assert (payload["name"], payload["language"], payload["category"]) == ("supply_restored", "en", "UTILITY")
    assert payload["parameter_format"] == "named"
    assert body["text"].startswith("Supply on {{feeder}} feeder was restored at {{time}}.")
    assert [item["param_name"] for item in body["example"]["body_text_named_params"]] == [
        "feeder",
        "time",
        "substation",
    ]
    assert footer["type"] == "FOOTER"


def test_a_brace_in_a_value_is_not_filled_again() -> None:
    assert fill("a {x} b {y} c", {"x": "{y}", "y": "2"}) == "a {y} b 2 c"


def test_typed_variables_are_those_that_no_office_fills() -> None:
    assert [variable.name for variable in get_template("unplanned_fault").typed_variables] == [
        "time",
        "fault",
        "eta",
    ]


def test_an_unknown_template_is_refused_by_name() -> None:
    with pytest.raises(BadInput) as refusal:
        get_template("lottery")
    assert refusal.value.code == "template_unknown"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(BadInput) as refusal:
        to_meta(get_template("camp"), "fr")
    assert refusal.value.code == "language_unknown"


def test_a_typed_variable_is_known_by_its_source() -> None:
    assert Variable("date", templates.TYPED, "date", {}).is_typed
    assert not Variable("feeder", "feeder", "text", {}).is_typed
