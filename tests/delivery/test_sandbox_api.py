"""The sandbox's language: what the provider refuses, its faults, its pages; one process for tests that only ask it."""

import re

import pytest
import requests

from dashboard.delivery.account import account_of
from dashboard.delivery.client import ManagementClient
from dashboard.delivery.sandbox.process import SandboxProcess
from dashboard.errors import Unavailable

from .conftest import PATIENCE, make_settings
from .test_sandbox import TEMPLATE, at, config_for, free_port, turn


def call(
    settings, body: object, token: str | None = None, number: str | None = None
) -> tuple[int, int | None]:
    url = at(settings, f"/v23.0/{number or settings.phone_number_id}/messages")
    headers = {"Authorization": f"Bearer {token or settings.whatsapp_token}"}
    answer = requests.post(url, json=body, headers=headers, timeout=PATIENCE)
    return answer.status_code, answer.json().get("error", {}).get("code")


def template_call(**changes: object) -> dict:
    parameters = [
        {"type": "text", "parameter_name": "division", "text": "गोंडा"},
        {"type": "text", "parameter_name": "month", "text": "June"},
    ]
    template = {
        "name": "bill_due", "language": {"code": "hi"},
        "components": [{"type": "body", "parameters": changes.pop("parameters", parameters)}],
    }  # fmt: skip
    template.update(changes.pop("template", {}))
    return {
        "messaging_product": "whatsapp",
        "to": "+919800000001",
        "type": "template",
        "template": template,
        **changes,
    }


def parameter(text: str, name: str = "division") -> dict:
    return {"type": "text", "parameter_name": name, "text": text}


JUNE = parameter("June", "month")
# what is sent, and the provider's code
REFUSALS = [
    (template_call(), None),
    (template_call(parameters=[JUNE]), 132000),
    (template_call(parameters=[parameter("a"), parameter("b")]), 132012),
    (template_call(parameters=[parameter(""), JUNE]), 132012),
    (template_call(parameters=[parameter("two\nlines"), JUNE]), 132018),
    (template_call(parameters=[parameter("x" * 1024), JUNE]), 132005),
    (template_call(template={"language": {"code": "en"}}), 132001),  # no fallback between languages
    (template_call(template={"name": "camp"}), 132001),
    (template_call(to="twelve"), 131009),
    (template_call(messaging_product="sms"), 100),
    (
        {
            "messaging_product": "whatsapp",
            "to": "+919800000001",
            "type": "text",
            "text": {"body": "x" * 4097},
        },
        100,
    ),
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One sandbox for the tests that only ask it."""
    settings = make_settings("", sandbox_port=free_port(), port=free_port())
    running = SandboxProcess(config_for(settings))
    running.start()
    url = at(settings, f"/v23.0/{settings.waba_id}/message_templates")
    headers = {"Authorization": f"Bearer {settings.whatsapp_token}"}
    assert requests.post(url, json=TEMPLATE, headers=headers, timeout=PATIENCE).status_code == 200
    yield settings
    running.stop()


@pytest.mark.parametrize(("body", "code"), REFUSALS)
def test_sandbox_refuses_what_the_provider_refuses(shared, body: dict, code: int | None) -> None:
    assert call(shared, body)[1] == code


def test_sandbox_knows_its_token_and_its_number(shared) -> None:
    assert call(shared, template_call(), token="stolen") == (401, 190)
    assert call(shared, template_call(), number="999") == (404, 33)


@pytest.mark.parametrize(
    "body", ["{{division}} first", "last {{division}}", "side {{division}} {{month}} by side", "x" * 1025, ""]
)
def test_sandbox_takes_no_template_against_the_rules(shared, body: str) -> None:
    url = at(shared, f"/v23.0/{shared.waba_id}/message_templates")
    payload = {**TEMPLATE, "name": "other", "components": [{"type": "BODY", "text": body}]}
    headers = {"Authorization": f"Bearer {shared.whatsapp_token}"}
    answer = requests.post(url, json=payload, headers=headers, timeout=PATIENCE)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


@pytest.mark.parametrize(
    "knobs", [{"unheard_of": 1}, {"read_rate": 2}, {"read_rate": "much"}, {"outage": 1}, {"latency": -1}]
)
def test_knobs_that_cannot_be_turned_are_refused(shared, knobs: dict) -> None:
    assert requests.post(at(shared, "/sandbox/knobs"), json=knobs, timeout=PATIENCE).status_code == 400


def test_page_brings_its_own_letters_and_nothing_else_of_the_disk(shared) -> None:
    style = requests.get(at(shared, "/sandbox.css"), timeout=PATIENCE)
    fonts = set(re.findall(r'url\("([^"]+)"\)', style.text))
    assert {font.split("-")[2] for font in fonts} == {"latin", "devanagari"}
    for font in fonts:
        answer = requests.get(at(shared, font), timeout=PATIENCE)
        assert (answer.status_code, answer.content[:4]) == (200, b"wOF2")
    assert requests.get(at(shared, "/fonts/..%2F..%2Fconfig.py"), timeout=PATIENCE).status_code == 404
    assert requests.get(at(shared, "/fonts/LICENSE-noto-sans.txt"), timeout=PATIENCE).status_code == 404


def test_foreign_web_page_cannot_play_the_consumer(shared) -> None:
    written = '{"from": "9800000001", "text": "STOP"}'
    plain = requests.post(
        at(shared, "/sandbox/inbound"), data=written, headers={"Content-Type": "text/plain"}, timeout=5
    )
    rebound = requests.get(at(shared, "/sandbox/state"), headers={"Host": "evil.example"}, timeout=PATIENCE)
    assert (plain.status_code, rebound.status_code) == (400, 403)


def test_health_of_the_number_and_paging_of_templates(shared, db) -> None:
    client = ManagementClient(account_of(db, shared))
    assert client.phone_health().quality_rating == "GREEN"
    more = [{**TEMPLATE, "name": f"more_{number}"} for number in range(120)]
    assert len(client.ensure_templates(more)) >= 121
    assert client.ensure_templates(more) == client.list_templates()


def test_management_says_what_is_wrong(db, shared) -> None:
    wrong = account_of(db, shared.model_copy(update={"whatsapp_token": "old"}))
    with pytest.raises(Unavailable) as caught:
        ManagementClient(wrong).list_templates()
    assert (caught.value.code, caught.value.values["reason"]) == ("provider_refused", "token_expired")
    nobody = account_of(db, shared.model_copy(update={"sandbox_port": free_port()}))
    with pytest.raises(Unavailable) as caught:
        ManagementClient(nobody).list_templates()
    assert caught.value.code == "provider_down"


# a fault, what the caller sees of it, and how long it waits for an answer
FAULTS = [
    ("timeout_rate", requests.ReadTimeout, 2.0),
    ("reset_rate", requests.ConnectionError, PATIENCE),
    ("half_answer_rate", requests.exceptions.ChunkedEncodingError, PATIENCE),
]


@pytest.mark.parametrize(("knob", "error", "seconds"), FAULTS)
def test_faults_leave_the_caller_in_doubt_though_the_message_was_taken(
    shared, knob: str, error, seconds: float
) -> None:
    before = requests.get(at(shared, "/sandbox/state"), timeout=PATIENCE).json()["counts"]["accepted"]
    turn(shared, **{knob: 1.0, "lost_rate": 0.0})
    url = at(shared, f"/v23.0/{shared.phone_number_id}/messages")
    headers = {"Authorization": f"Bearer {shared.whatsapp_token}"}
    try:
        with pytest.raises(error):
            requests.post(url, json=template_call(), headers=headers, timeout=seconds)
    finally:
        turn(shared, **{knob: 0.0, "lost_rate": 0.5})
    after = requests.get(at(shared, "/sandbox/state"), timeout=PATIENCE).json()["counts"]["accepted"]
    assert after == before + 1


def test_a_gateways_error_has_no_code(shared) -> None:
    turn(shared, server_error_rate=1.0)
    url = at(shared, f"/v23.0/{shared.phone_number_id}/messages")
    headers = {"Authorization": f"Bearer {shared.whatsapp_token}"}
    answer = requests.post(url, json=template_call(), headers=headers, timeout=PATIENCE)
    turn(shared, server_error_rate=0.0)
    assert (answer.status_code, "error" in answer.text) == (502, False)


def test_days_and_templates_are_chosen_on_the_page(shared) -> None:
    assert requests.post(
        at(shared, "/sandbox/preset"), json={"name": "token_expired"}, timeout=PATIENCE
    ).json()["token_expired"]
    assert call(shared, template_call()) == (401, 190)
    assert (
        requests.post(at(shared, "/sandbox/preset"), json={"name": "sunny"}, timeout=PATIENCE).status_code
        == 400
    )
    requests.post(at(shared, "/sandbox/preset"), json={"name": "calm"}, timeout=PATIENCE)
    pause = {"name": "bill_due", "status": "PAUSED"}
    assert requests.post(at(shared, "/sandbox/templates"), json=pause, timeout=PATIENCE).json() == {
        "changed": 1
    }
    assert call(shared, template_call())[1] == 132015
    requests.post(at(shared, "/sandbox/templates"), json={**pause, "status": "APPROVED"}, timeout=PATIENCE)
    assert call(shared, template_call()) == (200, None)
    assert requests.get(at(shared, "/sandbox/state"), timeout=PATIENCE).json()["preset"] == "calm"
    for path in ("/knobs", "/common.js", "/knobs.js", "/sandbox/words", "/sandbox/templates"):
        assert requests.get(at(shared, path), timeout=PATIENCE).status_code == 200
        assert (
            requests.get(at(shared, path), headers={"Host": "evil.example"}, timeout=PATIENCE).status_code
            == 403
        )


def test_fields_of_the_number_are_those_that_were_asked_for(shared) -> None:
    url = at(shared, f"/v23.0/{shared.phone_number_id}")
    headers = {"Authorization": f"Bearer {shared.whatsapp_token}"}
    asked = requests.get(url, params={"fields": "quality_rating"}, headers=headers, timeout=PATIENCE).json()
    assert asked == {"id": shared.phone_number_id, "quality_rating": "GREEN"}


def test_busy_port_is_said(shared) -> None:
    second = SandboxProcess(config_for(shared))
    with pytest.raises(Unavailable) as caught:
        second.start()
    assert (caught.value.code, caught.value.values) == ("port_busy", {"port": shared.sandbox_port})
